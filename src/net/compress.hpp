// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "net/http.hpp"

namespace steward::net {

/// Whether the client says it takes gzip (Accept-Encoding, RFC 9110 12.5.3).
bool TakesGzip(const Request& request);

/// Compresses the body with gzip when the client takes it, the kind of content gains by it, and it is not small or
/// compressed already. Tells caches that the answer depends on Accept-Encoding. Any thread.
void Compress(const Request& request, Response& response);

}  // namespace steward::net
