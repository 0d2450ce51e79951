#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every test suite and ends with "N passed, N failed". A suite that runs no test counts as failed.

usage: run_tests.py [--only WORD]   (suites whose name holds WORD)
"""
import os
import re
import subprocess
import sys
import time

from processes import ROOT

PRESET = os.environ.get("STEWARD_PRESET", "release")


def suites() -> list[tuple[str, str, list, str]]:
    """(name, who prints the numbers, command, folder) in the order they run."""
    python = "/usr/bin/python3"
    found = [("lint", "lines", [python, "tools/dev/lint.py"], ".")]
    for program in sorted((ROOT / "build" / PRESET).glob("src/**/*_test")):
        if os.access(program, os.X_OK) and program.is_file():
            found.append((f"cpp {program.name}", "gtest", [str(program), "--gtest_brief=1"], "."))
    found.append(("sanitizers asan", "gtest", ["bash", "tests/sanitize.sh", "asan"], "."))
    found.append(("fuzz", "closing line", ["bash", "tests/fuzz/run.sh", "10"], "."))
    tested = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    for folder in ("tests/tools", "tests/apigen", "tests/contract_vbr", "tests/contract_em", "tests/contract"):
        found.append((folder, "closing line", [*tested, folder], "."))
    # Mostly waits for real programs: two files at a time, each with programs of its own.
    found.append(("tests/integration", "closing line", [*tested, "tests/integration", "-n", "2", "--dist", "loadfile"], "."))
    found.append(("web check", "closing line", ["npm", "run", "--silent", "check"], "web"))
    found.append(("web e2e", "closing line", ["bash", "tests/e2e.sh"], "."))
    return found


# How the numbers of good and bad tests stand in the output of each kind of suite.
GOOD = {"lines": r"^ok     ()", "gtest": r"^\[  PASSED  \] (\d+) test", "closing line": r"\b(\d+) passed"}
BAD = {"lines": r"^FAILED ()", "gtest": r"^\[  FAILED  \] (\d+) test", "closing line": r"\b(\d+) (?:failed|errors?)\b"}


def count(kind: str, output: str, code: int) -> tuple[int, int]:
    """(passed, failed) of a suite. A suite that ends badly, or without a single test, has failed once at least."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    if kind == "closing line":  # the last of pytest, vitest or a script of ours; a failing test may print the same words before
        closing = [line for line in plain.splitlines() if re.match(r"(\s*Tests\s+|=*\s*)\d+ (passed|failed|errors?)\b", line)]
        plain = closing[-1] if closing else ""
    passed, failed = (sum(int(number or 1) for number in re.findall(table[kind], plain, re.M)) for table in (GOOD, BAD))
    return passed, failed or int(code != 0 or passed == 0)


def main() -> int:
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    total_passed = total_failed = 0
    for name, kind, command, folder in suites():
        if only not in name:
            continue
        start = time.monotonic()
        result = subprocess.run(command, cwd=ROOT / folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                check=False, timeout=3000)
        passed, failed = count(kind, result.stdout, result.returncode)
        total_passed += passed
        total_failed += failed
        print(f"{'ok' if failed == 0 else 'FAILED':7}{name}: {passed} good, {failed} bad in {time.monotonic() - start:.0f} s", flush=True)
        if failed:
            print(result.stdout[-8000:], flush=True)
    print(f"{total_passed} passed, {total_failed} failed")
    return 0 if total_failed == 0 and total_passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
