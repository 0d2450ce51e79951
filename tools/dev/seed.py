# SPDX-License-Identifier: Apache-2.0
"""What the demo estate holds beside its backup servers: users of each kind, a disabled customer, a waiting agent, sold workloads."""
from __future__ import annotations

import pathlib
import re
import subprocess

import processes
from processes import Client, Console

OWNER_PASSWORD = "Demo-owner-2026"


def login_name(name: str) -> str:
    """Owner login that demo_fleet.py gives a company."""
    return "".join(c for c in name.lower() if c.isalnum())


def ensure_user(client: Client, organization: str, name: str, role: str) -> None:
    known = {user["userName"] for user in client.data("/users", limit=1000)}
    if name in known:
        return
    answer = client.call("POST", "/users", json={"organizationUid": organization, "role": role, "profile": {"firstName": name.title(), "lastName": "Demo"},
                                                 "credentials": {"userName": name, "password": OWNER_PASSWORD}})
    if answer.status_code != 200:
        raise RuntimeError(f"user {name}: {answer.status_code} {answer.text}")


def unverified_agent(client: Client, console: Console, folder: pathlib.Path) -> int:
    """An agent without a company token: it waits to be accepted."""
    place = folder / "waiting-agent"
    place.mkdir(parents=True, exist_ok=True)
    setup = place / "setup.toml"
    setup.touch(mode=0o600)
    text = client.call("GET", "/infrastructure/managementAgents/packages/linux").text
    setup.write_text(re.sub(r'token = ".*"', 'token = ""', text))
    (place / "adapters.toml").write_text('[agent]\nname = "new-server-01"\ntag = "demo"\n')
    log = open(place / "agent.log", "a")
    return subprocess.Popen([processes.binaries() / "steward-agent", "run", "--setup", setup, "--config", place / "adapters.toml", "--state", place / "state"],
                            stdout=log, stderr=log, start_new_session=True).pid


def seed(client: Client, console: Console, estate: dict, folder: pathlib.Path) -> dict:
    """Fills in the rest; safe to run again. Returns what var/dev/env needs."""
    companies = {c["name"]: c["instanceUid"] for c in client.data("/organizations/companies", limit=1000)}
    provider = client.data("/users/me")["organizationUid"]
    ensure_user(client, provider, "operator", "PortalOperator")
    ensure_user(client, provider, "reader", "PortalReadonlyOperator")
    for position, customer in enumerate(estate["customers"]):
        uid = companies[customer["name"]]
        client.call("PATCH", f"/organizations/companies/{uid}", json=[{"op": "replace", "path": "/workloadLimit", "value": 150 + 50 * (position % 4)}])
    if "Closed Bakery" not in companies:
        answer = client.call("POST", "/organizations/companies", json={"organizationInput": {"name": "Closed Bakery"}, "ownerCredentials": {
            "userName": "closedbakery", "password": OWNER_PASSWORD}})
        client.call("PATCH", f"/organizations/companies/{answer.json()['data']['instanceUid']}", json=[{"op": "replace", "path": "/status", "value": "Disabled"}])
    first = estate["customers"][0]["name"]
    me = client.data("/users/me")["instanceUid"]
    key = client.call("POST", f"/users/{me}/logins/apikey", params={"description": "development", "scopes": "rest"}).json()["data"]["parameters"]
    return {"api_key": key, "company_user": login_name(first), "company_password": OWNER_PASSWORD, "company_uid": companies[first],
            "unverified_pid": unverified_agent(client, console, folder)}
