#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks who includes whom (tools/layers.toml), that Beast and SSL stay in src/net, and the size budgets of files."""
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]


def main() -> int:
    rules = tomllib.loads((ROOT / "tools/layers.toml").read_text())
    faults = []
    files = subprocess.run(["git", "ls-files", "src", "web/src", "tools", "tests", "migrations"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for name in files:
        path = ROOT / name
        if path.suffix not in (".cpp", ".hpp", ".ts", ".tsx", ".py", ".sql", ".mjs") or not path.exists():
            continue
        lines = path.read_text().splitlines()
        if len(lines) > rules["budget"]["lines"]:
            faults.append(f"{name}: {len(lines)} lines, {rules['budget']['lines']} at most")
        if "SPDX-License-Identifier" not in "\n".join(lines[:4]):
            faults.append(f"{name}: no SPDX line")
        if not name.startswith("src/"):
            continue
        layer = name.split("/")[1]
        allowed = set(rules["layers"].get(layer, [])) | {layer}
        if name.endswith("_test.cpp"):  # a test may stand on the simulators
            allowed |= {"lab", "db"}
        for number, line in enumerate(lines, 1):
            match = re.match(r'#include ["<]([\w]+)/', line)
            if match and match.group(1) in rules["layers"] and match.group(1) not in allowed:
                faults.append(f"{name}:{number}: {layer} may not include {match.group(1)}")
            if re.match(r"#include <boost/(beast|asio)", line) and layer != "net":
                faults.append(f"{name}:{number}: Beast and Asio belong to src/net")
            if "co_await" in line and re.search(r"co_await[^;]*(\{[^}]|\[[&=\w])", line):
                faults.append(f"{name}:{number}: nothing braced and no capturing lambda inside co_await (g++ 12)")
    print("\n".join(faults) if faults else f"layers, sizes and licence lines: {len(files)} files clean")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
