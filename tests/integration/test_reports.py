# SPDX-License-Identifier: Apache-2.0
"""The monthly report of licence use: built when the month is over, adjusted, approved, finalized and told to a real licence authority once."""
import csv
import io

import pytest

import agent_stack as stack
from agent_stack import refusal, replace
from last_month import FIRST, LAST, MONTH, TODAY
from processes import Client
from pulse import CONTRACT

PASSWORD = "Report-Owner-1!"
REPORTS = "/api/steward/v1/licenseReports"
SERVER = "00000000-0000-4000-8000-000000000101"
AGENT = "00000000-0000-4000-8000-000000000901"


@pytest.fixture(scope="module")
def pulse_today():
    return str(TODAY)


@pytest.fixture(scope="module")
def console_options(pulse):
    return pulse.console_options + "usage_seconds = 86400\n"


@pytest.fixture(scope="module")
def company(console):
    body = {"organizationInput": {"name": "Report Alder"}, "ownerCredentials": {"userName": "reportalder", "password": PASSWORD}, "isRestAccessEnabled": True}
    return console.api.ensure("/organizations/companies", "Report Alder", body)


@pytest.fixture(scope="module")
def last_month(console, company):
    """Every day of the last month in the ledger, then the console at its work: it signs them and builds the report."""
    console.sql(
        f"insert into core.agent (uid, organization_uid, state, public_key_hash, csr_pem) values ('{AGENT}', '{company}', 'Accepted', '1', '');"
        "insert into inventory.backup_server (agent_uid, uid, organization_uid, installation_uid, name, version, display_version, role, status) values "
        f"('{AGENT}', '{SERVER}', '{company}', '{SERVER}', '=vbr, \"one\"', '13', '13', 'Client', 'Healthy');"
        + "".join("insert into inventory.license_usage (agent_uid, uid, organization_uid, backup_server_uid, server_type, workload_class, platform, unit_type, "
                  f"weight, used_units, used_count, new_count) values ('{AGENT}', gen_random_uuid(), '{company}', '{SERVER}', 'BackupAndReplication', '{kind}', "
                  f"'{platform}', 'Points', 12, 0, 0, 0);" for kind, platform in (("Virtual machine", "VMware"), ("Server agent", "WindowsServer"))))
    steps = []
    for day in range(1, LAST.day + 1):
        at = f"{FIRST.replace(day=day)}"
        used = 10 + day % 5 if day != 17 else 30
        if at != str(LAST):  # on the last day the server is silent
            steps.append(f"update inventory.backup_server set collected_at = '{at}T10:00:00Z'")
            steps.append(f"update inventory.license_usage set used_count = {used}, new_count = 2, weight = 12.5, used_units = {used} * 12.5")
        steps.append(f"select usage.observe('{at}', '{at}T12:00:00Z')")
    console.sql("; ".join(steps))
    console.program.stop()
    console.start()
    return stack.wait_for("the report", lambda: (rows := console.client().data(REPORTS)) and rows[0], 90)


@pytest.fixture
def api(console, last_month):
    return console.client()


def report(api, number):
    return api.data(f"{REPORTS}/{number}")


def lines(api, number):
    return api.data(f"{REPORTS}/{number}/lines", limit=1000)


def test_built_by_itself_with_what_is_missing(api, company, last_month):
    assert (last_month["month"], last_month["state"], last_month["isWhole"]) == (MONTH, "ApprovalRequired", True)
    assert (last_month["firstDay"], last_month["lastDay"]) == (str(FIRST), str(LAST))
    rows = lines(api, last_month["reportId"])
    assert {row["workloadType"]: (row["initialCount"], row["newCount"], row["weight"], row["points"], row["peakDay"]) for row in rows} == {
        kind: (28, 2, 12.5, 350, f"{MONTH}-17") for kind in ("VBR_VM", "VBR_Server_Agent")}
    assert last_month["totalPoints"] == 700
    gaps = {row["kind"]: row for row in api.data(f"{REPORTS}/{last_month['reportId']}/gaps")}
    assert set(gaps) == {"NotReported", "NotMapped"} and gaps["NotReported"]["days"] == 1 and str(LAST) in gaps["NotReported"]["detail"]
    assert "was built already" in refusal(api.call("POST", REPORTS, json={"month": MONTH}), 409)
    assert "has no day of 2020-01" in refusal(api.call("POST", REPORTS, json={"month": "2020-01"}), 409)
    refusal(api.call("POST", REPORTS, json={"month": "2026-13"}), 400)


def test_published_form(api, company, last_month):
    single = api.data("/licensing/reports")[0]
    for path in (MONTH, str(LAST), str(FIRST)):
        assert api.data(f"/licensing/reports/{path}") == [single]
    assert api.data("/licensing/reports/latest")[0]["reportParameters"]["reportId"] == last_month["reportId"]
    assert api.data("/licensing/reports/2020-01-01") == []
    assert single["reportSummary"]["totalPoints"] == 700 and single["reportStatus"] == "ApprovalRequired"
    usage = single["usageDetails"][0]
    assert usage["organizationUid"] == company and usage["notCollectedClientServers"] == ['=vbr, "one"']
    weights = usage["usageByLicenseAndProduct"][0]["workloadUsage"][0]["workloadsByPlatform"][0]["objectsByWeight"]
    assert weights == [{"weight": 12.5, "initialCount": 28, "reportedCount": 28, "newCount": 2, "usedPoints": 350}]


def test_every_line_leads_to_the_ledger(api, last_month):
    for row in lines(api, last_month["reportId"]):
        proof = api.data(f"{REPORTS}/{last_month['reportId']}/lines/{row['lineUid']}/ledgerRows")
        assert [(one["day"], one["usedCount"] - one["newCount"], one["workloadType"], one["isSealed"]) for one in proof] == [
            (row["peakDay"], row["initialCount"], row["workloadType"], True)]


def test_adjusted_with_a_reason_only(api, last_month):
    number = last_month["reportId"]
    row = next(one for one in lines(api, number) if one["workloadType"] == "VBR_VM")
    path = f"{REPORTS}/{number}/lines/{row['lineUid']}"
    assert "needs a reason" in refusal(replace(api, path, reportedCount=20), 400)
    assert "needs a reason" in refusal(replace(api, path, reportedCount=20, reason="  "), 400)
    assert "weight is that of the usage ledger" in refusal(replace(api, path, weight=1, reason="cheaper"), 400)
    assert api.data(path) == row
    answer = replace(api, path, reportedCount=20, reason="Eight were a test.")
    assert answer.status_code == 200, answer.text
    after = answer.json()["data"]
    assert (after["initialCount"], after["reportedCount"], after["points"], after["reason"]) == (28, 20, 250, "Eight were a test.")
    assert after["adjustedBy"] and report(api, number)["adjustedCount"] == 1
    assert "needs a reason" in refusal(replace(api, path, reportedCount=19), 400)


def test_csv_is_the_lines(api, last_month):
    number = last_month["reportId"]
    answer = api.call("GET", f"/licensing/reports/{number}/csv")
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/csv")
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    rows = lines(api, number)
    assert [one["lineUid"] for one in table] == [one["lineUid"] for one in rows]
    for text, row in zip(table, rows):
        for name in ("reportedCount", "initialCount", "newCount", "points", "weight"):
            assert float(text[name]) == row[name], name
        assert text["serverName"].endswith('=vbr, "one"') and text["serverName"][0] != "=" and text["peakDay"] == row["peakDay"]
    assert api.call("GET", "/licensing/reports/4711/csv").status_code == 404


def test_a_customer_sees_nothing(console, last_month):
    owner = Client(f"https://127.0.0.1:{console.port}", "reportalder", PASSWORD)
    for path in (REPORTS, f"{REPORTS}/{last_month['reportId']}/lines", "/licensing/reports", "/licensing/reports/latest", "/licensing/reports/settings",
                 f"/licensing/reports/{last_month['reportId']}/csv"):
        assert owner.call("GET", path).status_code == 403, path
    assert owner.call("POST", "/licensing/reports/finalization").status_code == 403
    assert owner.call("POST", f"{REPORTS}/{last_month['reportId']}/approve").status_code == 403


def test_a_look_ahead_cannot_be_approved(api):
    ahead = api.call("POST", REPORTS, json={"month": f"{TODAY:%Y-%m}"})
    if ahead.status_code == 409:  # nothing was observed in this month yet
        return
    row = ahead.json()["data"]
    assert row["isWhole"] is False
    assert "was not over" in refusal(api.call("POST", f"{REPORTS}/{row['reportId']}/approve"), 409)


def finalize(api):
    answer = api.call("POST", "/licensing/reports/finalization")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_told_to_the_authority_once_though_it_dies(console, api, pulse, last_month):
    number = last_month["reportId"]
    assert finalize(api)["reportApprovalStatus"] == "NotApproved"
    approved = api.call("POST", f"{REPORTS}/{number}/approve")
    assert approved.status_code == 200 and approved.json()["data"]["state"] == "Approved"
    line = lines(api, number)[0]
    assert "approved already" in refusal(replace(api, f"{REPORTS}/{number}/lines/{line['lineUid']}", reportedCount=1, reason="late"), 409)
    assert replace(api, "/pulse", token=pulse.token).status_code == 200
    assert "valid contracts" in refusal(api.call("POST", "/licensing/reports/finalization"), 409)
    assert replace(api, "/licensing/reports/settings", contractId="C-NONE").status_code == 200
    assert finalize(api)["reportApprovalStatus"] == "Finalization"
    refused = stack.wait_for("the refusal", lambda: (row := report(api, number))["submission"] == "Refused" and row, 30)
    assert "C-NONE" in refused["problem"]

    assert replace(api, "/licensing/reports/settings", contractId=CONTRACT).status_code == 200
    pulse.kill()
    assert finalize(api)["reportApprovalStatus"] == "Finalization"
    waits = stack.wait_for("the reason", lambda: (row := report(api, number))["problem"] and row, 30)
    assert waits["submission"] == "Waiting" and "does not answer" in waits["problem"]
    pulse.start()
    done = stack.wait_for("the submission", lambda: (row := report(api, number))["submission"] == "Submitted" and row, 60)
    # As if the console had died between the authority's answer and its own note.
    console.sql("update core.license_report set submission = 'Waiting', submitted_at = null, authority_report_id = null, submit_at = now() "
                f"where report_id = {number}")
    again = stack.wait_for("the second submission", lambda: (row := report(api, number))["submission"] == "Submitted" and row, 60)
    told = pulse.data_of("GET", "/reports")
    assert [one["reportId"] for one in told] == [done["authorityReportId"]] == [again["authorityReportId"]]
    assert told[0]["month"] == MONTH and told[0]["version"] == 1 and told[0]["totalPoints"] == done["authorityPoints"] == done["totalPoints"] == 600
    assert sorted((one["workloadId"], one["count"], one["weight"]) for one in told[0]["lines"]) == [("VBR_Server_Agent", 28, 12.5), ("VBR_VM", 20, 12.5)]
    assert finalize(api)["reportApprovalStatus"] == "Finalized"
    assert report(api, number)["state"] == "Finalization" and report(api, number)["finalizedBy"]


def test_settings(api):
    assert replace(api, "/licensing/reports/settings", autoApprove=True).json()["data"]["autoApprove"] is True
    assert api.data("/licensing/reports/settings")["autoApprove"] is True
