// SPDX-License-Identifier: Apache-2.0
#include "agent/vbr/several.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/uuid.hpp"

namespace steward::agent::vbr {
namespace {

namespace pb = google::protobuf;

std::unique_ptr<pb::Message> Read(const std::string& entity, const std::string& row) {
  const pb::Descriptor* type = inventory::BackupServer::descriptor()->file()->FindMessageTypeByName(entity);
  if (type == nullptr) return nullptr;
  std::unique_ptr<pb::Message> message(pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
  return message->ParseFromString(row) ? std::move(message) : nullptr;
}

void Rename(pb::Message& message, const char* name, const std::string& server_uid) {
  const pb::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) return;
  const std::string id = message.GetReflection()->GetString(message, field);
  if (IsUuid(id)) message.GetReflection()->SetString(&message, field, NamedUuid(server_uid, "id/" + id));
}

void RenameInDetails(pb::Message& message, const std::string& server_uid) {
  const pb::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("details");
  if (field == nullptr || !message.GetReflection()->HasField(message, field)) return;
  Json details = Json::parse(message.GetReflection()->GetString(message, field), nullptr, false);
  for (const char* key : {"targetHostUid", "archiveRepositoryUid"}) {
    const auto id = Text(details, key);
    if (id && IsUuid(*id)) details[key] = NamedUuid(server_uid, "id/" + *id);
  }
  message.GetReflection()->SetString(&message, field, details.dump());
}

}  // namespace

void GiveOwnIds(Snapshot& snapshot, const std::string& server_uid) {
  constexpr std::array kOwners{"BackupServerHost", "BackupProxy", "BackupRepository"};
  constexpr std::array kReferences{"host_uid", "parent_repository_uid", "repository_uid", "target_repository_uid",
                                   "archive_repository_uid"};
  for (auto& [entity, rows] : snapshot) {
    Rows renamed;
    for (const auto& [uid, row] : rows) {
      const auto message = Read(entity, row);
      if (message == nullptr) continue;
      if (std::ranges::find(kOwners, entity) != kOwners.end()) Rename(*message, "uid", server_uid);
      for (const char* name : kReferences) Rename(*message, name, server_uid);
      RenameInDetails(*message, server_uid);
      const pb::FieldDescriptor* key = message->GetDescriptor()->FindFieldByName("uid");
      renamed[message->GetReflection()->GetString(*message, key)] = message->SerializeAsString();
    }
    rows = std::move(renamed);
  }
}

}  // namespace steward::agent::vbr
