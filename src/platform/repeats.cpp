// SPDX-License-Identifier: Apache-2.0
#include "platform/repeats.hpp"

#include "base/uuid.hpp"
#include "fmt/format.h"
#include "platform/identity.hpp"

namespace steward::platform {
namespace {

constexpr std::chrono::minutes kWindow{5};
constexpr std::size_t kMost = 10'000;  // answers kept; beyond it the audit log alone remembers

}  // namespace

Result<Repeats::Beginning> Repeats::Begin(const net::Request& request, const std::string& user_uid) {
  const std::string id(request.Header("X-Request-id"));
  if (!IsUuid(id)) return Beginning{};
  const std::string fingerprint = SecretHash(request.method + " " + request.target + "\n" + request.body);
  {
    const std::lock_guard lock(mutex_);
    Sweep();
    const auto found = known_.find(id);
    if (found != known_.end() && (found->second.user_uid != user_uid || found->second.fingerprint != fingerprint)) {
      return Fail(ErrorCode::kConflict,
                  "This X-Request-id was used for another request; send a new one with each new request.");
    }
    if (found != known_.end() && found->second.answer) return Beginning{{}, found->second.answer};
  }
  const auto rows = owner_.Acquire()->Query(
      "select (select true from core.command where id = $1) as ordered, (select at from core.audit where request_id = "
      "$1::text and "
      "at > now() - interval '5 minutes' limit 1) as done",
      {id});
  if (rows.Maybe(0, "ordered")) return Beginning{};
  if (const auto done = rows.Maybe(0, "done")) {
    return Fail(
        ErrorCode::kConflict,
        fmt::format(
            "A request with this X-Request-id was carried out at {}, and its answer is not known any more. Look at "
            "what it made before you send it again with a new id.",
            *done));
  }
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMost) return Beginning{};
  if (!known_.try_emplace(id, Known{user_uid, fingerprint, Clock::now(), std::nullopt}).second) {
    Error error{.code = ErrorCode::kConflict,
                .message = "The first request with this X-Request-id is still being carried out; ask again shortly."};
    error.retry_after = 1;
    return tl::unexpected(std::move(error));
  }
  return Beginning{Turn(*this, id), std::nullopt};
}

void Repeats::Turn::Keep(const net::Response& response) {
  if (repeats_ == nullptr) return;
  const std::lock_guard lock(repeats_->mutex_);
  const auto found = repeats_->known_.find(id_);
  if (found != repeats_->known_.end()) found->second.answer = response;
  repeats_ = nullptr;  // nothing to forget
}

void Repeats::Forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  known_.erase(id);
}

void Repeats::Sweep() {
  const auto old = Clock::now() - kWindow;
  std::erase_if(known_, [old](const auto& entry) { return entry.second.answer && entry.second.at < old; });
}

}  // namespace steward::platform
