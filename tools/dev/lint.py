#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./dev lint [--tidy]: format, layers, generated files up to date, eslint; with --tidy also clang-tidy (about 5 minutes)."""
import os
import subprocess
import sys
import tempfile

from processes import ROOT


def run(name: str, command: list, **options) -> bool:
    result = subprocess.run(command, cwd=options.pop("cwd", ROOT), capture_output=True, text=True, check=False, **options)
    print(f"{'ok    ' if result.returncode == 0 else 'FAILED'} {name}")
    if result.returncode != 0:
        print(result.stdout[-6000:], result.stderr[-6000:])
    return result.returncode == 0


def generated_is_current() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["/usr/bin/python3", "tools/apigen/apigen.py", "--api", "api", "--openapi", f"{folder}/openapi.json", "--docs", f"{folder}/docs.md"],
                       cwd=ROOT, check=True)
        return run("generated files are current", ["diff", "-q", f"{folder}/openapi.json", "api/openapi.json"]) & run(
            "field sources are current", ["diff", "-q", f"{folder}/docs.md", "docs/admin/field-sources.md"])


def tidy(sources: list[str]) -> bool:
    """clang-tidy over all sources. It reads the precompiled header of the asan preset, whose compiler is clang of the same version."""
    built = run("headers for clang-tidy", ["bash", "-c", "cmake --preset asan && ninja -C build/asan steward_pch steward_agentproto steward_contract"])
    if not built:
        return False
    result = subprocess.run(["xargs", f"-P{os.cpu_count() or 1}", "-n1", "clang-tidy", "-quiet", "-p", "build/asan"], input="\n".join(sources), cwd=ROOT,
                            capture_output=True, text=True, check=False)
    found = sorted({line for line in result.stdout.splitlines() if ": error: " in line or ": warning: " in line})
    print(f"{'FAILED' if found or result.returncode else 'ok    '} clang-tidy", *found, sep="\n")
    return not found and result.returncode == 0


def main() -> int:
    files = subprocess.run(["git", "ls-files", "src/*.cpp", "src/*.hpp"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    good = run("clang-format", ["clang-format", "--dry-run", "-Werror", *files])
    good &= run("layers and sizes", ["/usr/bin/python3", "tools/check_layers.py"])
    good &= generated_is_current()
    if (ROOT / "web/node_modules").exists():
        good &= run("eslint", ["npx", "eslint", "."], cwd=ROOT / "web")
    if "--tidy" in sys.argv:
        good &= tidy([f for f in files if f.endswith(".cpp")])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
