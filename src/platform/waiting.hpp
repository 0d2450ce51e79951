// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace steward::platform {

/// Calls that wait for something to end, without a thread for each. Thread-safe.
class Waiting {
 public:
  using Then = std::function<void()>;

  Waiting();
  ~Waiting() { Stop(); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  /// Calls `then` once, on a thread of this object: when `subject` has ended, or the time is over. `then` looks which.
  void For(const std::string& subject, std::chrono::milliseconds time, Then then);
  void Ended(const std::string& subject);
  /// Ends every wait now.
  void Stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    Clock::time_point until;
    Then then;
  };
  void Run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<std::string, Entry> entries_;  ///< by subject
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace steward::platform
