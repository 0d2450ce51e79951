// SPDX-License-Identifier: Apache-2.0
#include "pulse/products.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "fmt/format.h"

namespace steward::pulse {
namespace {

/// A fault with its place; leaves this file as an Error only.
struct Problem {
  std::string what;
};

[[noreturn]] void Refuse(const YAML::Node& node, const std::string& what) {
  throw Problem{fmt::format("Line {}: {}", node.Mark().line + 1, what)};
}

std::string Text(const YAML::Node& owner, const char* key) {
  const auto value = owner[key];
  if (!value || !value.IsScalar() || value.Scalar().empty()) Refuse(owner, fmt::format("{} is missing.", key));
  return value.Scalar();
}

std::string Id(const YAML::Node& owner, const char* key) {
  std::string id = Text(owner, key);
  if (!IsWord(id)) {
    Refuse(owner,
           fmt::format("{} \"{}\" may have letters, digits, dots, dashes and underscores only, 64 at most.", key, id));
  }
  return id;
}

ProductWorkload ReadWorkload(const YAML::Node& node) {
  if (!node.IsMap()) Refuse(node, "A workload has workloadId, name and multiplier.");
  const auto multiplier = license::ParseDecimal(Text(node, "multiplier"));
  if (!multiplier) Refuse(node, "multiplier must be a number such as 2.5, with three decimals at most.");
  return {.id = Id(node, "workloadId"), .name = Text(node, "name"), .multiplier = *multiplier};
}

Product ReadProduct(const YAML::Node& node) {
  if (!node.IsMap()) Refuse(node, "A product has productId, name, edition, version and workloads.");
  Product product{.id = Id(node, "productId"), .name = Text(node, "name"), .edition = Text(node, "edition")};
  if (node["package"]) product.package = Text(node, "package");
  product.version = Text(node, "version");
  if (const auto cloud = node["cloudConnect"]) {
    if (!YAML::convert<bool>::decode(cloud, product.cloud_connect)) Refuse(cloud, "cloudConnect is true or false.");
  }
  const auto workloads = node["workloads"];
  if (!workloads || !workloads.IsSequence() || workloads.size() == 0) Refuse(node, "workloads are missing.");
  std::set<std::string> seen;
  for (const auto& one : workloads) {
    product.workloads.push_back(ReadWorkload(one));
    if (!seen.insert(product.workloads.back().id).second) Refuse(one, "this workloadId stands there twice.");
  }
  return product;
}

}  // namespace

bool IsWord(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || c == '-' || c == '_' || c == '.';
  });
}

Result<std::vector<Product>> ReadProducts(const std::string& yaml) {
  try {
    const auto root = YAML::Load(yaml);
    const auto list = root.IsMap() ? root["products"] : YAML::Node();
    if (!list || !list.IsSequence()) return Fail(ErrorCode::kInvalid, "The file has no list \"products\".");
    std::vector<Product> products;
    for (const auto& one : list) products.push_back(ReadProduct(one));
    return products;
  } catch (const Problem& problem) {
    return Fail(ErrorCode::kInvalid, problem.what);
  } catch (const YAML::Exception& error) {
    return Fail(ErrorCode::kInvalid, error.what());
  }
}

}  // namespace steward::pulse
