// SPDX-License-Identifier: Apache-2.0
#include "site/service.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "site/byte_range.hpp"

namespace steward::site {

/// Room for one upload, given back with its owner.
class Reservation {
 public:
  Reservation(Reservations& all, Payer payer, std::string pool, std::int64_t allowance)
      : all_(all), payer_(std::move(payer)), pool_(std::move(pool)), allowance_(allowance) {}
  ~Reservation() {
    if (bytes_ > 0) all_.Give(payer_, pool_, bytes_);
  }
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

  /// Room for `bytes` in all.
  Status Reach(std::int64_t bytes) {
    if (bytes <= bytes_) return {};
    if (auto taken = all_.Take(payer_, bytes - bytes_, allowance_); !taken) return taken;
    bytes_ = bytes;
    return {};
  }

 private:
  Reservations& all_;
  Payer payer_;
  std::string pool_;
  std::int64_t allowance_;
  std::int64_t bytes_ = 0;
};

namespace {

constexpr std::size_t kPiece = 128U << 10U;               ///< bytes moved at a time
constexpr std::int64_t kLargestLock = 64LL << 10;         ///< bytes; restic's are about 200
constexpr std::int64_t kAllowanceForLocks = 1LL << 20;    ///< bytes: a full resource can still be tidied
constexpr std::int64_t kLargestConfig = 1LL << 20;        ///< bytes; the file that is not named by its hash
constexpr std::size_t kMostRepositories = 1000;           ///< in a resource; each has 261 folders
constexpr std::chrono::seconds kPatience{30};             ///< for a free task
constexpr std::chrono::milliseconds kWrongPassword{500};  ///< pause before the answer
constexpr const char* kListType2 = "application/vnd.x.restic.rest.v2";
constexpr const char* kListType1 = "application/vnd.x.restic.rest.v1";

struct FreePiece {
  void operator()(char* memory) const { std::free(memory); }  // NOLINT(cppcoreguidelines-no-malloc)
};
/// kPiece bytes, aligned for the disk and not filled with zeros.
using Piece = std::unique_ptr<char, FreePiece>;

Piece NewPiece() {
  Piece piece(static_cast<char*>(std::aligned_alloc(Upload::kBlock, kPiece)));
  if (!piece) throw std::bad_alloc();
  return piece;
}

int StatusOf(ErrorCode code) {
  if (code == ErrorCode::kTooLarge) return 507;
  if (code == ErrorCode::kThrottled) return 408;
  return HttpStatus(code);
}

std::optional<Credentials> ReadBasic(std::string_view header) {
  constexpr std::string_view kScheme = "Basic ";
  if (header.size() < kScheme.size() || !SameNoCase(header.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  header.remove_prefix(kScheme.size());
  std::string text(header.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(text.data()), text.size(), header.data(), header.size(), " ",
                        &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  text.resize(size);
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  return Credentials{text.substr(0, colon), text.substr(colon + 1)};
}

std::chrono::sys_seconds Now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// What was taken, or not; it is given back at the end of this.
template <typename Give>
class Held {
 public:
  Held(bool taken, Give give) : taken_(taken), give_(std::move(give)) {}
  ~Held() {
    if (taken_) give_();
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  explicit operator bool() const { return taken_; }

 private:
  bool taken_;
  Give give_;
};

auto Claim(Claims& claims, const std::string& name) {
  return Held(claims.Take(name), [&claims, name] { claims.Give(name); });
}

/// A place among the tenant's tasks.
auto Task(Limits& limits, const Tenant& tenant) {
  return Held(limits.Enter(tenant, kPatience), [&limits, name = tenant.name] { limits.Leave(name); });
}

tl::unexpected<Error> Busy(const Tenant& tenant) {
  auto busy = Fail(ErrorCode::kUnavailable,
                   fmt::format("{} has {} tasks under way, which is its limit.", tenant.name, tenant.tasks));
  busy.value().retry_after = static_cast<int>(kPatience.count());
  return busy;
}

/// Refuses what is not the subtenant's own.
Status CheckOwn(const Subtenant& subtenant, const Target& target) {
  if (!subtenant.enabled) {
    return Fail(ErrorCode::kForbidden,
                fmt::format("{}+{} is disabled. Ask the provider.", subtenant.tenant, subtenant.name));
  }
  if (target.resource == subtenant.resource && target.repository == subtenant.name) return {};
  return Fail(ErrorCode::kForbidden, fmt::format("{}+{} has access to /{}/{}/{}/ only.", subtenant.tenant,
                                                 subtenant.name, subtenant.tenant, subtenant.resource, subtenant.name));
}

/// Why a file may not be deleted yet.
Status CheckAge(const Tenant& tenant, const Target& target, const FileFacts& facts) {
  if (!tenant.append_only || target.type == "locks") return {};
  if (tenant.keep_days == 0) {
    return Fail(ErrorCode::kForbidden, "Backups of this tenant cannot be deleted: it may only add to them.");
  }
  const auto end = std::chrono::sys_seconds(std::chrono::seconds(facts.written)) + std::chrono::days(tenant.keep_days);
  if (end <= Now()) return {};
  return Fail(ErrorCode::kForbidden, fmt::format("This file is immutable until {}.", IsoTime(end)));
}

/// One entry of a list in the form of its version.
std::string Entry(bool second_version, std::string_view name, std::int64_t size) {
  return second_version ? fmt::format(R"({{"name":"{}","size":{}}})", name, size) : fmt::format(R"("{}")", name);
}

/// Where a deleted file goes, in the folder of its pool. Names of tenants begin with a letter or digit.
std::string NewBinPath() {
  const std::string name = NewUuid();
  return fmt::format(".bin/{}/{}", name.substr(0, 2), name);
}

}  // namespace

Service::Service(Ledger& ledger) : ledger_(ledger), reservations_(ledger) {
  std::map<std::string, std::filesystem::path> folders;
  for (const auto& pool : ledger_.Pools()) {
    PreparePool(pool.folder);
    folders[pool.name] = pool.folder;
  }
  const std::size_t settled = ledger_.Settle(
      [&](const std::string& pool, const std::string& path) { return FactsOf(folders.at(pool) / path).has_value(); });
  for (const auto& resource : ledger_.Uncounted()) {
    ledger_.SetRepositories(resource, CountRepositories(resource.folder, resource.tenant, resource.name));
  }
  if (settled > 0) spdlog::info("{} files were on their way when the site stopped; they are settled", settled);
}

void Service::Serve(net::Exchange& exchange) {
  const auto& head = exchange.Head();
  if (head.path == "/health") return exchange.Answer({.status = 200}, "ok\n");
  const auto request = Admit(head);
  if (!request) return Refuse(exchange, request.error());
  if (auto done = Dispatch(exchange, *request); !done) Refuse(exchange, done.error());
}

void Service::Refuse(net::Exchange& exchange, const Error& error) {
  const auto& head = exchange.Head();
  const int status = StatusOf(error.code);
  // A missing file is an ordinary answer: restic asks before it writes.
  spdlog::log(status == 404 ? spdlog::level::debug : spdlog::level::warn, "{} {} {}: {} {} {}", head.peer, head.method,
              Limited(head.path, 200), status, error.message, error.internal);
  net::AnswerHead answer{.status = status, .reason = Limited(error.message, 300)};
  answer.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
  if (status == 401) answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"Steward site\"");
  if (error.retry_after > 0) answer.headers.emplace_back("Retry-After", std::to_string(error.retry_after));
  exchange.Answer(answer, error.message + "\n");
}

Result<Tenant> Service::SignIn(const net::Request& head, std::optional<Subtenant>& subtenant) {
  const auto given = ReadBasic(head.Header("Authorization"));
  if (!given) {
    return Fail(
        ErrorCode::kUnauthenticated,
        "Sign in with the tenant's name and password: https://TENANT:PASSWORD@HOST/TENANT/RESOURCE/REPOSITORY/.");
  }
  const std::size_t plus = given->name.find('+');
  const std::string name = given->name.substr(0, plus);
  if (plus != std::string::npos) subtenant = ledger_.FindSubtenant(name, given->name.substr(plus + 1));
  const auto tenant = ledger_.FindTenant(name);
  bool right = false;
  if (subtenant) {
    right = IsRight(*subtenant, *given);
  } else if (tenant && plus == std::string::npos) {
    right = passwords_.Check(given->name, tenant->password_hash, given->password);
  } else {
    passwords_.Pretend(given->password);
  }
  if (!right) {
    std::this_thread::sleep_for(kWrongPassword);
    return Fail(ErrorCode::kUnauthenticated, "The tenant's name or password is wrong.");
  }
  return *tenant;
}

bool Service::IsRight(const Subtenant& subtenant, const Credentials& given) {
  if (passwords_.Check(given.name, subtenant.password_hash, given.password)) return true;
  if (subtenant.next_hash.empty() || !passwords_.Check(given.name, subtenant.next_hash, given.password)) return false;
  ledger_.TakeNextPassword(subtenant);
  return true;
}

Result<Service::Request> Service::Admit(const net::Request& head) {
  std::optional<Subtenant> subtenant;
  auto tenant = SignIn(head, subtenant);
  if (!tenant) return tl::unexpected(tenant.error());
  auto target = ParseTarget(head.path);
  if (!target) return tl::unexpected(target.error());
  if (target->tenant != tenant->name) {
    return Fail(ErrorCode::kForbidden, fmt::format("{} has access to /{}/ only.", tenant->name, tenant->name));
  }
  if (subtenant) {
    if (auto own = CheckOwn(*subtenant, *target); !own) return tl::unexpected(own.error());
  }
  if (!tenant->enabled) {
    return Fail(ErrorCode::kForbidden, fmt::format("Tenant {} is disabled. Ask the provider.", tenant->name));
  }
  if (tenant->lease_end && *tenant->lease_end <= Now()) {
    return Fail(ErrorCode::kForbidden, fmt::format("The lease of tenant {} ended on {}. Ask the provider.",
                                                   tenant->name, IsoTime(*tenant->lease_end)));
  }
  const auto resource = ledger_.FindResource(target->tenant, target->resource);
  if (!resource) {
    return Fail(ErrorCode::kNotFound, fmt::format("{} has no resource {}.", tenant->name, target->resource));
  }
  Request request{.target = std::move(*target),
                  .tenant = std::move(*tenant),
                  .subtenant = subtenant ? subtenant->name : std::string(),
                  .pool = resource->pool,
                  .folder = resource->folder};
  request.file = request.folder / PathOf(request.target);
  return request;
}

Status Service::Dispatch(net::Exchange& exchange, const Request& request) {
  const auto& method = exchange.Head().method;
  const bool reads = method == "GET" || method == "HEAD";
  switch (request.target.kind) {
    case Target::Kind::kRepository:
      if (method == "POST") return Create(exchange, request);
      break;
    case Target::Kind::kList:
      if (reads) return List(exchange, request);
      break;
    case Target::Kind::kConfig:
    case Target::Kind::kFile:
      if (reads) return Send(exchange, request);
      if (method == "POST") return Put(exchange, request);
      if (method == "DELETE") return Remove(exchange, request);
      break;
  }
  return Fail(ErrorCode::kMethodNotAllowed, fmt::format("{} is not possible here.", Limited(method, 20)));
}

Status Service::Create(net::Exchange& exchange, const Request& request) {
  const auto* create = exchange.Head().Query("create");
  if (create == nullptr || *create != "true") {
    return Fail(ErrorCode::kInvalid, "A repository is made by POST with ?create=true.");
  }
  if (auto made = MakeRepository(request.folder, request.target, kMostRepositories); !made) return made;
  exchange.Answer({.status = 200}, "");
  return {};
}

Status Service::Put(net::Exchange& exchange, const Request& request) {
  const bool config = request.target.kind == Target::Kind::kConfig;
  const bool lock = request.target.type == "locks";
  const auto claim = Claim(claims_, request.pool + "/" + PathOf(request.target));
  if (!claim) return Fail(ErrorCode::kConflict, "Another connection is at work on this very file.");
  if (FactsOf(request.file)) {
    if (config) return Fail(ErrorCode::kForbidden, "The repository has a config already; it is not replaced.");
    // Its content is what its name says, so that a repeated upload has nothing to add.
    exchange.Answer({.status = 200}, "");
    return {};
  }
  if (!std::filesystem::exists(request.file.parent_path())) {
    return NoRepository();
  }
  const auto task = Task(limits_, request.tenant);
  if (!task) return Busy(request.tenant);
  Reservation room(reservations_, {request.tenant.name, request.target.resource, request.subtenant}, request.pool,
                   lock ? kAllowanceForLocks : 0);
  auto upload = Upload::Begin(request.folder);
  if (!upload) return tl::unexpected(upload.error());
  if (auto received = Receive(exchange, request, *upload, room); !received) return received;
  if (auto kept = Keep(request, *upload); !kept) return kept;
  exchange.Answer({.status = 200}, "");
  return {};
}

Status Service::Receive(net::Exchange& exchange, const Request& request, Upload& upload, Reservation& room) {
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  if (request.target.kind == Target::Kind::kConfig) most = kLargestConfig;
  if (request.target.type == "locks") most = kLargestLock;
  const auto check = [&](std::int64_t size) -> Status {
    if (size > most) return Fail(ErrorCode::kInvalid, fmt::format("A file of this kind has at most {} bytes.", most));
    return room.Reach(size);
  };
  if (const auto announced = exchange.BodySize()) {
    constexpr std::uint64_t kSane = 1ULL << 50U;
    if (*announced > kSane) return Fail(ErrorCode::kInvalid, "No file is that large.");
    if (auto fits = check(static_cast<std::int64_t>(*announced)); !fits) return fits;
  }
  const Piece piece = NewPiece();
  while (true) {
    const auto got = exchange.Read({piece.get(), kPiece});
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) return {};
    const auto size = static_cast<std::int64_t>(*got);
    CountTraffic(request.tenant.name, size, 0);
    if (auto fits = check(upload.Size() + size); !fits) return fits;
    if (auto added = upload.Add({piece.get(), *got}); !added) return added;
    limits_.Pass(request.tenant, size);
  }
}

Status Service::Keep(const Request& request, Upload& upload) {
  const auto hash = upload.Complete();
  if (!hash) return tl::unexpected(hash.error());
  if (request.target.kind == Target::Kind::kFile && *hash != request.target.name) {
    return Fail(ErrorCode::kInvalid,
                fmt::format("The content's SHA-256 is {}, not the name: it was changed on its way. "
                            "Nothing was written.",
                            *hash));
  }
  const std::int64_t id = ledger_.Begin({.tenant = request.tenant.name,
                                         .resource = request.target.resource,
                                         .path = PathOf(request.target),
                                         .bytes = upload.Size()});
  if (auto published = upload.Publish(request.file); !published) {
    // Half done, only a look at the file can tell: at its next change, or at the next start.
    if (published.error().code != ErrorCode::kUnavailable) ledger_.Cancel(id);
    return published;
  }
  ledger_.Finish(id);
  return {};
}

Status Service::Remove(net::Exchange& exchange, const Request& request) {
  const auto claim = Claim(claims_, request.pool + "/" + PathOf(request.target));
  if (!claim) return Fail(ErrorCode::kConflict, "Another connection is at work on this very file.");
  const auto facts = FactsOf(request.file);
  if (!facts) return Fail(ErrorCode::kNotFound, "There is no such file.");
  if (auto old = CheckAge(request.tenant, request.target, *facts); !old) return old;
  // Locks come and go with every run, and say nothing later.
  const bool kept = request.tenant.recycle_days > 0 && request.target.type != "locks";
  const std::string bin = kept ? NewBinPath() : std::string();
  const std::int64_t id = ledger_.Begin({.tenant = request.tenant.name,
                                         .resource = request.target.resource,
                                         .path = PathOf(request.target),
                                         .bytes = facts->size,
                                         .goes = true,
                                         .bin = bin});
  auto gone = bin.empty() ? RemoveFile(request.file) : MoveFile(request.file, request.folder / bin);
  if (!gone) return gone;
  ledger_.Finish(id);
  exchange.Answer({.status = 200}, "");
  return {};
}

void Service::EmptyBins() {
  std::vector<std::int64_t> emptied;
  for (const auto& file : ledger_.Expired(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()))) {
    const auto removed = RemoveFile(std::filesystem::path(file.folder) / file.bin);
    if (!removed && removed.error().code != ErrorCode::kNotFound) {
      spdlog::error("recycle bin of {}: {} {}", file.pool, removed.error().message, removed.error().internal);
      break;
    }
    emptied.push_back(file.id);
  }
  if (!emptied.empty()) ledger_.Emptied(emptied);
}

Result<bool> Service::RestoreOne(const Recycled& file) {
  const auto claim = Claim(claims_, file.pool + "/" + file.path);
  const std::filesystem::path folder(file.folder);
  if (!claim || FactsOf(folder / file.path)) return false;
  const std::int64_t id =
      ledger_.Begin({.tenant = file.tenant, .resource = file.resource, .path = file.path, .bytes = file.bytes});
  if (auto moved = MoveFile(folder / file.bin, folder / file.path); !moved) {
    if (moved.error().code == ErrorCode::kUnavailable) return tl::unexpected(moved.error());
    ledger_.Cancel(id);
    return false;
  }
  ledger_.Finish(id);
  ledger_.Emptied({file.id});
  return true;
}

std::optional<std::string> Service::Restore(const Restoration& restoration, const std::atomic<bool>& stop) {
  std::size_t restored = 0;
  std::size_t left = 0;
  for (const auto& file : ledger_.Bin(restoration)) {
    if (stop) return std::nullopt;
    const auto resource = ledger_.FindResource(file.tenant, file.resource);
    if (resource && resource->quota > 0 && resource->used + file.bytes > resource->quota) {
      return fmt::format(
          "{} files came back; then the quota of {}/{} was used up: {} of {} bytes are used. Raise it and "
          "restore again.",
          restored, file.tenant, file.resource, resource->used, resource->quota);
    }
    const auto done = RestoreOne(file);
    if (!done) return fmt::format("{} files came back; then: {}", restored, done.error().message);
    ++(*done ? restored : left);
  }
  return fmt::format("{} files came back, {} stayed in the bin because their places are taken.", restored, left);
}

Status Service::Send(net::Exchange& exchange, const Request& request) {
  const FileHandle file(::open(request.file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  const auto facts = FactsOf(request.file);
  if (!file || !facts) return Fail(ErrorCode::kNotFound, "There is no such file.");
  const auto& head = exchange.Head();
  const auto asked = head.Header("Range");
  const auto range = RangeOf(asked, facts->size);
  if (!range) {
    exchange.Answer({.status = 416, .headers = {{"Content-Range", fmt::format("bytes */{}", facts->size)}}}, "");
    return {};
  }
  net::AnswerHead answer{.status = 200};
  answer.headers.emplace_back("Content-Type", "application/octet-stream");
  answer.headers.emplace_back("Accept-Ranges", "bytes");
  if (range->size < facts->size) {
    answer.status = 206;
    answer.headers.emplace_back(
        "Content-Range", fmt::format("bytes {}-{}/{}", range->begin, range->begin + range->size - 1, facts->size));
  }
  if (head.method == "HEAD") {
    exchange.Begin(answer, static_cast<std::uint64_t>(range->size));
    return {};
  }
  const auto task = Task(limits_, request.tenant);
  if (!task) return Busy(request.tenant);
  exchange.Begin(answer, static_cast<std::uint64_t>(range->size));
  const Piece piece = NewPiece();
  for (std::int64_t sent = 0; sent < range->size;) {
    const auto most = static_cast<std::size_t>(std::min<std::int64_t>(kPiece, range->size - sent));
    const ssize_t got = ::pread(file.Number(), piece.get(), most, range->begin + sent);
    if (got <= 0) throw std::runtime_error("a file could not be read to its end");
    if (!exchange.Write({piece.get(), static_cast<std::size_t>(got)})) return {};
    sent += got;
    CountTraffic(request.tenant.name, 0, got);
    limits_.Pass(request.tenant, got);
  }
  exchange.End();
  return {};
}

Status Service::List(net::Exchange& exchange, const Request& request) {
  const bool second = exchange.Head().Header("Accept").find(kListType2) != std::string_view::npos;
  if (!std::filesystem::is_directory(request.file)) return NoRepository();
  net::AnswerHead answer{.status = 200};
  answer.headers.emplace_back("Content-Type", second ? kListType2 : kListType1);
  exchange.Begin(answer, std::nullopt);
  std::string text = "[";
  bool first = true;
  const auto listed = ListFiles(request.folder, request.target, [&](std::string_view name, std::int64_t size) {
    if (!std::exchange(first, false)) text += ',';
    text += Entry(second, name, size);
    if (text.size() < kPiece) return;
    exchange.Write(text);
    text.clear();
  });
  if (!listed) throw std::runtime_error(listed.error().message);
  exchange.Write(text + "]");
  exchange.End();
  return {};
}

void Service::CountTraffic(const std::string& tenant, std::int64_t received, std::int64_t sent) {
  const std::lock_guard lock(traffic_mutex_);
  auto& traffic = traffic_[tenant];
  traffic.received += received;
  traffic.sent += sent;
}

void Service::FlushTraffic() {
  std::map<std::string, Ledger::Traffic> traffic;
  {
    const std::lock_guard lock(traffic_mutex_);
    traffic.swap(traffic_);
  }
  const std::string day = IsoTime(Now()).substr(0, 10);
  for (const auto& [tenant, bytes] : traffic) ledger_.AddTraffic(tenant, day, bytes);
}

}  // namespace steward::site
