// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

#include "base/error.hpp"
#include "pulse/records.hpp"
#include "sqlite/sqlite.hpp"

namespace steward::pulse {

/// What the authority keeps, in one SQLite file; a second process may change it meanwhile. For one thread at a time.
/// Whatever belongs to a partner is found with the partner's id only. Faults of the file are std::runtime_error.
class Store {
 public:
  /// Opens or makes the file; a new one gets a signing key.
  explicit Store(const std::filesystem::path& file);

  /// For sqlite::Transaction: changes of several calls happen together or not at all.
  sqlite::Sqlite& Database() { return database_; }

  /// Errors: kConflict when the name is taken.
  Result<Partner> AddPartner(const std::string& name);
  /// By name or id. Errors: kNotFound.
  Result<Partner> FindPartner(const std::string& name_or_id);

  /// A new token; only its hash is kept. Errors: kConflict when the partner has one of that name that is good.
  Result<std::string> MakeToken(const Partner& partner, const std::string& name, std::chrono::sys_seconds ends,
                                std::chrono::sys_seconds now);
  Status RevokeToken(const Partner& partner, const std::string& name);
  std::optional<Token> FindToken(const std::string& token);

  /// Errors: kConflict when the contract is another partner's.
  Status Set(const Contract& contract);
  std::optional<Contract> FindContract(const std::string& id);
  std::optional<Contract> FindContract(const std::string& partner_id, const std::string& id);
  Listed<Contract> Contracts(const std::string& partner_id, const Page& page);
  /// Points of the contract's licences that are assigned, apart from one.
  std::int64_t UsedPoints(const std::string& contract_id, const std::string& but_uid);

  void Set(const Product& product);
  std::optional<Product> FindProduct(const std::string& id);
  Listed<Product> Products(const Page& page);

  void Add(const Tenant& tenant);
  void Change(const Tenant& tenant);
  std::optional<Tenant> FindTenant(const std::string& partner_id, const std::string& id);
  Listed<Tenant> Tenants(const std::string& partner_id, const Page& page);
  std::int64_t CountBranches(const std::string& tenant_id);

  void Add(const Entry& entry);
  /// All but what never changes; without installations.
  void Change(const Entry& entry);
  void Remove(const Entry& entry);
  std::optional<Entry> FindEntry(const std::string& partner_id, const std::string& uid);
  Listed<Entry> Entries(const std::string& partner_id, const Page& page);
  /// Adds one, or replaces that of the same server.
  void AddInstallation(const std::string& uid, const Installation& installation);
  void ForgetInstallations(const std::string& uid);

  void Add(const Report& report);
  std::optional<Report> LatestReport(const std::string& contract_id, const std::string& month);
  std::optional<Report> FindReport(const std::string& partner_id, const std::string& id);
  Listed<Report> Reports(const std::string& partner_id, const Page& page);

  /// An assigned licence that is extended automatically and was there in a month whose report has come since then, but
  /// that was not extended for that month yet; its contract is not over.
  struct Extension {
    Entry entry;
    std::string month;
  };
  std::optional<Extension> NextExtension(std::chrono::sys_seconds since, std::chrono::sys_days today);
  void NoteExtension(const std::string& uid, const std::string& month);

  std::optional<KeptAnswer> FindAnswer(const std::string& partner_id, const std::string& key);
  void Keep(const std::string& partner_id, const std::string& key, const KeptAnswer& answer,
            std::chrono::sys_seconds now);
  void ForgetAnswers(std::chrono::sys_seconds older_than);

  /// The key that signs licence files.
  license::SigningKey SigningKey();
  struct Key {
    license::PublicKey key;
    std::chrono::sys_seconds created;
    std::optional<std::chrono::sys_seconds> retired, revoked;
  };
  /// The one that signs, then those that do not any more.
  Listed<Key> Keys(const Page& page);
  /// Makes a new key that signs from now on. The secret part of the old one is forgotten; files that it signed stay
  /// good. Answers the new one.
  license::PublicKey RotateKey(std::chrono::sys_seconds now);
  /// Files signed with the key are not good any more; when it is the one that signs, a new one takes its place. Errors:
  /// kNotFound, kConflict when it was revoked before.
  Status RevokeKey(const std::string& id, std::chrono::sys_seconds now);

 private:
  /// Brings keys of older versions up to date, and makes the first one.
  void PrepareKeys(std::chrono::sys_seconds now);

  sqlite::Sqlite database_;
};

}  // namespace steward::pulse
