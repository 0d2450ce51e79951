#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a C++ source that holds every migrations/NNNN_name.sql as one string literal.

usage: embed_migrations.py OUT.cpp FILE...   (numbers must be consecutive from 0001; fails otherwise)
"""
import pathlib
import sys


def main() -> None:
    out, files = pathlib.Path(sys.argv[1]), sorted(pathlib.Path(f) for f in sys.argv[2:])
    entries = []
    for position, file in enumerate(files, start=1):
        number, name = file.stem.split("_", 1)
        if int(number) != position:
            raise SystemExit(f"{file}: expected number {position:04}")
        text = file.read_text()
        # A literal may hold 64 KiB at most in portable C++; adjacent raw literals join.
        chunks = [text[i:i + 12000] for i in range(0, len(text), 12000)]
        literal = "\n".join(f'R"__sql({chunk})__sql"' for chunk in chunks) + "sv"  # with its length: nobody counts it when compiling
        entries.append(f'    {{{position}, "{name}", {literal}}},')
    body = "\n".join(entries)
    out.write_text(
        '// Generated from migrations/*.sql by tools/embed_migrations.py\n#include "db/migrator.hpp"\n\n'
        "namespace steward::db {\nnamespace {\nusing std::string_view_literals::operator\"\"sv;\nconstexpr Migration kMigrations[] = {\n" + body +
        "\n};\n}  // namespace\nstd::span<const Migration> Migrations() { return kMigrations; }\n}  // namespace steward::db\n")


if __name__ == "__main__":
    main()
