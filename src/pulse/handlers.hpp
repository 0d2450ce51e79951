// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "pulse/document.hpp"
#include "pulse/store.hpp"

namespace steward::pulse {

/// The time that a request counts for.
struct Moment {
  std::chrono::sys_seconds now;
  std::chrono::sys_days today;
};

/// One call of an operation. For calls that change something a transaction is open.
struct Call {
  Store& store;
  const Document& document;
  const Document::PathValues& path;
  const Caller& caller;  ///< empty for anonymous operations
  nlohmann::json body;   ///< checked
  Page page;
  Moment moment;

  const std::string& Path(std::string_view name) const { return path.find(name)->second; }
  const std::string& PartnerId() const { return caller.partner.id; }
};

/// What an operation answers.
struct Answer {
  enum class Form { kData, kList, kWhole, kText };
  Form form = Form::kData;
  nlohmann::json data = nullptr;
  std::int64_t total = 0;  ///< rows of the whole list
  std::string text;
};

using Handler = std::function<Result<Answer>(const Call&)>;
/// By operationId.
using Handlers = std::map<std::string, Handler>;

void AddReferenceHandlers(Handlers& handlers);
void AddTenantHandlers(Handlers& handlers);
void AddLicenseHandlers(Handlers& handlers);
void AddReportHandlers(Handlers& handlers);
/// All of the above.
Handlers AllHandlers();

/// Throws std::runtime_error that names the operations without a handler and the handlers without an operation.
void CheckHandlers(const Document& document, const Handlers& handlers);

/// The rows as a list's answer.
template <typename T, typename ToJson>
Answer ListAnswer(const Listed<T>& listed, ToJson to_json) {
  Answer answer{.form = Answer::Form::kList, .data = nlohmann::json::array(), .total = listed.total};
  for (const T& row : listed.rows) answer.data.push_back(to_json(row));
  return answer;
}

/// Value or null.
nlohmann::json OrNull(const std::optional<std::string>& text);
/// A text of the body; nothing when it is absent or null.
std::optional<std::string> TextOf(const nlohmann::json& body, std::string_view name);
/// Thousandths as a number, whole when it is.
nlohmann::json NumberOf(Thousandths value);
/// Errors: kNotFound for a kind of thing that is not there, or is another partner's.
tl::unexpected<Error> NotThere(std::string_view kind, const std::string& id);

}  // namespace steward::pulse
