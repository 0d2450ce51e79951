// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "agentproto/link.pb.h"
#include "db/connection.hpp"

namespace steward::agentlink {

/// The signed packages that agents are upgraded to. They come from a folder and are kept in the database, so that every
/// console of it can hand them out.
class Packages {
 public:
  /// `folder` may be empty or missing. Packages that none of `keys` (base64) signed are not taken.
  Packages(db::Pool& owner, std::filesystem::path folder, std::vector<std::string> keys)
      : owner_(owner), folder_(std::move(folder)), keys_(std::move(keys)) {}

  /// Takes the packages (*.pkg) that are new in the folder since the last call; tells the log of each that it refuses.
  /// One thread.
  void Look();
  /// The piece an agent asks for. Thread-safe.
  agent::PackagePiece Piece(const agent::PackageRequest& request);

  static constexpr std::size_t kPiece = 65'536;  ///< bytes; eight seconds of 64 kbit/s

 private:
  void Take(const std::filesystem::path& file);

  db::Pool& owner_;
  std::filesystem::path folder_;
  std::vector<std::string> keys_;
  std::map<std::filesystem::path, std::filesystem::file_time_type> seen_;
};

}  // namespace steward::agentlink
