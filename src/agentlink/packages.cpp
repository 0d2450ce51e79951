// SPDX-License-Identifier: Apache-2.0
#include "agentlink/packages.hpp"

#include <spdlog/spdlog.h>

#include "base/uuid.hpp"
#include "db/bytea.hpp"
#include "package/package.hpp"

namespace steward::agentlink {

void Packages::Look() {
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, problem)) {
    if (entry.path().extension() != ".pkg") continue;
    const auto changed = entry.last_write_time(problem);
    const auto known = seen_.find(entry.path());
    if (known != seen_.end() && known->second == changed) continue;
    Take(entry.path());
    seen_[entry.path()] = changed;
  }
}

void Packages::Take(const std::filesystem::path& file) {
  const auto package = package::ReadPackage(file, keys_);
  if (!package) {
    spdlog::warn("{} is not offered to agents: {}", file.string(), package.error().message);
    return;
  }
  const auto& header = package->header;
  const auto added = owner_.Acquire()->Query(
      "insert into core.agent_package (version, platform, architecture, size, sha256, header, content) values ($1, $2, "
      "$3, $4, $5, $6, $7::bytea) on conflict (header) do nothing",
      {header.version, header.platform, header.architecture, std::to_string(header.size), header.sha256,
       package->header_text, db::Bytea(package->program)});
  if (added.Affected() > 0) spdlog::info("{} is offered to agents: version {}", file.string(), header.version);
}

agent::PackagePiece Packages::Piece(const agent::PackageRequest& request) {
  agent::PackagePiece piece;
  piece.set_package_uid(request.package_uid());
  piece.set_offset(request.offset());
  if (IsUuid(request.package_uid()) && request.offset() < (1ULL << 30U)) {
    const auto rows = owner_.Acquire()->Query(
        "select substring(content from $2::int + 1 for $3::int) from core.agent_package where uid = $1 and "
        "withdrawn_at is null",
        {request.package_uid(), std::to_string(request.offset()), std::to_string(kPiece)}, db::Format::kBinary);
    if (rows.Count() > 0) {
      piece.set_content(std::string(rows.Raw(0, 0)));
      return piece;
    }
  }
  piece.set_problem("The package is not offered any more.");
  return piece;
}

}  // namespace steward::agentlink
