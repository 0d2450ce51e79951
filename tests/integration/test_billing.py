# SPDX-License-Identifier: Apache-2.0
"""Plans and invoices of a real console: amounts as computed by hand, made once by schedule though it is killed, files that can be read, nobody
sees another's."""
import csv
import datetime
import io
import re
import subprocess
import zipfile

import pytest

import agent_stack as stack
from agent_stack import refusal, replace
from processes import Client

PASSWORD = "Billing-Owner-1!"
PLANS = "/subscriptionPlans"
INVOICES = "/organizations/companies/billing/invoices"
OWN = "/api/steward/v1"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
GIB = 1 << 30
DAY = datetime.timedelta(days=1)
# The last cycle from a 17th to a 16th that is over, as is the day after it.
TO = (TODAY if TODAY.day > 17 else TODAY.replace(day=1) - DAY).replace(day=16)
FROM = (TO.replace(day=1) - DAY).replace(day=17)
DAYS = (TO - FROM).days + 1
COMPANIES = ("Billing Alder", "Billing Birch", "Billing Cedar")
AGENT, SERVER, TENANT = (f"00000000-0000-4000-8000-0000000002{n:02}" for n in (1, 2, 3))
PLAN = {"name": "Gold, monthly", "currency": "EUR", "taxType": "VAT", "taxPercent": 19, "discountPercent": 7.5,
        "managedBackup": {"monitoredServicePrice": 25, "remoteManagedVmPrice": 4.99, "remoteFreeManagedVms": 2, "remoteManagedServerAgentPrice": 12.5,
                          "hostedManagedVmPrice": 3},
        "cloudBackup": {"cloudRepositoryConsumedSpacePrice": 2.5, "cloudRepositoryConsumedSpaceUnits": "GB", "cloudRepositoryConsumedSpaceChunkSize": 100,
                        "cloudRepositoryAllocatedSpacePrice": 9},
        "licenses": {"backupAndReplicationEnterprisePlusEditionLicenses": {"vmPrice": 7.333}}}
# By hand: 14 VMs on the highest day less 2 free, at 4.99: 59.88. 6 servers on the last day at 12.50: 75.00. 510 GB on average at 2.50 per 100 GB: 12.75.
# 14 licences at 7.333: 102.662, so 102.66. With the fee of 25.00: 275.29. Discount 20.64675, so 20.65. VAT on 254.64: 48.3816, so 48.38.
LINES = {"MonitoredServices": 25.00, "ManagedRemoteVm": 59.88, "ManagedRemoteServer": 75.00, "CloudRepositoryConsumedSpace": 12.75, "LicEnterprisePlusVbrVm": 102.66}
TOTALS = {"totalNet": 275.29, "totalDiscount": 20.65, "totalTax": 48.38, "totalGross": 303.02}


def used_on(day):
    """(VMs, servers, bytes at the site) of Alder."""
    vms = 14 if day.day == 25 and day < TO.replace(day=1) else 8 if day == TO else 10
    return vms, 6 if day == TO else 3, (500 + (10 * DAYS if day == FROM else 0)) * GIB


@pytest.fixture(scope="module")
def console_options():
    return "usage_seconds = 86400\n"


@pytest.fixture(scope="module")
def companies(console):
    reseller = console.api.ensure("/organizations/resellers", "Billing Reseller", {
        "organizationInput": {"name": "Billing Reseller"}, "ownerCredentials": {"userName": "billingreseller", "password": PASSWORD}})
    out = {"Billing Reseller": reseller}
    for name in COMPANIES:
        body = {"organizationInput": {"name": name, "street": "Ulmenweg 7", "zipCode": "10115", "city": "Köln", "taxId": "DE 811 907 980"},
                "ownerCredentials": {"userName": name.lower().replace(" ", ""), "password": PASSWORD}, "isRestAccessEnabled": True}
        out[name] = console.api.ensure("/organizations/companies", name, {**body, "resellerUid": reseller} if name == "Billing Cedar" else body)
    return out


@pytest.fixture(scope="module")
def ledger(console, companies):
    """Each day from the 17th to yesterday, observed with numbers of our own, then the console at its work: it signs them."""
    alder = companies["Billing Alder"]
    site = "00000000-0000-4000-8000-000000000204"
    steps = [
        f"insert into core.agent (uid, organization_uid, state, public_key_hash, csr_pem) values ('{AGENT}', '{alder}', 'Accepted', '1', '')",
        "insert into inventory.backup_server (agent_uid, uid, organization_uid, installation_uid, name, version, display_version, role, status) values "
        f"('{AGENT}', '{SERVER}', '{alder}', '{SERVER}', 'vbr-1', '13', '13', 'Client', 'Healthy'), "
        f"('{AGENT}', '{site}', '{alder}', '{site}', 'site-1', '13', '13', 'CloudConnect', 'Healthy')",
        "insert into inventory.backup_server_license (agent_uid, uid, organization_uid, backup_server_uid, auto_update_enabled, edition, status, cloud_connect, "
        f"unit_type, type) values ('{AGENT}', gen_random_uuid(), '{alder}', '{SERVER}', false, 'EnterprisePlus', 'Valid', 'No', 'Points', 'Rental')",
        f"insert into core.company_tenant (tenant_uid, company_uid) values ('{TENANT}', '{alder}')",
        "insert into inventory.cloud_tenant (agent_uid, uid, organization_uid, tenant_uid, backup_server_uid, site_name, name, type, is_enabled, "
        "is_throttling_enabled, throttling_value, throttling_unit, max_concurrent_task, is_backup_protection_enabled, backup_protection_period, gateway_pool_uids, "
        "is_gateway_failover_enabled, public_ip_count, vm_backups, workstation_backups, server_backups, vm_replicas, has_replication, has_vcd_replication) values "
        f"('{AGENT}', '{TENANT}', '{alder}', '{TENANT}', '{site}', 'site-1', 'alder', 'General', true, false, 0, 'MbitPerSec', 1, false, 0, '[]', false, 0, "
        "1, 1, 1, 1, false, false)",
        "insert into inventory.cloud_tenant_backup_resource (agent_uid, uid, organization_uid, tenant_uid, backup_server_uid, name, repository_uid, storage_quota, "
        f"used_quota, is_default) values ('{AGENT}', gen_random_uuid(), '{alder}', '{TENANT}', '{site}', 'pool', gen_random_uuid(), {1024 * GIB}, 0, true)"]
    steps += [
        "insert into inventory.license_usage (agent_uid, uid, organization_uid, backup_server_uid, server_type, workload_class, platform, unit_type, weight, "
        f"used_units, used_count, new_count) values ('{AGENT}', gen_random_uuid(), '{alder}', '{SERVER}', 'BackupAndReplication', '{kind}', 'VMware', 'Points', "
        "10, 0, 0, 0)" for kind in ("Virtual machine", "Server agent")]
    day = FROM
    while day < TODAY:
        vms, servers, stored = used_on(day)
        steps += [f"update inventory.backup_server set collected_at = '{day}T10:00:00Z'",
                  f"update inventory.license_usage set used_count = case workload_class when 'Server agent' then {servers} else {vms} end",
                  f"update inventory.cloud_tenant_backup_resource set used_quota = {stored}", f"select usage.observe('{day}', '{day}T12:00:00Z')"]
        day += DAY
    console.sql("; ".join(steps))
    console.program.stop()
    console.start()
    stack.wait_for("the seals", lambda: console.sql("select max(day) from usage.daily_seal") == [str(TODAY - DAY)], 120)


@pytest.fixture(scope="module")
def plan(console, companies):
    client = console.client()
    answer = client.call("POST", PLANS, json=PLAN)
    assert answer.status_code == 200, answer.text
    uid = answer.json()["data"]["instanceUid"]
    for category, measure in (("ManagedRemoteServer", "Snapshot"), ("CloudRepositoryConsumedSpace", "Average")):
        measures = client.data(f"{OWN}{PLANS}/{uid}/measures")
        lines = [*measures["lines"], {"category": category, "measure": measure}]
        assert replace(client, f"{OWN}{PLANS}/{uid}/measures", lines=lines).status_code == 200
    for name in ("Billing Alder", "Billing Birch"):
        assert replace(client, f"/organizations/companies/{companies[name]}", subscriptionPlanUid=uid).status_code == 200
    return uid


@pytest.fixture
def api(console, ledger, plan):
    return console.client()


def make(api, company, first=FROM, last=TO, **more):
    return api.call("POST", f"{OWN}/invoices", json={"companyUid": company, "fromDate": str(first), "toDate": str(last), **more})


def preview(api, company, first=FROM, last=TO, **more):
    return api.call("POST", f"{OWN}/invoices/preview", json={"companyUid": company, "fromDate": str(first), "toDate": str(last), **more})


def of_company(api, company):
    return [row for row in api.data(INVOICES, limit=1000) if row["organizationUid"] == company]


@pytest.fixture(scope="module")
def invoice(console, companies, ledger, plan):
    answer = make(console.client(), companies["Billing Alder"], details=True)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_plan_as_published_scripts_write_and_read_it(api, plan):
    read = api.data(f"{PLANS}/{plan}")
    assert read["managedBackup"]["remoteManagedVmPrice"] == 4.99 and read["managedBackup"]["hostedFreeManagedVms"] == 0
    assert read["cloudBackup"]["cloudRepositorySpaceUsageAlgorithm"] == "Consumed" and read["cloudBackup"]["freeCloudRepositoryConsumedSpace"] is None
    assert read["type"] == "Provider" and read["vb365"]["remoteStandardStorageUsedSpaceUnits"] == "GB"
    changed = api.call("PATCH", f"{PLANS}/{plan}", json=[{"op": "replace", "path": "/publicCloud/remoteCloudVmPrice", "value": 1.25},
                                                         {"op": "replace", "path": "/description", "value": "For everybody"}])
    assert changed.json()["data"]["publicCloud"]["remoteCloudVmPrice"] == 1.25 and changed.json()["data"]["managedBackup"]["remoteManagedVmPrice"] == 4.99
    charges = {row["category"]: row for row in api.data(f"{OWN}{PLANS}/{plan}/charges")}
    assert charges["CloudRepositoryConsumedSpace"]["usageMeasure"] == "Average" and charges["ManagedRemoteVm"]["usageMeasure"] == "Peak"
    assert not charges["ManagedHostedVm"]["isMeasured"] and charges["ManagedRemoteVm"]["isMeasured"] and "CloudRepositoryAllocatedSpace" not in charges


@pytest.mark.parametrize(("change", "words"), [
    ({"currency": "XYZ"}, "no currency XYZ"), ({"taxPercent": 101}, "taxPercent must be between 0 and 100"),
    ({"managedBackup": {"remoteManagedVmPrice": -1}}, "remoteManagedVmPrice must be between 0"),
    ({"managedBackup": {"remoteManagedVmPrice": 0.0000001}}, "more than 6 digits"), ({"name": "gold, MONTHLY"}, "already"),
    ({"cloudBackup": {"cloudRepositoryConsumedSpaceChunkSize": 0}}, "ChunkSize")])
def test_plan_that_cannot_be(api, change, words):
    assert words in refusal(api.call("POST", PLANS, json={**PLAN, "name": "Another", **change}), 400)


def test_plan_in_use_stays(api, plan):
    assert "2 companies have this plan" in refusal(api.call("DELETE", f"{PLANS}/{plan}"), 409)
    measures = f"{OWN}{PLANS}/{plan}/measures"
    for line, words in (({"category": "ManagedRemoteVm", "measure": "Report"}, "licences only"), ({"category": "ManagedServices", "measure": "Peak"}, "no line that is measured")):
        assert words in refusal(replace(api, measures, lines=[line]), 400)
    assert {row["name"] for row in api.data(f"{PLANS}/{plan}/companies")} == {"Billing Alder", "Billing Birch"}


def test_from_the_17th_to_the_16th_as_by_hand(api, invoice):
    assert {charge["category"]: charge["net"] for charge in invoice["data"]["charges"]} == LINES
    assert {name: invoice["data"][name] for name in TOTALS} == TOTALS and invoice["amount"] == TOTALS["totalGross"]
    assert (invoice["fromDate"], invoice["toDate"], invoice["status"], invoice["type"]) == (str(FROM), str(TO), "Unpaid", "Invoice")
    for part in ("net", "discount", "tax", "gross"):
        assert round(sum(charge[part] for charge in invoice["data"]["charges"]), 2) == invoice["data"][f"total{part.capitalize()}"]
    lines = {row["category"]: row for row in api.data(f"{OWN}/invoices/{invoice['instanceUid']}/charges")}
    assert (lines["ManagedRemoteVm"]["used"], lines["ManagedRemoteVm"]["free"], lines["ManagedRemoteVm"]["quantity"]) == (14, 2, 12)
    assert lines["ManagedRemoteVm"]["usageDay"] == str(FROM.replace(day=25)) and lines["ManagedRemoteServer"]["usageDay"] == str(TO)
    assert lines["CloudRepositoryConsumedSpace"]["used"] == 510 and lines["CloudRepositoryConsumedSpace"]["chunkSize"] == 100
    assert lines["ManagedRemoteVm"]["parts"] == [{"workloadType": "VBR_VM", "used": 14}]
    assert any("hosted" in note and "the plan has a price, and nothing measures it yet" in note for note in invoice["notes"]), invoice["notes"]
    rows = api.data(f"{OWN}/invoices/{invoice['instanceUid']}/usage", limit=10000)
    assert max(row["count"] for row in rows if row["workloadType"] == "VBR_VM") == 14 and {row["day"] for row in rows} == {str(FROM + n * DAY) for n in range(DAYS)}


def test_licence_that_changed_since_changes_no_price(console, api, companies, invoice):
    edition = "update inventory.backup_server_license set edition = '{}' where backup_server_uid = '" + SERVER + "'"
    console.sql(edition.format("Standard"))
    again = preview(api, companies["Billing Alder"], allowOverlap=True).json()["data"]
    console.sql(edition.format("EnterprisePlus"))
    kept = api.data(f"{OWN}/invoices/{invoice['instanceUid']}/charges")
    assert [{**line, "invoiceUid": None} for line in again["lines"]] == [{**line, "invoiceUid": None} for line in kept]
    assert again["invoice"]["data"] == invoice["data"] and len(of_company(api, companies["Billing Alder"])) == 1, "nothing is made"


def test_days_are_invoiced_once(api, companies, invoice):
    alder = companies["Billing Alder"]
    assert f"{invoice['name']} has these days already" in refusal(make(api, alder, TO, TO), 409)
    assert f"{invoice['name']} has these days already" in refusal(preview(api, alder, TO, TO), 409)


@pytest.mark.parametrize(("first", "last", "status", "words"), [
    (TODAY, TODAY, 400, "is not over yet"), (TO, FROM, 400, "must not be before"), (TODAY - 400 * DAY, TODAY - DAY, 400, "at most 366 days")])
def test_days_that_cannot_be(api, companies, first, last, status, words):
    assert words in refusal(make(api, companies["Billing Birch"], first, last), status)


def test_company_without_plan(api, companies):
    assert "has no subscription plan" in refusal(make(api, companies["Billing Cedar"]), 409)


def test_paid_and_overdue(console, api, companies):
    made = make(api, companies["Billing Birch"]).json()["data"]
    path = f"{INVOICES}/{made['instanceUid']}"
    assert made["totalNet"] == 25 and [charge["category"] for charge in made["data"]["charges"]] == ["MonitoredServices"]
    assert api.call("POST", f"{path}/changePaidState", params={"status": "Paid"}).status_code == 200
    assert api.data(path)["status"] == "Paid" and api.data(path)["paidDate"]
    assert "paid, so it stays" in refusal(api.call("DELETE", path), 409)
    assert api.call("POST", f"{path}/changePaidState", params={"status": "Unpaid"}).status_code == 200
    console.sql(f"update core.invoice set due_day = current_date - 2 where uid = '{made['instanceUid']}'; notify steward_changed")
    stack.wait_for("overdue", lambda: api.data(path)["status"] == "Overdue", 10)
    assert api.call("DELETE", path).status_code == 200
    assert api.call("GET", path).status_code == 404
    assert make(api, companies["Billing Birch"]).json()["data"]["name"] > made["name"], "its number is not used again"


def test_files(api, invoice, folder):
    uid = invoice["instanceUid"]
    pdf = folder / "invoice.pdf"
    answer = api.call("GET", f"{INVOICES}/{uid}/pdf")
    assert answer.headers["Content-Type"] == "application/pdf" and invoice["name"] in answer.headers["Content-Disposition"]
    pdf.write_bytes(answer.content)
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    for words in (invoice["name"], "Billing Alder", "10115 Köln", "Tax ID: DE 811 907 980", str(FROM), str(TO), "Managed virtual machines", "59.88", "275.29 EUR", "Discount 7.5 %",
                  "-20.65 EUR", "VAT 19 %", "48.38 EUR", "303.02 EUR", "Use by day"):
        assert words in text, words
    assert "hostedManagedVmPrice" not in text
    rows = list(csv.DictReader(io.StringIO(api.call("GET", f"{OWN}/invoices/{uid}/file").text)))
    assert {row["category"]: float(row["net"]) for row in rows} == LINES
    book = zipfile.ZipFile(io.BytesIO(api.call("GET", f"{OWN}/invoices/{uid}/file", params={"format": "xlsx"}).content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "303.02" in re.findall(r"<v>([^<]*)</v>", sheet) and len([name for name in book.namelist() if "worksheets/sheet" in name]) == 2
    assert "format must be one of" in refusal(api.call("GET", f"{OWN}/invoices/{uid}/file", params={"format": "docx"}), 400)


def test_quota_usage_has_no_prices(api, companies):
    made = make(api, companies["Billing Alder"], type="QuotaUsage").json()["data"]
    assert made["amount"] is None and made["status"] == "Unknown" and made["type"] == "QuotaUsage"
    assert {charge["category"]: charge["quantity"] for charge in made["data"]["charges"]} == {
        "ManagedRemoteVm": 8, "ManagedRemoteServer": 6, "CloudVmReplica": 1, "CloudVmBackup": 1, "CloudServerBackup": 1, "CloudWorkstationBackup": 1,
        "CloudRepositoryAllocatedSpace": 1024, "CloudRepositoryConsumedSpace": 500}
    assert "never paid" in refusal(api.call("POST", f"{INVOICES}/{made['instanceUid']}/changePaidState", params={"status": "Paid"}), 409)
    assert "Use of quotas" in subprocess.run(["pdftotext", "-", "-"], input=api.call("GET", f"{INVOICES}/{made['instanceUid']}/pdf").content,
                                             capture_output=True, check=True).stdout.decode()


def test_number_prefix_logo_and_terms(api, companies, provider_uid):
    path = f"{OWN}/billing/issuers/{provider_uid}"
    for change, words in (({"color": "blue"}, "no colour"), ({"logo": "aGVsbG8="}, "must be a PNG"), ({"nextNumber": 1}, "number on from there")):
        assert words in refusal(replace(api, path, **change), 400)
    assert replace(api, path, prefix="2026/", nextNumber=1, paymentDays=14, footer="IBAN DE02 1234", color="#aa2200").status_code == 200
    made = make(api, companies["Billing Birch"], TO + DAY, TO + DAY).json()["data"]
    assert made["name"] == "2026/000001" and made["dueDate"][:10] == str(TODAY + 14 * DAY)
    text = subprocess.run(["pdftotext", "-", "-"], input=api.call("GET", f"{INVOICES}/{made['instanceUid']}/pdf").content, capture_output=True, check=True).stdout.decode()
    assert "IBAN DE02 1234" in text


def test_nobody_sees_anothers(console, api, companies, invoice):
    base = f"https://127.0.0.1:{console.port}"
    alder, birch = Client(base, "billingalder", PASSWORD), Client(base, "billingbirch", PASSWORD)
    mine = alder.data(f"{INVOICES}/{invoice['instanceUid']}")
    assert mine["amount"] == TOTALS["totalGross"] and mine["notes"] == [], "notes are for who made it"
    assert mine["issuerName"] == console.sql("select name from core.organization where type = 'Provider'")[0]
    for path in (f"{INVOICES}/{invoice['instanceUid']}", f"{INVOICES}/{invoice['instanceUid']}/pdf", f"{OWN}/invoices/{invoice['instanceUid']}/file"):
        assert birch.call("GET", path).status_code == 404
    assert {row["organizationUid"] for row in birch.data(INVOICES)} <= {companies["Billing Birch"]}
    assert birch.data(f"{OWN}/invoices/{invoice['instanceUid']}/charges") == []
    for client, path in ((alder, PLANS), (alder, f"{OWN}/billing/companies")):
        assert client.call("GET", path).status_code == 403
    assert make(alder, companies["Billing Alder"]).status_code == preview(alder, companies["Billing Alder"]).status_code == 403
    reseller = Client(base, "billingreseller", PASSWORD)
    assert reseller.data(PLANS) == [] and make(reseller, companies["Billing Alder"]).status_code == preview(reseller, companies["Billing Alder"]).status_code == 400
    own = reseller.call("POST", PLANS, json={**PLAN, "name": "Of the reseller"}).json()["data"]
    assert own["type"] == "Reseller"
    cedar = companies["Billing Cedar"]
    assert replace(reseller, f"/organizations/companies/{cedar}", subscriptionPlanUid=own["instanceUid"]).status_code == 200
    made = make(reseller, cedar).json()["data"]
    assert made["name"].startswith("INV-") and made["issuerUid"] == companies["Billing Reseller"] and reseller.call("GET", f"{INVOICES}/{made['instanceUid']}/pdf").status_code == 200
    plan = api.data(f"{PLANS}", filter='[{"property": "name", "operation": "equals", "value": "Gold, monthly"}]')[0]["instanceUid"]
    assert "There is no subscription plan" in refusal(replace(reseller, f"/organizations/companies/{cedar}", subscriptionPlanUid=plan), 400)


def test_published_way_to_make_them(api, companies, plan):
    birch = companies["Billing Birch"]
    path = f"/organizations/companies/{birch}"
    assert api.data(f"{path}/subscriptionPlan")["instanceUid"] == plan
    assert replace(api, f"{path}/billing/settings", includeDetails=True).json()["data"] == {"includeDetails": True, "organizationUid": birch}
    before = {row["instanceUid"] for row in api.data(f"{path}/billing/invoices", limit=1000)}
    newest = max((row["toDate"] for row in api.data(f"{path}/billing/invoices", limit=1000) if row["type"] == "Invoice"), default="")
    assert api.call("POST", f"{path}/billing/generateInvoices").status_code == 200
    made = [row for row in api.data(f"{path}/billing/invoices", limit=1000) if row["instanceUid"] not in before]
    assert len(made) == 1 and made[0]["toDate"] == str(TODAY - DAY) and made[0]["fromDate"] > newest and made[0]["hasDetails"]
    assert "nothing to invoice" in refusal(api.call("POST", f"{path}/billing/generateInvoices"), 409)
    quota = f"{path}/billing/generateQuotaUsageReport"
    assert api.call("POST", quota, params={"fromDate": str(FROM), "toDate": str(TO)}).status_code == 200
    assert [row["type"] for row in api.data(f"{path}/billing/invoices", limit=1000) if row["instanceUid"] not in before | {made[0]["instanceUid"]}] == ["QuotaUsage"]
    assert "fromDate" in refusal(api.call("POST", quota, params={"fromDate": "soon", "toDate": str(TO)}), 400)


def test_schedule_makes_up_what_was_missed_once_though_killed(console, api, companies):
    birch = companies["Billing Birch"]
    path = f"{OWN}/billing/companies/{birch}"
    for row in of_company(api, birch):
        api.call("DELETE", f"{INVOICES}/{row['instanceUid']}")
    # Three cycles of which the ledger has days, and the one that runs.
    day = TODAY.day if TODAY.day <= 28 else 28
    start = TODAY.replace(day=day)
    for _ in range(2):
        start = (start.replace(day=1) - DAY).replace(day=day)
    console.program.kill()
    console.start()
    stack.wait_for("the console", lambda: console.client().data(path))
    console.sql(f"insert into core.company_billing (company_uid, schedule, billing_day, next_from) values ('{birch}', 'Monthly', {day}, '{start}') "
                "on conflict (company_uid) do update set schedule = excluded.schedule, billing_day = excluded.billing_day, next_from = excluded.next_from")
    for _ in range(3):
        stack.time.sleep(0.3)
        console.program.kill()
        console.start()
    client = console.client()
    stack.wait_for("two cycles", lambda: len(of_company(client, birch)) == 2, 60)
    made = sorted(of_company(client, birch), key=lambda row: row["fromDate"])
    assert [row["fromDate"] for row in made] == [str(start), str((start + 31 * DAY).replace(day=day))] and all(row["isScheduled"] for row in made)
    settings = client.data(path)
    assert settings["nextFrom"] == str(TODAY.replace(day=day)) and settings["problem"] is None
    assert "another" not in str(settings) and console.sql(f"select count(*), count(distinct name) from core.invoice where organization_uid = '{birch}' and scheduled") == ["2|2"]
    assert "The usage ledger begins on" in refusal(replace(client, path, nextFrom="2020-01-01"), 400), "invoices of nothing"
    # What stands in its way is said, and it goes on when that is gone.
    assert replace(client, path, nextFrom=str(start)).status_code == 200
    stack.wait_for("the problem", lambda: "has these days already" in (client.data(path)["problem"] or ""), 30)
    assert replace(client, path, nextFrom=str(TODAY.replace(day=day))).status_code == 200
    assert client.data(path)["problem"] is None and len(of_company(client, birch)) == 2


def test_use_report_and_invoice_side_by_side(console, api, companies, invoice):
    alder, cedar = companies["Billing Alder"], companies["Billing Cedar"]
    month = TO.replace(day=1)
    whole = TODAY >= (month + 31 * DAY).replace(day=1)
    if whole:
        stack.wait_for("the report", lambda: [row for row in api.data(f"{OWN}/licenseReports") if row["month"] == f"{month:%Y-%m}"], 30)
    rows = {row["workloadType"]: row for row in api.data(f"{OWN}/reconciliation", month=str(TO), limit=1000) if row["organizationUid"] == alder}
    use = {"VBR_VM": 10, "VBR_Server_Agent": 6}
    assert {kind: rows[kind]["used"] for kind in use} == use and rows["CloudTotalUsage"]["unit"] == "GB" and rows["CloudTotalUsage"]["used"] == 500
    codes = {kind: {reason["code"] for reason in row["reasons"]} for kind, row in rows.items()}
    assert "CloudAllocatedSpace" not in rows, "promised space that is not charged is not at risk"
    assert rows["VBR_VM"]["invoiced"] == 14 and "OtherDays" in codes["VBR_VM"] and not rows["VBR_VM"]["isEqual"]
    assert {"OtherDays", "Measure"} <= codes["CloudTotalUsage"] and "the daily average" in str(rows["CloudTotalUsage"]["reasons"])
    assert codes["CC_VM_Backup"] >= {"NoPrice"} and rows["CC_VM_Backup"]["isAtRisk"]
    assert ("NoReport" in codes["VBR_VM"]) != whole
    first = api.data(f"{OWN}/reconciliation", month=str(FROM), limit=1000)
    first = {row["workloadType"]: row for row in first if row["organizationUid"] == alder}
    assert first["VBR_VM"]["used"] == 14 and not first["VBR_VM"]["isAtRisk"] and "OtherDays" in {reason["code"] for reason in first["VBR_VM"]["reasons"]}
    assert not any(reason["code"] == "Unexplained" for row in [*rows.values(), *first.values()] for reason in row["reasons"])
    assert all(row["organizationUid"] != cedar for row in rows.values())
    assert Client(f"https://127.0.0.1:{console.port}", "billingalder", PASSWORD).call("GET", f"{OWN}/reconciliation").status_code == 403


def test_schedule_after_the_report_says_what_it_waits_for(console, api, companies, plan):
    path = f"{OWN}/billing/companies/{companies['Billing Alder']}"
    assert replace(api, path, schedule="AfterReport", nextFrom=str(FROM.replace(day=1))).status_code == 200
    wanted = f"waits until the monthly report of {FROM:%Y-%m} is approved"
    stack.wait_for("what it waits for", lambda: wanted in (api.data(path)["problem"] or ""), 30)
    assert replace(api, path, schedule="None").status_code == 200 and api.data(path)["problem"] is None


def test_licence_that_customers_share_is_told(console, api, companies):
    columns = ("insert into inventory.backup_server_license (agent_uid, uid, organization_uid, backup_server_uid, auto_update_enabled, company, edition, "
               "expiration_date, support_ids, units, status, cloud_connect, unit_type, type) values ")
    row = "('{0}', gen_random_uuid(), '{1}', gen_random_uuid(), false, '{2}', 'Standard', '2030-01-01', '[\"1\"]', 50, 'Valid', 'No', 'Points', 'Rental')"
    console.sql(columns + ", ".join(row.format(AGENT, companies[name], licensee) for name, licensee in (
        ("Billing Alder", "One key"), ("Billing Birch", "One key"), ("Billing Cedar", "Another"))) + "; notify steward_changed")

    def shared(client):
        return {row["companyName"]: row["sharedWith"] for row in client.data(f"{OWN}/licenseUse", limit=1000) if row["edition"] == "Standard"}
    stack.wait_for("the licences", lambda: shared(api) == {"Billing Alder": 1, "Billing Birch": 1, "Billing Cedar": 0}, 10)
    owner = Client(f"https://127.0.0.1:{console.port}", "billingalder", PASSWORD)
    assert shared(owner) == {"Billing Alder": 0}, "a customer learns nothing of others"
