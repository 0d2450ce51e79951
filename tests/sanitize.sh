#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs the C++ tests under sanitizers. usage: sanitize.sh asan|tsan
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:?asan or tsan}
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
cmake --preset "$preset" >/dev/null
targets=$(ninja -C "build/$preset" -t targets all | grep -oE '^[a-z_]+_test: phony' | cut -d: -f1)
ninja -C "build/$preset" $targets >/dev/null
status=0
for program in $(find "build/$preset/src" -name '*_test' -type f -perm -u+x | sort); do "$program" --gtest_brief=1 || status=1; done
exit $status
