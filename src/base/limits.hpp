// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace steward {

/// Lets this process open as many files (connections) as the system allows it, instead of the usual 1,024.
void RaiseFileLimit();

}  // namespace steward
