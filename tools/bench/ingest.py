#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./dev bench ingest: a full inventory of many agents against PostgreSQL's own COPY and against Zabbix.

BENCH_AGENTS (10000) agents report BENCH_ROWS (100) virtual machines each: all new, all changed, none changed. The same rows go by binary
COPY from a file of the server's into a logged table with the same indexes. With Zabbix installed (zabbix-server-pgsql, zabbix-sender), its
trapper takes values into the same PostgreSQL.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "dev"))
from processes import Console, binaries  # noqa: E402
import zabbix  # noqa: E402

AGENTS = int(os.environ.get("BENCH_AGENTS", "10000"))
ROWS = int(os.environ.get("BENCH_ROWS", "100"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
COPY_BATCH = 4000
FACTS = 15  # columns of a reported machine besides its keys
TABLE = "inventory.virtual_machine"
ESTATE = """
insert into core.organization (uid, type, name, parent_uid)
  select md5('company' || i)::uuid, 'Company', 'Company ' || i, (select uid from core.organization where type = 'Provider') from generate_series(1, {companies}) i;
insert into core.location (uid, organization_uid, name, type)
  select md5('location' || i)::uuid, md5('company' || i)::uuid, 'Default', 'Default' from generate_series(1, {companies}) i;
insert into core.agent (uid, organization_uid, location_uid, state, public_key_hash, csr_pem, host_name, version, platform, accepted_at)
  select md5('agent' || i)::uuid, md5('company' || i % {companies} + 1)::uuid, md5('location' || i % {companies} + 1)::uuid, 'Accepted',
    sha256(('agent' || i)::bytea), '', 'vbr' || i, '1', 'Linux', now() from generate_series(1, {agents}) i;
"""


class Database:
    """The console's PostgreSQL, as its owner."""

    def __init__(self, console: Console):
        self.socket = console.folder / "data/socket"
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def command(self, *arguments: str) -> list[str]:
        return [*self.user, "psql", "-h", str(self.socket), "-U", "steward", "-d", "steward", "-v", "ON_ERROR_STOP=1", "-qAt", *arguments]

    def run(self, sql: str) -> str:
        return subprocess.run(self.command("-c", sql), check=True, capture_output=True, text=True).stdout.strip()

    def timed(self, *statements: str) -> float:
        """Seconds the statements take in one session, sign-in not counted."""
        script = "\n".join(["select clock_timestamp() as began \\gset", *statements, "select extract(epoch from clock_timestamp() - :'began'::timestamptz);"])
        return float(subprocess.run(self.command("-f", "-"), input=script, check=True, capture_output=True, text=True).stdout.split()[-1])


def steward(database: Database) -> dict:
    """Rows per second by kind of round, of one run of Steward's own ingest."""
    database.run(f"truncate {TABLE}; update core.agent set revision = 0; checkpoint")
    url = f"host={database.socket} user=steward dbname=steward"
    out = subprocess.run([*database.user, binaries() / "steward-ingest-bench", url, str(AGENTS), str(ROWS)], check=True, capture_output=True, text=True).stdout
    lines = [json.loads(line) for line in out.splitlines()]
    if any(line["failed"] for line in lines):
        raise RuntimeError(f"batches were refused: {lines}")
    if int(database.run(f"select count(*) from {TABLE}")) != AGENTS * ROWS:
        raise RuntimeError("not every row arrived")
    return {line["what"]: line["rows_per_second"] for line in lines}


def copy(database: Database, folder: pathlib.Path) -> dict:
    """Rows per second of binary COPY, all rows in one transaction and in transactions as large as Steward's."""
    columns = database.run(f"select string_agg(attname, ', ' order by attnum) from pg_attribute where attrelid = '{TABLE}'::regclass and attnum > 0 and attgenerated = '' and not attisdropped")
    pieces = AGENTS * ROWS // COPY_BATCH
    database.run(f"create table if not exists bench_copy (like {TABLE} including all)")
    database.run(f"copy (select {columns} from {TABLE} order by agent_uid, uid) to '{folder}/all' (format binary)")
    database.run("create temp table numbered as select *, (row_number() over (order by agent_uid, uid) - 1) / %d as piece from %s; create index on numbered (piece); "
                 "do $$ begin for i in 0..%d loop execute format('copy (select %s from numbered where piece = %%s) to %%L (format binary)', i, '%s/' || i); end loop; end $$"
                 % (COPY_BATCH, TABLE, pieces - 1, columns, folder))
    database.run("truncate bench_copy; checkpoint")
    whole = database.timed(f"copy bench_copy ({columns}) from '{folder}/all' (format binary);")
    database.run("truncate bench_copy; checkpoint")
    small = database.timed(*[f"copy bench_copy ({columns}) from '{folder}/{i}' (format binary);" for i in range(pieces)])
    if int(database.run("select count(*) from bench_copy")) != pieces * COPY_BATCH:
        raise RuntimeError("COPY did not bring every row")
    database.run("drop table bench_copy")
    return {"whole": AGENTS * ROWS / whole, "small": pieces * COPY_BATCH / small}


def main() -> int:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="steward-bench-", dir="/tmp"))
    folder.chmod(0o755)
    console = Console(folder / "console", extra='log_level = "warning"\n')
    try:
        console.start()
        database = Database(console)
        database.run(ESTATE.format(companies=max(AGENTS // 2, 1), agents=AGENTS))
        files = folder / "copy"
        files.mkdir()
        files.chmod(0o777)
        for number in range(ROUNDS):
            ours = steward(database)
            peer = copy(database, files)
            best = max(peer.values())
            print(f"round {number + 1}: {AGENTS} agents, {AGENTS * ROWS} rows, rows/s", flush=True)
            print(f"  binary COPY, same indexes: {peer['whole']:.0f} in one transaction, {peer['small']:.0f} in transactions of {COPY_BATCH}")
            for what, goal in (("new", 0.8), ("changed", None)):
                print(f"  Steward, {what}: {ours[what]:.0f}, {ours[what] / best:.2f} of the faster COPY" + (f" (goal {goal})" if goal else ""))
            print(f"  Steward, unchanged: {ours['unchanged']:.0f}, {ours['unchanged'] / ours['changed']:.0f} times changed, "
                  f"{ours['unchanged'] / ours['new']:.0f} times new (goal 15)", flush=True)
        values = zabbix.measure(folder / "zabbix", database.socket, database.user)
        if values is None:
            print("Zabbix is not installed (zabbix-server-pgsql, zabbix-sender): not measured")
        else:
            facts = FACTS * ours["new"]
            print(f"Zabbix's trapper, values/s: {values:.0f}; Steward's new rows hold {FACTS} values each: {facts:.0f} values/s, {facts / values:.1f} times "
                  f"(rows against values: {ours['new'] / values:.2f})")
        return 0
    finally:
        console.stop()
        subprocess.run(["rm", "-rf", str(folder)], check=False)


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"{time.monotonic() - began:.0f} s in all")
    sys.exit(code)
