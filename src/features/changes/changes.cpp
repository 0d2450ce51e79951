// SPDX-License-Identifier: Apache-2.0
#include "features/changes/changes.hpp"

#include "base/uuid.hpp"
#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using platform::TextOf;

}  // namespace

Result<Answer> Changes::Begin(const Call& call) {
  const std::string uid = NewUuid();
  const std::string title = call.body.at("title");
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  transaction.Query(
      "insert into core.change (uid, title, plan, user_uid, organization_uid) values ($1, $2, $3, $4, $5)",
      {uid, title, TextOf(call.body, "plan"), call.caller.user_uid, call.caller.organization_uid});
  platform::WriteAudit(*connection, call,
                       {"Unknown", call.caller.organization_uid, uid, fmt::format("Change \"{}\" began.", title)});
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetChange", {{"changeUid", uid}}, call.caller.scope);
}

Result<Answer> Changes::End(const Call& call) {
  const std::string& uid = call.Path("changeUid");
  const bool done = call.body.at("isDone").get<bool>();
  const auto message = TextOf(call.body, "message");
  auto connection = services_.owner.Acquire();
  db::Transaction transaction(*connection);
  const auto rows = transaction.Query(
      "update core.change set state = $3::core.change_state, message = $4, ended_at = now() where uid = $1 and "
      "user_uid "
      "= $2 and state = 'Running' returning title",
      {uid, call.caller.user_uid, done ? "Done" : "Failed", message});
  if (rows.Count() == 0) {
    return Fail(ErrorCode::kNotFound, "There is no such change of yours that runs.");
  }
  platform::WriteAudit(
      *connection, call,
      {"Unknown", call.caller.organization_uid, uid,
       fmt::format("Change \"{}\" {}. {}", rows.Text(0, "title"), done ? "is done" : "failed", message.value_or(""))});
  transaction.Commit();
  return platform::ItemAnswer(services_, "GetChange", {{"changeUid", uid}}, call.caller.scope);
}

}  // namespace steward::features
