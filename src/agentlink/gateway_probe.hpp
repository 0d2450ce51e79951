// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "agentlink/gateways.hpp"
#include "net/tls_probe.hpp"

namespace steward::agentlink {

/// What is wrong with a gateway, in words, and what to look at; empty when nothing is. Pure: `now` is the clock.
std::string JudgeGateway(const net::TlsProbe& probe, const net::TlsProbeOptions& options, std::chrono::sys_seconds now);

/// Goes to every enabled gateway as an agent would, on a thread of its own, every so often and when the list changes,
/// and writes down what it found.
class GatewayProbe {
 public:
  struct Options {
    std::string ca_pem;
    std::string instance;  ///< names this console in the database
    std::string own_host;  ///< where this console reaches its own listener
    std::chrono::seconds every{30};
    std::function<void()> changed;  ///< called after rows were stored
  };
  GatewayProbe(db::Pool& owner, Gateways& gateways, Options options);
  ~GatewayProbe();
  GatewayProbe(const GatewayProbe&) = delete;
  GatewayProbe& operator=(const GatewayProbe&) = delete;

  /// Looks at once: the list has changed.
  void Wake();

 private:
  void Run();
  void Round();
  std::string Look(const Gateway& gateway) const;

  db::Pool& owner_;
  Gateways& gateways_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool woken_ = false;
  std::thread thread_;
};

}  // namespace steward::agentlink
