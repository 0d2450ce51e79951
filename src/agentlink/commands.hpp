// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "agentproto/link.pb.h"
#include "platform/service.hpp"

namespace steward::agentlink {

/// An order as a call asks for it.
struct Order {
  std::string agent_uid;
  std::string organization_uid;            ///< whose agent it is
  agent::Command command;                  ///< the action; its id is set when it is stored
  std::string_view result_operation = {};  ///< GET operation whose object is the result; empty = an empty result
  platform::Bindings result_path = {};
  std::string_view result_own_uid = {};   ///< path parameter that takes the order's own id
  std::string_view result_made_uid = {};  ///< path parameter that takes the uid which the agent answers
  std::chrono::seconds valid{900};        ///< not sent to the agent later than this
  /// Asked first, in the transaction of the order, with the order's id: why it cannot be given.
  std::function<Status(db::Connection&, const std::string& id)> check = {};
  /// Completes the command, whose id is set by then, and stores what belongs to it, in the transaction of the order.
  std::function<void(db::Connection&, agent::Command&)> prepare = {};
  db::Param rule_uid = {};  ///< discovery rule that this is a run of
};

/// Where an order stands.
struct OrderState {
  std::string id;
  bool ended = false;
  bool done = false;
  bool reachable = false;  ///< the agent is connected to some console
  std::string message;
  std::string initiator_uid;
  std::string result_operation;
  platform::Bindings result_path;
};

/// The durable queue of commands for agents. Whoever stores an order, takes it to its agent, or stores the agent's
/// answer tells all consoles of the database: on `steward_command` (agent) and `steward_command_end` (id). Thread-safe.
class Commands {
 public:
  explicit Commands(db::Pool& owner) : owner_(owner) {}

  /// Stores the order and its audit row in one transaction; it is durable when this returns. The id is the call's
  /// X-Request-id when it has one: repeated within five minutes by the same user for the same call, it is the same
  /// order and nothing is stored again. Errors: kInvalid (X-Request-id is no uuid), kConflict (it was used for
  /// something else, or the rule runs already), what the order's check refuses.
  Result<std::string> Queue(const contract::Call& call, const Order& order, const platform::AuditEntry& audit);
  /// Stores one more order of the call, under an id of its own, inside the caller's transaction and without an audit
  /// row. Returns the id.
  std::string Add(db::Connection& connection, const contract::Call& call, const Order& order);
  /// Takes back an order that was not sent because a newer one replaces it, inside the caller's transaction.
  static void Replace(db::Connection& connection, const std::string& id);
  /// Stores an order of the console's own, asked for by nobody; nothing when its rule runs already.
  void QueueOwn(const Order& order);
  /// Why the console orders something itself.
  struct Occasion {
    std::string_view operation;  ///< operationId in whose name
    std::string words;           ///< where other orders have method and path of their call
  };
  /// The same inside the caller's transaction; returns its id.
  std::string AddOwn(db::Connection& connection, const Order& order, const Occasion& occasion);
  std::optional<OrderState> Find(const std::string& id);
  /// Takes back an order that was not sent. Errors: kConflict when it was.
  Status Cancel(const std::string& id);
  /// Forgets an order that has ended.
  void Forget(const std::string& id);

  /// What the agent has to get now, oldest first: new orders, and those it may not have received. They count as sent.
  std::vector<agent::Command> ForAgent(const std::string& agent_uid);
  /// Stores an agent's update; true when it is an end, which is to be acknowledged.
  bool Store(const std::string& agent_uid, const agent::CommandUpdate& update);
  /// The document that an order ended with.
  std::optional<std::string> Document(const std::string& id);
  /// Ends orders whose agent did not come in time, and forgets old ones. Called every few seconds.
  void Tidy();
  /// Agents with orders that wait to be sent.
  std::vector<std::string> AgentsToServe();

  /// How long an ended order can be looked up.
  static constexpr std::chrono::hours kRetention{24};

 private:
  db::Pool& owner_;
};

}  // namespace steward::agentlink
