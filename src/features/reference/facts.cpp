// SPDX-License-Identifier: Apache-2.0
#include "features/reference/facts.hpp"

#include "fmt/format.h"

namespace steward::features {

Result<contract::Answer> Facts::All(std::string_view table) {
  const auto rows =
      services_.owner.Acquire()->Query(fmt::format("select id, code, name from core.{} order by name, id", table));
  nlohmann::json list = nlohmann::json::array();
  for (int i = 0; i < rows.Count(); ++i) {
    list.push_back({{"id", rows.Int(i, "id")}, {"code", rows.Text(i, "code")}, {"name", rows.Text(i, "name")}});
  }
  return contract::Answer{.data = std::move(list)};
}

}  // namespace steward::features
