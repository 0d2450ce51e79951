# SPDX-License-Identifier: Apache-2.0
"""The usage ledger of a real console over simulated servers: its numbers are those of the inventory, it is sealed, and tampering shows."""
import csv
import io
import json
import subprocess

import pytest

import agent_stack as stack
from agent_stack import refusal, replace
from processes import Client

PASSWORD = "Usage-Owner-1!"
TENANTS = "/infrastructure/sites/tenants"
TYPES = {"Virtual machine": "VBR_VM", "Server agent": "VBR_Server_Agent", "Workstation agent": "VBR_Workstation_Agent", "NAS": "VBR_NAS_Backup"}
COUNTERS = {"VBR_VM": "ManagedVms", "VBR_Server_Agent": "ManagedServerAgents", "VBR_Workstation_Agent": "ManagedWorkstationAgents"}
EARLY = {"VMware": "VBR_vSphere_VM", "HyperV": "VBR_HyperV_VM", "VM": "VM"}

pytestmark = pytest.mark.usefixtures("ledger")


def owned(console, path, name, **more):
    user = name.lower().replace(" ", "")
    body = {"organizationInput": {"name": name}, "ownerCredentials": {"userName": user, "password": PASSWORD}, "isRestAccessEnabled": True, **more}
    return console.api.ensure(path, name, body)


def owner(console, name):
    return Client(f"https://127.0.0.1:{console.port}", name.lower().replace(" ", ""), PASSWORD)


def set_pace(console, seconds):
    """How often the console observes."""
    config = console.folder / "console.toml"
    lines = [line for line in config.read_text().splitlines() if not line.startswith("usage_seconds")]
    config.write_text("\n".join([*lines, f"usage_seconds = {seconds}"]) + "\n")


@pytest.fixture(scope="module")
def console(folder):
    """It looks once a day at first: the test makes the past."""
    console = stack.Console(folder)
    set_pace(console, 86400)
    console.start()
    yield console
    console.program.stop()


@pytest.fixture(scope="module")
def estate(console, folder, manager, cloud_agent):
    """Two companies of a reseller and one of nobody; a backup server and a cloud tenant of the first, a machine with our own agent of the second."""
    reseller = owned(console, "/organizations/resellers", "Usage Reseller")
    uids = {"Usage Reseller": reseller}
    for name in ("Usage Alder", "Usage Birch"):
        uids[name] = owned(console, "/organizations/companies", name, resellerUid=reseller)
    uids["Usage Cedar"] = owned(console, "/organizations/companies", "Usage Cedar")
    tenant = next(row for row in console.api.call("GET", TENANTS, params={"limit": 100}).json()["data"] if row["name"] == "alder")
    assert replace(console.api, f"{TENANTS}/{tenant['instanceUid']}", assignedForCompany=uids["Usage Alder"]).status_code == 200
    lab = stack.Lab(folder, speed=1, by_hand=True)
    agent = stack.Agent(folder, "customer", console.api.setup_file(uids["Usage Alder"]), stack.vbr_adapter(lab))
    agent.program.start()
    stack.wait_for("the licences", lambda: console.sql(f"select 1 from inventory.license_usage where organization_uid = '{uids['Usage Alder']}'"), 90)
    stack.wait_for("all machines", lambda: stack.same_points(lab, console), 90)
    (folder / "files").mkdir()
    machine = stack.Agent(folder, "machine", console.api.setup_file(uids["Usage Birch"]), stack.demo_fleet.restic_config(folder / "files"))
    machine.program.start()
    stack.wait_for("a real backup", lambda: console.sql("select 1 from inventory.console_computer where latest_restore_point_date is not null"), 120)
    yield uids
    for program in (machine.program, agent.program, lab.program):
        program.stop()


@pytest.fixture(scope="module")
def ledger(console, estate):
    """Two days that are over, then the console at its work."""
    for back in (2, 1):
        console.sql(f"select usage.observe((now() at time zone 'UTC')::date - {back}, now() - interval '{back} days')")
    console.program.stop()
    set_pace(console, 1)
    console.start()
    stack.wait_for("two seals", lambda: console.sql("select count(*) from usage.daily_seal") == ["2"])
    stack.wait_for("today's rows", lambda: console.sql("select 1 from usage.current where day = (now() at time zone 'UTC')::date and workload_type = 'VBR_VM'"))


@pytest.fixture
def api(console):
    return console.client()


@pytest.fixture
def today(console):
    return console.sql("select (now() at time zone 'UTC')::date")[0]


def verify(console, *options):
    command = [stack.BIN / "steward", "usage", "verify", "--console-config", console.folder / "console.toml", *options]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=60)


def past_the_triggers(console, statement):
    """As only a superuser can."""
    console.sql(f"alter table usage.observation disable trigger all; {statement}; alter table usage.observation enable trigger all; "
                "alter table usage.observation enable always trigger refuse; alter table usage.observation enable always trigger check_added")


def reported(console, company):
    """What the company's backup servers say of their licences: rows of (class, platform, count, units)."""
    return [json.loads(line) for line in console.sql(
        f"select json_build_array(workload_class, platform, used_count, used_units) from inventory.license_usage where organization_uid = '{company}'")]


def by_type(rows, key):
    out = {}
    for row in rows:
        out[key(row)] = out.get(key(row), 0) + row[2]
    return out


def test_counters_are_those_of_the_inventory(api, console, estate, today):
    company = estate["Usage Alder"]
    answer = api.data(f"/organizations/companies/{company}/usage", fromDate=today, toDate=today)
    assert {row["companyUid"] for row in answer} == {company} and {row["resellerUid"] for row in answer} == {estate["Usage Reseller"]}
    assert {row["date"] for row in answer} == {today}
    counters = {}
    for row in answer:
        for counter in row["counters"]:
            counters[counter["type"]] = counters.get(counter["type"], 0) + counter["value"]
    expected = by_type(reported(console, company), lambda row: COUNTERS.get(TYPES[row[0]]))
    assert {name: counters[name] for name in expected if name} == {name: value for name, value in expected.items() if name}
    tenant = json.loads(console.sql("select row_to_json(t) from inventory.cloud_tenant t where name = 'alder'")[0])
    for name, column in (("VmCloudBackups", "vm_backups"), ("ServerCloudBackups", "server_backups"), ("WorkstationCloudBackups", "workstation_backups")):
        assert counters.get(name, 0) == tenant[column], name
    stored = int(console.sql(f"select sum(used_quota) from inventory.cloud_tenant_backup_resource where tenant_uid = '{tenant['uid']}'")[0])
    assert abs(counters["CloudTotalUsage"] - stored) <= stored / 50
    kept = int(console.sql(f"select coalesce((select sum(total_restore_point_size) from inventory.virtual_machine where organization_uid = '{company}'), 0) + "
                           f"coalesce((select sum(total_restore_point_size) from inventory.server_computer_backup where organization_uid = '{company}'), 0)")[0])
    assert abs(counters["VbrBackupSize"] - kept) <= kept / 50
    everybody = api.data("/organizations/companies/usage", fromDate=today, toDate=today)
    assert [row for row in everybody if row["companyUid"] == company] == answer
    assert api.total("/organizations/companies/usage", fromDate=today, toDate=today) == len(everybody)
    assert api.data(f"/organizations/companies/{company}/usage", fromDate="2020-01-01", toDate="2020-02-01") == []
    assert "fromDate must be a day" in refusal(api.call("GET", f"/organizations/companies/{company}/usage", params={"fromDate": "soon"}), 400)


def test_counters_of_early_clients(api, console, estate):
    company = estate["Usage Alder"]
    rows = api.data(f"/licensing/backupServers/usage/companies/{company}")
    assert len(rows) == 1 and rows[0]["companyUid"] == company
    found = {row["type"]: row["usedCount"] for row in rows[0]["counters"]}
    assert found == by_type(reported(console, company), lambda row: EARLY[row[1]] if row[0] == "Virtual machine" else TYPES[row[0]])
    assert set(rows[0]["counters"][0]) == {"type", "rentalCount", "newCount", "usedCount"}
    assert api.data("/licensing/backupServers/usage") == api.data("/licensing/backupServers/usage/companies") == rows
    assert company in {row["companyUid"] for row in api.data("/licensing/sites/usage/companies")}
    machine = {"type": "VAC_Server_Agent", "rentalCount": 0, "newCount": 1, "usedCount": 0}
    assert api.data("/licensing/console/usage/companies") == [{"companyUid": estate["Usage Birch"], "counters": [machine]}]


def test_sums_by_every_key(api, console, estate, today):
    path = "/api/steward/v1/usage"
    rows = reported(console, estate["Usage Alder"])
    day = {"from": today, "to": today}
    kinds = {row["workloadType"]: row for row in api.data(path, measure="snapshot", groupBy="workload", limit=100, **day)}
    expected = by_type(rows, lambda row: TYPES[row[0]])
    for name, count in expected.items():
        assert kinds[name]["count"] == count
        assert kinds[name]["units"] == pytest.approx(sum(row[3] for row in rows if TYPES[row[0]] == name))
    assert kinds["CloudTotalUsage"]["bytes"] > 0 and kinds["CloudTotalUsage"]["count"] == 0
    companies = {row["companyUid"]: row for row in api.data(path, limit=100, **day)}
    mine = companies[estate["Usage Alder"]]
    assert mine["day"] == today and mine["companyName"] == "Usage Alder" and mine["count"] >= sum(expected.values())
    resellers = {row["resellerUid"]: row for row in api.data(path, measure="peak", groupBy="reseller", limit=100, **day)}
    assert resellers[estate["Usage Reseller"]]["count"] == mine["count"], "the new machine of the other company is free"
    servers = api.data(path, measure="average", groupBy="server", limit=100, **day)
    assert sum(expected.values()) in {row["count"] for row in servers}
    assert len([row for row in api.data(path, measure="snapshot", groupBy="site", limit=100, **day) if row["siteUid"]]) >= 1
    text = api.call("GET", path, params={"groupBy": "workload", "measure": "snapshot", "format": "csv", **day}).content.decode("utf-8-sig")
    table = {row["workloadType"]: float(row["count"]) for row in csv.DictReader(io.StringIO(text))}
    assert table == {name: row["count"] for name, row in kinds.items()}
    assert "measure must be one of: day, peak, average, snapshot" in refusal(api.call("GET", path, params={"measure": "guess"}), 400)


def test_the_ledger_says_which_rule_applied(api, estate, today):
    rows = api.data("/api/steward/v1/usage/observations", organizationUid=estate["Usage Alder"], limit=200)
    past = [row for row in rows if row["day"] < today]
    assert {row["rule"] for row in past} == {"NotReported"} and all(row["isSealed"] for row in past), "servers told nothing on those days"
    assert {row["rule"] for row in rows if row["day"] == today and row["source"] == "BackupServer"} == {"ServerReported"}
    assert not any(row["isSealed"] for row in rows if row["day"] == today)
    machine = next(row for row in api.data("/api/steward/v1/usage/observations", organizationUid=estate["Usage Birch"]) if row["day"] == today)
    assert (machine["rule"], machine["platform"], machine["usedCount"], machine["newCount"], machine["serverUid"]) == ("NewFree", "Linux", 0, 1, None)


def test_everyone_sees_their_own(api, console, estate):
    alder, birch = estate["Usage Alder"], estate["Usage Birch"]
    seller = owner(console, "Usage Reseller")
    assert {row["companyUid"] for row in seller.data("/organizations/companies/usage")} == {alder, birch}
    assert {row["companyUid"] for row in owner(console, "Usage Alder").data("/organizations/companies/usage")} == {alder}
    other = owner(console, "Usage Cedar")
    assert other.data("/organizations/companies/usage") == [] == other.data(f"/organizations/companies/{alder}/usage")
    for key in ("company", "reseller", "site", "server", "workload"):
        assert other.data("/api/steward/v1/usage", groupBy=key) == []
    assert other.data("/api/steward/v1/usage/observations") == [] == other.data("/licensing/backupServers/usage/companies")
    assert other.call("GET", "/api/steward/v1/usage/weights").status_code == 403
    assert {row["organizationUid"] for row in owner(console, "Usage Birch").data("/api/steward/v1/usage/observations")} == {birch}
    mine = {row["workloadType"]: row["count"] for row in seller.data("/api/steward/v1/usage", measure="peak", groupBy="workload")}
    assert mine["VBR_VM"] == {row["workloadType"]: row["count"] for row in owner(console, "Usage Alder").data(
        "/api/steward/v1/usage", measure="peak", groupBy="workload")}["VBR_VM"] > 0


def test_a_weight_counts_from_its_day_on(api, console, today):
    path = "/api/steward/v1/usage/weights"
    set_it = api.call("POST", path, json={"workloadType": "CC_VM_Backup", "weight": 5})
    assert set_it.status_code == 200 and set_it.json()["data"] == {"workloadType": "CC_VM_Backup", "validFrom": today, "weight": 5}
    assert "must be today or later" in refusal(api.call("POST", path, json={"workloadType": "CC_VM_Backup", "weight": 6, "validFrom": "2020-01-01"}), 400)
    assert api.data(path) == [{"workloadType": "CC_VM_Backup", "validFrom": today, "weight": 5}]

    def weighed():
        rows = console.sql("select bool_and(weight = 5 and units = 5 * used_count) from usage.current where workload_type = 'CC_VM_Backup' and used_count > 0 "
                           "and day = (now() at time zone 'UTC')::date")
        return rows == ["t"]
    stack.wait_for("units", weighed, 20)
    assert console.sql("select count(*) from usage.current where workload_type = 'CC_VM_Backup' and day < (now() at time zone 'UTC')::date and weight is not null") == ["0"]


def test_verify_proves_it_and_names_what_was_changed(console, today):
    proved = verify(console)
    assert proved.returncode == 0 and "2 sealed days" in proved.stdout and "2 seals are those of the copy" in proved.stdout, proved
    key = console.sql("select public_key from usage.signing_key")[0]
    last = console.sql("select max(day) from usage.daily_seal")[0]
    assert verify(console, "--from", last, "--to", last, "--key", key).returncode == 0
    assert verify(console, "--to", today).returncode == 1, "today is not sealed"
    row, day, name = console.sql("select id, day, organization_name from usage.observation where workload_type = 'VBR_VM' and organization_name = 'Usage Alder' "
                                 "order by id limit 1")[0].split("|")
    with pytest.raises(subprocess.CalledProcessError):
        console.sql(f"update usage.observation set used_count = used_count - 1 where id = {row}")
    past_the_triggers(console, f"update usage.observation set used_count = used_count - 1 where id = {row}")
    found = verify(console)
    assert found.returncode == 1 and f"row {row} ({day}, {name}, VBR_VM) is not what was written" in found.stdout, found
    past_the_triggers(console, f"update usage.observation set used_count = used_count + 1 where id = {row}")
    assert verify(console).returncode == 0
    past_the_triggers(console, f"create table kept as select * from usage.observation where id = {row}; delete from usage.observation where id = {row}")
    assert f"row {row} is missing (of {day}, which is sealed)" in verify(console).stdout
    past_the_triggers(console, "insert into usage.observation select * from kept; drop table kept")
    assert verify(console).returncode == 0


def test_a_company_that_is_deleted_stays_in_the_ledger(api, console, estate, today):
    before = api.data("/api/steward/v1/usage", measure="snapshot", limit=100, **{"from": today, "to": today})
    assert api.call("DELETE", f"/organizations/companies/{estate['Usage Alder']}", params={"removeAllAgents": "true"}).status_code == 200
    console.sql("delete from core.company where reseller_uid is not null")
    after = api.data("/api/steward/v1/usage", measure="snapshot", limit=100, **{"from": today, "to": today})
    named = {row["companyName"]: row["count"] for row in after}
    assert named["Usage Alder"] == {row["companyName"]: row["count"] for row in before}["Usage Alder"] > 0
    assert verify(console).returncode == 0
