# SPDX-License-Identifier: Apache-2.0
"""Who sees what between the provider and one customer: resellers, people of a location; and two consoles on one database."""
import os
import subprocess
import uuid

import pytest

from processes import Client, Console, wait_for
from test_operations import PLAIN_LISTS

PASSWORD = "Scopes-password-1"


@pytest.fixture(scope="module")
def admin(console, estate):
    return console.client()


def must(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@pytest.fixture(scope="module")
def reseller(console, admin):
    """A reseller of the demo estate that has customers, with a new owner login."""
    companies = admin.data("/organizations/companies", limit=1000)
    uid = next(c["resellerUid"] for c in companies if c.get("resellerUid"))
    name = f"reseller-{uuid.uuid4().hex[:6]}"
    must(admin.call("POST", "/users", json={"organizationUid": uid, "role": "ResellerOwner", "profile": {},
                                            "credentials": {"userName": name, "password": PASSWORD}}))
    return {"uid": uid, "client": Client(console.url, name, PASSWORD), "own": {c["instanceUid"] for c in companies if c.get("resellerUid") == uid},
            "foreign": {c["instanceUid"] for c in companies if c.get("resellerUid") != uid}}


def test_a_reseller_sees_all_of_its_own_customers_and_no_other(reseller):
    assert reseller["own"] and reseller["foreign"]
    assert {c["instanceUid"] for c in reseller["client"].data("/organizations/companies", limit=1000)} == reseller["own"]
    seen = {server["organizationUid"] for server in reseller["client"].data("/infrastructure/backupServers", limit=1000)}
    assert seen and seen <= reseller["own"]


@pytest.mark.parametrize(("path", "operation"), PLAIN_LISTS)
def test_no_list_of_a_reseller_names_a_foreign_customer(reseller, path, operation):
    answer = reseller["client"].call("GET", path, params={"limit": 10000})
    if "ResellerOwner" not in operation.get("x-admitted-roles", []):
        assert answer.status_code == 403
        return
    assert answer.status_code == 200, answer.text
    assert [uid for uid in reseller["foreign"] if uid in answer.text] == []


def test_a_reseller_creates_customers_of_its_own_only(admin, reseller):
    other = next(r["instanceUid"] for r in admin.data("/organizations/resellers") if r["instanceUid"] != reseller["uid"])
    body = {"organizationInput": {"name": f"Sub {uuid.uuid4().hex[:6]}"}}
    refused = reseller["client"].call("POST", "/organizations/companies", json={**body, "resellerUid": other})
    assert refused.status_code == 400 and "resellerUid" in refused.text
    made = must(reseller["client"].call("POST", "/organizations/companies", json=body))
    assert made["resellerUid"] == reseller["uid"]
    foreign = next(iter(reseller["foreign"]))
    assert reseller["client"].call("DELETE", f"/organizations/companies/{foreign}", params={"removeAllAgents": "true"}).status_code == 404
    assert reseller["client"].call("DELETE", f"/organizations/companies/{made['instanceUid']}", params={"removeAllAgents": "true"}).status_code == 200


@pytest.fixture(scope="module")
def branch(console, admin):
    """A customer with servers at two locations, and a user of one of them; `hidden` are uids of the other place."""
    agents = admin.data("/infrastructure/managementAgents", limit=1000)
    servers = admin.data("/infrastructure/backupServers", limit=1000)
    by_company = {}
    for server in (s for s in servers if s["status"] == "Healthy"):
        by_company.setdefault(server["organizationUid"], []).append(server)
    company, (here, there) = next((uid, rows[:2]) for uid, rows in by_company.items() if len({r["managementAgentUid"] for r in rows}) > 1)
    location = must(admin.call("POST", "/organizations/locations", json={"organizationUid": company, "name": f"Branch {uuid.uuid4().hex[:6]}", "quotaGb": 0}))["instanceUid"]
    assert here["managementAgentUid"] in {a["instanceUid"] for a in agents}
    must(admin.call("PATCH", f"/infrastructure/managementAgents/{here['managementAgentUid']}", json=[{"op": "replace", "path": "/locationUid", "value": location}]))
    name = f"branch-{uuid.uuid4().hex[:6]}"
    user = must(admin.call("POST", "/users", json={"organizationUid": company, "role": "CompanyLocationUser", "profile": {},
                                                   "credentials": {"userName": name, "password": PASSWORD}}))["instanceUid"]
    must(admin.call("POST", f"/users/{user}/locations", params={"locationUid": location}))
    must(admin.call("POST", "/users", json={"organizationUid": company, "role": "CompanyAdministrator", "profile": {},
                                            "credentials": {"userName": name + "-owner", "password": PASSWORD}}))
    client, owner = Client(console.url, name, PASSWORD), Client(console.url, name + "-owner", PASSWORD)
    wanted = {"filter": str([{"property": "backupServerUid", "operation": "equals", "value": here["instanceUid"]}])}
    wait_for(lambda: client.total("/protectedWorkloads/virtualMachines") == admin.total("/protectedWorkloads/virtualMachines", **wanted) > 0, 90)
    hidden = {there["instanceUid"], there["managementAgentUid"]}
    for path in ("/protectedWorkloads/virtualMachines", "/infrastructure/backupServers/repositories", "/infrastructure/backupServers/jobs"):
        hidden |= {row["instanceUid"] for row in admin.data(path, limit=1000) if row["backupServerUid"] == there["instanceUid"]}
    assert len(hidden) > 5
    return {"client": client, "owner": owner, "company": company, "location": location, "here": here, "hidden": hidden}


def test_a_location_user_sees_its_place(branch):
    assert [s["instanceUid"] for s in branch["client"].data("/infrastructure/backupServers")] == [branch["here"]["instanceUid"]]
    assert [c["instanceUid"] for c in branch["client"].data("/organizations/companies")] == [branch["company"]]
    assert [place["instanceUid"] for place in branch["client"].data("/organizations/locations")] == [branch["location"]]
    assert branch["client"].call("GET", f"/infrastructure/backupServers/{branch['here']['instanceUid']}").status_code == 200


@pytest.mark.parametrize(("path", "operation"), PLAIN_LISTS)
def test_no_list_of_a_location_user_names_the_other_place(branch, path, operation):
    answer = branch["client"].call("GET", path, params={"limit": 10000})
    if "CompanyLocationUser" not in operation.get("x-admitted-roles", []):
        assert answer.status_code == 403
        return
    assert answer.status_code == 200, answer.text
    assert [uid for uid in branch["hidden"] if uid in answer.text] == []
    # The owner's remembered total is not the location user's, nor the other way round.
    totals = [who.total(path) for who in (branch["owner"], branch["client"], branch["owner"], branch["client"])]
    assert totals[:2] == totals[2:] and totals[1] == len(answer.json()["data"]) and totals[0] >= totals[1]


def test_an_object_of_the_other_place_is_not_found(admin, branch):
    there = next(iter(uid for uid in branch["hidden"] if admin.call("GET", f"/infrastructure/backupServers/{uid}").status_code == 200))
    assert branch["client"].call("GET", f"/infrastructure/backupServers/{there}").status_code == 404


def test_row_level_security_knows_locations(console, branch):
    """The second wall alone: without the scope in the statement the role still sees its place only."""
    sql = f"set role steward_location; select set_config('app.organizations', '{branch['company']}', false); " \
          f"select set_config('app.locations', '{branch['location']}', false); " \
          f"select count(*) filter (where location_uid = '{branch['location']}'), count(*) from inventory.workload"
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    out = subprocess.run([*prefix, "psql", "-h", str(console.folder / "data/socket"), "-U", "steward", "-d", "steward", "-Atqc", sql],
                         capture_output=True, text=True, check=True).stdout.split()[-1]
    mine, all_rows = out.split("|")
    assert int(mine) > 0 and mine == all_rows


def test_two_consoles_on_one_database_agree_at_once(console, admin, folder):
    """What one console writes, the other's remembered callers and totals know: a revoked key and a new company."""
    second = Console(folder / "second-console", database=f"postgresql:///steward?host={console.folder}/data/socket&user=steward")
    (second.folder / "data").mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", str(console.folder / "data" / "pki"), str(second.folder / "data" / "pki")], check=True)
    second.start()
    try:
        me = admin.data("/users/me")["instanceUid"]
        made = must(admin.call("POST", f"/users/{me}/logins/apikey", params={"description": "two consoles", "scopes": "rest"}))
        key = Client(second.url, token=made["parameters"])
        before = key.total("/organizations/companies")
        name = f"Two consoles {uuid.uuid4().hex[:6]}"
        company = must(admin.call("POST", "/organizations/companies", json={"organizationInput": {"name": name}}))["instanceUid"]
        wait_for(lambda: key.total("/organizations/companies") == before + 1, 5, 0.05)
        assert key.call("GET", f"/organizations/companies/{company}").status_code == 200
        must(admin.call("DELETE", f"/users/{me}/tokens", params={"userLoginId": made["id"]}))
        wait_for(lambda: key.call("GET", "/about").status_code == 401, 5, 0.05)
        admin.call("DELETE", f"/organizations/companies/{company}", params={"removeAllAgents": "true"})
    finally:
        second.stop()
