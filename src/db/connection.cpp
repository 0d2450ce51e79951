// SPDX-License-Identifier: Apache-2.0
#include "db/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <charconv>

#include "fmt/format.h"

namespace steward::db {
namespace {

/// Pointers libpq wants for parameters in text format.
struct ParamView {
  explicit ParamView(const Params& params) {
    values.reserve(params.size());
    for (const auto& param : params) values.push_back(param ? param->c_str() : nullptr);
  }
  std::vector<const char*> values;
};

}  // namespace

Error ToError(const StatementError& error) {
  const std::string& state = error.Sqlstate();
  Error out{.code = ErrorCode::kInternal, .message = "The database refused the change.", .internal = error.what()};
  if (state == "23505") {
    out.code = ErrorCode::kConflict;
    out.message =
        fmt::format("Another object already has this value (rule {}). Choose a different one.", error.Constraint());
  } else if (state == "23503") {
    out.code = ErrorCode::kConflict;
    out.message = fmt::format("Other objects depend on this one, or a named object does not exist (rule {}).",
                              error.Constraint());
  } else if (state == "23514" || state == "23502") {
    out.code = ErrorCode::kInvalid;
    out.message = fmt::format("A value is outside what is allowed (rule {}).", error.Constraint());
  } else if (state.starts_with("22")) {
    out.code = ErrorCode::kInvalid;
    out.message = "A value has the wrong form or is out of range.";
  } else if (state == "57014") {
    out.code = ErrorCode::kUnavailable;
    out.message = "The database took too long to answer; narrow the request or try again.";
    out.retry_after = 5;
  }
  return out;
}

Rows::Rows(pg_result* result) : result_(result, PQclear) {}
int Rows::Count() const {
  return PQntuples(result_.get());
}
int Rows::Columns() const {
  return PQnfields(result_.get());
}
int Rows::Column(std::string_view name) const {
  const int count = Columns();
  for (int i = 0; i < count; ++i) {
    if (name == PQfname(result_.get(), i)) return i;
  }
  throw std::out_of_range(fmt::format("the statement returns no column \"{}\"", name));
}
unsigned Rows::Oid(int column) const {
  return PQftype(result_.get(), column);
}
std::string Rows::Name(int column) const {
  return PQfname(result_.get(), column);
}
bool Rows::IsNull(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}
std::string_view Rows::Raw(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}
std::string Rows::Text(int row, std::string_view name) const {
  return std::string(Raw(row, Column(name)));
}
std::optional<std::string> Rows::Maybe(int row, std::string_view name) const {
  const int column = Column(name);
  if (IsNull(row, column)) return std::nullopt;
  return std::string(Raw(row, column));
}
std::int64_t Rows::Int(int row, std::string_view name) const {
  const std::string_view text = Raw(row, Column(name));
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::runtime_error(fmt::format("column \"{}\" is not an integer: {}", name, text));
  }
  return value;
}
bool Rows::Bool(int row, std::string_view name) const {
  return Raw(row, Column(name)) == "t";
}
std::int64_t Rows::Affected() const {
  const std::string_view text = PQcmdTuples(result_.get());
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Connection::Connection(const std::string& url, const std::vector<std::string>& on_connect)
    : conn_(PQconnectdb(url.c_str())) {
  if (PQstatus(conn_) != CONNECTION_OK) {
    const std::string reason = PQerrorMessage(conn_);
    PQfinish(conn_);
    throw Unavailable("cannot connect to PostgreSQL: " + reason);
  }
  PQsetNoticeProcessor(
      conn_, [](void*, const char*) {}, nullptr);
  try {
    for (const auto& sql : on_connect) Script(sql);
  } catch (...) {
    PQfinish(conn_);
    throw;
  }
}

Connection::~Connection() {
  PQfinish(conn_);
}

bool Connection::Broken() const {
  return PQstatus(conn_) != CONNECTION_OK;
}

bool Connection::Alive() {
  constexpr int kWords = 3;  // a server that ends says why before it closes
  for (int i = 0; i < kWords && !Broken(); ++i) {
    pollfd descriptor{.fd = PQsocket(conn_), .events = POLLIN, .revents = 0};
    if (poll(&descriptor, 1, 0) <= 0) break;
    PQconsumeInput(conn_);
  }
  return !Broken();
}

void Connection::Throw(pg_result* result) const {
  const Rows owner(result);
  if (Broken()) throw Unavailable(std::string("PostgreSQL dropped the connection: ") + PQerrorMessage(conn_));
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
  const std::string code = state != nullptr ? state : "";
  if (code.starts_with("57P") || code.starts_with("08")) throw Unavailable(PQresultErrorMessage(result));
  throw StatementError(code, PQresultErrorMessage(result), constraint != nullptr ? constraint : "");
}

const std::string& Connection::Prepared(const std::string& sql) {
  const auto found = prepared_.find(sql);
  if (found != prepared_.end()) return found->second;
  if (prepared_.size() >= 500) {  // ad-hoc filters must not grow the session without end
    Script("deallocate all");
    prepared_.clear();
  }
  std::string name = fmt::format("s{}", prepared_.size());
  pg_result* result = PQprepare(conn_, name.c_str(), sql.c_str(), 0, nullptr);
  if (PQresultStatus(result) != PGRES_COMMAND_OK) Throw(result);
  PQclear(result);
  return prepared_.emplace(sql, std::move(name)).first->second;
}

Rows Connection::Query(const std::string& sql, const Params& params, Format format) {
  const std::string& name = Prepared(sql);
  const ParamView view(params);
  pg_result* result = PQexecPrepared(conn_, name.c_str(), static_cast<int>(params.size()), view.values.data(), nullptr,
                                     nullptr, static_cast<int>(format));
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) Throw(result);
  return Rows(result);
}

Rows Connection::QueryBinary(const std::string& sql, const std::vector<std::string>& params) {
  const std::string& name = Prepared(sql);
  std::vector<const char*> values;
  std::vector<int> sizes;
  for (const auto& param : params) {
    values.push_back(param.data());
    sizes.push_back(static_cast<int>(param.size()));
  }
  const std::vector<int> formats(params.size(), static_cast<int>(Format::kBinary));
  pg_result* result = PQexecPrepared(conn_, name.c_str(), static_cast<int>(params.size()), values.data(), sizes.data(),
                                     formats.data(), static_cast<int>(Format::kText));
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) Throw(result);
  return Rows(result);
}

void Connection::Script(const std::string& sql) {
  pg_result* result = PQexec(conn_, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) Throw(result);
  PQclear(result);
}

std::vector<Rows> Connection::Pipeline(const std::vector<Statement>& statements) {
  std::vector<const std::string*> names;
  names.reserve(statements.size());
  for (const auto& statement : statements) names.push_back(&Prepared(statement.sql));
  if (PQenterPipelineMode(conn_) != 1) throw Unavailable("PostgreSQL connection cannot pipeline");
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const ParamView view(statements[i].params);
    PQsendQueryPrepared(conn_, names[i]->c_str(), static_cast<int>(view.values.size()), view.values.data(), nullptr,
                        nullptr, static_cast<int>(statements[i].format));
  }
  PQpipelineSync(conn_);
  std::vector<Rows> all;
  pg_result* failed = nullptr;
  bool synced = false;
  while (!synced && !Broken()) {
    pg_result* result = PQgetResult(conn_);
    if (result == nullptr) continue;  // end of one statement's results
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_PIPELINE_SYNC) {
      synced = true;
      PQclear(result);
    } else if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
      all.emplace_back(result);
    } else if (status == PGRES_PIPELINE_ABORTED || failed != nullptr) {
      PQclear(result);
    } else {
      failed = result;
    }
  }
  PQexitPipelineMode(conn_);
  if (failed != nullptr) Throw(failed);
  if (!synced) throw Unavailable(std::string("PostgreSQL dropped the connection: ") + PQerrorMessage(conn_));
  return all;
}

std::optional<std::pair<std::string, std::string>> Connection::WaitNotification(int milliseconds) {
  pollfd descriptor{.fd = PQsocket(conn_), .events = POLLIN, .revents = 0};
  PGnotify* notice = PQnotifies(conn_);
  if (notice == nullptr && poll(&descriptor, 1, milliseconds) > 0) {
    if (PQconsumeInput(conn_) != 1) throw Unavailable(PQerrorMessage(conn_));
    notice = PQnotifies(conn_);
  }
  if (notice == nullptr) return std::nullopt;
  auto out = std::make_pair(std::string(notice->relname), std::string(notice->extra));
  PQfreemem(notice);
  return out;
}

Pool::Pool(std::string url, std::vector<std::string> on_connect, std::size_t size)
    : url_(std::move(url)), on_connect_(std::move(on_connect)), size_(size) {}

Pool::Lease Pool::Acquire() {
  std::unique_lock lock(mutex_);
  if (!returned_.wait_for(lock, std::chrono::seconds(5), [this] { return !idle_.empty() || in_use_ < size_; })) {
    throw Unavailable("all database connections are busy");
  }
  ++in_use_;
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->Alive()) return {*this, std::move(connection)};
  }
  lock.unlock();
  try {
    return {*this, std::make_unique<Connection>(url_, on_connect_)};
  } catch (...) {
    const std::lock_guard again(mutex_);
    --in_use_;
    returned_.notify_one();
    throw;
  }
}

void Pool::Return(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  --in_use_;
  if (connection->Broken()) {
    idle_.clear();  // the server went away: the others are dead too
  } else {
    idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

Pool::Lease::~Lease() {
  if (connection_) pool_->Return(std::move(connection_));
}

Transaction::Transaction(Connection& connection) : connection_(connection) {
  connection_.Script("begin");
}
Transaction::~Transaction() {
  if (!open_ || connection_.Broken()) return;
  try {
    connection_.Script("rollback");
  } catch (const std::exception&) {  // the connection is broken now, and the server rolls back by itself
    return;
  }
}
void Transaction::Commit() {
  connection_.Script("commit");
  open_ = false;
}

std::string ArrayLiteral(const std::vector<std::string>& items) {
  return fmt::format("{{{}}}", fmt::join(items, ","));
}

}  // namespace steward::db
