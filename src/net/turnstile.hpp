// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>

namespace steward::net {

/// Lets a few of many go through something costly at a time, in the order they came: those in the middle are done
/// before others begin, so that nobody's patience ends while all make a little progress. A place is taken back from
/// who keeps it for longer than `patience`; he goes on, and no longer counts. Thread-safe.
class Turnstile {
 public:
  using Clock = std::chrono::steady_clock;
  using Ticket = std::uint64_t;
  Turnstile(std::size_t places, Clock::duration patience) : places_(places), patience_(patience) {}

  /// Calls `enter` now, or from another's Leave or Sweep, with the ticket to leave with.
  void Enter(std::function<void(Ticket)> enter) {
    Ticket ticket = 0;
    {
      const std::lock_guard lock(mutex_);
      if (inside_.size() >= places_) {
        waiting_.push_back(std::move(enter));
        return;
      }
      ticket = Admit();
    }
    enter(ticket);
  }

  /// Gives the place to the next; a ticket that was taken back is ignored.
  void Leave(Ticket ticket) {
    {
      const std::lock_guard lock(mutex_);
      if (inside_.erase(ticket) == 0) return;
    }
    LetIn();
  }

  /// Takes back places kept for too long. Called a few times a second.
  void Sweep(Clock::time_point now = Clock::now()) {
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(inside_, [&](const auto& place) { return now - place.second > patience_; });
    }
    LetIn();
  }

  /// Drops those who wait: the server has stopped.
  void Clear() {
    std::deque<std::function<void(Ticket)>> dropped;  // outlives the lock: what they hold may call Leave
    const std::lock_guard lock(mutex_);
    dropped.swap(waiting_);
  }

 private:
  Ticket Admit() {
    inside_.emplace(++last_, Clock::now());
    return last_;
  }

  void LetIn() {
    while (true) {
      std::function<void(Ticket)> enter;
      Ticket ticket = 0;
      {
        const std::lock_guard lock(mutex_);
        if (waiting_.empty() || inside_.size() >= places_) return;
        enter = std::move(waiting_.front());
        waiting_.pop_front();
        ticket = Admit();
      }
      enter(ticket);
    }
  }

  const std::size_t places_;
  const Clock::duration patience_;
  std::mutex mutex_;
  Ticket last_ = 0;
  std::unordered_map<Ticket, Clock::time_point> inside_;
  std::deque<std::function<void(Ticket)>> waiting_;
};

}  // namespace steward::net
