// SPDX-License-Identifier: Apache-2.0
#include "agent/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace steward::agent {
namespace {

constexpr std::size_t kHeader = 9;  // kind, length, checksum
constexpr std::uint32_t kMaxBody = 256U << 20U;

[[noreturn]] void Fail(const std::filesystem::path& path, const char* step) {
  throw std::runtime_error(fmt::format("{}: {}: {}", path.string(), step, std::strerror(errno)));
}

// FNV-1a: guards against torn writes, not against an enemy (the folder is the agent's own).
std::uint32_t Checksum(char kind, std::string_view body) {
  std::uint32_t sum = 2166136261U ^ static_cast<unsigned char>(kind);
  for (const char byte : body) sum = (sum ^ static_cast<unsigned char>(byte)) * 16777619U;
  return sum;
}

void WriteAll(int file, std::string_view data, const std::filesystem::path& path) {
  while (!data.empty()) {
    const ssize_t written = ::write(file, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) Fail(path, "write");
    data.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool ReadAll(int file, char* data, std::size_t size, const std::filesystem::path& path) {
  while (size > 0) {
    const ssize_t got = ::read(file, data, size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) Fail(path, "read");
    if (got == 0) return false;
    data += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

Journal::Journal(std::filesystem::path path) : path_(std::move(path)) {
  Open(path_, false);
}

Journal::~Journal() {
  if (file_ >= 0) ::close(file_);
}

void Journal::Open(const std::filesystem::path& path, bool empty) {
  if (file_ >= 0) ::close(file_);
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | (empty ? O_TRUNC : 0), 0600);
  if (file_ < 0) Fail(path, "open");
  const off_t end = ::lseek(file_, 0, SEEK_END);
  if (end < 0) Fail(path, "seek");
  size_ = static_cast<std::uint64_t>(end);
}

void Journal::Replay(const std::function<void(const JournalRecord&)>& sink) {
  if (::lseek(file_, 0, SEEK_SET) < 0) Fail(path_, "seek");
  std::uint64_t good = 0;
  JournalRecord record;
  while (true) {
    std::array<char, kHeader> header{};
    if (!ReadAll(file_, header.data(), header.size(), path_)) break;
    std::uint32_t length = 0;
    std::uint32_t checksum = 0;
    std::memcpy(&length, header.data() + 1, sizeof length);
    std::memcpy(&checksum, header.data() + 5, sizeof checksum);
    if (length > kMaxBody) break;
    record.body.resize(length);
    if (!ReadAll(file_, record.body.data(), length, path_)) break;
    if (checksum != Checksum(header[0], record.body)) break;
    record.kind = static_cast<JournalRecord::Kind>(header[0]);
    sink(record);
    good += kHeader + length;
  }
  if (good < size_ && ::ftruncate(file_, static_cast<off_t>(good)) != 0) Fail(path_, "truncate");
  size_ = good;
  if (::lseek(file_, static_cast<off_t>(good), SEEK_SET) < 0) Fail(path_, "seek");
}

void Journal::Append(JournalRecord::Kind kind, std::string_view body) {
  std::string record(kHeader, '\0');
  record[0] = static_cast<char>(kind);
  const auto length = static_cast<std::uint32_t>(body.size());
  const std::uint32_t checksum = Checksum(record[0], body);
  std::memcpy(record.data() + 1, &length, sizeof length);
  std::memcpy(record.data() + 5, &checksum, sizeof checksum);
  record.append(body);
  try {
    WriteAll(file_, record, path_);
  } catch (const std::exception&) {  // a full disk: what was written of the record must not stand before the next one
    if (::ftruncate(file_, static_cast<off_t>(size_)) == 0) ::lseek(file_, static_cast<off_t>(size_), SEEK_SET);
    throw;
  }
  size_ += record.size();
}

void Journal::Sync() {
  if (::fdatasync(file_) != 0) Fail(path_, "sync");
}

void Journal::Rewrite(const std::function<void()>& write) {
  const std::filesystem::path draft = path_.string() + ".new";
  try {
    Open(draft, true);
    write();
    if (::fsync(file_) != 0) Fail(draft, "sync");
    std::filesystem::rename(draft, path_);
  } catch (const std::exception&) {  // the old one stays in use
    std::error_code ignored;
    std::filesystem::remove(draft, ignored);
    Open(path_, false);
    throw;
  }
}

}  // namespace steward::agent
