// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "license/license.hpp"

/// What the licence authority keeps. Ids are uuids unless said otherwise; days are UTC.
namespace steward::pulse {

using license::Automatic;
using license::Thousandths;

/// Where a licence stands: a template costs nothing, an assigned one has an id and a file, an installed one is on a
/// server, a revoked one is a template again that keeps its last id.
enum class State { kTemplate, kAssigned, kInstalled, kRevoked };
enum class Usage { kSingleCustomer, kMultiCustomer, kInternal };

std::string_view Word(State state);
std::string_view Word(Usage usage);
std::optional<State> FindState(std::string_view word);
std::optional<Usage> FindUsage(std::string_view word);

struct Partner {
  std::string id;
  std::string name;
};

/// Who calls: the partner of a token that is good.
struct Caller {
  Partner partner;
  std::string token_name;
  std::chrono::sys_seconds token_ends;
};

struct Token {
  Caller caller;
  bool revoked = false;
};

struct Contract {
  std::string id;  ///< as the partner knows it
  std::string partner_id;
  std::string description;
  std::chrono::sys_days ends;  ///< its last day
  std::optional<std::int64_t> points_limit;
  bool no_commit = false;  ///< reports and extensions of its licences are automatic, always
  std::int64_t used = 0;   ///< points of licences that are assigned; read only
};

struct ProductWorkload {
  std::string id;  ///< word of letters, digits, dots, dashes
  std::string name;
  Thousandths multiplier = 0;
};

struct Product {
  std::string id;  ///< word, as of a workload
  std::string name;
  std::string edition;
  std::string package;
  std::string version;
  bool cloud_connect = false;
  std::vector<ProductWorkload> workloads;
};

struct Tenant {
  std::string id;
  std::string partner_id;
  std::string name;
  std::optional<std::string> external_id;
  std::optional<std::string> email;
  std::optional<std::string> parent_id;
  std::chrono::sys_seconds created;
};

/// A workload of a licence, with name and weight as they were when it was set.
struct LicensedWorkload {
  std::string id;
  std::string name;
  std::int64_t count = 0;
  Thousandths multiplier = 0;
};

struct Installation {
  std::string server_id;  ///< as the caller knows it
  std::string server_name;
  std::chrono::sys_seconds at;
};

struct Entry {
  std::string uid;
  std::string partner_id;
  State state = State::kTemplate;
  license::Type type = license::Type::kRental;
  Usage usage = Usage::kSingleCustomer;
  std::string contract_id;
  std::string product_id;
  std::int64_t points = 0;
  std::vector<LicensedWorkload> workloads;
  Automatic reporting = Automatic::kOff;
  Automatic extension = Automatic::kOff;
  std::optional<std::string> license_id;
  std::optional<std::string> description;
  std::chrono::sys_days expires;
  std::optional<std::string> tenant_id;
  std::string created_by;
  std::chrono::sys_seconds created;
  std::int64_t revision = 1;
  std::chrono::sys_days issued;  ///< day of the file: of the assignment or of the last edit after it
  std::vector<Installation> installations;
};

struct Report {
  std::string id;
  std::string partner_id;
  std::string contract_id;
  std::string month;  ///< 2026-10
  std::int64_t version = 1;
  std::chrono::sys_seconds received;
  Thousandths total = 0;
  std::string lines;  ///< JSON
  std::optional<std::string> reason;
};

/// A part of a list.
struct Page {
  std::int64_t limit = 100;
  std::int64_t offset = 0;
};
template <typename T>
struct Listed {
  std::vector<T> rows;
  std::int64_t total = 0;
};

/// What was answered to a request with an idempotency key.
struct KeptAnswer {
  std::string request;  ///< hash of what was asked
  int status = 200;
  std::string body;
};

}  // namespace steward::pulse
