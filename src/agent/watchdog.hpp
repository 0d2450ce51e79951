// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace steward::agent {

/// Tells systemd that the agent is up, and, where the unit has a WatchdogSec, again and again that it lives: systemd
/// starts an agent again that stops saying so. Does nothing without systemd.
class Watchdog {
 public:
  /// `alive` is asked on a thread of this object, three times in each watchdog period.
  explicit Watchdog(std::function<bool()> alive);
  ~Watchdog();
  /// Tells systemd that the agent ends: not said when the process only becomes another program.
  static void Ending();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void Run(std::chrono::microseconds period);

  std::function<bool()> alive_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace steward::agent
