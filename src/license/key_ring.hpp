// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "license/license.hpp"

namespace steward::license {

/// Keys of a text: either one in each line, as the line's last word, with `retired=2027-01-31` or `revoked=2027-01-31`
/// before it where that is so, and empty lines and `# notes` between them; or the answer of an authority's
/// GET /api/v1/keys. Errors: kInvalid.
Result<std::vector<PublicKey>> ReadPublicKeys(std::string_view text);
/// The key as such a line, without its end.
std::string KeyLine(const PublicKey& key);

}  // namespace steward::license
