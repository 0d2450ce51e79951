// SPDX-License-Identifier: Apache-2.0
#include "agent/gateway_book.hpp"

#include <nlohmann/json.hpp>

#include "agent/identity.hpp"
#include "spdlog/spdlog.h"

namespace steward::agent {
namespace {

bool Same(const ConsoleAddress& a, const ConsoleAddress& b) {
  return a.host == b.host && a.port == b.port;
}

}  // namespace

GatewayBook::GatewayBook(std::filesystem::path file) : file_(std::move(file)) {
  const std::string text = ReadFile(file_);
  if (text.empty()) return;
  try {
    const auto stored = nlohmann::json::parse(text);
    std::vector<ConsoleAddress> gateways;
    for (const auto& entry : stored.at("gateways"))
      gateways.push_back({entry.at("host").get<std::string>(), entry.at("port").get<std::uint16_t>()});
    revision_ = stored.at("revision").get<std::uint64_t>();
    gateways_ = std::move(gateways);
  } catch (const nlohmann::json::exception& error) {
    spdlog::warn("{} cannot be read ({}); the console sends its gateways again", file_.string(), error.what());
  }
}

void GatewayBook::Take(const GatewayList& list) {
  nlohmann::json stored = {{"revision", list.revision()}, {"gateways", nlohmann::json::array()}};
  std::vector<ConsoleAddress> gateways;
  for (const Gateway& gateway : list.gateways()) {
    if (gateway.host().empty() || gateway.port() == 0 || gateway.port() > 65535) continue;
    gateways.push_back({gateway.host(), static_cast<std::uint16_t>(gateway.port())});
    stored["gateways"].push_back({{"name", gateway.name()}, {"host", gateway.host()}, {"port", gateway.port()}});
  }
  WriteFileSafely(file_, stored.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  const std::lock_guard lock(mutex_);
  revision_ = list.revision();
  gateways_ = std::move(gateways);
}

std::uint64_t GatewayBook::Revision() const {
  const std::lock_guard lock(mutex_);
  return revision_;
}

std::vector<ConsoleAddress> GatewayBook::Order(const std::vector<ConsoleAddress>& setup) const {
  const std::lock_guard lock(mutex_);
  auto order = gateways_;
  for (const ConsoleAddress& address : setup) {
    const bool known = std::any_of(order.begin(), order.end(), [&](const auto& other) { return Same(other, address); });
    if (!known) order.push_back(address);
  }
  return order;
}

}  // namespace steward::agent
