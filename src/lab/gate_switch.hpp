// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "lab/gate.hpp"
#include "net/http.hpp"

namespace steward::lab {

/// The gate's switch: GET /gate tells its counts, POST /gate {"mode", "delayMilliseconds", "kilobitsPerSecond",
/// "cutAfterBytes"} sets it. An unknown word is refused.
net::Response AnswerGate(Gate& gate, const net::Request& request);

}  // namespace steward::lab
