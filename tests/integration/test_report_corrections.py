# SPDX-License-Identifier: Apache-2.0
"""A month that the licence authority has is corrected: as the next version, once, though the console is killed; what was told and invoiced stays."""
import concurrent.futures
import datetime
import io

import openpyxl
import pytest

import agent_stack as stack
from agent_stack import refusal, replace
from last_month import FIRST, LAST, MONTH, TODAY
from processes import Client
from pulse import CONTRACT

PASSWORD = "Correct-Owner-1!"
OWN = "/api/steward/v1"
REPORTS = f"{OWN}/licenseReports"
AGENT = "00000000-0000-4000-8000-000000000901"
SERVER = "00000000-0000-4000-8000-000000000101"


@pytest.fixture(scope="module")
def pulse_today():
    return str(TODAY)


@pytest.fixture(scope="module")
def console_options(pulse):
    return pulse.console_options + "usage_seconds = 86400\n"


@pytest.fixture(scope="module")
def company(console):
    return console.api.ensure("/organizations/companies", "Correct Alder", {
        "organizationInput": {"name": "Correct Alder"}, "isRestAccessEnabled": True, "ownerCredentials": {"userName": "correctalder", "password": PASSWORD}})


@pytest.fixture(scope="module")
def number(console, pulse, company):
    """The report of the last month: 20 VMs and 5 servers, both at 10 points; a plan charges the VMs by the report."""
    steps = [
        f"insert into core.agent (uid, organization_uid, state, public_key_hash, csr_pem) values ('{AGENT}', '{company}', 'Accepted', '1', '')",
        "insert into inventory.backup_server (agent_uid, uid, organization_uid, installation_uid, name, version, display_version, role, status) values "
        f"('{AGENT}', '{SERVER}', '{company}', '{SERVER}', 'vbr-1', '13', '13', 'Client', 'Healthy')",
        "insert into inventory.backup_server_license (agent_uid, uid, organization_uid, backup_server_uid, auto_update_enabled, edition, status, cloud_connect, "
        f"unit_type, type) values ('{AGENT}', gen_random_uuid(), '{company}', '{SERVER}', false, 'EnterprisePlus', 'Valid', 'No', 'Points', 'Rental')"]
    steps += ["insert into inventory.license_usage (agent_uid, uid, organization_uid, backup_server_uid, server_type, workload_class, platform, unit_type, weight, "
              f"used_units, used_count, new_count) values ('{AGENT}', gen_random_uuid(), '{company}', '{SERVER}', 'BackupAndReplication', '{kind}', 'VMware', "
              f"'Points', 10, {count * 10}, {count}, 0)" for kind, count in (("Virtual machine", 20), ("Server agent", 5))]
    for day in (FIRST + datetime.timedelta(days=passed) for passed in range(LAST.day)):
        steps += [f"update inventory.backup_server set collected_at = '{day}T10:00:00Z'", f"select usage.observe('{day}', '{day}T12:00:00Z')"]
    console.sql("; ".join(steps))
    console.program.stop()
    console.start()
    client = console.client()
    report = stack.wait_for("the report", lambda: next((r for r in client.data(REPORTS) if r["month"] == MONTH and r["isWhole"]), None), 90)
    assert report["totalPoints"] == 250 and report["version"] == 1
    assert replace(client, "/pulse", token=pulse.token).status_code == 200
    assert replace(client, "/licensing/reports/settings", contractId=CONTRACT).status_code == 200
    plan = client.call("POST", "/subscriptionPlans", json={
        "name": "By report", "currency": "EUR", "taxType": "VAT", "taxPercent": 0, "discountPercent": 0, "licenses": {"backupAndReplicationEnterprisePlusEditionLicenses": {"vmPrice": 7}}}).json()["data"]["instanceUid"]
    lines = [{"category": "LicEnterprisePlusVbrVm", "measure": "Report"}]
    assert replace(client, f"{OWN}/subscriptionPlans/{plan}/measures", lines=lines).status_code == 200
    assert replace(client, f"/organizations/companies/{company}", subscriptionPlanUid=plan).status_code == 200
    return report["reportId"]


@pytest.fixture
def api(console, number):
    return console.client()


def report(api, number):
    return api.data(f"{REPORTS}/{number}")


def line(api, number, kind="VBR_VM"):
    return next(row for row in api.data(f"{REPORTS}/{number}/lines") if row["workloadType"] == kind)


def adjust(api, number, count, reason):
    answer = replace(api, f"{REPORTS}/{number}/lines/{line(api, number)['lineUid']}", reportedCount=count, reason=reason)
    assert answer.status_code == 200, answer.text


def correct(api, number, reason):
    return api.call("POST", f"{REPORTS}/{number}/correction", json={"reason": reason})


def give_up(api, number):
    return api.call("DELETE", f"{REPORTS}/{number}/correction")


def done(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def finish(api, number):
    """Approved and final."""
    assert done(api.call("POST", f"{REPORTS}/{number}/approve"))["state"] == "Approved"
    return done(api.call("POST", "/licensing/reports/finalization"))


def submitted(api, number):
    return stack.wait_for("the submission", lambda: (row := report(api, number))["submission"] == "Submitted" and row, 60)


def versions(api, number):
    return {row["version"]: row for row in api.data(f"{REPORTS}/{number}/versions")}


def counts(api, number, version):
    return {row["workloadType"]: row["reportedCount"] for row in api.data(f"{REPORTS}/{number}/versions/{version}/lines")}


def told(pulse):
    return sorted(pulse.data_of("GET", "/reports"), key=lambda row: row["version"])


def why(api, company):
    rows = api.data(f"{OWN}/reconciliation", month=str(FIRST), limit=1000)
    row = next(row for row in rows if row["organizationUid"] == company and row["workloadType"] == "VBR_VM")
    return row, {reason["code"]: reason["text"] for reason in row["reasons"]}


def test_only_what_the_authority_has_is_corrected(console, api, pulse, number):
    assert "Adjust its lines" in refusal(correct(api, number, "wrong"), 409)
    assert "No correction" in refusal(give_up(api, number), 409)
    adjust(api, number, 15, "Five were a test.")
    finish(api, number)
    first = submitted(api, number)
    assert first["authorityVersion"] == 1 and told(pulse)[0]["totalPoints"] == 200
    refusal(correct(api, number, ""), 400)
    assert "needs a reason" in refusal(correct(api, number, "  "), 400)
    assert correct(api, 4711, "none").status_code == 404 and give_up(api, 4711).status_code == 404
    owner = Client(f"https://127.0.0.1:{console.port}", "correctalder", PASSWORD)
    assert correct(owner, number, "mine").status_code == 403 and give_up(owner, number).status_code == 403
    assert owner.call("GET", f"{REPORTS}/{number}/versions").status_code == 403


def test_an_invoice_takes_what_stands(api, company, number):
    made = done(api.call("POST", f"{OWN}/invoices", json={"companyUid": company, "fromDate": str(FIRST), "toDate": str(LAST)}))
    assert made["totalNet"] == 15 * 7


def test_given_up_the_version_that_was_told_stands_again(api, company, number):
    before, lines = report(api, number), api.data(f"{REPORTS}/{number}/lines")
    opened = done(correct(api, number, "The test servers were customers' servers."))
    assert (opened["version"], opened["state"], opened["submission"], opened["totalPoints"]) == (2, "ApprovalRequired", "None", 200)
    assert opened["correctionReason"] and opened["correctedBy"] == "administrator" and not opened["isLate"]
    assert opened["missing"] == f"The correction of the report of {MONTH} is not approved."
    assert "open already" in refusal(correct(api, number, "again"), 409)
    path = f"{REPORTS}/{number}/lines/{line(api, number)['lineUid']}"
    assert "needs a reason" in refusal(replace(api, path, reportedCount=17), 400)
    adjust(api, number, 17, "Two of them.")
    assert counts(api, number, 1) == {"VBR_VM": 15, "VBR_Server_Agent": 5} and counts(api, number, 2)["VBR_VM"] == 17
    assert versions(api, number)[1]["authorityReportId"] == before["authorityReportId"]
    # What may be given up is not invoiced.
    refused = api.call("POST", f"{OWN}/invoices", json={"companyUid": company, "fromDate": str(LAST), "toDate": str(LAST), "preview": True, "allowOverlap": True})
    assert "being corrected" in refusal(refused, 409)
    assert done(api.call("POST", f"{REPORTS}/{number}/approve"))["state"] == "Approved"
    assert done(give_up(api, number)) == before
    assert api.data(f"{REPORTS}/{number}/lines") == lines and list(versions(api, number)) == [1]
    messages = [row["message"] for row in api.data("/eventLogs/activityLogs", limit=100)]
    assert any("to correct it (version 2): The test servers" in text for text in messages) and any("version 1 stands" in text for text in messages)


def test_told_once_as_the_next_version_though_the_console_is_killed(console, api, pulse, number):
    done(correct(api, number, "The test servers were customers' servers."))
    adjust(api, number, 18, "Three were no test.")
    pulse.kill()
    assert "correction of the report" in finish(api, number)["message"]
    assert "may have it already" in refusal(give_up(api, number), 409)
    console.program.kill()
    pulse.start()
    console.start()
    client = console.client()
    second = submitted(client, number)
    # As if the console had died between the authority's answer and its own note.
    console.sql("update core.license_report set submission = 'Waiting', submitted_at = null, authority_report_id = null, authority_version = null, submit_at = now() "
                f"where report_id = {number}")
    again = submitted(client, number)
    has = told(pulse)
    assert [(row["version"], row["totalPoints"], row["reason"]) for row in has] == [(1, 200, None), (2, 230, "The test servers were customers' servers.")]
    assert has[1]["reportId"] == second["authorityReportId"] == again["authorityReportId"] and again["authorityVersion"] == 2
    assert sorted((row["workloadId"], row["count"]) for row in has[1]["lines"]) == [("VBR_Server_Agent", 5), ("VBR_VM", 18)]
    assert has[1]["contractId"] == has[0]["contractId"] == CONTRACT
    book = openpyxl.load_workbook(io.BytesIO(client.call("GET", f"{REPORTS}/{number}/file", params={"format": "xlsx"}).content))
    facts = dict(row[:2] for row in book["Report"].iter_rows(values_only=True))
    assert facts["Version"] == "2, a correction: The test servers were customers' servers." and facts["Report of the authority"] == second["authorityReportId"]


def test_the_contract_stays_and_the_authority_numbers_versions(console, api, pulse, number):
    """Somebody corrected at the authority meanwhile, and reports go to another contract from now on."""
    pulse.data_of("POST", "/reports", json={"contractId": CONTRACT, "month": MONTH, "lines": [], "correction": True, "reason": "By hand."})
    assert replace(api, "/licensing/reports/settings", contractId="C-NONE").status_code == 200
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(lambda _: correct(api, number, "And one more.").status_code, range(6))) == [200] + [409] * 5
    adjust(api, number, 19, "One more.")
    finish(api, number)
    console.program.kill()  # while it is told, or before
    console.start()
    api = console.client()
    third = submitted(api, number)
    assert [row["version"] for row in told(pulse)] == [1, 2, 3, 4]
    assert (third["version"], third["authorityVersion"], third["contractId"]) == (3, 4, CONTRACT)
    history = versions(api, number)
    assert [(row["version"], row["totalPoints"], row["correctionReason"], row["isCurrent"]) for row in history.values()] == [
        (3, 240, "And one more.", True), (2, 230, "The test servers were customers' servers.", False), (1, 200, None, False)]
    assert all(row["submission"] == "Submitted" and row["submittedAt"] and row["finalizedBy"] == "administrator" for row in history.values())
    assert [counts(api, number, version)["VBR_VM"] for version in (1, 2, 3)] == [15, 18, 19]
    assert {row["reportId"] for row in told(pulse)} > {row["authorityReportId"] for row in history.values()}


def test_what_the_authority_refuses_can_be_given_up(console, api, pulse, number):
    done(correct(api, number, "Refused."))
    console.sql(f"update core.license_report set contract_id = 'C-NONE' where report_id = {number}")
    finish(api, number)
    refused = stack.wait_for("the refusal", lambda: (row := report(api, number))["submission"] == "Refused" and row, 30)
    assert "C-NONE" in refused["problem"] and f"Pulse refused the correction of the report of {MONTH}" in refused["missing"]
    stands = done(give_up(api, number))
    assert (stands["version"], stands["submission"], stands["contractId"], stands["missing"]) == (3, "Submitted", CONTRACT, None)


def test_reconciliation_says_what_an_invoice_was_made_of(api, company, number):
    row, reasons = why(api, company)
    assert (row["used"], row["reported"], row["invoiced"], row["isEqual"]) == (20, 19, 15, False)
    invoice = row["invoices"]
    assert reasons["Corrected"] == (f"Version 3 of the report has 19 instead of the 18 of version 2 (And one more.). Invoice {invoice} was made when version 1 "
                                    "was there, and has its 15.")
    assert [one["totalNet"] for one in api.data("/organizations/companies/billing/invoices") if one["name"] == invoice] == [15 * 7]
    done(correct(api, number, "Nothing yet."))
    assert why(api, company)[1]["Corrected"] == reasons["Corrected"] and "The correction" in why(api, company)[1]["ReportOpen"]
    done(give_up(api, number))
