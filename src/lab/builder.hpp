// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "lab/dice.hpp"
#include "lab/model.hpp"

namespace steward::lab {

/// What is wrong with a server from the start (beside what its numbers say).
enum class Trouble { kNone, kSilent, kEverything };

struct ServerPlan {
  std::size_t customer = 0;
  std::size_t machines = 0;  ///< virtual machines
  std::size_t agents = 0;    ///< computers with a backup agent
  bool modern = true;
  bool hyper_v = false;
  bool scale_out = false;
  std::size_t shares = 0;   ///< file shares
  std::size_t buckets = 0;  ///< buckets of one object storage
  int sockets = 0;          ///< licensed beside the instances
  std::size_t zone = 0;
  int license_days = 0;        ///< days left; 0 = thrown by the dice
  bool cloud_connect = false;  ///< licensed to serve tenants
  double license_use = 0;      ///< share of the licence in use; 0 = thrown by the dice
  Trouble trouble = Trouble::kNone;
};

/// Makes one server from its plan: infrastructure, machines, jobs; no history yet.
class Builder {
 public:
  Builder(std::uint64_t seed, const ServerPlan& plan, std::string code, int number, std::string customer, Moment start);
  BackupServer Build();
  /// After the history has been played: sizes the licence and the repositories by what is really in use.
  void Settle(BackupServer& server);

 private:
  std::string Id(const std::string& key) const;
  void AddInfrastructure(BackupServer& server);
  void AddRepositories(BackupServer& server);
  void AddMachines(BackupServer& server);
  void AddComputers(BackupServer& server);
  void AddDataServers(BackupServer& server);
  void AddFileJobs(BackupServer& server);
  void AddMachineJobs(BackupServer& server);
  void AddComputerJobs(BackupServer& server);
  void AddFollowers(BackupServer& server);
  void AddTrouble(BackupServer& server);
  Job MakeJob(JobKind kind, const std::string& name, const std::string& repository);

  std::uint64_t seed_;
  ServerPlan plan_;
  std::string code_;
  std::string prefix_;  ///< of every dice key of this server
  std::string customer_;
  Moment start_;
  std::string main_repository_, second_repository_;
};

}  // namespace steward::lab
