// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include "net/stream_server.hpp"
#include "site/admission.hpp"
#include "site/blob_store.hpp"
#include "site/ledger.hpp"
#include "site/target.hpp"

namespace steward::site {

/// As a client gives them.
struct Credentials {
  std::string name;
  std::string password;
};

/// Answers the restic REST protocol (lists of version 1 and 2) for the tenants of a ledger. A file is acknowledged when
/// its content has the hash that it is named by, lies on the disk and is counted. Thread-safe; `ledger` outlives it.
class Service {
 public:
  /// Prepares the pools and settles what a stop left open. Throws std::runtime_error when a pool is not usable.
  explicit Service(Ledger& ledger);

  void Serve(net::Exchange& exchange);
  /// Writes what was transferred since the last call to the ledger. Call every second or so, and at the end.
  void FlushTraffic();
  /// Takes out of the recycle bins what has lain there long enough, some of it. Call every few seconds.
  void EmptyBins();
  /// Brings deleted files back where their place is free and the quota allows it. How it went, in words; nothing when
  /// `stop` ended it: what is left comes back when it is asked for again.
  std::optional<std::string> Restore(const Restoration& restoration, const std::atomic<bool>& stop);

 private:
  /// Who asks, for what, and where that lies.
  struct Request {
    Target target;
    Tenant tenant;
    std::string subtenant;         ///< its name; empty = the tenant itself
    std::string pool;              ///< its name
    std::filesystem::path folder;  ///< of the pool
    std::filesystem::path file;    ///< what the target names
  };

  Result<Request> Admit(const net::Request& head);
  /// Who it is; `subtenant` is set when it is one of the tenant's.
  Result<Tenant> SignIn(const net::Request& head, std::optional<Subtenant>& subtenant);
  bool IsRight(const Subtenant& subtenant, const Credentials& given);
  /// Answers, or says why not.
  Status Dispatch(net::Exchange& exchange, const Request& request);
  Status Create(net::Exchange& exchange, const Request& request);
  Status Put(net::Exchange& exchange, const Request& request);
  Status Receive(net::Exchange& exchange, const Request& request, Upload& upload, class Reservation& room);
  Status Keep(const Request& request, Upload& upload);
  Status Remove(net::Exchange& exchange, const Request& request);
  /// False when the file's place is taken, or somebody is at work on it.
  Result<bool> RestoreOne(const Recycled& file);
  Status Send(net::Exchange& exchange, const Request& request);
  Status List(net::Exchange& exchange, const Request& request);
  void CountTraffic(const std::string& tenant, std::int64_t received, std::int64_t sent);
  void Refuse(net::Exchange& exchange, const Error& error);

  Ledger& ledger_;
  Passwords passwords_;
  Reservations reservations_;
  Limits limits_;
  Claims claims_;
  std::mutex traffic_mutex_;
  std::map<std::string, Ledger::Traffic> traffic_;
};

}  // namespace steward::site
