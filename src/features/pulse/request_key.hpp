// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/uuid.hpp"
#include "contract/contract.hpp"

namespace steward::features {

/// A repeated request has the id of the first one, so that what it makes is made once.
inline std::string KeyOf(const contract::Call& call) {
  const std::string id(call.request.Header("X-Request-id"));
  return id.empty() ? NewUuid() : id;
}

}  // namespace steward::features
