// SPDX-License-Identifier: Apache-2.0
#include "agent/watchdog.hpp"

#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>

namespace steward::agent {

Watchdog::Watchdog(std::function<bool()> alive) : alive_(std::move(alive)) {
  sd_notify(0, "READY=1");
  std::uint64_t period = 0;
  if (sd_watchdog_enabled(0, &period) > 0) {
    thread_ = std::thread([this, period] { Run(std::chrono::microseconds(period)); });
  }
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Watchdog::Ending() {
  sd_notify(0, "STOPPING=1");
}

void Watchdog::Run(std::chrono::microseconds period) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (alive_()) {
      sd_notify(0, "WATCHDOG=1");
    } else {
      spdlog::error("The link to the console hangs; systemd will start this agent again");
    }
    wake_.wait_for(lock, period / 3, [this] { return stopping_; });
  }
}

}  // namespace steward::agent
