// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include "agent/config.hpp"
#include "agent/server_call.hpp"

namespace steward::agent::em {

/// Asks for all of an object, not for a reference to it.
inline constexpr auto kEntity = "?format=Entity";

using Json = nlohmann::json;

/// Speaks to one Enterprise Manager (REST 1.7, JSON): signs in, signs in again, waits for its tasks. Not thread-safe.
class Client {
 public:
  /// `stop` ends the wait for a task; it outlives this.
  Client(const CloudConnectConfig& config, Transport transport, const std::atomic<bool>& stop);

  /// `path` below /api/.
  CallResult<Json> Get(const std::string& path);
  /// The whole entities of a collection.
  CallResult<std::vector<Json>> Entities(const std::string& path);
  /// The items of a plain list.
  CallResult<std::vector<Json>> Items(const std::string& path);
  /// Changes something and waits until the server says how it ended. Sent once: when no answer comes, nobody knows
  /// whether it took effect. The result is the finished task.
  CallResult<Json> Order(const std::string& method, const std::string& path, const Json& body);
  /// Signs out; errors do not matter any more.
  void LogOut();

 private:
  CallResult<void> SignIn();
  CallResult<net::ClientResponse> Send(const std::string& method, const std::string& path, const Json& body);
  CallResult<Json> Call(const std::string& method, const std::string& path, const Json& body);
  CallResult<Json> Wait(Json task);

  const CloudConnectConfig& config_;
  Transport transport_;
  const std::atomic<bool>& stop_;
  std::string token_, session_id_;
};

/// Member of an object, its name in any case; null when it is not there.
const Json& Part(const Json& row, std::string_view key);
std::string Text(const Json& row, std::string_view key);
/// The guid at the end of a uid or an address, in lower case; a bare guid is one too.
std::string Guid(std::string_view uid);
std::int64_t Whole(const Json& row, std::string_view key, std::int64_t fallback = 0);
bool Flag(const Json& row, std::string_view key);
/// The items of a list that is written as [..], {plural: [..]} or {plural: {plural: [..]}}.
std::vector<Json> ItemsOf(const Json& list);
/// Guid of the backup server that an entity belongs to, from its links.
std::string ParentServer(const Json& row);

}  // namespace steward::agent::em
