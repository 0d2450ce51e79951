# SPDX-License-Identifier: Apache-2.0
"""A customer is brought in, in order: company, cloud tenant, managed backup server, licence. And who is about to run out of storage."""
import uuid

import pytest

import agent_stack as stack
from agent_stack import refusal
from processes import Client

GB = 1 << 30
TENANTS = "/infrastructure/sites/tenants"
ONBOARDING = "/api/steward/v1/onboarding"


pytestmark = pytest.mark.usefixtures("cloud_agent")


@pytest.fixture(scope="module")
def api(console):
    return console.client()


def steps(api, company):
    return {step["name"]: step for step in api.data(f"{ONBOARDING}/{company}")["steps"]}


def checks(api, company):
    return {check["name"]: (check["state"], check["message"]) for check in api.data(f"{ONBOARDING}/{company}")["checks"]}


def begin(api, company, step, **body):
    return api.call("POST", f"{ONBOARDING}/{company}/steps/{step}", json=body)


def test_a_customer_from_contract_to_licence(api, console, manager, folder):
    company = console.company("Newcomer")
    seen = api.data(f"{ONBOARDING}/{company}")
    assert (seen["state"], seen["nextStep"], seen["finishedSteps"], seen["neededSteps"]) == ("NotStarted", "tenant", 1, 4)
    assert [step["name"] for step in seen["steps"]] == ["company", "tenant", "server", "licence"]
    assert {step["name"]: step["state"] for step in seen["steps"]} == {"company": "Done", "tenant": "NotStarted", "server": "NotStarted", "licence": "NotStarted"}
    assert checks(api, company)["tenantAssigned"][0] == "Bad" and checks(api, company)["agentConnected"][0] == "Unknown"

    # The order is kept, unless somebody says why not.
    assert "Step tenant comes first" in refusal(begin(api, company, "server"), 409)
    assert "Say why" in refusal(begin(api, company, "server", force=True), 400)
    assert steps(api, company)["server"]["startedAt"] is None, "what was refused is not recorded"
    assert "tenant, server or licence" in refusal(begin(api, company, "cake"), 400)
    forced = begin(api, company, "server", force=True, reason="The engineer is there today")
    assert forced.status_code == 200
    server = steps(api, company)["server"]
    assert (server["state"], server["passedOver"], server["reason"]) == ("Waiting", ["tenant"], "The engineer is there today")
    audit = api.data("/eventLogs/activityLogs", limit=1, sort='[{"property":"date","direction":"descending"}]')[0]
    assert "by force, before tenant: The engineer is there today" in audit["message"]

    # The tenant, made by the step itself; then its quota.
    site = api.data("/infrastructure/sites")[0]["siteUid"]
    made = begin(api, company, "tenant", siteUid=site, ownerCredentials={"userName": "newcomer", "password": "Newcomer-Secret-1"})
    assert made.status_code == 200 and made.json()["data"]["nextStep"] == "tenant", made.text
    tenant = steps(api, company)["tenant"]
    assert (tenant["state"], tenant["waitsFor"]) == ("Waiting", "A storage quota for tenant newcomer.")
    uid = api.data(f"/organizations/companies/{company}/siteResources")[0]["instanceUid"]
    repository = next(row for row in api.data("/infrastructure/backupServers/repositories", limit=100) if row["backupServerUid"] == site)["instanceUid"]
    quota = {"repositoryUid": repository, "cloudRepositoryName": "Main", "storageQuota": 10 * GB}
    assert api.call("POST", f"{TENANTS}/{uid}/backupResources", json=quota).status_code == 200
    assert steps(api, company)["tenant"]["state"] == "Done" and steps(api, company)["tenant"]["waitsFor"] is None
    assert [checks(api, company)[name][0] for name in ("tenantAssigned", "tenantUsable", "quotaLeft", "gatewaysReachable")] == ["Good"] * 4
    assert api.call("POST", f"{TENANTS}/{uid}/disable").status_code == 200
    blocked = api.data(f"{ONBOARDING}/{company}")
    assert blocked["state"] == "Blocked" and steps(api, company)["tenant"]["waitsFor"] == "Tenant newcomer: The tenant is disabled."
    assert api.call("POST", f"{TENANTS}/{uid}/enable").status_code == 200

    # The backup server: setup file, agent, sign-in, licence.
    setup = console.api.setup_file(company)
    assert "started with the setup file" in steps(api, company)["server"]["waitsFor"]
    lab = stack.Lab(folder, speed=1, by_hand=True)
    agent = stack.Agent(folder, "customer", setup, stack.vbr_adapter(lab))
    try:
        lab.fault("refuse-token")
        agent.program.start()
        stack.wait_for("the refused sign-in", lambda: steps(api, company)["server"]["state"] == "Blocked" and "sign in" in steps(api, company)["server"]["waitsFor"], 30)
        assert checks(api, company)["serverLogin"][0] == "Bad" and checks(api, company)["agentConnected"][0] == "Good"
        lab.fault("ok")
        stack.wait_for("all done", lambda: api.data(f"{ONBOARDING}/{company}")["state"] == "Done", 60)
        done = api.data(f"{ONBOARDING}/{company}")
        assert (done["nextStep"], done["finishedSteps"]) == (None, 4)
        assert {state for state, _ in checks(api, company).values()} == {"Good"}, checks(api, company)
        assert company in {row["companyUid"] for row in api.data(ONBOARDING, filter='[{"property":"state","operation":"equals","value":"Done"}]')}
        agent.program.kill()
        stack.wait_for("the agent away", lambda: steps(api, company)["server"]["state"] == "Blocked", 90)
        assert "to connect again" in steps(api, company)["server"]["waitsFor"] and checks(api, company)["agentConnected"][0] == "Bad"
    finally:
        if agent.program.process and agent.program.process.poll() is None:
            agent.program.stop()
        lab.program.stop()


def test_a_customer_that_needs_no_tenant(api, console):
    company = console.company("Local Backups Only")
    path = f"{ONBOARDING}/{company}/steps/tenant/needed"
    assert api.call("PUT", path, params={"needed": "false"}).json()["data"]["nextStep"] == "server"
    assert begin(api, company, "server").status_code == 200, "nothing comes before it any more"
    assert api.call("PUT", path, params={"needed": "true"}).json()["data"]["nextStep"] == "tenant"
    assert "tenant, server or licence" in refusal(api.call("PUT", f"{ONBOARDING}/{company}/steps/company/needed", params={"needed": "false"}), 400)


def test_an_existing_tenant_and_what_speaks_against_it(api, console):
    company = console.company("Second Newcomer")
    tenants = {row["name"]: row for row in api.data(TENANTS, limit=100)}
    for name, words in (("fernhill", "disabled"), ("glenrock", "lease ended")):
        refused = begin(api, company, "tenant", siteUid=tenants[name]["siteUid"], cloudTenantUid=tenants[name]["instanceUid"])
        assert words in refusal(refused, 409)
    full = tenants["dunmore"]
    assert begin(api, company, "tenant", siteUid=full["siteUid"], cloudTenantUid=full["instanceUid"]).status_code == 200
    assert steps(api, company)["tenant"]["state"] == "Blocked"
    assert "The storage quota is full: Cloud repository of tenant dunmore" in steps(api, company)["tenant"]["waitsFor"]


def test_only_who_looks_after_a_customer_sees_its_way(api, console):
    password = "Owner-Secret-5"
    body = {"organizationInput": {"name": "Reseller of Newcomers"}, "ownerCredentials": {"userName": "newreseller", "password": password}, "isRestAccessEnabled": True}
    reseller = api.call("POST", "/organizations/resellers", json=body).json()["data"]["instanceUid"]
    body = {"organizationInput": {"name": "Reseller's Newcomer"}, "resellerUid": reseller, "ownerCredentials": {"userName": "newowner", "password": password},
            "isRestAccessEnabled": True}
    company = api.call("POST", "/organizations/companies", json=body).json()["data"]["instanceUid"]
    address = f"https://127.0.0.1:{console.port}"
    seller, owner = Client(address, "newreseller", password), Client(address, "newowner", password)
    assert [row["companyUid"] for row in seller.data(ONBOARDING)] == [company]
    other = console.company("Newcomer")
    assert seller.call("GET", f"{ONBOARDING}/{other}").status_code == 404
    assert begin(seller, other, "server", force=True, reason="x").status_code == 404
    assert "made and assigned by the provider" in refusal(begin(seller, company, "tenant", siteUid=str(uuid.uuid4())), 403)
    assert owner.call("GET", ONBOARDING).status_code == 403


def test_growth_and_days_until_full(api, console):
    """The numbers of the days before are set here; today's come from the site."""
    row = next(row for row in api.data("/api/steward/v1/quotaUse", limit=100) if row["tenantName"] == "brookstone")
    uid = row["backupResourceUid"]
    today = console.sql(f"select used, quota from core.cloud_usage_day where resource_uid = '{uid}' and day = (now() at time zone 'UTC')::date")[0]
    assert today == f"{row['usedSpace']}|{row['storageQuota']}"
    assert (row["growthPerDay7"], row["growthPerDay30"], row["daysUntilFull"]) == (None, None, None), "nothing is known of yesterday"

    def on_day(age, used):
        console.sql(f"insert into core.cloud_usage_day values ('{uid}', (now() at time zone 'UTC')::date - {age}, {used}, {row['storageQuota']})")

    def now():
        rows = [each for each in api.data("/api/steward/v1/quotaUse", limit=100) if each["backupResourceUid"] == uid]
        return rows[0], rows[0]["usedSpace"]

    on_day(2, row["usedSpace"] - 20 * GB)
    seen, used = now()
    growth = round((used - (row["usedSpace"] - 20 * GB)) / 2)
    assert seen["growthPerDay7"] == seen["growthPerDay30"] == growth, "two days are all there is"
    assert seen["daysUntilFull"] == int((seen["storageQuota"] - used) / growth)
    on_day(9, row["usedSpace"] - 90 * GB)
    on_day(8, row["usedSpace"] - 80 * GB)
    seen, used = now()
    assert seen["growthPerDay7"] == round((used - row["usedSpace"] + 80 * GB) / 8), "from the newest that is 7 days old or more"
    assert seen["growthPerDay30"] == round((used - row["usedSpace"] + 90 * GB) / 9), "from the oldest while none is 30 days old"
    on_day(40, row["usedSpace"] - 400 * GB)
    seen, used = now()
    assert seen["growthPerDay30"] == round((used - row["usedSpace"] + 400 * GB) / 40)
    first = api.data("/api/steward/v1/quotaUse", limit=1)[0]
    assert (first["tenantName"], first["status"], first["daysUntilFull"]) == ("dunmore", "Error", 0), "fullest first"
