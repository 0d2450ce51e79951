# SPDX-License-Identifier: Apache-2.0
"""Computers found by a real agent in a network of namespaces: one that listens, one that only refuses, one with an agent, and none."""
import uuid

import pytest

import agent_stack as stack
from demo_fleet import restic_config
from estate_network import Network, reachable_console
from processes import Client, binaries

RULES = "/api/steward/v1/discoveryRules"
COMPUTERS = "/discovery/computers"
AGENTS = "/infrastructure/managementAgents"


@pytest.fixture(scope="module")
def network(folder):
    network = Network(folder, 47, {"site": 21, "listens": 22, "refuses": 23})
    yield network
    network.close()


@pytest.fixture(scope="module")
def console(folder, network):
    console = reachable_console(folder, network)
    console.start()
    yield console
    console.stop()


@pytest.fixture(scope="module")
def api(console):
    return console.client()


def company(api, console, name):
    login = f"owner{uuid.uuid4().hex[:8]}"
    made = api.call("POST", "/organizations/companies", json={"organizationInput": {"name": name}, "ownerCredentials": {"userName": login, "password": "Owner-password-1"}})
    assert made.status_code == 200, made.text
    return made.json()["data"]["instanceUid"], Client(console.url, login, "Owner-password-1")


def start_agent(network, api, folder, host, company_uid, backs_up=True):
    """An agent on a host of the network."""
    here = folder / host
    here.mkdir()
    (here / "setup.toml").write_bytes(api.call("GET", f"{AGENTS}/packages/linux", params={"organizationUid": company_uid}).content)
    (here / "agent.toml").write_text(restic_config(here) if backs_up else "[agent]\n")
    network.start(host, f"agent-{host}", binaries() / "steward-agent", "run", "--setup", here / "setup.toml", "--config", here / "agent.toml", "--state", here / "state")


@pytest.fixture(scope="module")
def site(api, console, network, folder):
    """A company whose agent backs up its own computer, and a neighbour that listens."""
    uid, owner = company(api, console, "Discovery site")
    start_agent(network, api, folder, "site", uid)
    network.start("listens", "listener", "/usr/bin/python3", "-c", "import socket, time; s = socket.create_server(('0.0.0.0', 22)); time.sleep(3600)")
    network.wait_for_port("listens", 22)
    agent = stack.wait_for("the agent", lambda: api.data(AGENTS, filter=f"[{{'property':'organizationUid','operation':'equals','value':'{uid}'}}]"))[0]
    stack.wait_for("its backup agent", lambda: owner.data("/infrastructure/backupAgents"))
    return {"company": uid, "owner": owner, "agent": agent["instanceUid"]}


@pytest.fixture(scope="module")
def rule(site, network):
    net = network.address().rsplit(".", 1)[0]
    made = site["owner"].call("POST", RULES, json={"name": "Office", "method": "NetworkRange", "ranges": [f"{net}.20-{net}.26"]})
    assert made.status_code == 200, made.text
    return made.json()["data"]


def run(client, rule):
    return client.call("POST", f"{RULES}/{rule['instanceUid']}/run")


def test_without_a_master_agent_a_run_is_refused(site, rule):
    refused = run(site["owner"], rule)
    assert refused.status_code == 409 and "no master agent" in refused.json()["errors"][0]["message"]


def test_what_answers_is_found_and_who_has_an_agent_is_known(site, rule, network):
    owner = site["owner"]
    made = owner.call("PATCH", f"{AGENTS}/{site['agent']}", json=[{"op": "replace", "path": "/role", "value": "Master"}])
    assert made.status_code == 200 and made.json()["data"]["role"] == "Master", made.text
    answer = run(owner, rule)
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["status"] == "Success" and "3 computer(s) answer at 7" in answer.json()["data"]["statusMessage"]
    found = {row["address"]: row for row in owner.data(COMPUTERS)}
    assert set(found) == {network.address(name) for name in ("site", "listens", "refuses")}
    own = found.pop(network.address("site"))
    assert own["backupAgentInstallationStatus"] == "Installed" and own["managementAgentUid"] == site["agent"]
    for row in found.values():
        assert row["backupAgentInstallationStatus"] == "NotInstalled" and row["managementAgentUid"] is None
        assert row["status"] == "Online" and len(row["info"]["macAddresses"]) == 1 and row["info"]["guestOsType"] == "Unknown"
    assert owner.call("GET", f"{COMPUTERS}/{own['instanceUid']}").status_code == 200


def test_another_company_sees_nothing_and_runs_nothing(api, console, site, rule):
    _, other = company(api, console, "Discovery stranger")
    assert other.data(COMPUTERS) == [] and other.data(RULES) == []
    computer = site["owner"].data(COMPUTERS)[0]["instanceUid"]
    assert other.call("GET", f"{COMPUTERS}/{computer}").status_code == 404
    assert run(other, rule).status_code == 404
    assert other.call("DELETE", f"{RULES}/{rule['instanceUid']}").status_code == 404
    body = {"name": "x", "method": "NetworkRange", "ranges": ["10.0.0.1"], "organizationUid": site["company"]}
    assert other.call("POST", RULES, json=body).status_code == 400
    body = {"name": "x", "method": "NetworkRange", "ranges": ["10.0.0.1"], "managementAgentUid": site["agent"]}
    assert other.call("POST", RULES, json=body).status_code == 400


def test_an_import_names_its_bad_lines_and_is_asked(site, network):
    owner = site["owner"]
    bad = owner.call("POST", RULES, json={"name": "Import", "method": "Csv", "csv": "name,address\nok,10.0.0.1\nbad,10.0.0.999\n"})
    assert bad.status_code == 400 and "Line 3" in bad.json()["errors"][0]["message"]
    made = owner.call("POST", RULES, json={"name": "Import", "method": "Csv", "csv": f"printer,{network.address('refuses')}\nold-pc,{network.address()[:-1]}99\n"})
    assert made.status_code == 200, made.text
    answer = run(owner, made.json()["data"])
    assert answer.status_code == 200, answer.text
    rows = {row["hostName"]: row["status"] for row in owner.data(COMPUTERS) if row["ruleName"] == "Import"}
    assert rows == {"printer": "Online", "old-pc": "Offline"}


def test_foreign_networks_are_refused_by_the_agent(site):
    owner = site["owner"]
    made = owner.call("POST", RULES, json={"name": "Public", "method": "NetworkRange", "ranges": ["203.0.113.0/28"]}).json()["data"]
    refused = run(owner, made)
    assert refused.status_code == 409 and "neither in a private network" in refused.json()["errors"][0]["message"]
    assert next(row for row in owner.data(RULES) if row["name"] == "Public")["status"] == "Failed"


def test_an_enabled_rule_is_run_every_day(console, site, rule):
    owner, path = site["owner"], f"{RULES}/{rule['instanceUid']}"
    before = owner.data(path)["lastRunTime"]
    others = f"uid <> '{rule['instanceUid']}'"
    console.sql(f"update core.discovery_rule set is_enabled = false where {others}")
    console.sql("update core.discovery_rule set last_run_at = now() - interval '23 hours'")
    orders = "select count(*) from core.command where target = 'daily run'"
    assert console.sql(orders) == ["0"]
    console.sql("update core.discovery_rule set last_run_at = now() - interval '25 hours'")
    stack.wait_for("the daily run", lambda: owner.data(path)["status"] == "Success" and owner.data(path)["lastRunTime"] > before, 60)
    assert console.sql(orders) == ["1"], "once, and only the enabled one"


def test_one_agent_is_master(api, folder, network, site):
    start_agent(network, api, folder, "refuses", site["company"], backs_up=False)
    of = f"[{{'property':'organizationUid','operation':'equals','value':'{site['company']}'}}]"
    agents = stack.wait_for("the second agent", lambda: len(rows := api.data(AGENTS, filter=of)) == 2 and rows)
    second = next(row["instanceUid"] for row in agents if row["instanceUid"] != site["agent"])
    for master in (second, site["agent"]):
        made = site["owner"].call("PATCH", f"{AGENTS}/{master}", json=[{"op": "replace", "path": "/role", "value": "Master"}])
        assert made.status_code == 200, made.text
        assert {row["instanceUid"]: row["role"] for row in api.data(AGENTS, filter=of)} == {row: "Master" if row == master else "Client" for row in (second, site["agent"])}
