// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "base/day.hpp"
#include "db/connection.hpp"

namespace steward::features {

/// An invoice that is to be made.
struct InvoiceOrder {
  std::string company_uid;
  Day from;
  Day to;                        ///< the last day that counts
  std::string type = "Invoice";  ///< or QuotaUsage: what was used, without prices
  std::optional<bool> details;   ///< none: as set for the company
  bool scheduled = false;
  bool allows_overlap = false;  ///< with an invoice that was made before
  std::string made_by;          ///< user; empty for the schedule
};

/// Makes an invoice from the usage ledger within the caller's transaction and returns its uid. The days must be over
/// and signed. Errors say what is missing: plan, days, approved report; kConflict for days that were invoiced before.
/// Numbers of invoices are given in the order of the commits.
Result<std::string> MakeInvoice(db::Connection& connection, const InvoiceOrder& order);

}  // namespace steward::features
