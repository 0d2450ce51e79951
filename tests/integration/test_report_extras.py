# SPDX-License-Identifier: Apache-2.0
"""The monthly report as a file, reminders of one that nobody finishes, and the look at what a month will come to."""
import datetime
import io
import subprocess

import openpyxl
import pytest

import agent_stack as stack
from agent_stack import refusal, replace
from last_month import FIRST, LAST, MONTH, TODAY
from processes import Client

PASSWORD = "Extras-Owner-1!"
REPORTS = "/api/steward/v1/licenseReports"
FORECAST = "/api/steward/v1/usage/forecast"
SERVER = "00000000-0000-4000-8000-000000000101"


@pytest.fixture(scope="module")
def console_options():
    return "usage_seconds = 86400\n"


@pytest.fixture(scope="module")
def companies(console):
    return {name: console.api.ensure("/organizations/companies", name, {
        "organizationInput": {"name": name}, "isRestAccessEnabled": True, "ownerCredentials": {"userName": user, "password": PASSWORD}})
        for name, user in (("Łukasz Müller & Söhne", "extrasone"), ("=Birch 日本", "extrastwo"))}


@pytest.fixture(scope="module")
def number(console, companies):
    """The report of the last month; the ledger has its last day and all days since."""
    steps = ["insert into usage.weight values ('VAC_Server_Agent', '2020-01-01', 6)"]
    for position, company in enumerate(companies.values(), 1):
        agent = f"00000000-0000-4000-8000-00000000090{position}"
        server = SERVER[:-1] + str(position)
        steps.append(f"insert into core.agent (uid, organization_uid, state, public_key_hash, csr_pem) values ('{agent}', '{company}', 'Accepted', '{position}', '')")
        steps.append("insert into inventory.backup_server (agent_uid, uid, organization_uid, installation_uid, name, version, display_version, role, status) "
                     f"values ('{agent}', '{server}', '{company}', '{server}', 'vbr-{position}', '13', '13', 'Client', 'Healthy')")
        steps.append("insert into inventory.license_usage (agent_uid, uid, organization_uid, backup_server_uid, server_type, workload_class, platform, "
                     f"unit_type, weight, used_units, used_count, new_count) values ('{agent}', gen_random_uuid(), '{company}', '{server}', "
                     f"'BackupAndReplication', 'Virtual machine', 'VMware', 'Points', 12.5, 0, {10 * position}, 2)")
    for day in (LAST + datetime.timedelta(days=passed) for passed in range((TODAY - LAST).days + 1)):
        steps.append(f"update inventory.backup_server set collected_at = '{day}T00:00:00Z'")
        steps.append(f"select usage.observe('{day}', '{day}T00:00:01Z')")
    console.sql("; ".join(steps))
    console.program.stop()  # it signs when it starts
    console.start()
    report = stack.wait_for("the report", lambda: next((r for r in console.client().data(REPORTS) if r["month"] == MONTH and r["isWhole"]), None), 90)
    return report["reportId"]


@pytest.fixture
def api(console, number):
    return console.client()


def owner(console, user):
    return Client(f"https://127.0.0.1:{console.port}", user, PASSWORD)


def test_the_file_says_what_the_report_says(api, number, tmp_path):
    line = next(row for row in api.data(f"{REPORTS}/{number}/lines") if row["organizationName"] == "=Birch 日本")
    assert replace(api, f"{REPORTS}/{number}/lines/{line['lineUid']}", reportedCount=15, reason="Three were a test.").status_code == 200
    answer = api.call("GET", f"{REPORTS}/{number}/file")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/pdf"
    assert f'filename="licence-report-{number}.pdf"' in answer.headers["Content-Disposition"]
    (tmp_path / "report.pdf").write_bytes(answer.content)
    text = subprocess.run(["pdftotext", "-layout", tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True).stdout
    report = api.data(f"{REPORTS}/{number}")
    assert report["totalPoints"] == 8 * 12.5 + 15 * 12.5 == 287.5
    for wanted in (f"Licence report {FIRST:%B %Y}", MONTH, "Not approved", "Łukasz Müller & Söhne", "287.5", "Adjustments", "Three were a test.", "NotMapped", "vbr-2"):
        assert wanted in text, (wanted, text)

    answer = api.call("GET", f"{REPORTS}/{number}/file", params={"format": "xlsx"})
    assert answer.status_code == 200 and answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Report", "Points by organization", "Points by kind of workload", "Lines", "Adjustments", "Missing, late or doubtful"]
    rows = {row[0]: row for row in book["Lines"].iter_rows(min_row=2, values_only=True)}
    assert set(rows) == {"Łukasz Müller & Söhne", "=Birch 日本"} and rows["=Birch 日本"][5:] == (18, 15, 12.5, 187.5)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    summary = dict(row[:2] for row in book["Report"].iter_rows(values_only=True))
    assert summary["Points"] == 287.5 and summary["State"] == "Not approved" and summary["Of them adjusted"] == 1
    refusal(api.call("GET", f"{REPORTS}/{number}/file", params={"format": "doc"}), 400)
    assert api.call("GET", f"{REPORTS}/4711/file").status_code == 404


def test_reminders_once_a_day(console, api, number):
    first = TODAY.replace(day=1)
    for day in range(5):
        for hour in (0, 9, 23):
            console.sql(f"select core.remind_license_report('{first + datetime.timedelta(days=day)}T{hour:02}:30:00Z')")
    console.program.stop()
    console.start()
    rows = console.client().data(f"{REPORTS}/{number}/reminders")
    assert [(row["day"], row["daysLeft"]) for row in rows] == [(str(first + datetime.timedelta(days=day)), 4 - day) for day in (4, 3, 2, 1, 0)]
    assert rows[0]["text"] == f"The report of {MONTH} is not approved. Today is the last day." and rows[0]["month"] == MONTH
    log = [row for row in console.client().data("/eventLogs/activityLogs", limit=1000, activityLogKind="Internal") if f"The report of {MONTH}" in row["message"]]
    assert sorted(row["message"] for row in log) == sorted(row["text"] for row in rows)
    report = console.client().data(f"{REPORTS}/{number}")
    assert report["missing"] == f"The report of {MONTH} is not approved." and report["isLate"] is (TODAY.day > 5)


def forecast(client, **body):
    answer = client.call("POST", FORECAST, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_forecast(api, companies):
    one, two = companies.values()
    data = forecast(api)
    assert (data["month"], data["today"]) == (f"{TODAY:%Y-%m}", str(TODAY))
    lines = {(line["companyUid"], line["workloadType"]): line for line in data["lines"]}
    assert set(lines) == {(one, "VBR_VM"), (two, "VBR_VM")}
    assert lines[one, "VBR_VM"] == {
        "companyUid": one, "companyName": "Łukasz Müller & Söhne", "workloadType": "VBR_VM", "weight": 12.5, "countToday": 8, "peakSoFar": 8,
        "newFreeUntilFirst": 2, "monthEndCount": 8, "monthEndPoints": 100, "nextMonthPoints": 125, "addedCount": 0, "addedPoints": 0}
    assert data["totals"]["monthEndPoints"] == 26 * 12.5 and data["totals"]["nextMonthPoints"] == 30 * 12.5

    more = forecast(api, companyUid=one, add=[{"workloadType": "VBR_VM", "count": 4}, {"workloadType": "VAC_Server_Agent", "count": 3}])
    added = {line["workloadType"]: line for line in more["lines"]}
    assert (added["VBR_VM"]["addedCount"], added["VBR_VM"]["addedPoints"], added["VBR_VM"]["monthEndPoints"]) == (4, 50, 100)
    assert (added["VAC_Server_Agent"]["companyUid"], added["VAC_Server_Agent"]["weight"], added["VAC_Server_Agent"]["addedPoints"]) == (one, 6, 18)
    assert more["totals"]["nextMonthPointsWithAdded"] == 125 + 68
    nobody = forecast(api, add=[{"workloadType": "VBR_VM", "count": 1}])
    assert next(line for line in nobody["lines"] if line["companyUid"] is None)["addedPoints"] == 12.5
    assert forecast(api) == data, "nothing is stored"


def test_forecast_refusals(api):
    assert "POST /api/steward/v1/usage/weights" in refusal(api.call("POST", FORECAST, json={"add": [{"workloadType": "CC_VM_Backup", "count": 1}]}), 400)
    assert "backup server tells it" in refusal(api.call("POST", FORECAST, json={"add": [{"workloadType": "VBR_NAS_Backup", "count": 1}]}), 400)
    refusal(api.call("POST", FORECAST, json={"add": [{"workloadType": "VBR_VM", "count": 0}]}), 400)
    refusal(api.call("POST", FORECAST, json={"add": [{"workloadType": "Nothing", "count": 1}]}), 400)
    assert api.call("POST", FORECAST, json={"companyUid": SERVER}).status_code == 404


def test_a_customer_asks_for_itself_only(console, api, companies):
    one, two = companies.values()
    client = owner(console, "extrasone")
    data = forecast(client, add=[{"workloadType": "VBR_VM", "count": 1}])
    assert {line["companyUid"] for line in data["lines"]} == {one} and data["totals"]["nextMonthPointsWithAdded"] == 137.5
    assert client.call("POST", FORECAST, json={"companyUid": two}).status_code == 404
    assert client.call("POST", FORECAST, json={"add": [{"workloadType": "VBR_VM", "count": 1, "companyUid": two}]}).status_code == 404


def test_the_console_reminds_by_itself(console, number):
    """On the 3rd of the next month, by a clock that is ahead; also when it is started again."""
    third = (TODAY.replace(day=1) + datetime.timedelta(days=32)).replace(day=3)
    console.program.stop()
    console.program.command = [*stack.at_another_time(f"+{(third - TODAY).days}d"), *console.program.command]
    for _ in range(2):
        console.start()
        client = console.client()
        report = stack.wait_for("the report", lambda: next((r for r in client.data(REPORTS) if r["month"] == f"{TODAY:%Y-%m}" and r["isWhole"]), None), 90)
        rows = stack.wait_for("the reminder", lambda: client.data(f"{REPORTS}/{report['reportId']}/reminders"), 30)
        assert [(row["day"], row["daysLeft"]) for row in rows] == [(str(third), 2)]
        console.program.stop()
    assert console.program.log.read_text().count("2 days remain until the 5th") == 1
