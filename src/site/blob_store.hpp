// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <openssl/evp.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/error.hpp"
#include "site/ledger.hpp"
#include "site/target.hpp"

namespace steward::site {

/// A descriptor, closed with its owner.
class FileHandle {
 public:
  explicit FileHandle(int number = -1) : number_(number) {}
  ~FileHandle();
  FileHandle(FileHandle&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int Number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

/// A file on its way into a pool: it is not there under its name until Publish, and not at all without.
class Upload {
 public:
  /// Faults of the disk are kTooLarge when it is full, otherwise kUnavailable; here as everywhere below.
  static Result<Upload> Begin(const std::filesystem::path& pool);
  Upload(Upload&&) noexcept = default;
  Upload& operator=(Upload&&) = delete;
  ~Upload();

  /// Pieces whose address and size are multiples of kBlock go past the system's cache, which costs half the work.
  Status Add(std::span<const char> bytes);
  static constexpr std::size_t kBlock = 4096;
  std::int64_t Size() const { return size_; }
  /// All that was added is on the disk after this. Returns its SHA-256, lower-case hexadecimal. Call once.
  Result<std::string> Complete();
  /// Puts it under `path`, to stay. kNotFound when the folder is missing, kConflict when the name is taken; after
  /// kUnavailable it may be there or not.
  Status Publish(const std::filesystem::path& path);

 private:
  struct FreeDigest {
    void operator()(EVP_MD_CTX* digest) const { EVP_MD_CTX_free(digest); }
  };
  Upload(std::filesystem::path file, FileHandle handle, bool direct);

  std::filesystem::path file_;  ///< empty once it is published
  FileHandle handle_;
  bool direct_;  ///< writes go past the cache, so far
  std::unique_ptr<EVP_MD_CTX, FreeDigest> digest_;
  std::int64_t size_ = 0;
  std::int64_t flushed_ = 0;  ///< bytes the disk was told to begin with
};

/// Where a target lies in the folder of its pool: "TENANT/RESOURCE/REPOSITORY/...". Files of data lie in a folder for
/// each first byte of their name.
std::string PathOf(const Target& target);

/// kNotFound: what is asked for lies in a repository that was never made.
tl::unexpected<Error> NoRepository();

/// Makes the folders of a repository, to stay; those that are there are left. kConflict when `most` repositories are
/// in the resource.
Status MakeRepository(const std::filesystem::path& pool, const Target& target, std::size_t most);

/// Calls `found` for each file below the list's folder (name, bytes). kNotFound when there is no such folder.
Status ListFiles(const std::filesystem::path& pool, const Target& list,
                 const std::function<void(std::string_view name, std::int64_t size)>& found);

/// What each repository of a resource holds, by a walk over all its files.
std::vector<RepositoryUse> CountRepositories(const std::filesystem::path& pool, const std::string& tenant,
                                             const std::string& resource);

struct FileFacts {
  std::int64_t size = 0;
  std::int64_t written = 0;  ///< seconds since 1970
};
std::optional<FileFacts> FactsOf(const std::filesystem::path& file);

/// Removes a file, to stay removed. kNotFound when there is none; after kUnavailable it may be there or not.
Status RemoveFile(const std::filesystem::path& file);

/// Moves a file inside its pool, to stay; the folder it goes to is made. kNotFound when there is none, kConflict when
/// the new name is taken; after kUnavailable it may be here or there.
Status MoveFile(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes what a pool needs in its folder. Throws std::filesystem::filesystem_error.
void MakePool(const std::filesystem::path& pool);
/// The same, and throws away uploads that a stop left behind: only for the one process that serves it.
void PreparePool(const std::filesystem::path& pool);

}  // namespace steward::site
