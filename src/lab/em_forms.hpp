// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "lab/cloud_model.hpp"

namespace steward::lab {

/// Writes a cloud estate in the words of Enterprise Manager's REST API (JSON form, API 1.7). `base` is the URL of the
/// API, "https://host:port/api". Lives for one request.
class EmForms {
 public:
  using Json = nlohmann::json;
  EmForms(const CloudEstate& estate, std::string base, Moment now)
      : estate_(estate), base_(std::move(base)), now_(now) {}

  Json Server(const CloudServer& server) const;
  Json Repository(const CloudRepository& repository) const;
  Json Accelerator(const CloudWanAccelerator& accelerator) const;
  Json Gateway(const CloudGateway& gateway) const;
  Json Pool(const CloudGatewayPool& pool) const;
  Json Plan(const CloudHardwarePlan& plan) const;
  Json Tenant(const CloudTenant& tenant) const;
  /// A quota by itself, or (`inside`) as part of its tenant: without links.
  Json Quota(const CloudTenant& tenant, const CloudQuota& quota, bool inside) const;
  Json Subscription(const CloudTenant& tenant, const CloudSubscription& subscription) const;
  Json Subtenant(const CloudTenant& tenant, const CloudSubtenant& subtenant) const;
  Json Counters(const CloudTenant& tenant) const;

  /// The short form of an entity of which `full` is the long one.
  static Json Reference(const Json& full);
  static std::string Uid(const char* type, const std::string& id);
  std::string Href(const std::string& path) const { return base_ + "/" + path; }

 private:
  Json Entity(const char* type, const std::string& id, const std::string& name, const std::string& path,
              const std::string& server_id) const;
  Json Link(const char* rel, const std::string& path, const char* type) const;
  Json UidOrNull(const char* type, const std::string& id) const;

  const CloudEstate& estate_;
  std::string base_;
  Moment now_;
};

}  // namespace steward::lab
