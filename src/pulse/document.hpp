// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/http.hpp"
#include "pulse/records.hpp"

namespace steward::pulse {

/// An OpenAPI 3.1 document as what a server needs of it: routes, and checks of requests and answers. A document that
/// says something this cannot check is refused with std::runtime_error, so that nothing is declared in vain.
class Document {
 public:
  explicit Document(std::string_view text);
  Document(const Document&) = delete;  // operations point into it
  Document& operator=(const Document&) = delete;

  struct Parameter {
    std::string name;
    std::string in;  ///< query, header or path
    const nlohmann::json* schema = nullptr;
    bool required = false;
  };
  struct Operation {
    std::string id;
    std::string method;  ///< upper case
    std::string path;    ///< template
    std::vector<std::string> segments;
    bool anonymous = false;
    std::vector<Parameter> parameters;
    const nlohmann::json* body = nullptr;  ///< schema, or null when there is none
    bool body_required = false;
    int status = 200;                        ///< of an answer that is no refusal
    const nlohmann::json* answer = nullptr;  ///< schema of a JSON answer, or null
  };
  using PathValues = std::map<std::string, std::string, std::less<>>;
  struct Match {
    const Operation* operation = nullptr;
    PathValues path;
  };

  const std::vector<Operation>& Operations() const { return operations_; }
  /// Errors: kNotFound for a path that is none, kMethodNotAllowed with the methods that the path has.
  Result<Match> Find(const std::string& method, const std::string& path) const;
  /// Methods of a path, separated by commas; empty when it is none.
  std::string MethodsOf(const std::string& path) const;
  /// Checks query and headers against the declaration. Errors: kInvalid with the parameter.
  Status CheckParameters(const Operation& operation, const net::Request& request) const;
  /// limit and offset of the request, else as declared.
  Page PageOf(const Operation& operation, const net::Request& request) const;
  /// The body, parsed and checked; an object without members when it may be left out and is. Errors: kInvalid with the
  /// property, kUnsupportedMedia.
  Result<nlohmann::json> ReadBody(const Operation& operation, const net::Request& request) const;
  /// Errors: kInvalid with the path of what is wrong.
  Status Check(const nlohmann::json& schema, const nlohmann::json& value, const std::string& where) const;

  const nlohmann::json& Json() const { return json_; }

 private:
  const nlohmann::json& Resolve(const nlohmann::json& node) const;
  void CheckSchema(const nlohmann::json& schema, const std::string& where) const;
  void AddPath(const std::string& path, const nlohmann::json& item);
  void AddParameters(Operation& operation, const nlohmann::json& owner) const;
  void AddAnswer(Operation& operation, const nlohmann::json& responses) const;
  Status CheckObject(const nlohmann::json& schema, const nlohmann::json& value, const std::string& where) const;
  Status CheckItems(const nlohmann::json& schema, const nlohmann::json& value, const std::string& where) const;

  nlohmann::json json_;
  std::vector<Operation> operations_;
};

}  // namespace steward::pulse
