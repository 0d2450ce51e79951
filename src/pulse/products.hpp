// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "base/error.hpp"
#include "pulse/records.hpp"

namespace steward::pulse {

/// Products of a price list in YAML, as src/pulse/demo_products.yaml is one. Errors: kInvalid with the line.
Result<std::vector<Product>> ReadProducts(const std::string& yaml);

/// Letters, digits, dots, dashes and underscores, 64 at most: what ids of products, workloads and contracts are made
/// of.
bool IsWord(std::string_view text);

}  // namespace steward::pulse
