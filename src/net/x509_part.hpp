// SPDX-License-Identifier: Apache-2.0
// Single facts of a certificate that OpenSSL has read already: reading one anew costs more than a signature.
#pragma once
#include <openssl/x509.h>

#include <chrono>
#include <string>

namespace steward::net {

/// One attribute of a name (NID_commonName...); empty when it has none.
std::string NamePart(const X509_NAME* name, int part);
/// UTC; the epoch when the time cannot be read.
std::chrono::sys_seconds Moment(const ASN1_TIME* time);

}  // namespace steward::net
