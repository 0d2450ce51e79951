// SPDX-License-Identifier: Apache-2.0
#include "base/periodic.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <stop_token>

#include "spdlog/spdlog.h"

namespace steward {

Periodic::Periodic(std::string what, std::chrono::milliseconds pause, std::function<void()> work)
    : thread_([what = std::move(what), pause, work = std::move(work)](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any wake;
        while (!stop.stop_requested()) {
          try {
            work();
          } catch (const std::exception& error) {
            spdlog::error("{}: {}; it is tried again", what, error.what());
          }
          std::unique_lock lock(mutex);
          wake.wait_for(lock, stop, pause, [] { return false; });
        }
      }) {}

}  // namespace steward
