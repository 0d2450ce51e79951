// SPDX-License-Identifier: Apache-2.0
// Every list and item of the contract against a freshly migrated database: the view has the columns that the schema
// promises, in types that the engine can write and compare, and PostgreSQL plans every statement that a caller can make
// of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "contract/contract.hpp"
#include "db/test_database.hpp"
#include "platform/list/query.hpp"
#include "platform/list/sample_schema.hpp"

namespace steward {
namespace {

using contract::Kind;
using contract::Operation;
using contract::Property;
using contract::Schema;
using platform::ListParameters;
using platform::TenantScope;

constexpr const char* kUid = "00000000-0000-4000-8000-000000000001";
constexpr int kDeepest = 4;

/// A column of a view, as PostgreSQL tells it.
struct Column {
  std::string type;
  std::vector<std::string> labels;  ///< of an enum
};
using Columns = std::map<std::string, Column, std::less<>>;

Columns ColumnsOf(db::Connection& connection, std::string_view view) {
  const auto rows = connection.Query(
      "select a.attname, format_type(a.atttypid, null) as type, t.typtype = 'e' as enum, a.atttypid::text as id "
      "from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = to_regclass($1) and a.attnum > 0",
      {fmt::format("api.{}", view)});
  Columns out;
  for (int row = 0; row < rows.Count(); ++row) {
    Column column{.type = rows.Bool(row, "enum") ? "enum" : rows.Text(row, "type")};
    if (column.type == "enum") {
      const auto labels = connection.Query(
          "select enumlabel from pg_enum where enumtypid = $1::oid order by enumsortorder", {rows.Text(row, "id")});
      for (int i = 0; i < labels.Count(); ++i) column.labels.push_back(labels.Text(i, "enumlabel"));
    }
    out.emplace(rows.Text(row, "attname"), std::move(column));
  }
  return out;
}

/// Types in which a property of the kind may be stored; empty = any.
std::set<std::string_view> TypesOf(Kind kind) {
  switch (kind) {
    case Kind::kString:
      return {"text", "character varying", "enum"};
    case Kind::kEnum:
      return {"text", "enum"};
    case Kind::kUuid:
      return {"uuid"};
    case Kind::kInteger:
      return {"bigint", "integer", "smallint"};
    case Kind::kNumber:
      return {"double precision", "real", "bigint", "integer"};
    case Kind::kBoolean:
      return {"boolean"};
    case Kind::kDateTime:
      return {"timestamp with time zone"};
    case Kind::kDate:
      return {"date"};
    case Kind::kObject:
    case Kind::kArray:
      return {"jsonb"};
    case Kind::kAny:
      return {};
  }
  return {};
}

/// A value that a column or property of the type takes.
std::string ValueOf(const Column& column) {
  if (column.type == "uuid") return kUid;
  if (column.type == "enum") return column.labels.front();
  if (column.type == "boolean") return "true";
  if (column.type == "timestamp with time zone" || column.type == "date") return "2026-01-31";
  return "1";
}

std::string JsonValueOf(Kind kind, std::span<const std::string_view> words) {
  switch (kind) {
    case Kind::kUuid:
      return fmt::format("\"{}\"", kUid);
    case Kind::kInteger:
    case Kind::kNumber:
      return "1";
    case Kind::kBoolean:
      return "true";
    case Kind::kDateTime:
    case Kind::kDate:
      return "\"2026-01-31\"";
    case Kind::kEnum:
      return fmt::format("\"{}\"", words.front());
    case Kind::kString:
    case Kind::kObject:
    case Kind::kArray:
    case Kind::kAny:
      return "\"a\"";
  }
  return "null";
}

/// The text of a value to sort by.
std::string MarkOf(const Property& property) {
  if (property.kind == Kind::kArray) return "[]";
  const std::string value = JsonValueOf(property.kind, property.words);
  return value.starts_with('"') ? value.substr(1, value.size() - 2) : value;
}

/// Every operation of the filter language that the property takes, in one filter.
std::string AllConditions(const Property& property, const std::string& path) {
  const bool list = property.kind == Kind::kArray;
  const std::string value = JsonValueOf(list ? property.item_kind : property.kind, property.words);
  std::vector<std::string_view> operations = {"equals", "notEquals", "in", "subset", "contains", "superset"};
  if (!list && property.kind != Kind::kBoolean) operations.insert(operations.end(), {"lessThan", "greaterThanOrEqual"});
  std::string out;
  for (const auto operation : operations) {
    const bool several = operation == "in" || operation == "subset" || list;
    out += fmt::format(R"({}{{"property": "{}", "operation": "{}", "value": {}}})", out.empty() ? "" : ", ", path,
                       operation, several ? fmt::format("[{}]", value) : value);
  }
  return fmt::format(R"([{}, {{"property": "{}", "operation": "equals", "value": null}}])", out, path);
}

class Checker {
 public:
  Checker(db::Connection& owner, db::Connection& reader, const Operation& operation)
      : owner_(owner), reader_(reader), operation_(operation) {}

  /// Everything wrong with the operation, in words.
  std::vector<std::string> Faults() {
    columns_ = ColumnsOf(owner_, operation_.view);
    if (columns_.empty()) {
      Fault("there is no such view");
      return faults_;
    }
    CheckColumns();
    if (!faults_.empty()) return faults_;
    CheckScopes();
    CheckProperties(*operation_.schema, "", 0);
    for (const auto& expand : operation_.schema->expands) {
      Plan({.expand = {std::string(expand.name)}}, fmt::format("expand {}", expand.name));
      if (expand.schema != nullptr)
        CheckProperties(*expand.schema,
                        fmt::format("_embedded.{}", expand.flat ? "" : fmt::format("{}.", expand.property)), 1);
    }
    return faults_;
  }

 private:
  void Fault(const std::string& what) {
    faults_.push_back(fmt::format("{} (api.{}): {}", operation_.id, operation_.view, what));
  }

  void Need(std::string_view name, const std::set<std::string_view>& types) {
    const auto found = columns_.find(name);
    if (found == columns_.end()) {
      Fault(fmt::format("column {} is missing", name));
    } else if (!types.empty() && !types.contains(found->second.type)) {
      Fault(fmt::format("column {} is {}, not {}", name, found->second.type, fmt::join(types, " or ")));
    }
  }

  void CheckColumns() {
    const Schema& schema = *operation_.schema;
    for (const Property& property : schema.properties) {
      if (property.name == "_embedded") continue;
      Need(property.name, TypesOf(property.kind));
      const auto column = columns_.find(property.name);
      if (property.kind == Kind::kEnum && column != columns_.end() && column->second.type == "enum")
        CheckWords(property, column->second);
    }
    for (const auto& expand : schema.expands) Need(expand.column, {"jsonb"});
    Need("scope_organization", {"uuid"});
    if (contract::FindProperty(schema, "locationUid") != nullptr) Need("scope_location", {"uuid"});
    CheckUnknownColumns();
  }

  /// A label that is no word breaks clients; a word that is no label breaks the filter.
  void CheckWords(const Property& property, const Column& column) {
    for (const auto& label : column.labels) {
      if (std::find(property.words.begin(), property.words.end(), label) == property.words.end())
        Fault(fmt::format("column {} can be {}, which is no word of the contract", property.name, label));
    }
    for (const auto& word : property.words) {
      if (std::find(column.labels.begin(), column.labels.end(), word) == column.labels.end())
        Fault(fmt::format("column {} has no label for the word {}", property.name, word));
    }
  }

  /// A column that no operation of the whole contract knows is a misspelt property. (Views made of other views may
  /// carry more columns than their own operations use; snake_case is for columns that only views read.)
  void CheckUnknownColumns() {
    std::set<std::string, std::less<>> known;
    const auto add_schema = [&known](const Schema& schema) {
      for (const auto& property : schema.properties) known.emplace(property.name);
    };
    add_schema(*operation_.schema);
    for (const Operation& other : contract::Operations()) {
      if (other.schema != nullptr) add_schema(*other.schema);
      for (const auto& binding : other.bindings) known.emplace(binding.column);
      for (const auto& query : other.queries) known.emplace(query.column);
      known.emplace(other.sort_key);
      for (const auto& order : other.order) known.emplace(order.column);
    }
    for (const auto& [name, column] : columns_) {
      if (name.find('_') == std::string::npos && !known.contains(name))
        Fault(fmt::format("column {} is nothing that the contract knows", name));
    }
  }

  void CheckScopes() {
    TenantScope local{.organizations = {kUid, kUid}};
    if (columns_.contains("scope_location")) local.locations = {kUid};
    for (const TenantScope& scope : {TenantScope{.all = true}, TenantScope{.organizations = {kUid}}, local}) {
      Plan({}, "page", scope);
      if (operation_.kind == contract::OperationKind::kList) Plan({.offset = 5000}, "deep page", scope);
    }
  }

  void CheckProperties(const Schema& schema, const std::string& prefix, int depth) {
    for (const Property& property : schema.properties) {
      const std::string path = prefix + std::string(property.name);
      if (property.name == "_embedded") continue;
      if (property.kind == Kind::kObject) {
        if (property.schema != nullptr && depth < kDeepest) CheckProperties(*property.schema, path + ".", depth + 1);
        continue;
      }
      Plan({.filter = AllConditions(property, path)}, fmt::format("filter by {}", path));
      if (operation_.kind != contract::OperationKind::kList) continue;
      Plan({.sort =
                fmt::format(R"([{{"property": "{}", "direction": "descending", "collation": "ignorecase"}}])", path)},
           fmt::format("sort by {}", path), {.all = true}, MarkOf(property));
    }
  }

  /// Lets PostgreSQL plan the page, its count, and (with a value to sort by) the search for a deep page.
  void Plan(const ListParameters& parameters, const std::string& what, const TenantScope& scope = {.all = true},
            const std::string& mark = {}) {
    std::vector<platform::Condition> bindings;
    for (const auto& binding : operation_.bindings) Bind(bindings, binding.column, "=");
    for (const auto& query : operation_.queries) Bind(bindings, query.column, query.sign);
    const auto query = platform::CompileList(operation_, parameters, bindings, scope);
    if (!query) {
      Fault(fmt::format("{}: {}", what, query.error().message));
      return;
    }
    std::vector<db::Statement> statements = {query->PageStatement(), query->CountStatement()};
    if (query->Markable() && !mark.empty()) {
      const std::string key = query->key.substr(1, query->key.size() - 2);
      const platform::Mark from{.position = 0, .value = mark, .key = ValueOf(columns_[key])};
      statements.insert(statements.end(), {query->MarksStatement(nullptr, 1000), query->MarksStatement(&from, 1000),
                                           query->PageStatement(from)});
    }
    for (const db::Statement& statement : statements) {
      try {
        reader_.Query("explain " + statement.sql, statement.params);
      } catch (const db::StatementError& error) {
        Fault(fmt::format("{}: {}", what, error.what()));
      }
    }
  }

  void Bind(std::vector<platform::Condition>& bindings, std::string_view column, std::string_view sign) {
    const auto found = columns_.find(column);
    if (found == columns_.end()) {
      Fault(fmt::format("column {} of a path or query parameter is missing", column));
      return;
    }
    bindings.push_back({std::string(column), std::string(sign), ValueOf(found->second)});
  }

  db::Connection& owner_;
  db::Connection& reader_;
  const Operation& operation_;
  Columns columns_;
  std::vector<std::string> faults_;
};

class ContractSql : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    url_ = db::TestServer::Shared().Fresh();
    owner_ = std::make_unique<db::Connection>(url_, std::vector<std::string>{});
    provider_ = std::make_unique<db::Connection>(url_, std::vector<std::string>{"set role steward_provider"});
  }
  static void TearDownTestSuite() {
    owner_.reset();
    provider_.reset();
  }
  static std::unique_ptr<db::Connection> owner_;
  static std::unique_ptr<db::Connection> provider_;
  static std::string url_;
};
std::unique_ptr<db::Connection> ContractSql::owner_;
std::unique_ptr<db::Connection> ContractSql::provider_;
std::string ContractSql::url_;

}  // namespace

TEST_F(ContractSql, EveryOperation_ColumnsFitAndStatementsPlan) {
  int checked = 0;
  for (const Operation& operation : contract::Operations()) {
    if (operation.kind == contract::OperationKind::kHandler) continue;
    EXPECT_THAT(Checker(*owner_, *provider_, operation).Faults(), testing::IsEmpty());
    ++checked;
  }
  EXPECT_GT(checked, 50);
}

TEST_F(ContractSql, EveryOperation_NarrowRolesMayRead) {
  for (const char* role : {"steward_tenant", "steward_location"}) {
    db::Connection reader(url_, {fmt::format("set role {}", role)});
    for (const Operation& operation : contract::Operations()) {
      if (operation.kind == contract::OperationKind::kHandler) continue;
      EXPECT_NO_THROW(reader.Query(fmt::format("explain select * from api.{}", operation.view)))
          << role << operation.id;
    }
  }
}

TEST_F(ContractSql, BrokenViews_EachFault_Named) {
  platform::sample::CreateThings(*owner_);
  owner_->Script("grant select on api.things to steward_provider");
  const auto faults = [](const char* change) {
    owner_->Script(fmt::format("begin; {}; commit", change));
    const Operation operation{.id = "GetThings",
                              .kind = contract::OperationKind::kList,
                              .schema = &platform::sample::kThing,
                              .view = "things"};
    return Checker(*owner_, *provider_, operation).Faults();
  };
  using testing::ElementsAre;
  using testing::HasSubstr;
  EXPECT_THAT(faults("select 1"), testing::IsEmpty());
  EXPECT_THAT(faults("alter table api.things rename size to sise"),
              ElementsAre(HasSubstr("column size is missing"), HasSubstr("column sise is nothing")));
  EXPECT_THAT(faults("alter table api.things rename sise to size; alter table api.things alter size type text"),
              ElementsAre(HasSubstr("GetThings (api.things): column size is text, not bigint")));
  EXPECT_THAT(faults("alter table api.things alter size type bigint using size::bigint; alter type api.thing_status "
                     "add value 'Odd'"),
              ElementsAre(HasSubstr("column status can be Odd")));
  EXPECT_THAT(
      faults("alter table api.things alter status type core.company_status using null"),
      ElementsAre(HasSubstr("column status can be Active"), HasSubstr("column status can be Disabled"),
                  HasSubstr("no label for the word Healthy"), HasSubstr("word Warning"), HasSubstr("word Failed")));
  EXPECT_THAT(faults("alter table api.things alter status type text; alter table api.things drop expand_maker"),
              ElementsAre(HasSubstr("column expand_maker is missing")));
  EXPECT_THAT(
      faults("alter table api.things add expand_maker jsonb; revoke select on api.things from steward_provider"),
      testing::Contains(HasSubstr("page: ")));
}

}  // namespace steward
