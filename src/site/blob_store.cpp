// SPDX-License-Identifier: Apache-2.0
#include "site/blob_store.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/uuid.hpp"
#include "fmt/format.h"

namespace steward::site {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIncoming = ".incoming";
constexpr std::int64_t kFlushEvery = 4LL << 20;  ///< bytes; the disk works while the rest is received

tl::unexpected<Error> DiskFault(const std::string& what) {
  const int code = errno;
  Error error;
  if (code == ENOSPC || code == EDQUOT) {
    error = {.code = ErrorCode::kTooLarge, .message = "The provider's storage is full; nothing was written."};
  } else {
    error = {.code = ErrorCode::kUnavailable, .message = "The provider's storage failed; nothing was written."};
  }
  error.internal = fmt::format("{}: {}", what, std::strerror(code));
  return tl::unexpected<Error>(std::move(error));
}

/// What a folder names is on the disk after this.
bool SyncFolder(const fs::path& folder) {
  const FileHandle handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return handle && ::fsync(handle.Number()) == 0;
}

/// The same after a name has changed: the change stands, whether it will stay is not known.
Status SyncAsTold(const fs::path& folder) {
  if (SyncFolder(folder)) return {};
  auto fault = DiskFault(folder.string());
  fault.value().code = ErrorCode::kUnavailable;
  return fault;
}

std::string Hex(std::span<const unsigned char> bytes) {
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

/// Calls `found` for each regular file of one folder; false when it cannot be opened.
bool ListFolder(const fs::path& path, const std::function<void(std::string_view, std::int64_t)>& found) {
  const Folder folder(::opendir(path.c_str()));
  if (!folder) return false;
  while (const dirent* entry = ::readdir(folder.get())) {
    struct stat facts {};
    if (::fstatat(::dirfd(folder.get()), entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(facts.st_mode)) {
      found(entry->d_name, facts.st_size);
    }
  }
  return true;
}

std::string Shard(unsigned number) {
  return fmt::format("{:02x}", number);
}

}  // namespace

FileHandle::~FileHandle() {
  if (number_ >= 0) ::close(number_);
}

Upload::Upload(fs::path file, FileHandle handle, bool direct)
    : file_(std::move(file)), handle_(std::move(handle)), direct_(direct), digest_(EVP_MD_CTX_new()) {
  EVP_DigestInit_ex(digest_.get(), EVP_sha256(), nullptr);
}

Upload::~Upload() {
  if (!file_.empty()) ::unlink(file_.c_str());
}

Result<Upload> Upload::Begin(const fs::path& pool) {
  fs::path file = pool / kIncoming / NewUuid();
  constexpr int kNew = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  FileHandle handle(::open(file.c_str(), kNew | O_DIRECT, 0640));
  const bool direct = static_cast<bool>(handle);
  if (!direct && errno == EINVAL) handle = FileHandle(::open(file.c_str(), kNew, 0640));  // not every file system can
  if (!handle) return DiskFault(file.string());
  return Upload(std::move(file), std::move(handle), direct);
}

Status Upload::Add(std::span<const char> bytes) {
  EVP_DigestUpdate(digest_.get(), bytes.data(), bytes.size());
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  if (direct_ && (begin % kBlock != 0 || bytes.size() % kBlock != 0)) {
    direct_ = false;  // the last piece, usually
    flushed_ = size_;
    if (::fcntl(handle_.Number(), F_SETFL, 0) != 0) return DiskFault(file_.string());
  }
  while (!bytes.empty()) {
    const ssize_t written = ::write(handle_.Number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return DiskFault(file_.string());
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    size_ += written;
  }
  if (!direct_ && size_ - flushed_ >= kFlushEvery) {
    ::sync_file_range(handle_.Number(), flushed_, size_ - flushed_, SYNC_FILE_RANGE_WRITE);
    flushed_ = size_;
  }
  return {};
}

Result<std::string> Upload::Complete() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  EVP_DigestFinal_ex(digest_.get(), hash.data(), &size);
  if (::fdatasync(handle_.Number()) != 0) return DiskFault(file_.string());
  return Hex(std::span(hash).first(size));
}

Status Upload::Publish(const fs::path& path) {
  if (::renameat2(AT_FDCWD, file_.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return Fail(ErrorCode::kConflict, "The repository has this file already.");
    if (errno == ENOENT) return NoRepository();
    return DiskFault(path.string());
  }
  file_.clear();
  return SyncAsTold(path.parent_path());
}

tl::unexpected<Error> NoRepository() {
  return Fail(ErrorCode::kNotFound, "There is no such repository; make it first (restic init).");
}

std::string PathOf(const Target& target) {
  std::string path = target.tenant + "/" + target.resource + "/" + target.repository;
  switch (target.kind) {
    case Target::Kind::kRepository:
      return path;
    case Target::Kind::kConfig:
      return path + "/config";
    case Target::Kind::kList:
      return path + "/" + target.type;
    case Target::Kind::kFile:
      return path + "/" + target.type + (target.type == "data" ? "/" + target.name.substr(0, 2) : "") + "/" +
             target.name;
  }
  return path;
}

Status MakeRepository(const fs::path& pool, const Target& target, std::size_t most) {
  const fs::path folder = pool / PathOf(target);
  const fs::path resource = folder.parent_path();
  std::error_code error;
  if (!fs::exists(folder, error) && fs::exists(resource, error)) {
    const auto count = std::distance(fs::directory_iterator(resource, error), fs::directory_iterator());
    if (count >= static_cast<std::ptrdiff_t>(most)) {
      return Fail(ErrorCode::kConflict, fmt::format("The resource holds {} repositories, which is the limit.", count));
    }
  }
  for (unsigned shard = 0; shard < 256; ++shard) {
    fs::create_directories(folder / "data" / Shard(shard), error);
    if (error) break;
  }
  for (const char* type : {"index", "keys", "locks", "snapshots"}) {
    if (!error) fs::create_directories(folder / type, error);
  }
  if (error) {
    errno = error.value();
    return DiskFault(folder.string());
  }
  for (const auto& made : {folder / "data", folder, resource, resource.parent_path(), pool}) {
    if (!SyncFolder(made)) return DiskFault(made.string());
  }
  return {};
}

Status ListFiles(const fs::path& pool, const Target& list,
                 const std::function<void(std::string_view, std::int64_t)>& found) {
  const fs::path folder = pool / PathOf(list);
  if (!ListFolder(folder, found)) return NoRepository();
  if (list.type != "data") return {};
  for (unsigned shard = 0; shard < 256; ++shard) ListFolder(folder / Shard(shard), found);
  return {};
}

std::vector<RepositoryUse> CountRepositories(const fs::path& pool, const std::string& tenant,
                                             const std::string& resource) {
  std::vector<RepositoryUse> repositories;
  std::error_code none;
  for (const auto& folder : fs::directory_iterator(pool / tenant / resource, none)) {
    RepositoryUse& use = repositories.emplace_back(RepositoryUse{.name = folder.path().filename().string()});
    for (const auto& file : fs::recursive_directory_iterator(folder.path())) {
      if (!file.is_regular_file()) continue;
      use.used += static_cast<std::int64_t>(file.file_size());
      ++use.files;
    }
  }
  return repositories;
}

std::optional<FileFacts> FactsOf(const fs::path& file) {
  struct stat facts {};
  if (::lstat(file.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
  return FileFacts{.size = facts.st_size, .written = facts.st_mtim.tv_sec};
}

Status RemoveFile(const fs::path& file) {
  if (::unlink(file.c_str()) != 0) {
    if (errno == ENOENT) return Fail(ErrorCode::kNotFound, "There is no such file.");
    return DiskFault(file.string());
  }
  return SyncAsTold(file.parent_path());
}

Status MoveFile(const fs::path& from, const fs::path& to) {
  std::error_code problem;
  if (fs::create_directories(to.parent_path(), problem)) {
    if (auto synced = SyncAsTold(to.parent_path().parent_path()); !synced) return synced;
  }
  if (problem || ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
    if (!problem && errno == ENOENT) return Fail(ErrorCode::kNotFound, "There is no such file.");
    if (!problem && errno == EEXIST) return Fail(ErrorCode::kConflict, "There is a file of this name.");
    return DiskFault(to.string());
  }
  if (auto synced = SyncAsTold(to.parent_path()); !synced) return synced;
  return SyncAsTold(from.parent_path());
}

void MakePool(const fs::path& pool) {
  fs::create_directories(pool / kIncoming);
}

void PreparePool(const fs::path& pool) {
  MakePool(pool);
  for (const auto& entry : fs::directory_iterator(pool / kIncoming)) fs::remove(entry.path());
}

}  // namespace steward::site
