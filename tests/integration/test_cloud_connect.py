# SPDX-License-Identifier: Apache-2.0
"""Cloud Connect: tenants and quotas of a real (simulated) Enterprise Manager, read and changed through an agent, assigned to companies."""
import signal
import subprocess
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

import agent_stack as stack
from agent_stack import refusal, replace
from processes import Client

GB = 1 << 30
TENANTS = "/infrastructure/sites/tenants"
PASSWORD = "Tenant-Owner-1!"


pytestmark = pytest.mark.usefixtures("cloud_agent")


@pytest.fixture
def api(console, manager):
    manager.fault("ok")
    return console.client()


@pytest.fixture(scope="module")
def companies(console):
    """Two companies with an owner each."""
    made = {}
    for name in ("Cloud Alder", "Cloud Brookstone"):
        user = name.lower().replace(" ", "")
        body = {"organizationInput": {"name": name}, "ownerCredentials": {"userName": user, "password": PASSWORD}, "isRestAccessEnabled": True}
        made[name] = console.api.ensure("/organizations/companies", name, body)
    return made


def owner(console, name):
    return Client(f"https://127.0.0.1:{console.port}", name.lower().replace(" ", ""), PASSWORD)


def tenant(api, name):
    rows = [row for row in api.data(TENANTS, limit=100) if row["name"] == name]
    assert len(rows) == 1, name
    return rows[0]


def assign(api, name, company):
    return replace(api, f"{TENANTS}/{tenant(api, name)['instanceUid']}", assignedForCompany=company)


def test_sites_are_backup_servers_too(api):
    sites = api.data("/infrastructure/sites")
    assert sorted(site["siteName"] for site in sites) == ["cc-north.provider.example", "cc-south.provider.example"]
    servers = {row["instanceUid"]: row for row in api.data("/infrastructure/backupServers")}
    for site in sites:
        assert servers[site["siteUid"]]["backupServerRoleType"] == "CloudConnect"
        assert servers[site["siteUid"]]["status"] == "Healthy"
        assert api.data(f"/infrastructure/sites/{site['siteUid']}") == site
        assert {row["siteUid"] for row in api.data(f"/infrastructure/sites/{site['siteUid']}/tenants")} == {site["siteUid"]}


def test_everything_is_as_enterprise_manager_says(api, manager):
    """Quotas are MB there and bytes here; every reference leads somewhere."""
    theirs = {row["Name"]: row for row in manager.get("cloud/tenants?format=Entity")["CloudTenants"]}
    ours = {row["name"]: row for row in api.data(TENANTS, limit=100)}
    assert set(theirs) == set(ours) and len(ours) == 10
    repositories = {row["instanceUid"]: row for row in api.data("/infrastructure/backupServers/repositories", limit=100)}
    quotas = {row["instanceUid"]: row for row in api.data(f"{TENANTS}/backupResources", limit=100)}
    usage = {row["backupResourceUid"]: row for row in api.data(f"{TENANTS}/backupResources/usage", limit=100)}
    count = 0
    for name, entity in theirs.items():
        row = ours[name]
        assert entity["UID"].endswith(row["instanceUid"])
        assert (row["isEnabled"], row["maxConcurrentTask"]) == (entity["Enabled"], entity["MaxConcurrentTasks"])
        assert row["credentials"] == {"userName": name, "password": None}
        assert row["isLeaseExpirationEnabled"] == entity["LeaseOptions"]["Enabled"]
        assert row["gatewaySelectionType"] == "GatewayPool" and len(row["gatewayPoolsUids"]) == 1
        backups = [0, 0, 0]
        for resource in entity["Resources"]["CloudTenantResources"]:
            count += 1
            quota, said = quotas[resource["Id"]], resource["RepositoryQuota"]
            assert quota["storageQuota"] == said["Quota"] << 20 and quota["cloudRepositoryName"] == said["DisplayName"]
            assert 0 <= (said["UsedQuota"] << 20) - quota["usedSpace"] < GB, "used grows between two looks only"
            assert quota["tenantUid"] == row["instanceUid"] and quota["siteUid"] == row["siteUid"]
            assert repositories[quota["repositoryUid"]]["backupServerUid"] == row["siteUid"]
            line = usage[resource["Id"]]
            assert line["usedStorageQuota"] <= line["storageQuota"] == quota["storageQuota"]
            backups = [a + line[key] for a, key in zip(backups, ("vmBackups", "workstationBackups", "serverBackups"))]
        assert backups == [entity["BackupCount"], entity["WorkStationBackupCount"], entity["ServerBackupCount"]]
    assert count == len(quotas) == len(usage)
    assert ours["fernhill"]["statusReason"] == "The tenant is disabled."
    assert "lease ended on" in ours["glenrock"]["statusReason"]
    assert ours["alder"]["statusReason"] is None


def test_gateways_pools_plans_and_the_rest(api, manager):
    sites = [row["siteUid"] for row in api.data("/infrastructure/sites")]
    for site in sites:
        gateways = api.data(f"/infrastructure/sites/{site}/cloudgateways")
        pools = api.data(f"/infrastructure/sites/{site}/cloudgatewaypools")
        assert len(gateways) == 3 and len(pools) == 1 and pools[0]["numberOfGateways"] == 2
        assert sorted(row["gatewayPoolUid"] is None for row in gateways) == [False, False, True]
        assert sorted(row["networkMode"] for row in gateways) == ["Direct", "Direct", "Nat"]
        assert len(api.data(f"/infrastructure/sites/cloudgatewaypools/{pools[0]['instanceUid']}/cloudgateways")) == 2
        plans = api.data(f"/infrastructure/sites/{site}/hardwarePlans")
        assert len(plans) == 1 and plans[0]["memoryQuota"] == 65536 << 20 and plans[0]["cpuQuota"] == 24000
        storages = api.data(f"/infrastructure/sites/hardwarePlans/{plans[0]['instanceUid']}/storages")
        assert [row["quota"] for row in storages] == [2000 * GB]
        assert len(api.data(f"/infrastructure/sites/{site}/wanAccelerators")) == 1
    alder = tenant(api, "alder")
    own = api.data(f"{TENANTS}/{alder['instanceUid']}/subtenants")
    assert sorted(row["name"] for row in own) == ["alder-user1", "alder-user2", "alder-user3"]
    assert {row["name"]: row["storageQuota"] for row in own} == {"alder-user1": None, "alder-user2": 50 * GB, "alder-user3": 50 * GB}
    assert api.total(f"{TENANTS}/subtenants") == 4
    replication = api.data(f"{TENANTS}/{alder['instanceUid']}/replicationResources")
    used = api.data(f"{TENANTS}/{alder['instanceUid']}/replicationResources/usage")
    assert [row["hardwarePlanUid"] for row in used] == [plan["hardwarePlanUid"] for plan in replication["hardwarePlans"]]
    assert (used[0]["vCPUsConsumed"], used[0]["memoryUsage"], used[0]["storageUsage"], used[0]["numberOfVms"]) == (8, 16 * GB, 640 * GB, 4)
    assert api.total(f"{TENANTS}/replicationResources") == 2
    assert api.data(f"{TENANTS}/{alder['instanceUid']}/traffic")["isDataTransferOutQuotaUnlimited"] is True
    refused = replace(api, f"{TENANTS}/{alder['instanceUid']}/traffic", dataTransferOutQuota=5)
    assert "keeps no quota" in refusal(refused, 400)



def test_gateways_and_pools_are_changed_on_the_site(api, manager):
    site, other = [row["siteUid"] for row in api.data("/infrastructure/sites")]
    pool = api.data(f"/infrastructure/sites/{site}/cloudgatewaypools")[0]
    gateways = api.data(f"/infrastructure/sites/{site}/cloudgateways")
    alone = next(row for row in gateways if row["gatewayPoolUid"] is None)
    place = f"/infrastructure/sites/cloudgateways/{alone['instanceUid']}"

    changed = replace(api, place, externalAddress="203.0.113.77", externalPort=7180, port=6190, networkMode="Nat", description="moved", isDisabled=True)
    assert changed.status_code == 200, changed.text
    shown = changed.json()["data"]
    assert {name: shown[name] for name in ("externalAddress", "externalPort", "port", "networkMode", "description", "isDisabled")} == {
        "externalAddress": "203.0.113.77", "externalPort": 7180, "port": 6190, "networkMode": "Nat", "description": "moved", "isDisabled": True}
    assert replace(api, place, isDisabled=False).json()["data"]["description"] == "moved", "what is not named stays"

    # Into a pool, out of it, and into none that is not the site's.
    assert replace(api, place, gatewayPoolUid=pool["instanceUid"]).json()["data"]["gatewayPoolUid"] == pool["instanceUid"]
    pools = f"/infrastructure/sites/cloudgatewaypools/{pool['instanceUid']}"
    assert api.data(pools)["numberOfGateways"] == 3
    assert replace(api, place, gatewayPoolUid=None).json()["data"]["gatewayPoolUid"] is None
    for row in gateways:
        if row["gatewayPoolUid"] is not None:
            last = replace(api, f"/infrastructure/sites/cloudgateways/{row['instanceUid']}", gatewayPoolUid=None)
    assert "a pool needs one" in refusal(last, 409) and api.data(pools)["numberOfGateways"] == 1
    foreign = api.data(f"/infrastructure/sites/{other}/cloudgatewaypools")[0]["instanceUid"]
    assert "no such pool" in refusal(replace(api, place, gatewayPoolUid=foreign), 400)
    for row in gateways:
        if row["gatewayPoolUid"] is not None:
            assert replace(api, f"/infrastructure/sites/cloudgateways/{row['instanceUid']}", gatewayPoolUid=pool["instanceUid"]).status_code == 200
    assert api.data(pools)["numberOfGateways"] == 2

    assert replace(api, pools, description="two of them").json()["data"]["description"] == "two of them"
    assert "keeps its name" in refusal(replace(api, pools, name="other"), 400)
    assert "no priorities" in refusal(replace(api, pools, priority=3), 400)
    assert "called as its host" in refusal(replace(api, place, name="other"), 400)
    refused = replace(api, place, networkMode="Direct", port=6190)
    assert "both ports are the same" in refusal(refused, 409), "in the server's words"

    maintenance = f"/infrastructure/sites/{site}/maintenanceModeIsEnabled"
    assert api.call("PUT", maintenance, params={"maintenanceMode": "true"}).status_code == 200
    assert "in maintenance" in refusal(replace(api, place, isDisabled=True), 409)
    assert api.call("PUT", maintenance, params={"maintenanceMode": "false"}).status_code == 200


def test_gateways_and_pools_are_made_and_removed_on_the_site(api, manager):
    site, other = [row["siteUid"] for row in api.data("/infrastructure/sites")]
    gateways, pools = "/infrastructure/sites/cloudgateways", "/infrastructure/sites/cloudgatewaypools"
    before = {row["instanceUid"] for row in api.data(f"/infrastructure/sites/{site}/cloudgateways")}

    made = api.call("POST", gateways, json={"backupServerUid": site, "name": "gw9.provider.example", "externalAddress": "203.0.113.99", "externalPort": 7199,
                                            "port": 6180, "networkMode": "Nat", "description": "new", "isDisabled": True})
    assert made.status_code == 200, made.text
    gateway = made.json()["data"]
    assert {name: gateway[name] for name in ("name", "backupServerUid", "externalAddress", "externalPort", "port", "networkMode", "description", "isDisabled")} == {
        "name": "gw9.provider.example", "backupServerUid": site, "externalAddress": "203.0.113.99", "externalPort": 7199, "port": 6180, "networkMode": "Nat",
        "description": "new", "isDisabled": True}
    assert {row["instanceUid"] for row in api.data(f"/infrastructure/sites/{site}/cloudgateways")} == before | {gateway["instanceUid"]}
    again = api.call("POST", gateways, json={"backupServerUid": site, "name": "GW9.provider.example", "externalAddress": "203.0.113.99"})
    assert "is a gateway already" in refusal(again, 409), "in the server's words"
    assert "no such site" in refusal(api.call("POST", gateways, json={"backupServerUid": gateway["instanceUid"], "name": "x", "externalAddress": "y"}), 400)

    named = {"backupServerUid": site, "name": "Own", "gatewayUids": [gateway["instanceUid"]]}
    assert "at least one gateway" in refusal(api.call("POST", pools, json={**named, "gatewayUids": []}), 400)
    foreign = api.data(f"/infrastructure/sites/{other}/cloudgateways")[0]["instanceUid"]
    assert "no gateway" in refusal(api.call("POST", pools, json={**named, "gatewayUids": [foreign]}), 400)
    assert "one by one" in refusal(api.call("POST", pools, json={"name": "Own", "gatewayUids": [foreign]}), 400)
    pool = api.call("POST", pools, json=named).json()["data"]
    assert (pool["name"], pool["backupServerUid"], pool["numberOfGateways"]) == ("Own", site, 1)
    assert api.data(f"{gateways}/{gateway['instanceUid']}")["gatewayPoolUid"] == pool["instanceUid"]

    place = f"{gateways}/{gateway['instanceUid']}"
    assert "a pool needs one" in refusal(api.call("DELETE", place), 409)
    used = next(row["gatewayPoolsUids"][0] for row in api.data(TENANTS) if row["siteUid"] == site and row["gatewayPoolsUids"])
    assert "Tenants reach the site through this pool" in refusal(api.call("DELETE", f"{pools}/{used}"), 409)
    assert api.call("DELETE", f"{pools}/{pool['instanceUid']}").status_code == 200
    assert api.call("DELETE", place).status_code == 200
    assert api.call("GET", place).status_code == api.call("DELETE", place).status_code == api.call("DELETE", f"{pools}/{pool['instanceUid']}").status_code == 404
    assert {row["instanceUid"] for row in api.data(f"/infrastructure/sites/{site}/cloudgateways")} == before


def test_assignment_says_why_it_is_impossible(api, console, companies):
    company, other = companies.values()
    assert "disabled" in refusal(assign(api, "fernhill", company), 409)
    assert "lease ended" in refusal(assign(api, "glenrock", company), 409)
    assert "no such company" in refusal(assign(api, "alder", str(uuid.uuid4())), 400)
    gone = replace(api, f"{TENANTS}/{uuid.uuid4()}", assignedForCompany=company)
    assert gone.status_code == 404
    assert assign(api, "alder", company).json()["data"]["assignedForCompany"] == company
    assert "assigned to company Cloud Alder already" in refusal(assign(api, "alder", other), 409)
    assert "has tenant alder on this site already" in refusal(assign(api, "brookstone", company), 400)
    assert assign(api, "brookstone", other).status_code == 200
    both = replace(api, f"{TENANTS}/{tenant(api, 'alder')['instanceUid']}", assignedForCompany=None, description="x")
    assert "two calls" in refusal(both, 400)
    audit = api.data("/eventLogs/activityLogs", limit=5, sort='[{"property":"date","direction":"descending"}]')
    assert audit[0]["activityLogType"] == "TenantAssigned" and "brookstone" in audit[0]["message"]


def test_a_company_sees_its_own_tenant_and_no_other(api, console, companies):
    alder, brookstone = (owner(console, name) for name in companies)
    for client, name, company in ((alder, "alder", companies["Cloud Alder"]), (brookstone, "brookstone", companies["Cloud Brookstone"])):
        rows = client.data(TENANTS)
        assert [(row["name"], row["siteName"], row["assignedForCompany"]) for row in rows] == [(name, "cc-north.provider.example", company)]
        uid = rows[0]["instanceUid"]
        for part in ("backupResources", "backupResources/usage", "subtenants", "replicationResources/usage"):
            assert {row["tenantUid"] for row in client.data(f"{TENANTS}/{part}")} <= {uid}
        assert client.data(f"/organizations/companies/{company}/siteResources") == rows
        assert client.data("/organizations/companies/sites")[0]["cloudTenantUid"] == uid
    foreign = tenant(api, "brookstone")["instanceUid"]
    for path in ("", "/backupResources", "/traffic", "/replicationResources", "/subtenants", "/backupResources/usage"):
        answer = alder.call("GET", f"{TENANTS}/{foreign}{path}")
        assert answer.status_code == 404 or answer.json()["data"] == [], path
    assert alder.data(f"/organizations/companies/{companies['Cloud Brookstone']}/siteResources") == []
    for method, path in (("DELETE", f"{TENANTS}/{foreign}?deleteBackups=true"), ("POST", f"{TENANTS}/{foreign}/disable")):
        assert alder.call(method, path).status_code == 403


def test_both_levels_show_the_same(api, companies):
    company = companies["Cloud Alder"]
    new, old = api.data(f"/organizations/companies/{company}/siteResources")[0], api.data(f"/organizations/companies/{company}/sites")[0]
    site = new["siteUid"]
    assert (old["siteUid"], old["cloudTenantUid"], old["companyUid"]) == (site, new["instanceUid"], company)
    pairs = {"leaseExpirationEnabled": "isLeaseExpirationEnabled", "throttlingEnabled": "isThrottlingEnabled", "ownerCredentials": "credentials",
             "backupProtectionEnabled": "isBackupProtectionEnabled", "backupProtectionPeriodDays": "backupProtectionPeriod", "cloudTenantType": "type",
             **{same: same for same in ("throttlingValue", "throttlingUnit", "maxConcurrentTask", "gatewaySelectionType", "gatewayPoolsUids")}}
    assert all(old[left] == new[right] for left, right in pairs.items())
    here, there = f"{TENANTS}/{new['instanceUid']}", f"/organizations/companies/{company}/sites/{site}"
    for part, key in (("/backupResources", "instanceUid"), ("/backupResources/usage", "backupResourceUid"), ("/replicationResources/usage", "hardwarePlanUid")):
        mine, theirs = ({row[key]: row for row in api.data(place + part)} for place in (here, there))
        assert mine and set(mine) == set(theirs), part
        for uid, row in theirs.items():
            assert all(mine[uid][name] == value for name, value in row.items() if name not in ("usedSpace", "usedStorageQuota")), part
    assert api.data(there + "/replicationResources")["hardwarePlans"] == api.data(here + "/replicationResources")["hardwarePlans"]
    assert api.data(there)["cloudTenantUid"] == new["instanceUid"]


@pytest.mark.parametrize("level", ["3.6", "3.5.1"])
def test_a_quota_is_changed_there_and_shown_here(api, manager, companies, level):
    row = tenant(api, "alder")
    place = f"{TENANTS}/{row['instanceUid']}" if level == "3.6" else f"/organizations/companies/{companies['Cloud Alder']}/sites/{row['siteUid']}"
    resource = next(each for each in api.data(place + "/backupResources") if each["isDefault"])
    others = {each["instanceUid"]: each["storageQuota"] for each in api.data(place + "/backupResources") if not each["isDefault"]}
    wanted = resource["storageQuota"] + 100 * GB + 1
    answer = replace(api, f"{place}/backupResources/{resource['instanceUid']}", storageQuota=wanted, cloudRepositoryName=f"Vault {level}")
    assert answer.status_code == 200, answer.text
    rounded = (wanted + (1 << 20) - 1) >> 20 << 20
    assert (answer.json()["data"]["storageQuota"], answer.json()["data"]["cloudRepositoryName"]) == (rounded, f"Vault {level}")
    said = manager.get(f"cloud/tenants/{row['instanceUid']}/resources/{resource['instanceUid']}")["RepositoryQuota"]
    assert (said["Quota"] << 20, said["DisplayName"]) == (rounded, f"Vault {level}")
    assert {each["instanceUid"]: each["storageQuota"] for each in api.data(place + "/backupResources") if not each["isDefault"]} == others
    assert "at least 1048576" in refusal(replace(api, f"{place}/backupResources/{resource['instanceUid']}", storageQuota=5), 400)
    same = replace(api, f"{place}/backupResources/{resource['instanceUid']}", storageQuota=rounded)
    assert same.status_code == 200, "nothing to change is no order"


def test_done_is_believed_only_when_it_shows(api, manager):
    """Enterprise Manager answers the change of a quota as done and keeps the old one."""
    row = tenant(api, "brookstone")
    resource = api.data(f"{TENANTS}/{row['instanceUid']}/backupResources")[0]
    manager.fault("ok", ignoreQuotas=True)
    answer = replace(api, f"{TENANTS}/{row['instanceUid']}/backupResources/{resource['instanceUid']}", storageQuota=resource["storageQuota"] + GB)
    message = refusal(answer, 409)
    before = resource["storageQuota"] >> 20
    assert f"the quota is {before} MB instead of {before + 1024} MB" in message
    assert api.data(f"{TENANTS}/{row['instanceUid']}/backupResources")[0]["storageQuota"] == resource["storageQuota"]


def test_settings_of_a_tenant(api, manager):
    row = tenant(api, "ironbridge")
    place = f"{TENANTS}/{row['instanceUid']}"
    changed = replace(api, place, description="Dentist", isThrottlingEnabled=True, throttlingValue=25, throttlingUnit="MbitPerSec", maxConcurrentTask=9,
                      isBackupProtectionEnabled=True, backupProtectionPeriod=30, isLeaseExpirationEnabled=True, leaseExpirationDate="2031-05-01T00:00:00Z",
                      gatewaySelectionType="StandaloneGateways")
    assert changed.status_code == 200, changed.text
    said = manager.get(f"cloud/tenants/{row['instanceUid']}?format=Entity")
    assert (said["Description"], said["ThrottlingSpeedLimit"], said["ThrottlingSpeedUnit"], said["MaxConcurrentTasks"]) == ("Dentist", 25, "Mbps", 9)
    assert said["BackupProtectionEnabled"] and said["BackupProtectionPeriod"] == 30
    assert said["LeaseOptions"] == {"Enabled": True, "ExpirationDate": "2031-05-01T00:00:00Z"}
    assert said["CloudGatewayPools"]["CloudGatewayPoolUids"] == []
    shown = changed.json()["data"]
    assert shown["gatewaySelectionType"] == "StandaloneGateways" and shown["leaseExpirationDate"].startswith("2031-05-01")
    assert len(said["Resources"]["CloudTenantResources"]) == 1, "a change of settings leaves the quotas alone"
    assert "keeps its user name" in refusal(replace(api, place, credentials={"userName": "other"}), 400)
    assert "must end in the future" in refusal(replace(api, place, leaseExpirationDate="2001-05-01T00:00:00Z"), 400)
    assert "Name the gateway pools" in refusal(replace(api, place, gatewaySelectionType="GatewayPool"), 400)
    off = replace(api, place, isLeaseExpirationEnabled=False)
    assert off.json()["data"]["leaseExpirationDate"] is None
    disabled = api.call("POST", place + "/disable")
    assert disabled.json()["data"]["isEnabled"] is False and manager.get(f"cloud/tenants/{row['instanceUid']}?format=Entity")["Enabled"] is False
    assert api.call("POST", place + "/enable").json()["data"]["statusReason"] is None


@pytest.mark.parametrize("level", ["3.6", "3.5.1"])
def test_a_tenant_from_first_to_last(api, console, manager, level):
    """Made for a company, given quotas and a hardware plan, removed: at the paths of both levels."""
    company = console.company(f"Cloud New {level}")
    name = "new" + level.replace(".", "")
    site = next(row for row in api.data("/infrastructure/sites") if row["siteName"].startswith("cc-south"))["siteUid"]
    credentials = {"userName": name, "password": "Tenant-Secret-77"}
    if level == "3.6":
        made = api.call("POST", f"/infrastructure/sites/{site}/tenants", json={"credentials": credentials, "assignedForCompany": company, "maxConcurrentTask": 3})
    else:
        made = api.call("POST", f"/organizations/companies/{company}/sites", json={"siteUid": site, "ownerCredentials": credentials, "maxConcurrentTask": 3})
    assert made.status_code == 200, made.text
    row = tenant(api, name)
    assert (row["assignedForCompany"], row["maxConcurrentTask"], row["siteUid"]) == (company, 3, site)
    assert (made.json()["data"].get("instanceUid") or made.json()["data"]["cloudTenantUid"]) == row["instanceUid"]
    place = f"{TENANTS}/{row['instanceUid']}" if level == "3.6" else f"/organizations/companies/{company}/sites/{site}"
    repository = next(each for each in api.data("/infrastructure/backupServers/repositories", limit=100) if each["backupServerUid"] == site)
    body = {"repositoryUid": repository["instanceUid"], "cloudRepositoryName": "Main", "storageQuota": 10 * GB}
    quota = api.call("POST", place + "/backupResources", json=body)
    assert quota.status_code == 200 and quota.json()["data"]["storageQuota"] == 10 * GB, quota.text
    assert "already" in refusal(api.call("POST", place + "/backupResources", json=body), 409)
    plan = api.data(f"/infrastructure/sites/{site}/hardwarePlans")[0]["instanceUid"]
    plans = {"hardwarePlans": [{"hardwarePlanUid": plan}]}
    subscribed = api.call("POST", place + "/replicationResources", json=plans)
    assert subscribed.status_code == 200 and [each["hardwarePlanUid"] for each in subscribed.json()["data"]["hardwarePlans"]] == [plan], subscribed.text
    assert "PATCH" in refusal(api.call("POST", place + "/replicationResources", json=plans), 409)
    if level == "3.6":
        assert replace(api, place + "/replicationResources", hardwarePlans=[]).status_code == 200
    else:
        assert api.call("DELETE", f"{place}/replicationResources/hardwarePlans/{plan}").status_code == 200
    assert api.call("GET", place + "/replicationResources").status_code == 404
    assert api.call("DELETE", f"{place}/backupResources/{quota.json()['data']['instanceUid']}").status_code == 200
    assert api.data(place + "/backupResources") == []
    again = {"credentials": credentials}
    assert "already exists" in refusal(api.call("POST", f"/infrastructure/sites/{site}/tenants", json=again), 409)
    removed = api.call("DELETE", place, params={"deleteBackups": "true", "removeBackups": "true"})
    assert removed.status_code == 200, removed.text
    assert manager.get(f"cloud/tenants/{row['instanceUid']}") == 404
    assert api.data(f"/organizations/companies/{company}/siteResources") == []
    assert console.sql(f"select 1 from core.company_tenant where tenant_uid = '{row['instanceUid']}'") == []


def test_two_at_the_same_time_give_a_company_one_tenant(api, console):
    """The second is refused while the first is being made, and when it is there."""
    company = console.company("Cloud Twice")
    site = next(row for row in api.data("/infrastructure/sites") if row["siteName"].startswith("cc-south"))["siteUid"]
    bodies = [{"siteUid": site, "ownerCredentials": {"userName": name, "password": "Tenant-Secret-77"}} for name in ("twice1", "twice2")]
    place = f"/organizations/companies/{company}/sites"
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda body: console.client().call("POST", place, json=body), bodies))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(refused) == 1 and refused[0].status_code in (400, 409), [answer.text for answer in answers]
    assert "on this site" in refused[0].text
    assert len(api.data(f"/organizations/companies/{company}/siteResources")) == 1
    assert "already" in refusal(api.call("POST", place, json=bodies[answers.index(refused[0])]), 400)
    assert api.call("DELETE", f"{place}/{site}", params={"removeBackups": "true"}).status_code == 200


def test_a_password_is_kept_nowhere(api, console, manager, cloud_agent):
    site = api.data("/infrastructure/sites")[0]["siteUid"]
    body = {"credentials": {"userName": "secretive", "password": "Very-Secret-4711"}}
    made = api.call("POST", f"/infrastructure/sites/{site}/tenants", json=body)
    assert made.status_code == 200 and "Very-Secret-4711" not in made.text
    changed = api.call("PATCH", f"{TENANTS}/{made.json()['data']['instanceUid']}",
                       json=[{"op": "replace", "path": "/credentials/password", "value": "Very-Secret-4711"}])
    assert changed.status_code == 200, changed.text
    kept = console.sql("select request_body, encode(payload, 'escape') from core.command")
    assert kept and not any("Very-Secret" in line for line in kept)
    for file in [console.program.log, cloud_agent.program.log, *cloud_agent.state.glob("*")]:
        assert not file.is_file() or b"Very-Secret" not in file.read_bytes(), file


def test_an_existing_tenant_becomes_the_companys(api, console):
    company = console.company("Cloud Hollis")
    row = tenant(api, "hollis")
    body = {"siteUid": row["siteUid"], "cloudTenantUid": row["instanceUid"]}
    made = api.call("POST", f"/organizations/companies/{company}/sites", json=body)
    assert made.status_code == 200 and made.json()["data"]["cloudTenantUid"] == row["instanceUid"], made.text
    missing = api.call("POST", f"/organizations/companies/{company}/sites", json={**body, "cloudTenantUid": str(uuid.uuid4())})
    assert "no such tenant" in refusal(missing, 400)
    assert api.call("DELETE", f"/organizations/companies/{company}", params={"removeAllAgents": "true"}).status_code == 200
    assert tenant(api, "hollis")["assignedForCompany"] is None, "the company is gone, its tenant is nobody's"


def test_maintenance_keeps_the_console_off(api):
    row = tenant(api, "eastgate")
    site = f"/infrastructure/sites/{row['siteUid']}"
    assert api.call("PUT", f"{site}/maintenanceModeIsEnabled", params={"maintenanceMode": "true"}).json()["data"]["maintenanceModeIsEnabled"] is True
    assert "in maintenance" in refusal(api.call("POST", f"{TENANTS}/{row['instanceUid']}/disable"), 409)
    assert api.call("PUT", f"{site}/maintenanceModeIsEnabled", params={"maintenanceMode": "false"}).json()["data"]["maintenanceModeIsEnabled"] is False
    assert replace(api, site, description="South").json()["data"]["description"] == "South"
    assert "cannot forbid" in refusal(api.call("PUT", f"{site}/tenantManagementInCloudConnectIsEnabled", params={"tenantManagementMode": "false"}), 400)


def test_an_outage_is_shown_and_changes_nothing(api, manager, cloud_agent):
    before = {row["instanceUid"]: row["name"] for row in api.data(TENANTS, limit=100)}
    for mode, status, words in (("error500", "Warning", "answered only in part"), ("garbage", "Warning", "not a JSON object"),
                                ("refuse-token", "Inaccessible", "cannot sign in")):
        manager.fault(mode)
        stack.wait_for(mode, lambda: any(status == row["status"] and words in row["statusReason"] for row in api.data("/infrastructure/backupServers")), 20)
        assert {row["instanceUid"]: row["name"] for row in api.data(TENANTS, limit=100)} == before
    message = refusal(api.call("POST", f"{TENANTS}/{tenant(api, 'eastgate')['instanceUid']}/disable"), 409)
    assert "cannot sign in" in message
    assert "wrong" in next(iter(cloud_agent.status()["adapters"].values()))
    manager.fault("ok")
    stack.wait_for("well again", lambda: {row["status"] for row in api.data("/infrastructure/backupServers")} == {"Healthy"}, 20)


def test_an_agent_killed_in_the_middle(api, console, manager, cloud_agent):
    """The order ends, and what it made of the tenant is what is shown."""
    row = tenant(api, "eastgate")
    answers = []
    caller = threading.Thread(target=lambda: answers.append(replace(api, f"{TENANTS}/{row['instanceUid']}", description="killed")))
    caller.start()
    stack.wait_for("the order under way", lambda: console.sql("select 1 from core.command where state = 'Running'"), 10, 0.02)
    cloud_agent.program.process.send_signal(signal.SIGKILL)
    cloud_agent.program.process.wait(10)
    cloud_agent.program.start()
    caller.join(60)
    assert not caller.is_alive()
    if answers[0].status_code == 202:
        place = answers[0].headers["Location"].split("/api/v3")[1]
        stack.wait_for("the end", lambda: api.data(place)["status"] in ("failed", "succeed"), 60)
    truth = manager.get(f"cloud/tenants/{row['instanceUid']}?format=Entity")["Description"]
    stack.wait_for("the truth", lambda: (tenant(api, "eastgate")["description"] or "") == truth, 30)
    assert api.call("POST", f"{TENANTS}/{row['instanceUid']}/disable").json()["data"]["isEnabled"] is False
    assert api.call("POST", f"{TENANTS}/{row['instanceUid']}/enable").json()["data"]["isEnabled"] is True


def test_the_check_walks_the_way_too(cloud_agent, manager):
    command = [stack.BIN / "steward-agent", "check", "--setup", cloud_agent.folder / "setup.toml", "--config", cloud_agent.folder / "adapters.toml", "--state", cloud_agent.state]
    good = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert good.returncode == 0 and "Enterprise Manager login" in good.stdout and "cloud tenants" in good.stdout, good.stdout
    manager.fault("refuse-token")
    bad = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert bad.returncode == 1 and "Portal Administrator" in bad.stdout, bad.stdout


def test_hardware_plans_are_changed_and_removed_on_the_site(api, manager):
    plans = "/infrastructure/sites/hardwarePlans"
    subscribed = {plan["hardwarePlanUid"] for row in api.data(f"{TENANTS}/replicationResources") for plan in row["hardwarePlans"]}
    taken = next(row for row in api.data(plans) if row["instanceUid"] in subscribed)
    place = f"{plans}/{taken['instanceUid']}"
    changed = replace(api, place, cpuQuota=12000, memoryQuota=48 * GB).json()["data"]
    assert (changed["cpuQuota"], changed["memoryQuota"], changed["isCpuQuotaUnlimited"]) == (12000, 48 * GB, False)
    unlimited = replace(api, place, cpuQuota=None).json()["data"]
    assert (unlimited["cpuQuota"], unlimited["isCpuQuotaUnlimited"], unlimited["memoryQuota"]) == (None, True, 48 * GB), "what is not named stays"
    storages = api.data(f"{place}/storages")
    storage = f"{place}/storages/{storages[0]['instanceUid']}"
    assert replace(api, storage, quota=3 * 1024 * GB).json()["data"]["quota"] == 3 * 1024 * GB
    assert [row["quota"] for row in api.data(f"{place}/storages")][1:] == [row["quota"] for row in storages][1:]
    assert "say how many" in refusal(replace(api, storage, quota=None), 400)
    assert replace(api, storage, quota=5).status_code == replace(api, place, name="other").status_code == 400
    assert "Tenants are subscribed to this hardware plan" in refusal(api.call("DELETE", place), 409)
    for row in api.data(f"{TENANTS}/replicationResources"):
        if any(plan["hardwarePlanUid"] == taken["instanceUid"] for plan in row["hardwarePlans"]):
            left = replace(api, f"{TENANTS}/{row['tenantUid']}/replicationResources", hardwarePlans=[])
            assert left.status_code == 200, left.text
    assert api.call("DELETE", place).status_code == 200
    assert api.call("GET", place).status_code == api.call("DELETE", place).status_code == 404
