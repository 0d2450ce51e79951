// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "platform/service.hpp"

namespace steward::features {

struct InvoiceFileBytes {
  std::string name;
  std::string content_type;
  std::string bytes;
};

/// An invoice that `scope` may see as "pdf", "xlsx" or "csv", from what was stored with it. Errors: kNotFound,
/// kInvalid.
Result<InvoiceFileBytes> InvoiceFile(const platform::Services& services, const std::string& uid,
                                     const std::string& format, const platform::TenantScope& scope);

/// An amount in minor units for people: "1,234.50".
std::string MoneyText(std::int64_t minor, int digits);

}  // namespace steward::features
