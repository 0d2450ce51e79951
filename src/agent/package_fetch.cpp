// SPDX-License-Identifier: Apache-2.0
#include "agent/package_fetch.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cstring>

namespace steward::agent {
namespace {

using Clock = std::chrono::steady_clock;

/// A file that pieces are appended to.
class Part {
 public:
  explicit Part(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
  ~Part() {
    if (file_ >= 0) ::close(file_);
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  bool Open() const { return file_ >= 0; }
  /// Bytes it has; more than `limit` is none of ours and dropped.
  std::uint64_t Size(std::uint64_t limit) const {
    const auto size = static_cast<std::uint64_t>(std::max<off_t>(::lseek(file_, 0, SEEK_END), 0));
    if (size <= limit) return size;
    return ::ftruncate(file_, 0) == 0 ? 0 : size;
  }
  bool Append(const std::string& bytes) const {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t written = ::write(file_, bytes.data() + done, bytes.size() - done);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      done += static_cast<std::size_t>(written);
    }
    return true;
  }
  bool Sync() const { return ::fsync(file_) == 0; }

 private:
  int file_;
};

tl::unexpected<Error> Unwritable(const std::filesystem::path& part) {
  return Fail(ErrorCode::kUnavailable, fmt::format("{} cannot be written: {}", part.string(), std::strerror(errno)));
}

}  // namespace

void PackageFetch::Take(PackagePiece piece) {
  const std::lock_guard lock(mutex_);
  piece_ = std::move(piece);
  arrived_.notify_all();
}

Status PackageFetch::Fetch(const Wish& wish, const std::filesystem::path& part, const Progress& progress,
                           const std::atomic<bool>& stop) {
  const std::lock_guard one(one_at_a_time_);
  const Part file(part);
  if (!file.Open()) return Unwritable(part);
  for (auto offset = file.Size(wish.size); offset < wish.size;) {
    progress(static_cast<std::uint32_t>(offset * 100 / wish.size));
    auto piece = Piece(wish, offset, stop);
    if (!piece) return tl::unexpected(piece.error());
    if (piece->empty() || piece->size() > wish.size - offset) {
      return Fail(ErrorCode::kInvalid, "The console sent a package of another size than it ordered.");
    }
    if (!file.Append(*piece)) return Unwritable(part);
    offset += piece->size();
  }
  if (!file.Sync()) return Unwritable(part);
  return {};
}

Result<std::string> PackageFetch::Piece(const Wish& wish, std::uint64_t offset, const std::atomic<bool>& stop) {
  PackageRequest request;
  request.set_package_uid(wish.package_uid);
  request.set_offset(offset);
  const auto until = Clock::now() + times_.patience;
  while (!stop && Clock::now() < until) {
    send_(request);
    std::unique_lock lock(mutex_);
    const auto again = std::min(Clock::now() + times_.again, until);
    while (!stop && Clock::now() < again) {
      if (!piece_) {
        arrived_.wait_until(lock, std::min(again, Clock::now() + std::chrono::milliseconds(500)));
        continue;
      }
      const PackagePiece piece = *std::exchange(piece_, std::nullopt);
      if (piece.package_uid() != wish.package_uid || piece.offset() != offset) continue;  // a late answer
      if (!piece.problem().empty()) return Fail(ErrorCode::kNotFound, piece.problem());
      return piece.content();
    }
  }
  return Fail(ErrorCode::kUnavailable,
              stop ? "The agent ended while it fetched the package." : "The console did not send the package in time.");
}

}  // namespace steward::agent
