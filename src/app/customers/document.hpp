// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"

namespace steward::customers {

using Json = nlohmann::ordered_json;

/// The form of a customers file (api/customers.schema.json).
const std::string& SchemaText();

/// Reads a YAML file and checks it against the form. Errors name the line and the property.
Result<Json> Load(const std::string& path);
/// Checks a document; the error names the property.
Status Check(const Json& document);
/// The same document as YAML.
std::string Write(const Json& document);

/// "500 GiB" or a number of bytes; an error in words when it is neither, or less than 1 MiB.
Result<std::int64_t> Bytes(const Json& size);
/// The largest unit that tells the number exactly.
std::string SizeText(std::int64_t bytes);

}  // namespace steward::customers
