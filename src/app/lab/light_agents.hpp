// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace steward::lab {

struct LightAgentOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string ca_pem;
  std::string token;             ///< of a setup file
  std::filesystem::path folder;  ///< identities are kept here
  int count = 100;
  int dialing = 200;  ///< connections being made at a time; agents of the field do not wait for each other
};

struct LightFleet;

/// Thousands of agents in one process, for load: each has its own key and certificate and its own connection, enrols,
/// says hello, beats, and comes back when it is cut, as the real agent does. They have no adapters and no inventory.
class LightAgents {
 public:
  explicit LightAgents(LightAgentOptions options);
  ~LightAgents();
  LightAgents(const LightAgents&) = delete;
  LightAgents& operator=(const LightAgents&) = delete;

  /// Makes the identities (about a millisecond each) and begins to connect.
  void Start();
  int Connected() const;  ///< welcomed by the console and not cut since
  std::uint64_t Connects() const;

 private:
  std::shared_ptr<LightFleet> shared_;
};

}  // namespace steward::lab
