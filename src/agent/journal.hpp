// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace steward::agent {

struct JournalRecord {
  enum class Kind : char {
    kSent = 'S',
    kAcked = 'A',
    kState = 'T',
    kRevision = 'R',
    kCommandBegun = 'C',
    kCommandEnded = 'E',
    kCommandAcked = 'K'
  } kind = Kind::kSent;
  std::string body;
};

/// Append-only file of checked records. A record cut off by a crash ends the file when it is opened again.
class Journal {
 public:
  /// Throws std::runtime_error naming the path.
  explicit Journal(std::filesystem::path path);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Reads all records from the start and cuts off what is broken.
  void Replay(const std::function<void(const JournalRecord&)>& sink);
  void Append(JournalRecord::Kind kind, std::string_view body);
  /// Returns when what was appended is on the disk.
  void Sync();
  /// Writes a new file with what `write` appends, and puts it in place of the old one.
  void Rewrite(const std::function<void()>& write);
  std::uint64_t Size() const { return size_; }

 private:
  void Open(const std::filesystem::path& path, bool empty);

  std::filesystem::path path_;
  int file_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace steward::agent
