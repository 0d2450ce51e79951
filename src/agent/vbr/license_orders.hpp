// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "agent/command_runner.hpp"
#include "agent/vbr/client.hpp"
#include "license/license.hpp"

namespace steward::agent::vbr {

/// Changes the licence of a backup server and judges each change by what the server shows afterwards. What it has
/// already is not installed again. Not thread-safe.
class LicenseOrders {
 public:
  explicit LicenseOrders(Client& client) : client_(client) {}

  CommandOutcome Execute(const LicenseAction& action);

 private:
  CommandOutcome Install(const std::string& file);
  CommandOutcome Remove(const std::string& section);
  CommandOutcome Renew(const LicenseRenewal& renewal);
  CommandOutcome RemoveFile(const std::string& file);
  CommandOutcome SetAutoUpdate(bool enabled);
  CommandOutcome Update();

  Client& client_;
};

/// What a server's licence lacks to be the one of a file, in words; empty: it is the one.
std::string MissingOf(const license::License& file, const Json& installed);
/// Why a licence must not go to a server that has `installed`; empty: it may. A licence of a Cloud Connect provider and
/// one on rental for backup servers are never put in each other's place.
std::string Misplaced(const license::License& file, const Json& installed);

}  // namespace steward::agent::vbr
