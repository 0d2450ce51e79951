// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "platform/service.hpp"

namespace steward::features {

/// Makes every invoice whose cycle is over, also those of cycles that were missed, oldest first; the number of
/// invoices. Each is made once, however many consoles look. What cannot be made says why (problem of the company's
/// billing).
int MakeDueInvoices(const platform::Services& services);

}  // namespace steward::features
