// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/http.hpp"

namespace steward::platform {
struct Caller;
}

/// The contract as tables, generated from api/console/*.yaml.
namespace steward::contract {

enum class Kind { kString, kUuid, kInteger, kNumber, kBoolean, kDateTime, kDate, kEnum, kObject, kArray, kAny };

struct Schema;

struct Property {
  std::string_view name;
  Kind kind = Kind::kString;
  Kind item_kind = Kind::kString;  ///< of an array
  bool nullable = false;
  bool required = false;
  bool read_only = false;
  bool has_unknown = false;                      ///< an enum that can say Unknown
  const Schema* schema = nullptr;                ///< of an object, or of an array's items; null = free-form
  std::span<const std::string_view> words = {};  ///< of an enum, or of an array's items
  std::int64_t minimum = std::numeric_limits<std::int64_t>::min();
  std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
  std::int64_t min_length = 0;
  std::int64_t max_length = std::numeric_limits<std::int64_t>::max();
  std::string_view fallback = {};  ///< value when it is not given, as JSON
};

/// A related object that `expand` puts into _embedded. `flat`: its fields stand directly in _embedded.
struct Expand {
  std::string_view name;
  std::string_view property;
  std::string_view column;
  const Schema* schema = nullptr;
  bool flat = false;
};

struct Schema {
  std::string_view name;
  std::span<const Property> properties = {};
  std::span<const Expand> expands = {};
};

/// View column that must equal a path parameter.
struct Binding {
  std::string_view column;
  std::string_view parameter;
};

/// Query parameter that, when given, becomes a condition on a view column.
struct QueryBinding {
  std::string_view parameter;
  std::string_view column;
  std::string_view sign;  ///< SQL comparison
};

/// Query parameter that a list's function takes; null when the caller does not give it.
struct Argument {
  std::string_view parameter;
  bool is_date = false;
  std::span<const std::string_view> words = {};  ///< of those it must be one, when there are any
};

/// One term of a list's own order.
struct OrderBy {
  std::string_view column;  ///< of the view
  bool descending = false;
};

enum class OperationKind { kList, kItem, kHandler };

class Handlers;

/// One call of a handler.
struct Call {
  std::string_view operation;  ///< operationId
  const net::Request& request;
  const platform::Caller& caller;
  const std::map<std::string, std::string, std::less<>>& path;
  nlohmann::json body;  ///< checked against the contract; property names in the contract's spelling

  /// Path parameter; throws std::out_of_range for a name the path does not have.
  const std::string& Path(std::string_view name) const { return path.find(name)->second; }
};

/// What a handler answers; `data` is wrapped as {"data": ...} unless the operation answers raw.
struct Answer {
  nlohmann::json data = nullptr;
  int status = 0;            ///< 0 = the operation's own
  std::string content_type;  ///< set: `text` is the whole body, sent as it is
  std::string text;
  std::vector<std::pair<std::string, std::string>> headers;
  /// When set, the answer comes later and everything else here is ignored; see net::Response::later.
  std::function<void(std::function<void(Result<Answer>)>)> later = {};
};

using HandlerFunction = Result<Answer> (Handlers::*)(const Call&);

struct Operation {
  std::string_view method;
  std::string_view path;  ///< template below the server's root
  std::string_view id;
  std::uint32_t roles = 0;  ///< bit i = RoleNames()[i] is admitted
  bool anonymous = false;
  std::span<const Binding> bindings = {};
  OperationKind kind = OperationKind::kHandler;
  const Schema* schema = nullptr;
  std::string_view view;
  std::string_view sort_key;
  bool paged = true;
  std::span<const OrderBy> order = {};  ///< when the caller gives no sort
  std::span<const QueryBinding> queries = {};
  std::span<const Argument> arguments = {};  ///< the view is then a function of that name
  HandlerFunction handler = nullptr;
  const Schema* body = nullptr;
  bool body_array = false;
  bool body_form = false;
  int status = 200;
  bool raw_answer = false;
};

enum class ChargeUnit { kFlat, kUnits, kSpace };

/// What a price of a subscription plan charges. JSON pointers into the plan; empty where a price has no such thing.
struct Charge {
  std::string_view price;
  std::string_view category;  ///< word of InvoiceChargeCategory
  std::string_view words;     ///< what people call it
  ChargeUnit unit = ChargeUnit::kUnits;
  bool is_license = false;
  std::span<const std::string_view> kinds = {};  ///< of the usage ledger; none: nothing measures it
  std::string_view edition;                      ///< only of servers with a licence of this edition
  std::string_view free;
  std::string_view free_units;
  std::string_view units;
  std::string_view chunk;
  std::string_view round_up;
  std::string_view algorithm;  ///< it is charged when this is `word`
  std::string_view word;
};

std::span<const Operation> Operations();
/// All prices of a plan, in the plan's order.
std::span<const Charge> Charges();
std::span<const std::string_view> RoleNames();
const Schema* FindSchema(std::string_view name);
std::string_view OpenApiDocument();
/// Top-level property by name without case, or nullptr.
const Property* FindProperty(const Schema& schema, std::string_view name);

/// Checks a JSON body against a schema and returns it with property names in the contract's spelling (names match
/// without case, unknown ones are dropped, read-only ones are dropped). Errors name the property path.
Result<nlohmann::json> CheckBody(const Schema& schema, const nlohmann::json& body);
/// Checks one value against a property of the contract; `path` names it in the error.
Result<nlohmann::json> CheckValue(const Property& property, const nlohmann::json& value, const std::string& path);

/// The object with the defaults of the contract where it gives nothing, objects within it as well.
nlohmann::json WithDefaults(const Schema& schema, const nlohmann::json& object);

/// Applies an RFC 6902 patch to `current` (an object of `schema`), creating missing intermediate objects; refuses
/// read-only properties and checks the result. Returns the whole new object.
Result<nlohmann::json> ApplyPatch(const Schema& schema, const nlohmann::json& current, const nlohmann::json& patch);

}  // namespace steward::contract
