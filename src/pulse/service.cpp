// SPDX-License-Identifier: Apache-2.0
#include "pulse/service.hpp"

#include "base/iso_time.hpp"
#include "base/signing.hpp"
#include "fmt/format.h"
#include "pulse/rules.hpp"
#include "spdlog/spdlog.h"

namespace steward::pulse {
namespace {

using nlohmann::json;
using sqlite::Transaction;

constexpr std::string_view kKeyHeader = "Idempotency-Key";
constexpr auto kAnswersKept = std::chrono::days(30);
constexpr auto kReportsWork = std::chrono::days(31);  ///< so long a report that has come extends licences

net::Response ToResponse(const Answer& answer, int status, const Page& page) {
  net::Response response{.status = status};
  switch (answer.form) {
    case Answer::Form::kText:
      response.content_type = "text/plain; charset=utf-8";
      response.body = answer.text;
      return response;
    case Answer::Form::kWhole:
      response.body = answer.data.dump();
      return response;
    case Answer::Form::kData:
      if (status != 204) response.body = json{{"data", answer.data}}.dump();
      return response;
    case Answer::Form::kList:
      break;
  }
  const json paging = {{"total", answer.total}, {"count", answer.data.size()}, {"offset", page.offset}};
  response.body = json{{"data", answer.data}, {"meta", {{"pagingInfo", paging}}}}.dump();
  return response;
}

/// 422, which the error codes do not have.
net::Response KeyOfAnother(const std::string& key) {
  auto response = net::ErrorResponse({.code = ErrorCode::kConflict,
                                      .message = fmt::format("The idempotency key \"{}\" was used for another request; "
                                                             "take a new key for a new request.",
                                                             key),
                                      .parameter = std::string(kKeyHeader)});
  response.status = 422;
  json body = json::parse(response.body);
  body["errors"][0]["code"] = 422;
  response.body = body.dump();
  return response;
}

std::string Asked(const net::Request& request) {
  return Sha256Hex(fmt::format("{} {}\n{}", request.method, request.path, request.body));
}

net::Response Refused(const Error& error) {
  auto response = net::ErrorResponse(error);
  if (error.code == ErrorCode::kUnauthenticated) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace

Service::Service(const std::filesystem::path& file, Clock clock, std::string_view document, Handlers handlers)
    : clock_(std::move(clock)), document_(document), handlers_(std::move(handlers)), store_(file) {
  CheckHandlers(document_, handlers_);
}

Moment Service::Now() const {
  const auto now = clock_();
  return {.now = now, .today = std::chrono::floor<std::chrono::days>(now)};
}

net::Response Service::Serve(const net::Request& request) {
  const auto answered = Answered(request);
  auto response = answered ? *answered : Refused(answered.error());
  if (response.status == 405) response.headers.emplace_back("Allow", document_.MethodsOf(request.path));
  if (request.method != "GET") {
    spdlog::info("{} {} {} {}", request.peer, request.method, request.path, response.status);
  }
  return response;
}

Result<Caller> Service::Authenticate(const net::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto header = request.Header("Authorization");
  if (!header.starts_with(kScheme)) {
    return Fail(ErrorCode::kUnauthenticated, "A token is needed: send the header Authorization: Bearer TOKEN.");
  }
  const auto token = store_.FindToken(std::string(header.substr(kScheme.size())));
  if (!token) {
    return Fail(ErrorCode::kUnauthenticated,
                "The token is not known here; ask the operator of the licence authority for one.");
  }
  if (token->revoked) {
    return Fail(ErrorCode::kUnauthenticated,
                fmt::format("The token \"{}\" was revoked; ask the operator of the licence authority for a new one.",
                            token->caller.token_name));
  }
  if (token->caller.token_ends <= Now().now) {
    return Fail(ErrorCode::kUnauthenticated,
                fmt::format("The token \"{}\" expired on {}; ask the operator of the licence authority for a new one.",
                            token->caller.token_name, IsoTime(token->caller.token_ends)));
  }
  return token->caller;
}

Result<net::Response> Service::Answered(const net::Request& request) {
  const auto match = document_.Find(request.method, request.path);
  if (!match) return tl::unexpected(match.error());
  const auto& operation = *match->operation;
  Caller caller;
  if (!operation.anonymous) {
    const std::lock_guard lock(mutex_);
    auto known = Authenticate(request);
    if (!known) return tl::unexpected(known.error());
    caller = std::move(*known);
  }
  if (const auto good = document_.CheckParameters(operation, request); !good) return tl::unexpected(good.error());
  auto body = document_.ReadBody(operation, request);
  if (!body) return tl::unexpected(body.error());
  const std::lock_guard lock(mutex_);
  const Call call{.store = store_,
                  .document = document_,
                  .path = match->path,
                  .caller = caller,
                  .body = std::move(*body),
                  .page = document_.PageOf(operation, request),
                  .moment = Now()};
  return operation.method == "GET" ? Do(operation, call) : Change(operation, call, request);
}

Result<net::Response> Service::Change(const Document::Operation& operation, const Call& call,
                                      const net::Request& request) {
  const std::string key(operation.method == "POST" ? request.Header(kKeyHeader) : "");
  Transaction transaction(store_.Database());
  if (!key.empty()) {
    if (const auto kept = store_.FindAnswer(call.PartnerId(), key)) {
      if (kept->request != Asked(request)) return KeyOfAnother(key);
      return net::Response{.status = kept->status, .headers = {{"Idempotency-Replayed", "true"}}, .body = kept->body};
    }
  }
  auto response = Do(operation, call);
  if (!response) return response;
  if (!key.empty()) {
    store_.Keep(call.PartnerId(), key, {.request = Asked(request), .status = response->status, .body = response->body},
                call.moment.now);
  }
  transaction.Commit();
  return response;
}

Result<net::Response> Service::Do(const Document::Operation& operation, const Call& call) {
  const auto answer = handlers_.at(operation.id)(call);
  if (!answer) return tl::unexpected(answer.error());
  return ToResponse(*answer, operation.status, call.page);
}

int Service::RunDaily() {
  const Moment moment = Now();
  const std::lock_guard lock(mutex_);
  Transaction transaction(store_.Database());
  int extended = 0;
  while (auto due = store_.NextExtension(moment.now - kReportsWork, moment.today)) {
    auto& [entry, month] = *due;
    entry.expires = PlusMonth(entry.expires);
    ++entry.revision;
    entry.issued = moment.today;
    store_.Change(entry);
    store_.NoteExtension(entry.uid, month);
    spdlog::info("licence {} is good until {}, as {} was reported", entry.uid, DayText(entry.expires), month);
    ++extended;
  }
  store_.ForgetAnswers(moment.now - kAnswersKept);
  transaction.Commit();
  return extended;
}

}  // namespace steward::pulse
