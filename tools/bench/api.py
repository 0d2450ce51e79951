#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./dev bench api: lists on a console of 5,000 companies and 1,000,000 workloads, against PostGraphile and nginx, in one run.

Prints medians (ms, one connection) and requests per second (16 connections, TLS and authentication for Steward) as ratios.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "dev"))
from processes import ROOT, Console, free_port, stop, wait_for  # noqa: E402

SECONDS = int(os.environ.get("BENCH_SECONDS", "5"))


def psql(console, sql="", file=""):
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*prefix, "psql", "-h", str(console.folder / "data/socket"), "-U", "steward", "-d", "steward", "-Atq", "-v", "ON_ERROR_STOP=1"]
    text = pathlib.Path(file).read_text() if file else sql
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.strip()


def wrk(url, connections, headers=(), script=""):
    """(requests per second, median ms, error text) of one run."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency"]
    for header in headers:
        command += ["-H", header]
    if script:
        command += ["-s", script]
    out = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    median, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", out).groups()
    scale = {"us": 0.001, "ms": 1, "s": 1000}[unit]
    bad = re.search(r"Non-2xx.*|Socket errors.*", out)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), float(median) * scale, bad.group(0) if bad else ""


def nginx(folder, body, console):
    """nginx serving the same bytes from a file over TLS."""
    port = free_port()
    root = folder / "nginx"
    root.mkdir()
    (root / "list.json").write_bytes(body)
    pki = console.folder / "data/pki"
    (root / "nginx.conf").write_text(
        f"daemon off; user root; worker_processes 1; pid {root}/pid; error_log {root}/error.log; events {{}}\n"
        f"http {{ access_log off; default_type application/json; open_file_cache max=10; keepalive_requests 1000000;\n"
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {pki}/server.pem; ssl_certificate_key {pki}/server.key; root {root}; }} }}\n")
    process = subprocess.Popen(["nginx", "-c", str(root / "nginx.conf")], stderr=subprocess.DEVNULL)
    time.sleep(1)
    return process, f"https://127.0.0.1:{port}/list.json"


def postgraphile(folder, console, organization, others):
    """PostGraphile 4 on the same table, plain HTTP, no authentication: the easier conditions are its own."""
    place = ROOT / "build/bench"
    place.mkdir(parents=True, exist_ok=True)
    if not (place / "node_modules/postgraphile").exists():
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(place), "postgraphile@4"], check=True)
    port = free_port()
    socket = str(console.folder / "data/socket")
    process = subprocess.Popen(["node", str(place / "node_modules/postgraphile/cli.js"), "-c", f"postgres://steward@/steward?host={socket}", "-s", "inventory", "-p", str(port),
                                "-n", "127.0.0.1", "--disable-query-log", "--no-setof-functions-contain-nulls"],
                               stdout=open(folder / "postgraphile.log", "w"), stderr=subprocess.STDOUT,
                               env={**os.environ, "NODE_ENV": "production"})
    others.append(process)  # before anything can fail: it must not outlive the benchmark
    query = ('{allVirtualMachines(condition:{organizationUid:"%s"},first:100,orderBy:[NAME_ASC]){totalCount nodes{uid organizationUid name hierarchyRef '
             'objectUid latestRestorePointDate restorePoints totalRestorePointSize latestRestorePointSize jobUid malwareState newestRestorablePointAt}}}' % organization)
    script = folder / "graphql.lua"
    script.write_text(f"wrk.method='POST'\nwrk.headers['Content-Type']='application/json'\nwrk.body={json.dumps(json.dumps({'query': query}))}\n")
    url = f"http://127.0.0.1:{port}/graphql"
    import requests
    session = requests.Session()
    session.trust_env = False

    def ready():
        try:
            answer = session.post(url, json={"query": query}, timeout=20).json()
        except requests.RequestException:
            return None
        if "errors" in answer:
            raise RuntimeError(str(answer["errors"])[:400])
        return answer["data"]["allVirtualMachines"]

    rows = wait_for(ready, 90)
    print(f"PostGraphile answers {len(rows['nodes'])} of {rows['totalCount']} rows")
    return url, str(script)


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="steward-bench-", dir="/tmp"))
    folder.chmod(0o755)
    console = Console(folder / "console", extra="request_rate = 0\n")
    others = []
    try:
        console.start()
        print("Filling 5,000 companies and 1,000,000 workloads", flush=True)
        psql(console, file=ROOT / "tools/bench/fill.sql")
        psql(console, "vacuum analyze")
        client = console.client()
        auth = f"Authorization: Bearer {client.token}"
        organization = psql(console, "select organization_uid from inventory.virtual_machine group by 1 having count(*) >= 300 order by count(*), 1 limit 1")
        base = console.url + "/api/v3/protectedWorkloads/virtualMachines?limit=100"
        one = base + "&filter=" + requests_quote([{"property": "organizationUid", "operation": "equals", "value": organization}])
        stale = console.url + "/api/steward/v1/staleWorkloads?limit=100"
        results = {}
        for name, url in {"one company's 100 rows, filtered": one, "all companies, first page": base, "all companies, offset 500,000": base + "&offset=500000",
                          "stale workloads of all companies": stale}.items():
            client.session.get(url, timeout=120)
            rate, median, bad = wrk(url, 1, [auth])
            results[name] = median
            print(f"{name:42} {median:8.2f} ms median {bad}", flush=True)
        print(f"deep page / first page: {results['all companies, offset 500,000'] / results['all companies, first page']:.1f}")
        body = client.session.get(one, timeout=60).content
        print(f"list answer: {len(body)} bytes")
        process, static_url = nginx(folder, body, console)
        others.append(process)
        peer_url, script = postgraphile(folder, console, organization, others)
        rates = {"steward": [], "nginx": [], "postgraphile": []}
        for _ in range(3):
            for name, arguments in (("steward", (one, 16, [auth])), ("nginx", (static_url, 16)), ("postgraphile", (peer_url, 16, (), script))):
                rate, _, bad = wrk(*arguments)
                rates[name].append(rate)
                if bad:
                    print(name, bad)
        middle = {name: sorted(values)[1] for name, values in rates.items()}
        for name, values in rates.items():
            print(f"{name:14} {middle[name]:10.0f} requests/s (rounds {', '.join(f'{v:.0f}' for v in values)})")
        print(f"steward / postgraphile: {middle['steward'] / middle['postgraphile']:.1f}\nsteward / nginx: {middle['steward'] / middle['nginx']:.2f}")
    finally:
        for process in others:
            stop(process)
        console.stop()
        shutil.rmtree(folder, ignore_errors=True)


def requests_quote(value):
    from urllib.parse import quote
    return quote(json.dumps(value))


if __name__ == "__main__":
    main()
