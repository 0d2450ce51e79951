#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs the C++ tests under sanitizers; with tsan also a console, an agent and a lab as processes. usage: sanitize.sh asan|tsan
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:?asan or tsan}
reports=$PWD/build/$preset/report
# fontconfig keeps what it read of fonts to the end, and hides it from the detector.
export ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 TSAN_OPTIONS=log_path=$reports
cmake --preset "$preset" >/dev/null
rm -f "$reports".*
status=0
mapfile -t tests < <(ninja -C "build/$preset" -t targets all | grep -oE '^[a-z]\w*_test: phony' | grep -v '^cmake_' | cut -d: -f1)
ninja -C "build/$preset" "${tests[@]}" >"build/$preset/build.log" || { tail -60 "build/$preset/build.log"; exit 1; }
for name in "${tests[@]}"; do "$(find "build/$preset/src" -name "$name" -type f)" --gtest_brief=1 || status=1; done
if [ "$preset" = tsan ]; then
  ninja -C build/tsan >build/tsan/build.log || { tail -60 build/tsan/build.log; exit 1; }
  STEWARD_PRESET=tsan /usr/bin/python3 -m pytest -q -p no:cacheprovider tests/integration/test_agent_console.py \
    -k "arrives or by_hand or goes_away" || status=1
  for report in "$reports".*; do [ -e "$report" ] && { cat "$report"; status=1; }; done
fi
exit $status
