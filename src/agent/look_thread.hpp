// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace steward::agent {

/// A thread that looks at a server in its rhythm, and at once when asked to. Thread-safe.
class LookThread {
 public:
  struct Turn {
    bool everything;  ///< the slow parts too
    bool changed;     ///< somebody changed something there
  };
  /// Does a look; true once everything has been read. Called on the thread; throws nothing.
  using Look = std::function<bool(Turn)>;

  /// Looks every `often`, at everything every `everything`.
  LookThread(std::chrono::seconds often, std::chrono::seconds everything, Look look);
  ~LookThread() { Stop(); }
  LookThread(const LookThread&) = delete;
  LookThread& operator=(const LookThread&) = delete;

  void Start();
  void Stop();
  /// Look at everything now instead of at the next turn.
  void Now();
  /// Looks once more after a change and waits for it, 20 s at most: the console shall see the server's own answer.
  void AfterChange();
  /// True once the first look is over, whatever it found.
  bool HasLooked() const { return looked_; }

 private:
  void Run();

  std::chrono::seconds often_, everything_;
  Look look_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false, now_ = false, changed_ = false;
  std::uint64_t begun_ = 0, ended_ = 0;
  std::atomic<bool> looked_{false};
  std::thread thread_;
};

}  // namespace steward::agent
