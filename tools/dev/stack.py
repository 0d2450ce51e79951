#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The development stack: console, simulated estate, agents. usage: stack.py up | down | reset"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import processes
import seed
import seed_billing
from past_usage import PastUsage
from processes import ROOT, Console, wait_for
from pulse import start_pulse
from release import Release

VAR = ROOT / "var" / "dev"
PORTS = (1280, 9999, 6180)
LAB_PORT = 19400
CLOUD_PORT = 19398
PULSE_PORT = 19443


def pids() -> dict:
    file = VAR / "pids.json"
    return json.loads(file.read_text()) if file.exists() else {}


def alive(pid: int, program: str) -> bool:
    """True when the pid still is the program that was started (a pid may have been given to another process)."""
    try:
        return program in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return False


def down() -> None:
    for program, pid in pids().items():
        if alive(pid, program):
            os.kill(pid, signal.SIGTERM)
    for program, pid in pids().items():
        wait_for(lambda p=pid, n=program: not alive(p, n), 40)
    (VAR / "pids.json").unlink(missing_ok=True)


def started(fleet: subprocess.Popen, folder: pathlib.Path, agents: int) -> bool:
    """Whether so many agents have begun; ends with the fleet's own words when it has ended instead."""
    if fleet.poll() is not None:
        raise RuntimeError(f"the fleet ended with {fleet.returncode}: {(folder / 'fleet.log').read_text()[-2000:]}")
    return len(list((folder / "fleet").glob("*/state"))) >= agents


def up() -> None:
    VAR.mkdir(parents=True, exist_ok=True)
    ended = [program for program, pid in pids().items() if not alive(pid, program)]
    if len(ended) < len(pids()):
        sys.exit(f"Part of the stack has ended ({', '.join(ended)}): ./dev down, then ./dev up." if ended
                 else "The stack is running already; ./dev down ends it.")
    folder = processes.data_folder("dev")
    release = Release(folder / "release")
    release.offer_next()
    running = {}
    past = None

    def note(program: str, pid: int) -> None:
        running[program] = pid
        (VAR / "pids.json").write_text(json.dumps(running))

    try:
        pulse = start_pulse(folder / "authority", port=PULSE_PORT)
        note("steward-pulse", pulse.process.pid)
        keys = folder / "license-keys"
        keys.write_text(pulse.command("keys", "show"))
        console = Console(folder, PORTS, extra=f'{release.options}pulse_url = "{pulse.url}"\npulse_ca = "{pulse.ca}"\nusage_seconds = 30\n')
        console.start()
        note("steward-console", console.process.pid)
        past = PastUsage(console)
        lab, estate = processes.start_lab(folder, LAB_PORT, "--license-keys", str(keys))
        note("steward-lab", lab.pid)
        fleet = processes.start_fleet(folder, console, *processes.cloud(CLOUD_PORT))
        note("demo_fleet.py", fleet.pid)
        client = console.client()
        wait_for(lambda: started(fleet, folder, len(estate["servers"])), 120)
        extra = seed.seed(client, estate, folder)
        note("steward-agent", extra["unverified_pid"])
        seed.authority(client, pulse.token)
        print("Waiting for the first inventory", flush=True)
        try:
            wait_for(lambda: client.total("/api/steward/v1/workloads") > 2000, 180, 2)
        except TimeoutError:
            print(f"The inventory is not complete yet; the agents' logs are below {folder}/fleet.")
        past.write()
        seed_billing.billing(client)
    except BaseException:
        if past:
            past.leave()
        down()
        raise
    user, password = console.admin()
    env = {"STEWARD_URL": f"https://localhost:{PORTS[0]}", "STEWARD_ADMIN_USER": user, "STEWARD_ADMIN_PASSWORD": password,
           "STEWARD_API_KEY": extra["api_key"], "STEWARD_COMPANY_USER": extra["company_user"], "STEWARD_COMPANY_PASSWORD": extra["company_password"],
           "STEWARD_COMPANY_UID": extra["company_uid"]}
    file = VAR / "env"
    file.touch(mode=0o600)
    file.write_text("".join(f"export {name}='{value}'\n" for name, value in env.items()))
    print(f"\nSteward is up: {env['STEWARD_URL']}\n  administrator: {user} / {password}\n  a customer's owner: {extra['company_user']} / {extra['company_password']}\n"
          f"  REST API: {env['STEWARD_URL']}/api/swagger\n  for scripts: source var/dev/env\n", flush=True)


def reset() -> None:
    down()
    shutil.rmtree(processes.data_folder("dev"), ignore_errors=True)
    shutil.rmtree(VAR, ignore_errors=True)


if __name__ == "__main__":
    {"up": up, "down": down, "reset": reset}[sys.argv[1]]()
