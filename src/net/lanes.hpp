// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <mutex>

#include "net/asio.hpp"

namespace steward::net {

/// Runs request handlers. Up to `lanes` of them run at once, on the io threads themselves: a short request costs no
/// change of thread, and the database sees no more statements at once than there are cores to work on them. A request
/// that has waited for kPatience goes to the workers: slow ones hold up nobody. Without lanes all go there.
/// Thread-safe; outlives its jobs.
class Lanes {
 public:
  using Job = std::function<void()>;
  static constexpr std::chrono::milliseconds kPatience{5};

  Lanes(asio::io_context& io, asio::thread_pool& workers, int lanes)
      : io_(io), workers_(workers), lanes_(lanes), timer_(io) {}

  /// Runs the job now, on this thread, when a lane is free; otherwise as soon as one is. Call on an io thread.
  void Run(Job job) {
    if (lanes_ <= 0) return asio::post(workers_, std::move(job));
    {
      const std::lock_guard lock(mutex_);
      if (busy_ >= lanes_) {
        waiting_.push_back({std::move(job), Clock::now()});
        if (waiting_.size() == 1) Watch();
        return;
      }
      ++busy_;
    }
    job();
    Next();
  }

  /// Drops the jobs that still wait: the server has stopped.
  void Clear() {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    Job job;
    Clock::time_point since;
  };

  /// Gives the lane to the longest waiting job, as a task of its own: the caller's connection is free again.
  void Next() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      --busy_;
      return;
    }
    asio::post(io_, [this, job = std::move(waiting_.front().job)] {
      job();
      Next();
    });
    waiting_.pop_front();
  }

  /// Looks again when the first waiting job has lost its patience. With the lock held.
  void Watch() {
    timer_.expires_at(waiting_.front().since + kPatience);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      const std::lock_guard lock(mutex_);
      const auto now = Clock::now();
      while (!waiting_.empty() && waiting_.front().since + kPatience <= now) {
        asio::post(workers_, std::move(waiting_.front().job));
        waiting_.pop_front();
      }
      if (!waiting_.empty()) Watch();
    });
  }

  asio::io_context& io_;
  asio::thread_pool& workers_;
  const int lanes_;
  std::mutex mutex_;
  int busy_ = 0;
  std::deque<Waiting> waiting_;
  asio::steady_timer timer_;
};

}  // namespace steward::net
