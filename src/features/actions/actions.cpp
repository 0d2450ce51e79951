// SPDX-License-Identifier: Apache-2.0
#include "features/actions/actions.hpp"

#include "base/uuid.hpp"
#include "fmt/format.h"
#include "spdlog/spdlog.h"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;

/// Absolute address of an action, under the name the client reached the console by.
std::string PlaceOf(const Call& call, const std::string& id) {
  return fmt::format("https://{}/api/v3/asyncActions/{}", call.request.Header("Host"), id);
}

}  // namespace

Result<Answer> Actions::Run(const Call& call, const agentlink::Order& order, const platform::AuditEntry& audit) {
  auto id = commands_.Queue(call, order, audit);
  if (!id) return tl::unexpected(id.error());
  Answer answer;
  answer.later = [this, id = *id, place = PlaceOf(call, *id), scope = call.caller.scope](auto then) {
    waiting_.For(id, kPatience, [this, id, place, scope, then] {
      try {
        services_.lists.Cache().Written();  // what the agent did counts as the caller's own write
        then(Outcome(id, place, scope));
      } catch (const std::exception& error) {
        spdlog::error("action {}: {}", id, error.what());
        then(Fail(ErrorCode::kUnavailable,
                  fmt::format("The order is stored, but its state cannot be read at the moment: look at {}.", place)));
      }
    });
    try {  // it may have ended, or nobody may be there to answer, before the wait began
      if (const auto state = commands_.Find(id); !state || state->ended || !state->reachable) waiting_.Ended(id);
    } catch (const std::exception& error) {
      spdlog::error("action {}: {}", id, error.what());
      waiting_.Ended(id);
    }
  };
  return answer;
}

Result<Answer> Actions::Outcome(const std::string& id, const std::string& place, const platform::TenantScope& scope) {
  const auto state = commands_.Find(id);
  if (!state) return Fail(ErrorCode::kNotFound, "There is no such action (any more).");
  if (!state->ended) return Answer{.data = nlohmann::json::object(), .status = 202, .headers = {{"Location", place}}};
  if (!state->done) return Fail(ErrorCode::kConflict, state->message);
  if (state->result_operation.empty()) return Answer{.data = nlohmann::json::object()};
  return platform::ItemAnswer(services_, state->result_operation, state->result_path, scope);
}

Result<agentlink::OrderState> Actions::Visible(const Call& call) {
  const std::string& id = call.Path("actionId");
  if (!IsUuid(id)) return FailParameter("actionId", "actionId must be a uuid.");
  auto seen = platform::CurrentItem(services_, "GetAsyncAction", {{"actionId", id}}, call.caller.scope);
  if (!seen) return tl::unexpected(seen.error());
  auto state = commands_.Find(id);
  if (!state) return Fail(ErrorCode::kNotFound, "There is no such action (any more).");
  return *state;
}

Result<Answer> Actions::Config() const {
  return Answer{.data = {{"resultRetentionTime", std::chrono::seconds(agentlink::Commands::kRetention).count()}}};
}

Result<Answer> Actions::ActionResult(const Call& call) {
  auto state = Visible(call);
  if (!state) return tl::unexpected(state.error());
  return Outcome(state->id, PlaceOf(call, state->id), call.caller.scope);
}

Result<agentlink::OrderState> Actions::Own(const Call& call) {
  auto state = Visible(call);
  if (state && state->initiator_uid != call.caller.user_uid && !call.caller.IsProvider()) {
    return Fail(ErrorCode::kForbidden,
                "This action was asked for by somebody else; only that user or the provider may take it back.");
  }
  return state;
}

Result<Answer> Actions::Cancel(const Call& call) {
  auto state = Own(call);
  if (!state) return tl::unexpected(state.error());
  if (state->ended) return Fail(ErrorCode::kConflict, "The action has ended already.");
  if (auto done = commands_.Cancel(state->id); !done) return tl::unexpected(done.error());
  return Answer{.data = nlohmann::json::object()};
}

Result<Answer> Actions::DeleteResult(const Call& call) {
  auto state = Own(call);
  if (!state) return tl::unexpected(state.error());
  if (!state->ended) return Fail(ErrorCode::kConflict, "The action has not ended yet.");
  commands_.Forget(state->id);
  return Answer{.data = nlohmann::json::object()};
}

}  // namespace steward::features
