// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

/// Texts that are made a part of the program when it is built.
namespace steward::pulse {

/// api/pulse/openapi.yaml as JSON.
std::string_view DocumentText();
/// src/pulse/demo_products.yaml.
std::string_view DemoProducts();

}  // namespace steward::pulse
