// SPDX-License-Identifier: Apache-2.0
#include "platform/dispatcher.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "base/iso_time.hpp"
#include "base/uuid.hpp"
#include "fmt/format.h"
#include "net/compress.hpp"
#include "platform/form.hpp"
#include "spdlog/spdlog.h"

namespace steward::platform {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Segments(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) out.emplace_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

Result<std::int64_t> Number(const net::Request& request, std::string_view name, std::int64_t fallback, std::int64_t low,
                            std::int64_t high) {
  const std::string* text = request.Query(name);
  if (text == nullptr || text->empty()) return fallback;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < low) {
    return FailParameter(std::string(name), fmt::format("{} must be a whole number from {}.", name, low));
  }
  return std::min(value, high);
}

Result<ListParameters> ReadParameters(const net::Request& request) {
  ListParameters out;
  auto limit = Number(request, "limit", 100, 1, kMaxLimit);
  auto offset = Number(request, "offset", 0, 0, std::numeric_limits<std::int64_t>::max() / 2);
  if (!limit) return tl::unexpected(limit.error());
  if (!offset) return tl::unexpected(offset.error());
  out.limit = *limit;
  out.offset = *offset;
  for (const auto& [name, value] : request.query) {
    if (name == "filter") out.filter = value;
    if (name == "sort") out.sort = value;
    if (name == "select") out.select = value;
    if (name == "expand") {
      std::string names = value;
      std::replace(names.begin(), names.end(), ',', '/');
      for (const auto& part : Segments(names)) out.expand.push_back(part);
    }
  }
  return out;
}

/// Bodies come as JSON or, where the operation says so, as a form.
Result<nlohmann::json> ReadBody(const net::Request& request, const contract::Operation& operation) {
  if (operation.body == nullptr) return nlohmann::json();
  if (operation.body_form) {
    nlohmann::json form = nlohmann::json::object();
    for (const auto& [name, value] : ParseForm(request.Header("Content-Type"), request.body)) {
      if (name == "readOnly") {
        form[name] = value == "true" || value == "True";
      } else if (!value.empty()) {
        form[name] = value;
      }
    }
    return contract::CheckBody(*operation.body, form);
  }
  const std::string_view type = request.Header("Content-Type");
  if (!type.empty() && type.find("json") == std::string_view::npos) {
    return tl::unexpected(
        Error{.code = ErrorCode::kUnsupportedMedia,
              .message = fmt::format("Content-Type {} is not accepted; send application/json.", type)});
  }
  nlohmann::json body;
  try {
    body = nlohmann::json::parse(request.body);
  } catch (const nlohmann::json::parse_error& error) {
    return FailProperty("", fmt::format("The body is not valid JSON (byte {}).", error.byte));
  }
  if (!operation.body_array) return contract::CheckBody(*operation.body, body);
  if (!body.is_array()) return FailProperty("", "The body must be a JSON array.");
  for (auto& item : body) {
    auto checked = contract::CheckBody(*operation.body, item);
    if (!checked) return checked;
    item = std::move(*checked);
  }
  return body;
}

/// What the caller gives to a list's function.
Result<db::Params> ReadArguments(const net::Request& request, const contract::Operation& operation) {
  db::Params out;
  for (const auto& [parameter, is_date, words] : operation.arguments) {
    const std::string* value = request.Query(parameter);
    if (value == nullptr || value->empty()) {
      out.emplace_back(std::nullopt);
      continue;
    }
    if (is_date && !IsIsoDateTime(*value))
      return FailParameter(std::string(parameter), fmt::format("{} must be a day like 2026-01-31.", parameter));
    if (!words.empty() && std::find(words.begin(), words.end(), *value) == words.end())
      return FailParameter(std::string(parameter),
                           fmt::format("{} must be one of: {}.", parameter, fmt::join(words, ", ")));
    out.emplace_back(is_date ? value->substr(0, 10) : *value);
  }
  return out;
}

std::string_view MediaType(const fs::path& path) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {{".html", "text/html; charset=utf-8"},
                                                                             {".js", "text/javascript"},
                                                                             {".css", "text/css"},
                                                                             {".svg", "image/svg+xml"},
                                                                             {".png", "image/png"},
                                                                             {".json", "application/json"},
                                                                             {".ico", "image/x-icon"},
                                                                             {".woff2", "font/woff2"},
                                                                             {".txt", "text/plain"}};
  for (const auto& [ending, type] : kTypes) {
    if (path.extension() == ending) return type;
  }
  return "application/octet-stream";
}

constexpr std::string_view kSwaggerPage =
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Steward REST API</title><link "
    "rel=\"stylesheet\" href=\"/api/swagger/swagger-ui.css\">"
    "</head><body><div id=\"swagger\"></div><script src=\"/api/swagger/swagger-ui-bundle.js\"></script><script "
    "src=\"/api/swagger/start.js\"></script></body></html>";
constexpr std::string_view kSwaggerStart =
    "SwaggerUIBundle({url: '/api/v3/openapi.json', dom_id: '#swagger', deepLinking: true});";

}  // namespace

std::string SessionToken(const net::Request& request) {
  const std::string_view cookies = request.Header("Cookie");
  const std::string wanted = fmt::format("{}=", kSessionCookie);
  const std::size_t at = cookies.find(wanted);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = cookies.substr(at + wanted.size());
  return std::string(rest.substr(0, rest.find(';')));
}

Dispatcher::Dispatcher(contract::Handlers& handlers, Identity& identity, ListEngine& lists, Files files,
                       Throttle::Limits limits, db::Pool& owner)
    : handlers_(handlers),
      identity_(identity),
      lists_(lists),
      files_(std::move(files)),
      throttle_(limits),
      repeats_(owner) {
  for (const contract::Operation& operation : contract::Operations()) {
    auto segments = Segments(operation.path);
    routes_[segments.size()].emplace_back(std::move(segments), &operation);
  }
  // Literal segments win over parameters.
  for (auto& [size, list] : routes_) {
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
      const auto parameters = [](const auto& s) {
        return std::count_if(s.begin(), s.end(), [](const std::string& p) { return p[0] == '{'; });
      };
      return parameters(a.first) < parameters(b.first);
    });
  }
}

Dispatcher::Match Dispatcher::Find(const std::string& method, const std::string& path) const {
  Match match;
  const auto segments = Segments(path);
  const auto bucket = routes_.find(segments.size());
  if (bucket == routes_.end()) return match;
  for (const auto& [shape, operation] : bucket->second) {
    std::map<std::string, std::string, std::less<>> values;
    bool same = true;
    for (std::size_t i = 0; i < shape.size() && same; ++i) {
      if (shape[i][0] == '{') {
        values[shape[i].substr(1, shape[i].size() - 2)] = segments[i];
      } else {
        same = shape[i] == segments[i];
      }
    }
    if (!same) continue;
    match.path_known = true;
    if (operation->method != method) continue;
    match.operation = operation;
    match.path = std::move(values);
    return match;
  }
  return match;
}

Result<Caller> Dispatcher::Authenticate(const net::Request& request, const Credentials& given) {
  if (given.token.empty())
    return Fail(ErrorCode::kUnauthenticated,
                "Sign in first: send Authorization: Bearer with an access token or API key.");
  if (given.cookie && request.method != "GET" && request.Header("X-Steward-Csrf").empty()) {
    return Fail(ErrorCode::kForbidden, "A change with the session cookie needs the header X-Steward-Csrf.");
  }
  return identity_.Authenticate(given.token);
}

Result<Caller> Dispatcher::Admit(const net::Request& request, const contract::Operation& operation) {
  Credentials given{.token = std::string(request.Header("Authorization"))};
  for (const std::string_view scheme : {"Bearer ", "bearer "}) {
    if (given.token.starts_with(scheme)) given.token = given.token.substr(scheme.size());
  }
  given.cookie = given.token.empty();
  if (given.cookie) given.token = SessionToken(request);
  auto caller = operation.anonymous ? Caller{} : Authenticate(request, given);
  const bool known = caller && !operation.anonymous;
  if (const int wait = throttle_.Take(known ? given.token : request.peer); wait > 0) {
    return tl::unexpected(Error{
        .code = ErrorCode::kThrottled,
        .message = fmt::format("Too many requests from this {}; come back in {} s.", known ? "token" : "address", wait),
        .retry_after = wait});
  }
  if (!known) return caller;
  if (caller->role_bit < 0 || (operation.roles >> static_cast<unsigned>(caller->role_bit) & 1U) == 0) {
    return Fail(ErrorCode::kForbidden, fmt::format("The role {} may not use {}.", caller->role, operation.id));
  }
  if (caller->read_only && request.method != "GET")
    return Fail(ErrorCode::kForbidden, "This key or session may only read.");
  return caller;
}

Result<net::Response> Dispatcher::RunList(const net::Request& request, const Match& match, const Caller& caller) {
  const contract::Operation& operation = *match.operation;
  auto parameters = ReadParameters(request);
  if (!parameters) return tl::unexpected(parameters.error());
  std::vector<Condition> conditions;
  for (const auto& [column, parameter] : operation.bindings) {
    const std::string& value = match.path.find(parameter)->second;
    const bool uid = parameter.ends_with("Uid") || parameter.ends_with("uid");
    if (uid && !IsUuid(value))
      return FailParameter(std::string(parameter), fmt::format("{} must be a uid.", parameter));
    conditions.push_back({std::string(column), "=", value});
  }
  for (const auto& [parameter, column, sign] : operation.queries) {
    const std::string* value = request.Query(parameter);
    if (value != nullptr && !value->empty()) conditions.push_back({std::string(column), std::string(sign), *value});
  }
  auto arguments = ReadArguments(request, operation);
  if (!arguments) return tl::unexpected(arguments.error());
  parameters->arguments = std::move(*arguments);
  const bool item = operation.kind == contract::OperationKind::kItem;
  if (item || !operation.paged) {
    parameters->filter.clear();
    parameters->limit = item ? 1 : kMaxLimit;
    parameters->offset = 0;
  }
  auto query = lists_.Compile(operation, *parameters, conditions, caller.scope);
  if (!query) return tl::unexpected(query.error());
  net::Response response;
  if (item) {
    response.body = lists_.Item(*query, caller.scope);
    if (response.body.empty())
      return Fail(ErrorCode::kNotFound,
                  fmt::format("There is no such {}, or you may not see it.", operation.schema->name));
  } else if (const std::string* format = request.Query("format"); format != nullptr && *format == "csv") {
    response.content_type = "text/csv; charset=utf-8";
    response.headers.emplace_back("Content-Disposition",
                                  fmt::format("attachment; filename=\"{}.csv\"", operation.view));
    response.body = lists_.Csv(*query, caller.scope);
  } else {
    response.body = lists_.Page(*query, caller.scope);
    if (!operation.paged) response.body = "{" + response.body.substr(response.body.find("\"data\":["));
  }
  return response;
}

namespace {

net::Response Shape(const contract::Operation& operation, contract::Answer answer) {
  net::Response response;
  response.status = answer.status != 0 ? answer.status : operation.status;
  response.headers = std::move(answer.headers);
  if (!answer.content_type.empty()) {
    response.content_type = answer.content_type;
    response.body = std::move(answer.text);
  } else if (operation.raw_answer) {
    response.body = answer.data.dump();
  } else if (!answer.text.empty()) {
    response.body = std::move(answer.text);  // an item of the list engine, already wrapped
  } else {
    response.body = nlohmann::json{{"data", std::move(answer.data)}}.dump();
  }
  return response;
}

/// Every answer names the request it belongs to.
void Finish(net::Response& response, const std::string& request_id) {
  if (!request_id.empty()) response.headers.emplace_back("X-Request-id", request_id);
}

}  // namespace

Result<net::Response> Dispatcher::RunHandler(net::Request& request, const Match& match, const Caller& caller) {
  const contract::Operation& operation = *match.operation;
  for (const auto& [name, value] : match.path) {
    if (name.ends_with("Uid") && !IsUuid(value)) return FailParameter(name, fmt::format("{} must be a uid.", name));
  }
  std::optional<Repeats::Turn> turn;
  if (request.method != "GET" && !operation.anonymous) {
    auto begun = repeats_.Begin(request, caller.user_uid);
    if (!begun) return tl::unexpected(begun.error());
    if (begun->answer) return std::move(*begun->answer);
    turn.emplace(std::move(begun->turn));
  }
  auto body = ReadBody(request, operation);
  if (!body) return tl::unexpected(body.error());
  auto answer = (handlers_.*operation.handler)({operation.id, request, caller, match.path, std::move(*body)});
  if (!answer) return tl::unexpected(answer.error());
  if (request.method != "GET") {
    identity_.Invalidate();
    lists_.Cache().Written();
  }
  net::Response response;
  if (!answer->later) {
    response = Shape(operation, std::move(*answer));
    if (turn) turn->Keep(response);
    return response;
  }
  response.later = [&operation, request_id = std::string(request.Header("X-Request-id")),
                    later = std::move(answer->later)](std::function<void(net::Response)> then) {
    later([&operation, request_id, then = std::move(then)](Result<contract::Answer> ended) {
      net::Response shaped = ended ? Shape(operation, std::move(*ended)) : net::ErrorResponse(ended.error());
      Finish(shaped, request_id);
      then(std::move(shaped));
    });
  };
  return response;
}

net::Response Dispatcher::File(const fs::path& root, const net::Request& request, std::string path,
                               bool single_page) const {
  net::Response response;
  fs::path file = root / fs::path(path).relative_path().lexically_normal();
  const bool inside = file.lexically_normal().string().starts_with(root.lexically_normal().string());
  if (single_page && (!inside || !fs::is_regular_file(file))) file = root / "index.html";
  fs::path packed = file;
  packed += ".gz";  // made by the build of the portal
  const bool gzip = net::TakesGzip(request) && fs::is_regular_file(packed);
  std::ifstream input(gzip ? packed : file, std::ios::binary);
  if (!inside || !fs::is_regular_file(file) || !input) {
    return net::ErrorResponse({.code = ErrorCode::kNotFound, .message = fmt::format("There is nothing at {}.", path)});
  }
  std::ostringstream text;
  text << input.rdbuf();
  response.body = text.str();
  response.content_type = MediaType(file);
  response.headers = {
      {"Content-Security-Policy",
       "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "same-origin"},
      {"Cache-Control", path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (gzip) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.headers.emplace_back("Vary", "Accept-Encoding");
  }
  return response;
}

Result<net::Response> Dispatcher::Route(net::Request& request) {
  net::Response response;
  if (request.path == "/api/v3/openapi.json") {
    response.body = std::string(contract::OpenApiDocument());
    return response;
  }
  if (request.path == "/api/swagger" || request.path == "/api/swagger/") {
    response.content_type = "text/html; charset=utf-8";
    response.body = std::string(kSwaggerPage);
    return response;
  }
  if (request.path == "/api/swagger/start.js") {
    response.content_type = "text/javascript";
    response.body = std::string(kSwaggerStart);
    return response;
  }
  if (request.path.starts_with("/api/swagger/")) return File(files_.swagger, request, request.path.substr(12), false);
  if (!request.path.starts_with("/api/") && request.path != "/api") {
    if (request.method != "GET" && request.method != "HEAD")
      return Fail(ErrorCode::kMethodNotAllowed, "Only GET is served here.");
    return File(files_.portal, request, request.path, true);
  }
  if (request.method == "HEAD") request.method = "GET";
  const Match match = Find(request.method, request.path);
  if (match.operation == nullptr) {
    if (match.path_known)
      return Fail(ErrorCode::kMethodNotAllowed, fmt::format("{} is not served at {}.", request.method, request.path));
    return Fail(ErrorCode::kNotFound,
                fmt::format("There is nothing at {}; /api/v3/openapi.json lists what is served.", request.path));
  }
  auto caller = Admit(request, *match.operation);
  if (!caller) return tl::unexpected(caller.error());
  if (match.operation->kind == contract::OperationKind::kHandler) return RunHandler(request, match, *caller);
  return RunList(request, match, *caller);
}

net::Response Dispatcher::operator()(net::Request& request) {
  Error problem;
  const std::string request_id(request.Header("X-Request-id"));
  try {
    auto response = Route(request);
    if (response) {
      Finish(*response, request_id);
      return std::move(*response);
    }
    problem = response.error();
  } catch (const db::StatementError& error) {
    problem = db::ToError(error);
    if (problem.code == ErrorCode::kInternal) spdlog::error("{} {}: {}", request.method, request.path, error.what());
  } catch (const db::Unavailable& error) {
    spdlog::error("{} {}: {}", request.method, request.path, error.what());
    problem = {.code = ErrorCode::kUnavailable,
               .message = "The database does not answer at the moment; nothing was changed. Try again shortly."};
    problem.retry_after = 5;
  }
  auto refusal = net::ErrorResponse(problem);
  Finish(refusal, request_id);
  return refusal;
}

}  // namespace steward::platform
