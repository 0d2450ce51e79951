// SPDX-License-Identifier: Apache-2.0
#include "agent/publisher.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

namespace steward::agent {
namespace {

/// uid of the backup server that a row belongs to.
std::string ServerOfRow(const std::string& entity, const std::string& row) {
  namespace pb = google::protobuf;
  const pb::Descriptor* type = inventory::BackupServer::descriptor()->file()->FindMessageTypeByName(entity);
  if (type == nullptr) return {};
  const std::unique_ptr<pb::Message> message(pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
  const pb::FieldDescriptor* field = type->FindFieldByName(entity == "BackupServer" ? "uid" : "backup_server_uid");
  if (field == nullptr || !message->ParseFromString(row)) return {};
  return message->GetReflection()->GetString(*message, field);
}

}  // namespace

void Publisher::Replace(const std::string& entity, Rows rows, bool cloud) const {
  if (neighbours_.addresses.empty()) {
    store_.Publish(entity, std::move(rows));
    return;
  }
  const std::lock_guard lock(*neighbours_.publishing);
  std::set<std::string> others;
  for (const auto& server : Others()) {
    const auto& same_kind = cloud ? neighbours_.cloud : neighbours_.addresses;
    if (std::ranges::find(same_kind, server.address()) != same_kind.end()) others.insert(server.uid());
  }
  store_.Publish(entity, std::move(rows),
                 [&](const std::string& row) { return others.contains(ServerOfRow(entity, row)); });
}

void Publisher::PublishCloud(Snapshot&& snapshot) const {
  for (auto& [entity, rows] : snapshot) Replace(entity, std::move(rows), entity != "BackupRepository");
}

std::vector<inventory::BackupServer> Publisher::All() const {
  std::vector<inventory::BackupServer> servers;
  for (const std::string& bytes : store_.RowsOf("BackupServer")) {
    inventory::BackupServer row;
    if (row.ParseFromString(bytes)) servers.push_back(std::move(row));
  }
  return servers;
}

bool Publisher::IsNeighbour(const inventory::BackupServer& server) const {
  return std::ranges::find(neighbours_.addresses, server.address()) != neighbours_.addresses.end();
}

std::vector<inventory::BackupServer> Publisher::Servers() const {
  auto servers = All();
  if (neighbours_.addresses.empty()) return servers;
  std::erase_if(servers, [&](const auto& server) { return server.address() != address_; });
  return servers;
}

std::vector<inventory::BackupServer> Publisher::Others() const {
  auto servers = All();
  std::erase_if(servers, [&](const auto& server) { return !IsNeighbour(server); });
  return servers;
}

}  // namespace steward::agent
