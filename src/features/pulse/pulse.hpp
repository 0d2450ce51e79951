// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "features/pulse/license_tasks.hpp"
#include "features/pulse/pulse_client.hpp"
#include "platform/secret_box.hpp"
#include "platform/waiting.hpp"

namespace steward::features {

/// The console's dealings with a licence authority: configuration, what the authority has, and licences made, assigned
/// and installed. Reads the authority every hour and does tasks on a thread of its own. Thread-safe.
class Pulse {
 public:
  struct Parts {
    platform::Services services;
    agentlink::Commands& commands;
    platform::Waiting& waiting;
    const platform::SecretBox& secrets;
    PulseAddress address;
  };
  explicit Pulse(Parts parts);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  using Answer = Result<contract::Answer>;
  using Call = contract::Call;
  Answer PatchConfiguration(const Call& call);
  Answer Sync(const Call& call);
  Answer CreateTenant(const Call& call);
  Answer PatchTenant(const Call& call);
  Answer CreateLicense(const Call& call);
  Answer CopyLicense(const Call& call);
  Answer PatchLicense(const Call& call);
  Answer DeleteLicense(const Call& call);
  Answer Download(const Call& call);
  Answer Install(const Call& call);
  Answer Revoke(const Call& call);
  Answer Push(const Call& call);
  Answer CancelTask(const Call& call);

  /// The newest file of a licence that the authority has. Errors: those of the authority; kConflict when it is not
  /// configured.
  Result<std::string> LicenseFile(const std::string& license_uid);

  using Authority = std::unique_ptr<LicenseAuthority>;
  /// A connection of its own to the authority. Errors: kConflict when it is not configured, or licences are not managed
  /// here.
  Result<Authority> Managing();

  /// Something may be due.
  void Wake();

 private:
  Result<Authority> Connect();  ///< also when licences are not managed here
  Status ReadAll(LicenseAuthority& authority);
  void Run();
  void RunOnce();
  void Plan();  ///< tasks that follow from what changed at the authority
  void ReadWhenDue();
  /// Whether the licence is revoked, and servers that could not lose it shall lose it now.
  bool RemoveAgain(const Call& call, const std::string& license_uid);
  Answer Licensed(const Call& call, const Result<Json>& license, std::string_view audit_type, std::string_view words);
  struct Wish;
  /// Stores a task, and answers with `then` when it has ended, or after a while.
  Answer Order(const Call& call, const Wish& wish);

  Parts parts_;
  LicenseTasks tasks_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool due_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace steward::features
