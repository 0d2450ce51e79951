#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./dev bench usage: the usage ledger of BENCH_COMPANIES (5000) companies with BENCH_WORKLOADS (1000000) workloads over BENCH_DAYS (400) days.

Times a real console's answers (one company, all companies of a month), the building of a monthly report, one observation of the whole estate, the proof of a year with
steward-usage, and what the ledger takes on disk for a company and year.
"""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "dev"))
from processes import ROOT, Console, binaries, stop  # noqa: E402

COMPANIES = int(os.environ.get("BENCH_COMPANIES", "5000"))
WORKLOADS = int(os.environ.get("BENCH_WORKLOADS", "1000000"))
DAYS = int(os.environ.get("BENCH_DAYS", "400"))
YEAR = 365
ROUNDS = 20
GOALS = {"one company, live": 0.010, "monthly report built": 10.0, "all companies, one month": 1.0, "proof of a year": 30.0}


def psql(console, *arguments, file=None):
    command = ["psql", "-h", str(console.folder / "data/socket"), "-U", "steward", "-d", "steward", "-Atq", "-v", "ON_ERROR_STOP=1", *arguments]
    text = (ROOT / file).read_text() if file else None
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def median(call):
    """Median seconds of a call, the first one not counted."""
    times = []
    for _ in range(ROUNDS + 1):
        began = time.monotonic()
        call()
        times.append(time.monotonic() - began)
    return statistics.median(times[1:])


def day(console, back):
    """The day so many days ago, as the database says it."""
    return psql(console, "-c", f"select (now() at time zone 'UTC')::date - {back}")


def wait_until(console, number, at_least):
    """Until a query tells at least that number."""
    while int(psql(console, "-c", number)) < at_least:
        if console.process.poll() is not None:
            raise RuntimeError("the console ended")
        time.sleep(1)


def answers(console):
    """Seconds of the two questions over the API."""
    api = console.client()
    company = psql(console, "-c", "select organization_uid from usage.observation where organization_type = 'Company' order by id desc limit 1")
    month = {"fromDate": day(console, 30), "toDate": day(console, 1)}
    one = median(lambda: api.data(f"/organizations/companies/{company}/usage"))
    began = time.monotonic()
    rows = api.data("/organizations/companies/usage", limit=10000, **month)
    everybody = time.monotonic() - began
    assert len(rows) == min(COMPANIES, 10000), len(rows)
    return {"one company, live": one, "all companies, one month": everybody}


def report(console):
    """Seconds to build the report of the month before: the console's own, and once more."""
    month = psql(console, "-c", "select date_trunc('month', now() at time zone 'UTC' - interval '1 month')::date")
    wait_until(console, f"select count(*) from core.license_report where month = '{month}'", 1)
    psql(console, "-c", f"delete from core.license_report where month = '{month}'")
    began = time.monotonic()
    lines = int(psql(console, "-c", f"select core.build_license_report('{month}', now()); select count(*) from core.license_report_line l "
                                    f"join core.license_report r on r.report_id = l.report_id where r.month = '{month}'").splitlines()[-1])
    seconds = time.monotonic() - began
    assert lines >= COMPANIES, lines
    return seconds


def main():
    with tempfile.TemporaryDirectory(prefix="steward-") as path:
        folder = pathlib.Path(path)
        folder.chmod(0o755)
        console = Console(folder / "console", extra="usage_seconds = 86400\n")
        console.folder.chmod(0o755)
        console.start()
        try:
            wait_until(console, "select count(*) from pg_inherits where inhparent = 'inventory.agent_job_session'::regclass", 3)  # its own set-up is done
            psql(console, "-v", f"companies={COMPANIES}", "-v", f"workloads={WORKLOADS}", file="tools/bench/fill.sql")
            began = time.monotonic()
            observed = float(psql(console, "-v", f"days={DAYS}", file="tools/bench/usage.sql"))
            filled = time.monotonic() - began
            socket = f"host={console.folder}/data/socket user=steward dbname=steward"
            stop(console.process)
            console.start()
            began = time.monotonic()
            wait_until(console, "select count(*) from usage.daily_seal", DAYS)
            sealed = time.monotonic() - began
            times = answers(console)
            times["monthly report built"] = report(console)
            rows, size = (int(n) for n in psql(console, "-c", "select count(*), pg_total_relation_size('usage.observation') from usage.observation").split("|"))
            command = [binaries() / "steward-usage", "verify", "--database", socket, "--from", day(console, min(YEAR, DAYS)), "--to", day(console, 1)]
            began = time.monotonic()
            proof = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout
            times["proof of a year"] = time.monotonic() - began
            print(proof.splitlines()[0])
            print(f"the whole estate observed in {observed:.1f} s")
            print(f"{rows:,} rows appended in {filled:.0f} s, {DAYS} days sealed in {sealed:.0f} s")
            for name, seconds in times.items():
                print(f"{name}: {seconds * 1000:,.1f} ms (goal {GOALS[name] * 1000:,.0f} ms)")
            print(f"ledger: {size / rows:.0f} bytes a row, {size / COMPANIES / DAYS * YEAR / 1024:.0f} KiB a company and year")
        finally:
            if console.process.poll() is None:
                stop(console.process)


if __name__ == "__main__":
    main()
