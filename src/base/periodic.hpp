// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace steward {

/// Work that is done again and again on a thread of its own, with a pause after each time. What it throws is logged as
/// "`what`: ...; it is tried again". The destructor waits until the work that runs is done.
class Periodic {
 public:
  Periodic(std::string what, std::chrono::milliseconds pause, std::function<void()> work);

 private:
  std::jthread thread_;
};

}  // namespace steward
