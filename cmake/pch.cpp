// SPDX-License-Identifier: Apache-2.0
// Owner of the shared precompiled header; holds no code.
