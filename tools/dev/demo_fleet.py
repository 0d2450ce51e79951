#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fills a running console with the demo estate: resellers and companies over the REST API, one agent per simulated server.

    steward-lab demo --base-port 19400 --describe /tmp/estate.json &
    tools/dev/demo_fleet.py --console https://127.0.0.1:1280 --user admin --password ... --estate /tmp/estate.json \
        --folder /tmp/fleet --agent build/release/bin/steward-agent

Run again with the same folder it starts the same agents. It runs until it is told to stop, and then stops its agents.
"""
import argparse
import json
import pathlib
import signal
import subprocess
import sys
import time

import requests
import urllib3


class Console:
    """The REST API of the console as far as the demo needs it."""

    def __init__(self, url, user, password, ca=None):
        self.url = url.rstrip("/") + "/api/v3"
        self.session = requests.Session()
        self.session.trust_env = False  # a proxy or CA bundle of the environment is not meant for the demo
        self.session.verify = ca or False
        if not ca:
            urllib3.disable_warnings()
        form = {"grant_type": "password", "username": user, "password": password}
        answer = self.session.post(self.url + "/token", data=form, timeout=30)
        answer.raise_for_status()
        self.session.headers["Authorization"] = "Bearer " + answer.json()["access_token"]

    def call(self, method, path, **options):
        answer = self.session.request(method, self.url + path, timeout=60, **options)
        if answer.status_code >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer

    def names(self, path):
        rows = self.call("GET", path, params={"limit": 500}).json()["data"]
        return {row["name"]: row["instanceUid"] for row in rows}

    def ensure(self, path, name, body):
        known = self.names(path)
        return known[name] if name in known else self.call("POST", path, json=body).json()["data"]["instanceUid"]

    def setup_file(self, company_uid):
        return self.call("GET", "/infrastructure/managementAgents/packages/linux", params={"organizationUid": company_uid}).text


def login_name(name):
    return "".join(c for c in name.lower() if c.isalnum())


def make_organizations(console, estate, password):
    resellers = {}
    for name in estate["resellers"]:
        owner = {"userName": login_name(name), "password": password}
        body = {"organizationInput": {"name": name}, "ownerCredentials": owner, "isRestAccessEnabled": True}
        resellers[name] = console.ensure("/organizations/resellers", name, body)
    companies = {}
    for customer in estate["customers"]:
        owner = {"userName": login_name(customer["name"]), "password": password}
        body = {"organizationInput": {"name": customer["name"]}, "ownerCredentials": owner,
                "resellerUid": resellers[customer["reseller"]], "isRestAccessEnabled": True, "isAlarmDetectEnabled": True}
        companies[customer["name"]] = console.ensure("/organizations/companies", customer["name"], body)
    return companies


def quoted(text):
    return json.dumps(text)  # a JSON text is a valid TOML basic string


def write_private(path, text):
    path.touch(mode=0o600)
    path.write_text(text)


def server_config(server, arguments):
    return (f"[agent]\nname = {quoted(server['name'])}\ntag = \"demo\"\n\n[[vbr]]\nurl = {quoted(server['url'])}\n"
            f"user = {quoted(server['user'])}\npassword = {quoted(server['password'])}\n"
            + (f"fingerprint = {quoted(server['fingerprint'])}\n" if server["fingerprint"] else "")
            + f"states_seconds = {arguments.states_seconds}\ninventory_seconds = {arguments.inventory_seconds}\n"
              f"timeout_seconds = 10\n")


def cloud_config(name, facts, states, inventory):
    """Adapters file of an agent that reads an Enterprise Manager; `facts` as steward-lab em describes itself."""
    return (f"[agent]\nname = {quoted(name)}\ntag = \"demo\"\n\n[[cloud_connect]]\nurl = {quoted(facts['url'])}\nuser = {quoted(facts['user'])}\n"
            f"password = {quoted(facts['password'])}\nfingerprint = {quoted(facts['fingerprint'])}\nstates_seconds = {states}\n"
            f"inventory_seconds = {inventory}\ntimeout_seconds = 10\n")


class Cloud:
    """The provider's Enterprise Manager (simulated), its agent, and the tenants of the demo's customers."""

    # fernhill is disabled, glenrock's lease is over, and nobodys is nobody's: the console refuses to assign the first two.
    TENANTS = ("alder", "brookstone", "cedar", "dunmore", "eastgate", "hollis", "ironbridge")

    def __init__(self, console, companies, arguments):
        self.console, self.companies, self.waiting = console, companies, set(self.TENANTS)
        folder = pathlib.Path(arguments.folder).resolve() / "cloud"
        folder.mkdir(parents=True, exist_ok=True)
        describe = folder / "em.json"
        describe.unlink(missing_ok=True)
        log = open(folder / "em.log", "a")
        self.manager = subprocess.Popen([arguments.lab, "em", "--base-port", str(arguments.cloud_port), "--describe", describe], stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not describe.exists():
            if self.manager.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the Enterprise Manager did not start; see {folder}/em.log")
            time.sleep(0.1)
        text = cloud_config("cc-agent", json.loads(describe.read_text()), arguments.states_seconds, arguments.inventory_seconds)
        provider = console.call("GET", "/organizations/provider").json()["data"]["instanceUid"]
        self.agent = start_agent(console, provider, "cc-agent", lambda _: text, arguments)

    def assign(self):
        """Assigns the tenants that are there and not assigned yet; called until none is waiting."""
        rows = self.console.call("GET", "/infrastructure/sites/tenants", params={"limit": 100}).json()["data"]
        for row in rows:
            company = next((uid for name, uid in self.companies.items() if name.lower().split()[0] == row["name"]), None)
            if row["name"] not in self.waiting or company is None:
                continue
            self.waiting.discard(row["name"])
            if not row["assignedForCompany"]:
                patch = [{"op": "replace", "path": "/assignedForCompany", "value": company}]
                self.console.call("PATCH", f"/infrastructure/sites/tenants/{row['instanceUid']}", json=patch)


def restic_config(folder):
    (folder / "documents").mkdir(exist_ok=True)
    for i in range(20):
        (folder / "documents" / f"report-{i:02}.txt").write_text(f"Report {i}\n" * 2000)
    write_private(folder / "repository-password", "demo repository\n")
    return (f"[agent]\nname = \"alf-linux1\"\ntag = \"demo\"\n\n[[restic]]\nname = \"Documents\"\n"
            f"paths = [{quoted(str(folder / 'documents'))}]\nevery_minutes = 60\nkeep_last = 24\nkeep_daily = 14\n"
            f"repository = {quoted(str(folder / 'repository'))}\npassword_file = {quoted(str(folder / 'repository-password'))}\n")


def start_agent(console, company_uid, name, config_of, arguments):
    folder = pathlib.Path(arguments.folder).resolve() / name
    folder.mkdir(parents=True, exist_ok=True)
    setup = folder / "setup.toml"
    if not setup.exists():
        write_private(setup, console.setup_file(company_uid))
    write_private(folder / "adapters.toml", config_of(folder))
    log = open(folder / "agent.log", "a")
    command = [arguments.agent, "run", "--setup", setup, "--config", folder / "adapters.toml", "--state", folder / "state"]
    return subprocess.Popen(command, stdout=log, stderr=log)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--console", default="https://127.0.0.1:1280")
    parser.add_argument("--ca", help="PEM file of the console's CA; without it the certificate is not checked (demo only)")
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--owner-password", default="Demo-owner-2026", help="for the owners of resellers and companies")
    parser.add_argument("--estate", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--agent", required=True)
    parser.add_argument("--servers", type=int, default=0, help="only the first N servers; 0 = all")
    parser.add_argument("--no-restic", action="store_true")
    parser.add_argument("--lab", help="steward-lab, for an Enterprise Manager with cloud tenants; without it there is none")
    parser.add_argument("--cloud-port", type=int, default=0, help="of the Enterprise Manager; 0 = any")
    parser.add_argument("--states-seconds", type=int, default=20)
    parser.add_argument("--inventory-seconds", type=int, default=300)
    arguments = parser.parse_args()
    estate = json.loads(pathlib.Path(arguments.estate).read_text())
    console = Console(arguments.console, arguments.user, arguments.password, arguments.ca)
    companies = make_organizations(console, estate, arguments.owner_password)
    agents = {}
    stopping = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.append(True))
    servers = estate["servers"][: arguments.servers or None]
    for server in servers:
        uid = companies[server["customer"]]
        agents[server["name"]] = start_agent(console, uid, server["name"], lambda _, s=server: server_config(s, arguments), arguments)
    if not arguments.no_restic:
        uid = companies[estate["customers"][0]["name"]]
        agents["alf-linux1"] = start_agent(console, uid, "alf-linux1", restic_config, arguments)
    cloud = Cloud(console, companies, arguments) if arguments.lab else None
    if cloud:
        agents["cc-agent"] = cloud.agent
    pids = pathlib.Path(arguments.folder) / "pids.json"
    pids.write_text(json.dumps({name: process.pid for name, process in agents.items()}, indent=1))
    print(f"{len(companies)} companies, {len(agents)} agents; logs in {arguments.folder}/*/agent.log", flush=True)
    while not stopping:
        time.sleep(1)
        if cloud and cloud.waiting:
            cloud.assign()
        for name, process in list(agents.items()):
            if process.poll() is not None:
                print(f"agent {name} ended with {process.returncode}; see {arguments.folder}/{name}/agent.log", flush=True)
                del agents[name]
    ending = list(agents.values()) + ([cloud.manager] if cloud else [])
    for process in ending:
        process.terminate()
    for process in ending:
        process.wait(30)


if __name__ == "__main__":
    sys.exit(main())
