// SPDX-License-Identifier: Apache-2.0
#include "features/agents/agent_orders.hpp"

#include <algorithm>

#include "fmt/format.h"

namespace steward::features {
namespace {

using contract::Answer;
using contract::Call;
using platform::TextOf;

/// A host's name as part of a file's: what means something in a header or a path is left out.
std::string FileName(std::string host) {
  std::erase_if(host, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '.'; });
  return host.empty() ? "agent" : host;
}

}  // namespace

Result<Answer> AgentOrders::Order(const Call& call, const Wish& wish) {
  const std::string& uid = call.Path("managementAgentUid");
  auto agent = platform::CurrentItem(services_, "GetManagementAgent", {{"managementAgentUid", uid}}, call.caller.scope);
  if (!agent) return tl::unexpected(agent.error());
  const agentlink::Order order{.agent_uid = uid,
                               .organization_uid = TextOf(*agent, "organizationUid").value_or(""),
                               .command = wish.command,
                               .result_operation = wish.result_operation,
                               .result_own_uid = wish.result_own_uid,
                               .valid = std::chrono::seconds(120)};
  return actions_.Run(call, order,
                      {"Unknown", order.organization_uid, uid,
                       fmt::format("Asked agent {} to {}.", TextOf(*agent, "hostName").value_or(""), wish.words)});
}

Result<Answer> AgentOrders::CollectNow(const Call& call) {
  Wish wish{.command = {}, .words = "look at everything now"};
  wish.command.mutable_collect();
  return Order(call, wish);
}

Result<Answer> AgentOrders::Restart(const Call& call) {
  Wish wish{.command = {}, .words = "start again"};
  wish.command.mutable_restart();
  return Order(call, wish);
}

Result<Answer> AgentOrders::GatherLog(const Call& call) {
  Wish wish{
      .command = {}, .words = "send its log", .result_operation = "GetLogBundle", .result_own_uid = "logBundleUid"};
  wish.command.mutable_log_bundle();
  return Order(call, wish);
}

Result<Answer> AgentOrders::DownloadLogBundle(const Call& call) {
  const std::string& uid = call.Path("logBundleUid");
  auto bundle = platform::CurrentItem(services_, "GetLogBundle", {{"logBundleUid", uid}}, call.caller.scope);
  if (!bundle) return tl::unexpected(bundle.error());
  auto content = commands_.Document(uid);
  if (!content) return Fail(ErrorCode::kNotFound, "The log bundle is not kept any more; ask the agent for a new one.");
  Answer answer;
  answer.content_type = "application/gzip";
  answer.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"steward-agent-{}-log.tar.gz\"",
                                                                 FileName(TextOf(*bundle, "hostName").value_or(""))));
  answer.text = std::move(*content);
  return answer;
}

}  // namespace steward::features
