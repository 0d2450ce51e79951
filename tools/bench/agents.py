#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./dev bench agents: thousands of agents connected over TLS to one console. BENCH_AGENTS (10000) says how many.

Prints the console's memory per idle connection, the cost of heartbeats in CPU per second, and how long it takes until all are back after a
restart of the console.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "dev"))
from processes import Console, binaries, stop  # noqa: E402

COUNT = int(os.environ.get("BENCH_AGENTS", "10000"))
SETTLE = int(os.environ.get("BENCH_SECONDS", "30"))
TICKS = os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """Resident memory in KiB."""
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def own_cpu(pid: int) -> float:
    """CPU seconds of a process."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu(pid: int) -> float:
    """CPU seconds of a process and the children it still has."""
    children = [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return own_cpu(pid) + sum(cpu(child) for child in children)


class Agents:
    """The light agents' process, and its newest numbers."""

    def __init__(self, folder: pathlib.Path, console: Console, token: str):
        (folder / "agents").mkdir()
        self.numbers = {"connected": 0, "connects": 0}
        self.process = subprocess.Popen(
            [binaries() / "steward-lab", "agents", "--port", str(console.ports[2]), "--ca", str(folder / "ca.pem"), "--token", token,
             "--folder", str(folder / "agents"), "--count", str(COUNT), "--dialing", str(COUNT)], stdout=subprocess.PIPE, stderr=open(folder.parent / "steward-bench-agents.log", "w"), text=True)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.numbers = json.loads(line)

    def all_connected(self, seconds: float) -> float:
        """Seconds until all are connected."""
        began = time.monotonic()
        while self.numbers["connected"] < COUNT:
            if time.monotonic() - began > seconds or self.process.poll() is not None:
                raise RuntimeError(f"only {self.numbers} of {COUNT} after {time.monotonic() - began:.0f} s (the agents' process: {self.process.poll()})")
            time.sleep(0.1)
        return time.monotonic() - began


def main() -> int:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="steward-bench-", dir="/tmp"))
    folder.chmod(0o755)
    console = Console(folder / "console", extra='log_level = "warning"\n')
    agents = None
    try:
        console.start()
        client = console.client()
        company = client.call("POST", "/organizations/companies", json={"organizationInput": {"name": "Ten thousand"}}).json()["data"]["instanceUid"]
        uses = min(COUNT, 9999)
        setups = [client.call("GET", "/infrastructure/managementAgents/packages/linux", params={"organizationUid": company, "tokenUses": uses}).text for _ in range(2)]
        token = re.search(r'token = "(\S+)"', setups[0])[1]
        (folder / "ca.pem").write_text(re.search(r'"""\n(.*?)"""', setups[0], re.S)[1])
        if COUNT > 9999:  # a setup file lets in 9,999 at most
            subprocess.run([*(["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []), "psql", "-h", str(console.folder / "data/socket"), "-U", "steward", "-d", "steward",
                            "-qc", f"update core.enrolment_token set uses_left = {COUNT}"], check=True)
        time.sleep(2)
        empty = memory(console.process.pid)
        agents = Agents(folder, console, token)
        print(f"{COUNT} agents enrol and connect: {agents.all_connected(600):.1f} s", flush=True)
        time.sleep(SETTLE)
        full = memory(console.process.pid)
        print(f"console's memory: {empty} KiB alone, {full} KiB with all: {(full - empty) / COUNT:.1f} KiB per idle connection (goal 75; "
              f"{(full - empty) / COUNT / 75:.2f} of it)", flush=True)
        before, began = cpu(console.process.pid), time.monotonic()
        time.sleep(SETTLE * 2)
        used = (cpu(console.process.pid) - before) / (time.monotonic() - began)
        print(f"heartbeats every 15 s: {used * 1000:.0f} ms of CPU per second, console and PostgreSQL together "
              f"({used * 1e6 / (COUNT / 15):.0f} us each)", flush=True)
        began = time.monotonic()
        console.stop()
        stopped = time.monotonic()
        while agents.numbers["connected"] > 0:
            time.sleep(0.05)
        lab = own_cpu(agents.process.pid)
        console.start()
        started = time.monotonic()
        agents.all_connected(300)
        back = time.monotonic()
        spent = {"agents": own_cpu(agents.process.pid) - lab, "console": own_cpu(console.process.pid), "all": cpu(console.process.pid)}
        print(f"restart: stopped in {stopped - began:.1f} s, up {started - stopped:.1f} s later; all {COUNT} back {back - stopped:.1f} s after the stop, "
              f"{back - started:.1f} s after the start (goal 25; {(back - stopped) / 25:.2f} of it)")
        print(f"CPU seconds of that: the agents' process {spent['agents']:.1f}, the console {spent['console']:.1f}, its PostgreSQL {spent['all'] - spent['console']:.1f}", flush=True)
        return 0
    finally:
        if agents:
            stop(agents.process)
        console.stop()
        subprocess.run(["rm", "-rf", str(folder)], check=False)


if __name__ == "__main__":
    sys.exit(main())
