// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "agent/command_runner.hpp"

namespace steward::agent {

/// A source of inventory. Each has threads of its own and publishes to the sync store when it learns something.
class Adapter {
 public:
  virtual ~Adapter() = default;
  virtual std::string Name() const = 0;
  virtual void Start() = 0;
  /// Ends the threads; returns within seconds.
  virtual void Stop() = 0;
  /// True while it does what an end of the process would cut off.
  virtual bool Busy() const { return false; }
  /// Look now instead of at the next turn.
  virtual void CollectNow() = 0;
  /// True once the first look is over, whatever it found.
  virtual bool HasLooked() const = 0;
  /// Carries out a command, and has published what it changed when it returns; nothing when the command is meant for
  /// another adapter. Called by several threads; `progress` is good until it returns.
  virtual std::optional<CommandOutcome> Execute(const Command& command, const Progress& progress) = 0;
};

}  // namespace steward::agent
