# SPDX-License-Identifier: Apache-2.0
"""What the demo estate holds beside its backup servers: users of each kind, a disabled customer, agents in each state, sold workloads."""
from __future__ import annotations

import datetime
import pathlib
import re
import socket
import subprocess

import processes
from processes import Client

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


def start_agent(client: Client, folder: pathlib.Path, name: str, company: str = "") -> subprocess.Popen:
    """An agent that reads nothing. Without a company it brings no token, and waits to be accepted."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    setup = place / "setup.toml"
    setup.touch(mode=0o600)
    text = client.call("GET", "/infrastructure/managementAgents/packages/linux", params={"organizationUid": company} if company else {}).text
    setup.write_text(text if company else re.sub(r'token = ".*"', 'token = ""', text))
    (place / "adapters.toml").write_text(f'[agent]\nname = "{name}"\ntag = "demo"\n')
    log = open(place / "agent.log", "a")
    return subprocess.Popen([processes.binaries() / "steward-agent", "run", "--setup", setup, "--config", place / "adapters.toml", "--state", place / "state"],
                            stdout=log, stderr=log, start_new_session=True)


def agent_named(client: Client, path: str, name: str) -> dict | None:
    return next((row for row in client.data(path, limit=1000) if row.get("hostName") == name), None)


def silent_agent(client: Client, folder: pathlib.Path, company: str) -> None:
    """An accepted agent that is not heard of any more."""
    if agent_named(client, "/infrastructure/managementAgents", "old-server-07"):
        return
    agent = start_agent(client, folder, "old-server-07", company)
    processes.wait_for(lambda: agent_named(client, "/infrastructure/managementAgents", "old-server-07"), 60)
    processes.stop(agent)


def rejected_agent(client: Client, folder: pathlib.Path) -> None:
    """An agent that somebody turned away."""
    if agent_named(client, "/infrastructure/unverifiedAgents", "unknown-laptop"):
        return
    agent = start_agent(client, folder, "unknown-laptop")
    row = processes.wait_for(lambda: agent_named(client, "/infrastructure/unverifiedAgents", "unknown-laptop"), 60)
    answer = client.call("POST", f"/api/steward/v1/unverifiedAgents/{row['instanceUid']}/reject", json={"reason": "Not one of ours"})
    processes.stop(agent)
    if answer.status_code != 200:
        raise RuntimeError(f"reject: {answer.status_code} {answer.text}")


def gateways(client: Client) -> None:
    """Two pools with a gateway each: the console's own listener by another name, and one that is switched off (nothing listens on port 9)."""
    path, pools = "/infrastructure/sites/cloudgateways", "/infrastructure/sites/cloudgatewaypools"
    known = {row["name"]: row for row in client.data(path)}
    own = next(row for row in known.values() if row["isBuiltIn"])
    for name, pool, priority, port in (("Gateway north", "Data centre north", 10, own["externalPort"]), ("Gateway south", "Data centre south", 20, 9)):
        if name in known:
            continue
        answer = client.call("POST", pools, json={"name": pool, "priority": priority})
        if answer.status_code == 200:
            answer = client.call("POST", path, json={"name": name, "externalAddress": "127.0.0.1", "externalPort": port, "gatewayPoolUid": answer.json()["data"]["instanceUid"]})
        if answer.status_code != 200:
            raise RuntimeError(f"gateway {name}: {answer.status_code} {answer.text}")


def branch_user(client: Client, company: str) -> None:
    """A user that is limited to one location of a company."""
    locations = [row for row in client.data(f"/organizations/{company}/locations", limit=1000) if row["name"] == "Branch office"]
    if not locations:
        locations = [client.call("POST", "/organizations/locations", json={"organizationUid": company, "name": "Branch office", "quotaGb": 500}).json()["data"]]
    ensure_user(client, company, "branch", "CompanyLocationUser")
    user = next(row["instanceUid"] for row in client.data("/users", limit=1000) if row["userName"] == "branch")
    client.call("POST", f"/users/{user}/locations", params={"locationUid": locations[0]["instanceUid"]})


def stranger(client: Client) -> None:
    """Somebody who speaks plain HTTP to the gateway: the console counts it among the connections that died in TLS."""
    setup = client.call("GET", "/infrastructure/managementAgents/packages/linux").text
    host, port = re.search(r'addresses = \["([^":]+):(\d+)"', setup).groups()
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n")


def actions(client: Client) -> None:
    """Orders to agents: two that are carried out, and one whose agent is away."""
    if client.data("/asyncActions"):
        return
    job = next(row for row in client.data("/infrastructure/backupServers/jobs", limit=1000) if row["type"] == "BackupVm" and row["isEnabled"])
    client.call("POST", f"/infrastructure/backupServers/jobs/{job['instanceUid']}/start")
    here = next(row for row in client.data("/infrastructure/managementAgents", limit=1000) if row["connectionStatus"] == "Online")
    client.call("POST", f"/api/steward/v1/managementAgents/{here['instanceUid']}/logBundle")
    away = agent_named(client, "/infrastructure/managementAgents", "old-server-07")
    client.call("POST", f"/api/steward/v1/managementAgents/{away['instanceUid']}/collect")


def policy(client: Client) -> None:
    """A backup policy that is assigned to nobody yet."""
    if client.data("/configuration/backupPolicies"):
        return
    answer = client.call("POST", "/configuration/backupPolicies/linux", json={
        "name": "Files of Linux servers", "operationMode": "Server", "accessMode": "Private", "jobConfiguration": {
            "backupSource": {"backupMode": "FilesFolders", "fileLevelOptions": {"directories": ["/etc", "/srv"], "exclusionMasks": ["*.tmp"]}},
            "backupTarget": {"targetType": "LocalFolder", "localPath": "/backup"}, "retentionSettings": {"retentionDays": 30},
            "scheduleSettings": {"scheduleType": "Daily", "dailyScheduleSettings": {"time": "22:30", "dailyMode": "Everyday"}}}})
    assert answer.status_code == 200, answer.text


def weights(client: Client) -> None:
    """What machines of our own agents count."""
    for kind, weight in (("VAC_Server_Agent", 1), ("VAC_Workstation_Agent", 0.33)):
        answer = client.call("POST", "/api/steward/v1/usage/weights", json={"workloadType": kind, "weight": weight})
        assert answer.status_code == 200, answer.text


def discovery(client: Client) -> None:
    """An imported list of computers that a customer's agent was sent to look for. Their names have no addresses: nothing outside is asked."""
    rules = "/api/steward/v1/discoveryRules"
    if client.data(rules):
        return
    agent = next(row for row in client.data("/infrastructure/managementAgents", limit=1000) if row["connectionStatus"] == "Online")
    rule = client.call("POST", rules, json={"name": "Office computers", "method": "Csv", "organizationUid": agent["organizationUid"],
                                            "managementAgentUid": agent["instanceUid"], "csv": "name\nfront-desk.invalid\nwarehouse.invalid\n"})
    assert rule.status_code == 200, rule.text
    client.call("POST", f"{rules}/{rule.json()['data']['instanceUid']}/run")


def authority(client: Client, token: str) -> None:
    """The console with the token of its licence authority, and a licence that belongs to nobody yet."""
    if client.data("/pulse")["status"] == "NotConfigured":
        answer = client.call("PATCH", "/pulse", json=[{"op": "replace", "path": "/token", "value": token}])
        if answer.status_code != 200:
            raise RuntimeError(f"token of the authority: {answer.status_code} {answer.text}")
    if client.data("/pulse/licenses"):
        return
    answer = client.call("POST", "/pulse/licenses", json={
        "productId": "backup-server-enterprise-plus", "contractId": "C-1000", "expirationDate": "2030-06-30T00:00:00Z", "description": "Standard set of a small office",
        "workloads": [{"workloadId": "vm", "count": 10}, {"workloadId": "workstation", "count": 25}]})
    if answer.status_code != 200:
        raise RuntimeError(f"licence: {answer.status_code} {answer.text}")


def seed(client: Client, estate: dict, folder: pathlib.Path) -> dict:
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
    gateways(client)
    policy(client)
    weights(client)
    branch_user(client, companies[first])
    silent_agent(client, folder, companies[estate["customers"][1]["name"]])
    rejected_agent(client, folder)
    stranger(client)
    processes.wait_for(lambda: client.total("/infrastructure/backupServers/jobs") > 0, 120)
    actions(Client(client.url, "operator", OWNER_PASSWORD))
    discovery(client)
    me = client.data("/users/me")["instanceUid"]
    key = client.call("POST", f"/users/{me}/logins/apikey", params={"description": "development", "scopes": "rest"}).json()["data"]["parameters"]
    return {"api_key": key, "company_user": login_name(first), "company_password": OWNER_PASSWORD, "company_uid": companies[first],
            "unverified_pid": start_agent(client, folder, "new-server-01").pid}


def look_ahead(client: Client) -> bool:
    """Builds the licence report of the running month; true when the usage ledger had something for it."""
    month = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")
    answer = client.call("POST", "/api/steward/v1/licenseReports", json={"month": month})
    return answer.status_code == 200 and answer.json()["data"]["lineCount"] > 0
