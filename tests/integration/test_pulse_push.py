# SPDX-License-Identifier: Apache-2.0
"""A licence is made at the authority, arrives on the customer's backup server and is read back there, whoever is away or killed meanwhile."""
import base64
import json

import pytest

import agent_stack as stack
from agent_stack import refusal, replace
from pulse import CLOUD_PRODUCT, CONTRACT, SERVER_PRODUCT, SMALL

TASKS = "/api/steward/v1/licenseTasks"
LICENSES = "/pulse/licenses"
END = "2030-06-30T00:00:00Z"


@pytest.fixture(scope="module")
def console_options(pulse):
    return pulse.console_options


@pytest.fixture(scope="module")
def company(console):
    return console.company("Acme Ltd.")


@pytest.fixture(scope="module")
def agent(folder, lab, console, company):
    agent = stack.Agent(folder, "agent", console.api.setup_file(company), stack.vbr_adapter(lab, timeout=20))
    agent.program.start()
    stack.wait_for("the server's licence", lambda: console.sql("select uid from inventory.backup_server_license"), 60)
    yield agent
    lab.fault("ok")
    agent.program.stop()


@pytest.fixture(scope="module")
def server(console, agent):
    return console.sql("select uid from inventory.backup_server")[0]


@pytest.fixture(scope="module")
def configured(console, pulse):
    """The console with the authority's token."""
    answer = replace(console.client(), "/pulse", token=pulse.token)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@pytest.fixture
def api(console, configured):
    return console.client()


def workloads(count):
    return [{"workloadId": "vm", "count": count}]


def wish(company, count, **more):
    return {"companyUid": company, "productId": SERVER_PRODUCT, "contractId": CONTRACT, "expirationDate": END, "workloads": workloads(count), **more}


def push(api, body):
    answer = api.call("POST", TASKS, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["instanceUid"]


def task(api, uid):
    return api.data(f"{TASKS}/{uid}")


def ended(api, uid, seconds=60):
    return stack.wait_for("the task's end", lambda: (row := task(api, uid))["state"] != "Waiting" and row, seconds)


def orders(lab, verb):
    """What the server was told to do with its licence."""
    return [order for order in lab.http.get(lab.server["url"] + "/lab/state", timeout=10).json()["orders"] if order["verb"] == verb]


def installs(lab):
    return [order["license"] for order in orders(lab, "license/install")]


def test_a_token_is_tried_stored_sealed_and_never_shown(console, pulse, configured):
    api = console.client()
    assert configured["status"] == "Configured" and configured["token"] is None and configured["partnerName"] == "Example provider"
    assert configured["tokenExpirationDate"] > "2030" and configured["lastUpdateDate"]
    words = refusal(replace(api, "/pulse", token="not-a-token"), 400)
    assert "does not take the token" in words
    assert api.data("/pulse")["status"] == "Configured"
    stored = console.sql("select encode(token, 'escape') from core.pulse")[0]
    assert pulse.token not in stored
    assert (console.data / "secret.key").stat().st_mode & 0o777 == 0o600
    assert {row["contractId"]: row["pointsLimit"] for row in api.data("/pulse/contracts")}[CONTRACT] == 100000
    assert any(row["productId"] == SERVER_PRODUCT and row["workloads"] for row in api.data("/pulse/products"))


def test_one_call_makes_a_licence_and_installs_it(console, api, lab, company, server):
    done = ended(api, push(api, wish(company, 40)))
    assert (done["state"], done["step"], done["message"]) == ("Done", "End", None), done
    license = api.data(f"{LICENSES}/{done['licenseUid']}")
    assert license["assignStatus"] == "Assigned" and license["assignedCompanyUid"] == company and license["licenseId"]
    assert installs(lab) == [license["licenseId"]]
    shown = api.data(f"/licensing/backupServers/{server}")
    assert shown["company"] == "Acme Ltd." and shown["expirationDate"].startswith("2030-06-30") and shown["units"] == license["points"]
    tenant = next(row for row in api.data("/pulse/tenants") if row["mappedMasterOrganizationUid"] == company)
    assert tenant["mappingStatus"] == "Mapped" and tenant["name"] == "Acme Ltd."
    again = api.call("POST", f"{LICENSES}/{done['licenseUid']}/install", params={"serverUid": server})
    assert again.status_code == 200, again.text
    assert installs(lab) == [license["licenseId"]]  # the server had it already


def test_an_authority_that_is_away_delays_and_loses_nothing(api, pulse, lab, company, server):
    before = installs(lab)
    pulse.kill()
    uid = push(api, wish(company, 41))
    waits = stack.wait_for("the reason", lambda: (row := task(api, uid))["message"] and row, 30)
    assert waits["state"] == "Waiting" and waits["step"] == "Create" and "does not answer" in waits["message"]
    refused = api.call("POST", TASKS, json=wish(company, 42))
    assert "already" in refusal(refused, 409)
    pulse.start()
    done = ended(api, uid, 90)
    assert done["state"] == "Done", done
    assert len(installs(lab)) == len(before) + 1
    assert len([row for row in pulse.data_of("GET", "/licenses") if row["workloads"][0]["count"] == 41]) == 1


def test_a_console_that_is_killed_goes_on_where_it_was(console, api, agent, lab, company):
    before = installs(lab)
    agent.program.stop()
    uid = push(api, wish(company, 43))
    stack.wait_for("the order", lambda: (row := task(api, uid))["step"] == "Install" and "connects" in (row["message"] or "") and row, 60)
    step = api.data(f"/api/steward/v1/onboarding/{company}")["steps"][-1]
    assert (step["name"], step["state"], step["link"]) == ("licence", "Waiting", TASKS) and step["waitsFor"].startswith("A licence is on its way: Waits until"), step
    console.program.kill()
    console.start()
    agent.program.start()
    done = ended(console.client(), uid, 90)
    assert done["state"] == "Done", done
    assert len(installs(lab)) == len(before) + 1


def test_a_licence_never_goes_to_another_customers_server(console, api, company, server):
    other = console.company("Brook & Sons")
    words = refusal(api.call("POST", TASKS, json=wish(other, 5, serverUid=server)), 409)
    assert "another customer" in words
    made = api.call("POST", LICENSES, json={key: value for key, value in wish(other, 5).items() if key != "companyUid"}).json()["data"]
    assert made["assignStatus"] == "NotAssigned" and made["licenseId"] is None
    assert "belongs to nobody" in refusal(api.call("POST", f"{LICENSES}/{made['instanceUid']}/install", params={"serverUid": server}), 409)
    assigned = replace(api, f"{LICENSES}/{made['instanceUid']}", assignedCompanyUid=other)
    assert assigned.status_code == 200, assigned.text
    assert assigned.json()["data"]["assignStatus"] == "Assigned" and assigned.json()["data"]["assignedOrganizationName"] == "Brook & Sons"
    assert "another customer" in refusal(api.call("POST", f"{LICENSES}/{made['instanceUid']}/install", params={"serverUid": server}), 409)


def test_a_licence_of_a_cloud_connect_provider_never_goes_to_a_backup_server(api, pulse, lab, company):
    before = installs(lab)
    product = next(row for row in api.data("/pulse/products") if row["productId"] == CLOUD_PRODUCT)
    body = wish(company, 1, productId=CLOUD_PRODUCT)
    body["workloads"] = [{"workloadId": product["workloads"][0]["workloadId"], "count": 3}]
    done = ended(api, push(api, body))
    assert done["state"] == "Failed" and done["step"] == "Install" and "Cloud Connect" in done["message"], done
    assert installs(lab) == before


def test_what_the_authority_refuses_is_told_in_its_words(api, company):
    done = ended(api, push(api, wish(company, 100000, contractId=SMALL)))
    assert done["state"] == "Failed" and done["step"] in ("Create", "Assign") and "points" in done["message"], done


def test_a_licence_is_changed_revoked_copied_and_deleted(api, pulse, company, server):
    made = api.call("POST", LICENSES, json={key: value for key, value in wish(company, 7).items() if key != "companyUid"}).json()["data"]
    path = f"{LICENSES}/{made['instanceUid']}"
    changed = replace(api, path, description="for the new branch", workloads=workloads(9))
    assert changed.status_code == 200, changed.text
    assert changed.json()["data"]["description"] == "for the new branch" and changed.json()["data"]["workloads"][0]["count"] == 9
    assert replace(api, path, assignedCompanyUid=company).json()["data"]["assignStatus"] == "Assigned"
    text = api.call("POST", path + "/download").json()["data"]
    assert api.data(path)["licenseId"] in text and "\r\nSignature=" in text
    assert "assigned" in refusal(api.call("DELETE", path), 409)
    copy = api.call("POST", path + "/copy").json()["data"]
    assert copy["instanceUid"] != made["instanceUid"] and copy["assignStatus"] == "NotAssigned"
    assert api.call("POST", path + "/revoke").status_code == 200
    revoked = api.data(path)
    assert (revoked["assignStatus"], revoked["assignedCompanyUid"], revoked["assignedOrganizationName"]) == ("NotAssigned", None, "Acme Ltd.")
    again = replace(api, path, assignedCompanyUid=company).json()["data"]
    assert again["assignStatus"] == "Assigned" and again["licenseId"] not in (None, made["licenseId"])
    assert replace(api, path, assignedCompanyUid=None).json()["data"]["assignStatus"] == "NotAssigned"
    for uid in (made["instanceUid"], copy["instanceUid"]):
        assert api.call("DELETE", f"{LICENSES}/{uid}").status_code == 200
    assert made["instanceUid"] not in {row["licenseUid"] for row in pulse.data_of("GET", "/licenses?limit=500")}
    assert api.call("GET", path).status_code == 404


def test_a_file_is_installed_by_hand_and_a_forged_one_is_refused(api, lab, company, server):
    path = f"/licensing/backupServers/{server}"
    made = api.call("POST", LICENSES, json={key: value for key, value in wish(company, 11).items() if key != "companyUid"}).json()["data"]
    replace(api, f"{LICENSES}/{made['instanceUid']}", assignedCompanyUid=company)
    text = api.call("POST", f"{LICENSES}/{made['instanceUid']}/download").json()["data"]
    put = api.call("PUT", path, json={"license": base64.b64encode(text.encode()).decode()})
    assert put.status_code == 200, put.text
    assert put.json()["data"]["units"] == api.data(f"{LICENSES}/{made['instanceUid']}")["points"]
    forged = text.replace("2030", "2031", 1)
    assert "not genuine" in refusal(api.call("PUT", path, json={"license": base64.b64encode(forged.encode()).decode()}), 409)
    assert "base64" in refusal(api.call("PUT", path, json={"license": "§§"}), 400)
    assert refusal(api.call("PUT", path, json={"license": base64.b64encode(b"no licence").decode()}), 400)
    off = replace(api, path, autoUpdateEnabled=not put.json()["data"]["autoUpdateEnabled"])
    assert off.status_code == 200 and off.json()["data"]["autoUpdateEnabled"] != put.json()["data"]["autoUpdateEnabled"]
    assert api.call("POST", path + "/update").status_code == 200
    assert api.call("DELETE", path, params={"sectionForDelete": "All"}).status_code == 200
    free = api.data(path)
    assert free["type"] == "Community" and free["units"] == 10, json.dumps(free)


def test_a_task_that_waits_is_taken_back(api, pulse, company):
    pulse.kill()
    uid = push(api, wish(company, 44))
    assert api.call("DELETE", f"{TASKS}/{uid}").status_code == 200
    assert task(api, uid)["state"] == "Canceled"
    pulse.start()
    assert "ended" in refusal(api.call("DELETE", f"{TASKS}/{uid}"), 409)
    assert api.call("POST", "/pulse/sync").status_code == 200


def test_tenants_map_themselves_by_name_and_by_hand(console, api, pulse):
    exact, twin = console.company("Cedar Farm GmbH"), console.company("Dune Works")
    for name in ("cedar-farm gmbh", "Dune Works", "DUNE WORKS", "Nobody at all"):
        pulse.data_of("POST", "/tenants", json={"name": name})
    owned = console.company("Fox Studio")
    for name in ("Old books", "New books"):  # both say whose they are
        pulse.data_of("POST", "/tenants", json={"name": name, "externalId": owned})
    assert api.call("POST", "/pulse/sync").status_code == 200
    assert len([row for row in api.data("/pulse/tenants", limit=500) if row["mappedMasterOrganizationUid"] == owned]) == 1
    tenants = {row["name"]: row for row in api.data("/pulse/tenants", limit=500)}
    assert tenants["cedar-farm gmbh"]["mappedMasterOrganizationUid"] == exact
    assert tenants["Dune Works"]["mappingStatus"] == "FailedToMap" and "map one by hand" in tenants["Dune Works"]["mappingStatusMessage"]
    assert tenants["Nobody at all"]["mappingStatus"] == "NotMapped"
    by_hand = replace(api, f"/pulse/tenants/{tenants['DUNE WORKS']['instanceUid']}", mappedMasterOrganizationUid=twin)
    assert by_hand.status_code == 200 and by_hand.json()["data"]["mappingStatus"] == "Mapped"
    assert "mapped to tenant" in refusal(replace(api, f"/pulse/tenants/{tenants['Dune Works']['instanceUid']}", mappedMasterOrganizationUid=twin), 400)
    assert api.call("POST", "/pulse/sync").status_code == 200
    assert api.data(f"/pulse/tenants/{tenants['DUNE WORKS']['instanceUid']}")["mappedMasterOrganizationUid"] == twin


def test_companies_without_a_tenant_get_one_where_that_is_wanted(console, api, pulse):
    company = console.company("Gull Rescue")
    assert api.call("POST", "/pulse/sync").status_code == 200
    assert company not in {row["mappedMasterOrganizationUid"] for row in api.data("/pulse/tenants", limit=500)}
    assert replace(api, "/pulse", isPushingNewCompaniesToPulseEnabled=True).status_code == 200
    assert api.call("POST", "/pulse/sync").status_code == 200
    assert company in {row["mappedMasterOrganizationUid"] for row in api.data("/pulse/tenants", limit=500)}
    assert [row["externalId"] for row in pulse.data_of("GET", "/tenants?limit=500") if row["name"] == "Gull Rescue"] == [company]
    assert replace(api, "/pulse", isPushingNewCompaniesToPulseEnabled=False).status_code == 200
    pulse.kill()
    assert "does not answer" in api.call("POST", "/pulse/sync").json()["errors"][0]["message"]
    assert api.data("/pulse")["status"] == "Error" and "does not answer" in api.data("/pulse")["statusMessage"]
    pulse.start()
    assert api.call("POST", "/pulse/sync").status_code == 200
    assert api.data("/pulse")["status"] == "Configured"


def test_a_customer_sees_nothing_of_it(console, api, company):
    owner = {"userName": "acmeowner", "password": "Acme-owner-2026"}
    body = {"organizationInput": {"name": "Eagle Inc"}, "ownerCredentials": owner, "isRestAccessEnabled": True}
    assert api.call("POST", "/organizations/companies", json=body).status_code == 200
    customer = stack.Client(f"https://127.0.0.1:{console.port}", owner["userName"], owner["password"])
    for path in ("/pulse", "/pulse/contracts", "/pulse/products", "/pulse/tenants", LICENSES, TASKS):
        assert customer.call("GET", path).status_code == 403, path
    assert customer.call("POST", TASKS, json=wish(company, 1)).status_code == 403


def test_the_consoles_own_licence(api, pulse, company):
    path = "/licensing/console"
    assert api.data(path)["type"] == "NotInstalled" and api.data(path)["status"] == "Valid"
    assert "No licence is installed" in refusal(api.call("POST", f"{path}/update"), 409)
    made = api.call("POST", LICENSES, json={key: value for key, value in wish(company, 5).items() if key != "companyUid"}).json()["data"]
    license_path = f"{LICENSES}/{made['instanceUid']}"
    assert replace(api, license_path, assignedCompanyUid=company).status_code == 200
    first = base64.b64encode(api.call("POST", license_path + "/download").json()["data"].encode()).decode()
    kept = api.call("PUT", path, json={"license": first})
    assert kept.status_code == 200 and kept.json()["data"]["licenseId"] and kept.json()["data"]["type"] == "Rental", kept.text
    assert "base64" in refusal(api.call("PUT", path, json={"license": "?"}), 400)
    assert refusal(api.call("PUT", path, json={"license": base64.b64encode(b"no licence").decode()}), 400)
    assert replace(api, license_path, workloads=workloads(6)).status_code == 200
    updated = api.call("POST", f"{path}/update")
    assert updated.status_code == 200 and updated.json()["data"]["lastUpdateStatus"] == "Success" and updated.json()["data"]["lastUpdateDate"]
    assert updated.json()["data"]["instances"] > kept.json()["data"]["instances"] and updated.json()["data"]["licenseId"] == kept.json()["data"]["licenseId"]
    assert "has revision" in refusal(api.call("PUT", path, json={"license": first}), 409)

    own = api.data(path)
    settings = f"{path}/settings"
    assert api.data(settings) == {"isAutoUpdateEnabled": False}
    assert replace(api, license_path, workloads=workloads(7)).status_code == 200
    switch = "/api/steward/v1/consoleLicense/settings"
    assert replace(api, switch, isAutoUpdateEnabled=True).json()["data"] == {"isAutoUpdateEnabled": True}
    stack.wait_for("the newest revision", lambda: api.data(path)["instances"] > own["instances"], 30)
    pulse.kill()
    replace(api, switch, isAutoUpdateEnabled=False)
    replace(api, switch, isAutoUpdateEnabled=True)  # it asks again at once
    failed = stack.wait_for("the failure", lambda: (row := api.data(path))["lastUpdateStatus"] == "Error" and row, 60)
    assert "does not answer" in failed["lastUpdateMessage"] and failed["instances"] > own["instances"]
    pulse.start()
    assert replace(api, switch, isAutoUpdateEnabled=False).status_code == 200 and api.data(settings) == {"isAutoUpdateEnabled": False}


def changes(api, license, kind):
    """Tasks that the console made itself for a licence, oldest first."""
    rows = api.data(TASKS, limit=500)
    return [row for row in reversed(rows) if row["licenseUid"] == license and row["kind"] == kind]


def use(api, server):
    return next(row for row in api.data("/api/steward/v1/licenseUse") if row["serverUid"] == server)


def shown(api, server, points):
    """Waits until the server shows a licence of so many points, as the console reads it."""
    return stack.wait_for(f"a licence of {points} points", lambda: use(api, server)["limit"] == points, 60)


@pytest.fixture
def installed(api, company, server):
    """A licence of 50 machines that the console put on the server, whose automatic update is on."""
    assert replace(api, f"/licensing/backupServers/{server}", autoUpdateEnabled=True).status_code == 200
    stack.wait_for("the switch", lambda: use(api, server)["autoUpdateEnabled"], 30)
    done = ended(api, push(api, wish(company, 50)))
    assert done["state"] == "Done", done
    license = api.data(f"{LICENSES}/{done['licenseUid']}")
    shown(api, server, license["points"])
    return license


def edit(api, license, count):
    """Another number of machines; the licence as it is then."""
    assert replace(api, f"{LICENSES}/{license['instanceUid']}", workloads=workloads(count)).status_code == 200
    return api.data(f"{LICENSES}/{license['instanceUid']}")


def test_what_is_edited_reaches_the_server_by_itself(api, pulse, lab, installed, server):
    uid, before = installed["instanceUid"], installs(lab)
    edited = edit(api, installed, 51)
    assert edited["revision"] == installed["revision"] + 1
    shown(api, server, edited["points"])
    renewal = stack.wait_for("the renewal's end", lambda: [row for row in changes(api, uid, "Update") if row["state"] != "Waiting"], 30)
    assert [(row["state"], row["step"], row["revision"], row["userName"]) for row in renewal] == [("Done", "End", edited["revision"], None)], renewal
    assert api.data(f"{LICENSES}/{uid}")["assignStatus"] == "Assigned"
    # the same when it was changed elsewhere
    pulse.data_of("PATCH", f"/licenses/{uid}", json={"workloads": workloads(52)})
    assert api.call("POST", "/pulse/sync").status_code == 200
    points = api.data(f"{LICENSES}/{uid}")["points"]
    assert points > edited["points"]
    shown(api, server, points)
    stack.wait_for("both ends", lambda: [row["state"] for row in changes(api, uid, "Update")] == ["Done", "Done"], 30)
    assert len(installs(lab)) == len(before) + 2
    assert use(api, server)["newerRevision"] is None and use(api, server)["changedLicenseUid"] is None


def test_with_the_switch_off_a_newer_revision_is_told_and_sent_by_a_click(api, lab, installed, server):
    uid, before = installed["instanceUid"], installs(lab)
    assert replace(api, f"/licensing/backupServers/{server}", autoUpdateEnabled=False).status_code == 200
    stack.wait_for("the switch", lambda: not use(api, server)["autoUpdateEnabled"], 30)
    edited = edit(api, installed, 53)
    told = stack.wait_for("the difference", lambda: (row := use(api, server))["newerRevision"] and row, 30)
    assert (told["changedLicenseUid"], told["installedRevision"], told["newerRevision"], told["isRevoked"]) == (uid, installed["revision"], edited["revision"], False)
    assert changes(api, uid, "Update") == [] and installs(lab) == before
    assert api.call("POST", f"{LICENSES}/{uid}/install", params={"serverUid": server}).status_code == 200
    shown(api, server, edited["points"])
    assert use(api, server)["newerRevision"] is None and len(installs(lab)) == len(before) + 1


def test_a_newer_revision_takes_the_place_of_one_that_waits(console, api, agent, lab, installed, server):
    uid, before = installed["instanceUid"], installs(lab)
    agent.program.stop()
    edit(api, installed, 54)
    stack.wait_for("the order", lambda: [row for row in changes(api, uid, "Update") if "connects" in (row["message"] or "")], 60)
    newest = edit(api, installed, 55)
    stack.wait_for("the newer one's order", lambda: len(rows := changes(api, uid, "Update")) == 2 and "connects" in (rows[1]["message"] or ""), 60)
    assert changes(api, uid, "Update")[0]["state"] == "Superseded" and changes(api, uid, "Update")[0]["message"] == f"Revision {newest['revision']} took its place."
    console.program.kill()
    console.start()
    agent.program.start()
    api = console.client()
    shown(api, server, newest["points"])
    stack.wait_for("the renewal's end", lambda: [row["state"] for row in changes(api, uid, "Update")] == ["Superseded", "Done"], 60)
    assert len(installs(lab)) == len(before) + 1


def test_a_console_that_is_killed_while_the_server_installs_has_it_done_once(console, api, lab, installed, server):
    uid, before = installed["instanceUid"], installs(lab)
    lab.fault("slow")
    edited = edit(api, installed, 58)
    stack.wait_for("the order", lambda: [row for row in changes(api, uid, "Update") if row["step"] == "Install"], 30)
    console.program.kill()
    console.start()
    api = console.client()
    shown(api, server, edited["points"])
    stack.wait_for("the renewal's end", lambda: [row["state"] for row in changes(api, uid, "Update")] == ["Done"], 60)
    lab.fault("ok")
    assert len(installs(lab)) == len(before) + 1


def test_a_revoked_licence_leaves_the_server_once_its_agent_is_back(console, api, agent, lab, installed, server):
    path, before = f"{LICENSES}/{installed['instanceUid']}", orders(lab, "license/remove")
    agent.program.stop()
    assert api.call("POST", path + "/revoke").status_code == 200
    assert api.data(path)["assignStatus"] == "Revoking"  # at once, not NotAssigned first
    waits = stack.wait_for("the removal's order", lambda: [row for row in changes(api, installed["instanceUid"], "Remove") if "connects" in (row["message"] or "")], 60)
    assert (waits[0]["state"], waits[0]["step"], waits[0]["serverUid"]) == ("Waiting", "Remove", server)
    assert api.data(path)["assignStatus"] == "Revoking" and use(api, server)["isRevoked"]
    console.program.kill()
    console.start()
    agent.program.start()
    api = console.client()
    stack.wait_for("the removal's end", lambda: [row["state"] for row in changes(api, installed["instanceUid"], "Remove")] == ["Done"], 90)
    assert api.data(path)["assignStatus"] == "NotAssigned"
    stack.wait_for("the free edition", lambda: use(api, server)["type"] == "Community", 60)
    assert len(orders(lab, "license/remove")) == len(before) + 1


def test_a_removal_that_failed_is_told_and_taken_up_by_revoking_again(api, lab, installed, server):
    path = f"{LICENSES}/{installed['instanceUid']}"
    lab.fault("error500")
    assert api.call("POST", path + "/revoke").status_code == 200
    failed = stack.wait_for("the failure", lambda: (row := api.data(path))["assignStatus"] == "FailedToRevoke" and row, 60)
    assert failed["assignStatusMessage"], failed
    lab.fault("ok")
    assert api.call("POST", path + "/revoke").status_code == 200
    assert api.data(path)["assignStatus"] in ("Revoking", "NotAssigned")
    stack.wait_for("the free edition", lambda: api.data(path)["assignStatus"] == "NotAssigned" and use(api, server)["type"] == "Community", 60)
    assert [row["state"] for row in changes(api, installed["instanceUid"], "Remove")] == ["Done"]


def test_a_revoked_licence_stays_where_another_one_is_or_where_that_is_wanted(api, lab, company, installed, server):
    """What was put on the server by hand is not the console's to remove; and a provider may leave all files."""
    path = f"{LICENSES}/{installed['instanceUid']}"
    assert replace(api, "/pulse", isRemovingRevokedLicensesEnabled=False).status_code == 200
    assert api.call("POST", path + "/revoke").status_code == 200
    stack.wait_for("the difference", lambda: use(api, server)["isRevoked"], 30)
    assert replace(api, "/pulse", isRemovingRevokedLicensesEnabled=True).json()["data"]["isRemovingRevokedLicensesEnabled"] is True
    assert api.data(path)["assignStatus"] == "NotAssigned"
    second = ended(api, push(api, wish(company, 56)))
    third = api.call("POST", f"{LICENSES}/{second['licenseUid']}/copy").json()["data"]
    edit(api, third, 57)
    replace(api, f"{LICENSES}/{third['instanceUid']}", assignedCompanyUid=company)
    text = api.call("POST", f"{LICENSES}/{third['instanceUid']}/download").json()["data"]
    assert api.call("PUT", f"/licensing/backupServers/{server}", json={"license": base64.b64encode(text.encode()).decode()}).status_code == 200
    shown(api, server, api.data(f"{LICENSES}/{third['instanceUid']}")["points"])
    assert api.call("POST", f"{LICENSES}/{second['licenseUid']}/revoke").status_code == 200
    stack.wait_for("the end of the revocation", lambda: api.data(f"{LICENSES}/{second['licenseUid']}")["assignStatus"] == "NotAssigned", 30)
    assert api.call("POST", "/pulse/sync").status_code == 200
    for license in (installed["instanceUid"], second["licenseUid"]):
        assert changes(api, license, "Remove") == []
    assert use(api, server)["type"] == "Rental"


def test_a_site_keeps_a_licence_that_was_revoked(console, api, lab, installed, server):
    before = orders(lab, "license/remove")
    console.sql(f"update core.license_installation set cloud_connect = true where server_uid = '{server}' returning 1")
    path = f"{LICENSES}/{installed['instanceUid']}"
    assert api.call("POST", path + "/revoke").status_code == 200
    assert api.data(path)["assignStatus"] == "NotAssigned"
    stack.wait_for("the difference", lambda: use(api, server)["isRevoked"], 30)
    assert api.call("POST", "/pulse/sync").status_code == 200
    assert changes(api, installed["instanceUid"], "Remove") == [] and orders(lab, "license/remove") == before


def test_a_removal_that_waits_is_taken_back_for_good(api, agent, installed, server):
    path = f"{LICENSES}/{installed['instanceUid']}"
    agent.program.stop()
    assert api.call("POST", path + "/revoke").status_code == 200
    removal = stack.wait_for("the removal", lambda: changes(api, installed["instanceUid"], "Remove"), 30)[0]
    assert api.call("DELETE", f"{TASKS}/{removal['instanceUid']}").status_code == 200
    assert api.data(path)["assignStatus"] == "NotAssigned"
    agent.program.start()
    stack.wait_for("the agent", lambda: api.data("/infrastructure/managementAgents")[0]["connectionStatus"] == "Online", 60)
    assert api.call("POST", "/pulse/sync").status_code == 200
    assert [row["state"] for row in changes(api, installed["instanceUid"], "Remove")] == ["Canceled"]
    assert use(api, server)["type"] == "Rental" and use(api, server)["isRevoked"]
