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


def suites() -> list[tuple[str, list, dict]]:
    """(name, command, environment) in the order they run."""
    found = [("lint", ["/usr/bin/python3", "tools/dev/lint.py"], {})]
    for program in sorted((ROOT / "build" / PRESET).glob("src/**/*_test")):
        if os.access(program, os.X_OK) and program.is_file():
            found.append((f"cpp {program.name}", [str(program), "--gtest_brief=1"], {}))
    found.append(("fuzz", ["bash", "tests/fuzz/run.sh", "10"], {}))
    for folder in ("tests/apigen", "tests/contract_vbr", "tests/contract", "tests/integration"):
        if (ROOT / folder).exists():
            found.append((folder, ["/usr/bin/python3", "-m", "pytest", "-q", folder, "-p", "no:cacheprovider"], {}))
    if (ROOT / "web/package.json").exists():
        found.append(("web check", ["npm", "run", "--silent", "check"], {"cwd": "web"}))
        found.append(("web e2e", ["bash", "tests/e2e.sh"], {}))
    return found


def count(output: str, code: int) -> tuple[int, int]:
    """(passed, failed) from the output of gtest, pytest, vitest, node's runner or our scripts."""
    passed = failed = 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    for number in re.findall(r"^\[  PASSED  \] (\d+) test", plain, re.M):
        passed += int(number)
    for number in re.findall(r"^\[  FAILED  \] (\d+) test", plain, re.M):
        failed += int(number)
    for line in plain.splitlines():  # closing lines of pytest, vitest and our scripts
        if re.search(r"\b\d+ (passed|failed|errors?)\b", line) and "Test Files" not in line and re.match(r"\s*(Tests\s|=*\s*\d+ (passed|failed|errors?))", line):
            passed += sum(int(n) for n in re.findall(r"\b(\d+) passed", line))
            failed += sum(int(n) for n in re.findall(r"\b(\d+) (?:failed|errors?)", line))
    for word, number in re.findall(r"^(?:#|ℹ) (pass|fail) (\d+)$", plain, re.M):
        passed, failed = (passed + int(number), failed) if word == "pass" else (passed, failed + int(number))
    passed += len(re.findall(r"^ok     ", plain, re.M))
    if code != 0 and failed == 0:
        failed = 1
    if code == 0 and passed == 0:
        failed += 1
    return passed, failed


def main() -> int:
    only = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    total_passed = total_failed = 0
    for name, command, options in suites():
        if only not in name:
            continue
        start = time.monotonic()
        result = subprocess.run(command, cwd=ROOT / options.get("cwd", "."), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                check=False, timeout=1800)
        passed, failed = count(result.stdout, result.returncode)
        total_passed += passed
        total_failed += failed
        print(f"{'ok' if failed == 0 else 'FAILED':7}{name}: {passed} good, {failed} bad in {time.monotonic() - start:.0f} s", flush=True)
        if failed:
            print(result.stdout[-8000:], flush=True)
    print(f"{total_passed} passed, {total_failed} failed")
    return 0 if total_failed == 0 and total_passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
