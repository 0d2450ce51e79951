// SPDX-License-Identifier: Apache-2.0
#include "lab/gate_switch.hpp"

#include <nlohmann/json.hpp>

namespace steward::lab {
namespace {

net::Response Refuse(int status, const std::string& words) {
  net::Response response;
  response.status = status;
  response.body = nlohmann::json{{"error", words}}.dump();
  return response;
}

std::string Set(Gate& gate, const nlohmann::json& wanted) {
  static const std::map<std::string, GateMode::Kind> kKinds = {
      {"pass", GateMode::Kind::kPass}, {"silent", GateMode::Kind::kSilent}, {"reset", GateMode::Kind::kReset}};
  GateMode mode;
  for (const auto& [name, value] : wanted.items()) {
    if (name == "mode" && value.is_string() && kKinds.contains(value.get<std::string>())) {
      mode.kind = kKinds.at(value.get<std::string>());
    } else if (name == "delayMilliseconds" && value.is_number_unsigned()) {
      mode.delay = std::chrono::milliseconds(value.get<unsigned>());
    } else if (name == "kilobitsPerSecond" && value.is_number_unsigned()) {
      mode.bytes_per_second = value.get<std::uint64_t>() * 125;
    } else if (name == "cutAfterBytes" && value.is_number_unsigned()) {
      mode.cut_after = value.get<std::uint64_t>();
    } else {
      return "the gate does not know \"" + name + "\" with this value";
    }
  }
  gate.Set(mode);
  return {};
}

}  // namespace

net::Response AnswerGate(Gate& gate, const net::Request& request) {
  if (request.path != "/gate") return Refuse(404, "the gate's switch is /gate");
  if (request.method == "POST") {
    const auto wanted = nlohmann::json::parse(request.body, nullptr, false);
    if (!wanted.is_object()) return Refuse(400, "the body is no JSON object");
    if (const auto words = Set(gate, wanted); !words.empty()) return Refuse(400, words);
  }
  const auto counts = gate.Now();
  net::Response response;
  response.body = nlohmann::json{{"accepted", counts.accepted}, {"open", counts.open}, {"bytes", counts.bytes}}.dump();
  return response;
}

}  // namespace steward::lab
