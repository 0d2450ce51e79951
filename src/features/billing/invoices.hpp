// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "contract/contract.hpp"
#include "features/billing/invoice_maker.hpp"
#include "platform/service.hpp"

namespace steward::features {

/// Invoices on demand, their state and files, and the settings of who is invoiced when. Every change is audited.
/// Thread-safe.
class Invoices {
 public:
  using Answer = Result<contract::Answer>;
  explicit Invoices(platform::Services services) : services_(services) {}

  Answer Create(const contract::Call& call);
  /// What it would be, with its lines; nothing is made.
  Answer Preview(const contract::Call& call);
  /// For the days until yesterday that are on no invoice of the company.
  Answer Generate(const contract::Call& call);
  Answer GenerateQuotaUsage(const contract::Call& call);
  Answer Delete(const contract::Call& call);
  Answer ChangePaidState(const contract::Call& call);
  Answer Pdf(const contract::Call& call);
  Answer File(const contract::Call& call);
  Answer PatchSettings(const contract::Call& call);
  Answer PatchCompany(const contract::Call& call);
  Answer PatchIssuer(const contract::Call& call);

 private:
  Answer Make(const contract::Call& call, const InvoiceOrder& order);
  Answer FileOf(const contract::Call& call, const std::string& format);

  platform::Services services_;
};

}  // namespace steward::features
