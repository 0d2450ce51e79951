# SPDX-License-Identifier: Apache-2.0
"""The numbers that the runner reads out of the output of each kind of suite."""
import pytest

import run_tests

PYTEST = """
----------------------------- Captured stdout call -----------------------------
3 failed
12 passed
=========================== short test summary info ============================
FAILED tests/test_x.py::test_a - assert 0
ERROR tests/test_x.py::test_c - RuntimeError: x
2 failed, 1 passed, 1 error in 0.08s
"""
VITEST = "\x1b[2m Test Files \x1b[22m 1 failed | 3 passed (4)\n\x1b[2m      Tests \x1b[22m 2 failed | 20 passed (22)\n   Duration 1 s\n"
GTEST = "[  PASSED  ] 3 tests.\n[  PASSED  ] 1 test.\n[  FAILED  ] 2 tests, listed below:\n[  FAILED  ] A.b\n[  FAILED  ] A.c\n 2 FAILED TESTS\n"


@pytest.mark.parametrize("kind, output, code, expected", [
    ("closing line", PYTEST, 1, (1, 3)),
    ("closing line", "5 passed in 1.2s\n", 0, (5, 0)),
    ("closing line", "==== 5 passed, 2 warnings in 1.2s ====\n", 0, (5, 0)),
    ("closing line", "no tests ran in 0.01s\n", 5, (0, 1)),
    ("closing line", VITEST, 1, (20, 2)),
    ("closing line", "5 passed in 1.2s\n", 1, (5, 1)),
    ("closing line", "1 failed\n", 1, (0, 1)),
    ("gtest", GTEST, 1, (4, 2)),
    ("gtest", "[  PASSED  ] 0 tests.\n", 0, (0, 1)),
    ("gtest", "[  PASSED  ] 3 tests.\nSegmentation fault\n", 139, (3, 1)),
    ("lines", "ok     clang-format\nFAILED eslint\n", 1, (1, 1)),
    ("lines", "", 0, (0, 1)),
])
def test_count(kind, output, code, expected):
    assert run_tests.count(kind, output, code) == expected
