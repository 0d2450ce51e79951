# SPDX-License-Identifier: Apache-2.0
"""Tenants of one customer are merged under a parent at a real authority: its licences go to the branch's servers, until the branch is split off."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import agent_stack as stack
from agent_stack import refusal, replace
from pulse import CONTRACT, SERVER_PRODUCT

TASKS = "/api/steward/v1/licenseTasks"
TENANTS = "/api/steward/v1/pulseTenants"
LICENSES = "/pulse/licenses"


@pytest.fixture(scope="module")
def console_options(pulse):
    return pulse.console_options


@pytest.fixture(scope="module")
def head(console):
    return console.company("Murr Group")


@pytest.fixture(scope="module")
def branch(console):
    return console.company("Murr Wien")


@pytest.fixture(scope="module")
def server(folder, lab, console, branch):
    """A backup server of the branch."""
    agent = stack.Agent(folder, "agent", console.api.setup_file(branch), stack.vbr_adapter(lab, timeout=20))
    agent.program.start()
    stack.wait_for("the server's licence", lambda: console.sql("select uid from inventory.backup_server_license"), 60)
    yield console.sql("select uid from inventory.backup_server")[0]
    agent.program.stop()


@pytest.fixture(scope="module")
def tenants(console, pulse, head, branch):
    """Tenants of the two companies by company."""
    api = console.client()
    assert replace(api, "/pulse", token=pulse.token).status_code == 200
    made = {}
    for company in (head, branch):
        answer = api.call("POST", "/pulse/tenants", params={"companyUid": company})
        assert answer.status_code == 200, answer.text
        made[company] = answer.json()["data"]["instanceUid"]
    return made


@pytest.fixture
def api(console, tenants):
    return console.client()


def merge(api, tenant, parent, **headers):
    return api.call("POST", f"{TENANTS}/{tenant}/merge", json={"parentTenantUid": parent}, headers=headers)


def split(api, tenant, **headers):
    return api.call("POST", f"{TENANTS}/{tenant}/split", headers=headers)


def shown(api):
    return {row["name"]: row for row in api.data("/pulse/tenants", limit=500)}


def parent_at(pulse, tenant):
    return pulse.data_of("GET", f"/tenants/{tenant}")["parentTenantId"]


def pushed(api, company, count):
    body = {"companyUid": company, "productId": SERVER_PRODUCT, "contractId": CONTRACT, "expirationDate": "2030-06-30T00:00:00Z",
            "workloads": [{"workloadId": "vm", "count": count}]}
    answer = api.call("POST", TASKS, json=body)
    assert answer.status_code == 200, answer.text
    uid = answer.json()["data"]["instanceUid"]
    return stack.wait_for("the task's end", lambda: (row := api.data(f"{TASKS}/{uid}"))["state"] != "Waiting" and row, 60)


def edited(api, license, count):
    """Another number of machines; the licence's new revision."""
    assert replace(api, f"{LICENSES}/{license}", workloads=[{"workloadId": "vm", "count": count}]).status_code == 200
    return api.data(f"{LICENSES}/{license}")["revision"]


def updates(api):
    """Revisions that the console sent by itself, oldest first."""
    return [row["revision"] for row in reversed(api.data(TASKS, limit=500)) if (row["kind"], row["state"]) == ("Update", "Done")]


def use(api, server):
    return next(row for row in api.data("/api/steward/v1/licenseUse") if row["serverUid"] == server)


def license_on(api, server):
    return api.data(f"/licensing/backupServers/{server}").get("company")


def test_a_branch_is_merged_and_shown_below_its_parent(api, pulse, tenants, head, branch):
    answer = merge(api, tenants[branch], tenants[head])
    assert answer.status_code == 200, answer.text
    parent = answer.json()["data"]
    assert (parent["instanceUid"], parent["mappedMasterOrganizationUid"], parent["mergedOrganizationUids"]) == (tenants[head], head, [branch])
    assert parent["branches"] == [{"tenantUid": tenants[branch], "name": "Murr Wien", "organizationUid": branch, "organizationName": "Murr Wien"}]
    assert parent_at(pulse, tenants[branch]) == tenants[head]
    assert "Murr Wien" not in shown(api) and shown(api)["Murr Group"] == parent
    assert "Merged tenant Murr Wien of Pulse into Murr Group." in {row["message"] for row in api.data("/eventLogs/activityLogs", limit=100)}


def test_the_authority_refuses_in_words(api, console, pulse, tenants, head, branch):
    other = pulse.data_of("POST", "/tenants", json={"name": "Third Ltd."})["tenantId"]
    assert "read Pulse first" in refusal(merge(api, tenants[head], other), 400)
    assert api.call("POST", "/pulse/sync").status_code == 200
    assert "its own parent" in refusal(merge(api, other, other), 409)
    assert "branch(es) of its own" in refusal(merge(api, tenants[head], other), 409)
    assert "merge into that one" in refusal(merge(api, other, tenants[branch]), 409)
    assert "already; split it first" in refusal(merge(api, tenants[branch], tenants[head]), 409)
    assert "no branch of another tenant" in refusal(split(api, other), 409)
    assert split(api, "00000000-0000-4000-8000-000000000001").status_code == 404
    assert parent_at(pulse, tenants[head]) is None and parent_at(pulse, other) is None


def test_what_a_branch_is_mapped_to_stays(api, pulse, console, tenants, head, branch):
    third = shown(api)["Third Ltd."]["instanceUid"]
    assert "Split it first" in refusal(replace(api, f"/pulse/tenants/{tenants[branch]}", mappedMasterOrganizationUid=None), 409)
    assert "Split it first" in refusal(replace(api, f"/pulse/tenants/{third}", mappedMasterOrganizationUid=branch), 409)
    assert "Split them first" in refusal(replace(api, f"/pulse/tenants/{tenants[head]}", mappedMasterOrganizationUid=None), 409)
    for company, words in ((branch, "Split it first"), (head, "Split them first")):
        assert words in refusal(api.call("POST", "/pulse/tenants", params={"companyUid": company, "rewriteExisting": True}), 409)
    # Nobody becomes a branch by its name; who is named by its uid is known as one.
    namesake, named = console.company("Murr Graz"), console.company("Murr Linz")
    for body in ({"name": "Murr Graz"}, {"name": "Linz", "externalId": named}):
        made = pulse.data_of("POST", "/tenants", json=body)["tenantId"]
        pulse.data_of("POST", f"/tenants/{made}/merge", json={"parentTenantId": third})
    assert replace(api, "/pulse", isPushingNewCompaniesToPulseEnabled=True).status_code == 200
    assert api.call("POST", "/pulse/sync").status_code == 200
    assert replace(api, "/pulse", isPushingNewCompaniesToPulseEnabled=False).status_code == 200
    assert shown(api)["Third Ltd."]["mergedOrganizationUids"] == [named]
    assert "map it, or split them" in shown(api)["Third Ltd."]["mappingStatusMessage"]
    assert shown(api)["Murr Group"]["mergedOrganizationUids"] == [branch]
    owners = [row["externalId"] for row in pulse.data_of("GET", "/tenants?limit=500")]
    assert sorted(owners.count(company) for company in (head, branch, named, namesake)) == [1, 1, 1, 1]


def test_licences_of_the_parent_go_to_the_branch(api, console, pulse, tenants, head, branch, server):
    done = pushed(api, branch, 21)
    assert done["state"] == "Done", done
    license = api.data(f"{LICENSES}/{done['licenseUid']}")
    assert license["assignedCompanyUid"] == head
    assert pulse.data_of("GET", f"/licenses/{done['licenseUid']}")["tenantId"] == tenants[head]
    assert license_on(api, server) == "Murr Group"
    assert api.call("POST", f"{LICENSES}/{done['licenseUid']}/install", params={"serverUid": server}).status_code == 200
    assert replace(api, f"/licensing/backupServers/{server}", autoUpdateEnabled=True).status_code == 200
    newer = edited(api, done["licenseUid"], 23)
    stack.wait_for("the new revision", lambda: updates(api) == [newer], 60)
    words = refusal(replace(api, f"{LICENSES}/{done['licenseUid']}", assignedCompanyUid=branch), 400)
    assert "assign the licence to Murr Group" in words
    stranger = console.company("Stranger")
    free = api.call("POST", f"{LICENSES}/{done['licenseUid']}/copy").json()["data"]["instanceUid"]
    assert replace(api, f"{LICENSES}/{free}", assignedCompanyUid=stranger).status_code == 200
    assert "another customer" in refusal(api.call("POST", f"{LICENSES}/{free}/install", params={"serverUid": server}), 409)


def test_a_split_branch_keeps_its_file_and_gets_no_more(api, pulse, tenants, head, branch, server):
    of_parent = next(row["instanceUid"] for row in api.data(LICENSES) if row["assignedCompanyUid"] == head)
    answer = split(api, tenants[branch])
    assert answer.status_code == 200, answer.text
    assert (answer.json()["data"]["name"], answer.json()["data"]["mappedMasterOrganizationUid"]) == ("Murr Wien", branch)
    assert parent_at(pulse, tenants[branch]) is None
    assert shown(api)["Murr Group"]["mergedOrganizationUids"] == [] and shown(api)["Murr Group"]["branches"] == []
    assert "another customer" in refusal(api.call("POST", f"{LICENSES}/{of_parent}/install", params={"serverUid": server}), 409)
    before = updates(api)
    newer = edited(api, of_parent, 24)
    stack.wait_for("the difference", lambda: use(api, server)["newerRevision"] == newer, 30)
    time.sleep(5)  # more than two of the looks at what is to be sent
    assert license_on(api, server) == "Murr Group" and updates(api) == before and "Update" not in {row["kind"] for row in api.data(TASKS) if row["state"] == "Waiting"}
    # What is revoked goes, also from a server that is no longer of the licence's customer.
    assert api.call("POST", f"{LICENSES}/{of_parent}/revoke").status_code == 200
    stack.wait_for("the server's free edition", lambda: license_on(api, server) != "Murr Group", 60)
    stack.wait_for("the state", lambda: api.data(f"{LICENSES}/{of_parent}")["assignStatus"] == "NotAssigned", 30)
    done = pushed(api, branch, 22)
    assert done["state"] == "Done" and api.data(f"{LICENSES}/{done['licenseUid']}")["assignedCompanyUid"] == branch
    assert license_on(api, server) == "Murr Wien"


def test_a_call_that_was_cut_happens_once(api, console, pulse, tenants, head, branch):
    first = merge(api, tenants[branch], tenants[head], **{"X-Request-id": "7d1a3c52-5b8e-4a37-9f0e-0b2a6c1d4e01"})
    again = merge(api, tenants[branch], tenants[head], **{"X-Request-id": "7d1a3c52-5b8e-4a37-9f0e-0b2a6c1d4e01"})
    assert first.status_code == again.status_code == 200 and first.json()["data"] == again.json()["data"]
    # The authority has done it, and the console ended before it noted that.
    console.sql(f"update core.pulse_tenant set parent_tenant_id = null where tenant_id = '{tenants[branch]}'")
    late = merge(api, tenants[branch], tenants[head])
    assert late.status_code == 200 and late.json()["data"]["mergedOrganizationUids"] == [branch], late.text
    pulse.data_of("POST", f"/tenants/{tenants[branch]}/split", json={})
    late = split(api, tenants[branch])
    assert late.status_code == 200 and late.json()["data"]["name"] == "Murr Wien", late.text
    pulse.kill()
    assert "does not answer" in merge(api, tenants[branch], tenants[head]).json()["errors"][0]["message"]
    pulse.start()
    assert shown(api)["Murr Group"]["branches"] == []


def test_reading_ends_when_changes_never_do(api, console):
    """Changes for some seconds, so many that one comes into every reading."""
    many = ("do $$ begin perform set_config('synchronous_commit', 'off', false); for n in 1 .. 5000 loop update core.pulse set changes = changes + 1; commit; "
            "perform pg_sleep(0.0002); end loop; end $$")
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(console.sql, many)
        refused = stack.wait_for("a refusal", lambda: [answer for answer in [api.call("POST", "/pulse/sync")] if answer.status_code != 200], 10, 0)
        assert not busy.done() and "read again in a minute" in refusal(refused[0], 409)
    assert busy.result() == ["DO"] and api.call("POST", "/pulse/sync").status_code == 200


def test_a_customer_cannot_merge(console, api, tenants, head, branch):
    owner = {"userName": "murrowner", "password": "Murr-owner-2026"}
    assert api.call("POST", "/organizations/companies", json={"organizationInput": {"name": "Murr Owner"}, "ownerCredentials": owner,
                                                              "isRestAccessEnabled": True}).status_code == 200
    customer = stack.Client(f"https://127.0.0.1:{console.port}", owner["userName"], owner["password"])
    assert merge(customer, tenants[branch], tenants[head]).status_code == 403
    assert split(customer, tenants[branch]).status_code == 403
