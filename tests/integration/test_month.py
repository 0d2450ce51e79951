# SPDX-License-Identifier: Apache-2.0
"""Thirty companies over four billing cycles, March to July 2026, by the console's own rounds: it, its PostgreSQL, the licence authority, three backup servers
and their agents run as real processes, and a test moves the clock of all of them (libfaketime).

Companies 28 to 30 have a simulated backup server of their own that an agent reads, and get licences that are made at the authority. What the others have is put
into the inventory in the place of agents, by the rule in month_fleet.py. To 17 April each day is lived through; then some days are jumped over, and the console
makes them up. All rows of the ledger are written and sealed, reports built and invoices made by the console.

Reports and invoices are compared with month_recount.py, which starts from the raw rows of the ledger; one invoice with numbers computed by hand."""
import collections
import datetime
import subprocess
from fractions import Fraction

import pytest

import agent_stack as stack
import month_recount as recount
from agent_stack import replace
from month_fleet import DAY, GIB, Clock
from month_recount import Charge
from month_stack import FIRST, OWN, REAL, REPORTS, Month

JULY_17 = datetime.date(2026, 7, 17)
MONTHS = {f"2026-{month:02}": (datetime.date(2026, month, 1), datetime.date(2026, month + 1, 1) - DAY) for month in (3, 4, 5, 6)}
ADJUSTED = "Two were a test."


class Plan:
    def __init__(self, name, currency, digits, discount, tax, sections, charges, of_reseller=False):
        self.digits, self.discount, self.tax, self.charges, self.of_reseller = digits, discount, tax, charges, of_reseller
        self.body = {"name": name, "currency": currency, "taxType": "VAT", "taxPercent": float(tax), "discountPercent": float(discount), **sections}


GOLD = Plan("Gold", "EUR", 2, "3.5", "20", {
    "managedBackup": {"monitoredServicePrice": 30, "remoteManagedVmPrice": 3.15, "remoteFreeManagedVms": 5, "remoteManagedServerAgentPrice": 11.905},
    "cloudBackup": {"cloudRepositoryConsumedSpacePrice": 1.99, "cloudRepositoryConsumedSpaceUnits": "GB", "cloudRepositoryConsumedSpaceChunkSize": 50},
    "licenses": {"backupAndReplicationEnterprisePlusEditionLicenses": {"vmPrice": 6.666}}}, [
        Charge("MonitoredServices", (), "30"),
        Charge("ManagedRemoteVm", ("VBR_VM",), "3.15", 5),
        Charge("ManagedRemoteServer", ("VBR_Server_Agent", "VAC_Server_Agent"), "11.905", measure="Snapshot"),
        Charge("CloudRepositoryConsumedSpace", ("CloudTotalUsage",), "1.99", chunk=50, unit=GIB, measure="Average"),
        Charge("LicEnterprisePlusVbrVm", ("VBR_VM",), "6.666", edition="EnterprisePlus", measure="Report")])
YEN = Plan("Yen", "JPY", 0, "0", "10", {
    "managedBackup": {"managedServicePrice": 1000, "remoteManagedVmPrice": 333.3, "remoteManagedWorkstationPrice": 99.99},
    "cloudBackup": {"vmCloudBackupsPrice": 50.5, "serverCloudBackupsPrice": 120.25}}, [
        Charge("ManagedServices", (), "1000"),
        Charge("ManagedRemoteVm", ("VBR_VM",), "333.3", measure="Average"),
        Charge("ManagedRemoteWorkstation", ("VBR_Workstation_Agent", "VAC_Workstation_Agent"), "99.99", measure="Average"),
        Charge("CloudVmBackup", ("CC_VM_Backup",), "50.5", measure="Peak"),
        Charge("CloudServerBackup", ("CC_Server_Backup",), "120.25", measure="Average")])
DINAR = Plan("Dinar", "KWD", 3, "12.345", "5", {
    "managedBackup": {"remoteManagedVmPrice": 1.2345, "remoteManagedServerAgentPrice": 0.7},
    "cloudBackup": {"cloudRepositoryConsumedSpacePrice": 0.35, "cloudRepositoryConsumedSpaceUnits": "GB", "cloudRepositoryConsumedSpaceChunkSize": 100,
                    "freeCloudRepositoryConsumedSpace": 150, "freeCloudRepositoryConsumedSpaceUnits": "GB", "roundUpUsedSpace": True},
    "licenses": {"backupAndReplicationEnterpriseEditionLicenses": {"vmPrice": 0.7777, "serverPrice": 0.1}}}, [
        Charge("ManagedRemoteVm", ("VBR_VM",), "1.2345"),
        Charge("ManagedRemoteServer", ("VBR_Server_Agent", "VAC_Server_Agent"), "0.7", measure="Average"),
        Charge("CloudRepositoryConsumedSpace", ("CloudTotalUsage",), "0.35", 150, 100, GIB, measure="Peak", round_up=True),
        Charge("LicEnterpriseVbrVm", ("VBR_VM",), "0.7777", edition="Enterprise", measure="Peak"),
        Charge("LicEnterpriseVbrServer", ("VBR_Server_Agent",), "0.1", edition="Enterprise", measure="Report")])
OF_RESELLER = Plan("Of the reseller", "EUR", 2, "0", "19", {"managedBackup": {"remoteManagedVmPrice": 5.55, "remoteManagedServerAgentPrice": 2.22}}, [
    Charge("ManagedRemoteVm", ("VBR_VM",), "5.55", measure="Average"),
    Charge("ManagedRemoteServer", ("VBR_Server_Agent", "VAC_Server_Agent"), "2.22", measure="Peak")], of_reseller=True)

# Company 2 from 17 March to 16 April, by hand:
#   fee                                                                                                                    30.00
#   VMs: highest on 3 April, 27, less 5 free; 22 at 3.15                                                                   69.30
#   servers: on the last day 7, at 11.905 = 83.335                                                                         83.34
#   space: 300 GB on 30 days and 455 GB on the 21st are 9455 in 31 days, 305 on average; in 50s, 6.1 at 1.99 = 12.139      12.14
#   licences: the report of March has 20 (23 less the 3 new ones), put right to 18; at 6.666 = 119.988                    119.99
#   sum 314.77; discount 3.5 % = 11.01695; left 303.75; VAT 20 % = 60.75
#   discount by lines: 105.03 242.62 291.77 42.50 420.08 hundredths, rounded down 1100; the two that are left go to .77 and .62
#   VAT by lines: 579 1337.4 1608.4 234.4 2315.8 hundredths, rounded down 6073; the two that are left go to .8 and the first .4
BY_HAND = {"MonitoredServices": (30.00, 1.05, 5.79, 34.74), "ManagedRemoteVm": (69.30, 2.43, 13.38, 80.25), "ManagedRemoteServer": (83.34, 2.92, 16.08, 96.50),
           "CloudRepositoryConsumedSpace": (12.14, 0.42, 2.34, 14.06), "LicEnterprisePlusVbrVm": (119.99, 4.20, 23.16, 138.95)}
TOTALS = {"totalNet": 314.77, "totalDiscount": 11.02, "totalTax": 60.75, "totalGross": 364.50}


def plan_of(company):
    return OF_RESELLER if company.of_reseller else (GOLD, YEN, DINAR)[company.number // 3 % 3]


def waiting_for_the_report(month):
    """Companies that are due on the 1st with licences by the report."""
    return sorted(one.uid for one in month.companies.values() if (one.schedule, one.billing_day) == ("Monthly", 1)
                  and any(charge.measure == "Report" for charge in plan_of(one).charges))


def waiting_for_approval(month):
    """Companies that are invoiced when the report is approved."""
    return sorted(one.uid for one in month.companies.values() if one.schedule == "AfterReport")


@pytest.fixture(scope="module")
def month(folder):
    clock = Clock(folder)
    clock.set(FIRST)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in clock.environment().items():
            patch.setenv(name, value)
        month = Month(folder, clock)
        try:
            month.start(plan_of)
            yield month
        finally:
            month.stop()
            clock.tidy()


@pytest.fixture(scope="module")
def march(month):
    """Day by day. Two servers get licences on the 1st; the third one's is ordered on the 10th, while its agent is stopped until the 12th."""
    tasks = [month.push(number, 30 + number) for number in REAL[1:]]
    told = [month.done(uid) for uid in tasks]
    month.steps(FIRST.replace(day=9))
    month.agents[28].program.stop()
    month.away.add(28)
    month.step(FIRST.replace(day=10))
    late = month.push(28, 58)
    waits = stack.wait_for("the reason", lambda: (row := month.task(late))["step"] == "Install" and "connects" in (row["message"] or "") and row, 30, 0.2)
    month.step(FIRST.replace(day=11))
    month.move(FIRST.replace(day=12))
    month.agents[28].program.start()
    month.away.clear()
    month.settle()
    told.append(month.done(late))
    month.steps(FIRST.replace(day=31))
    return {"waits": waits, "told": told}


@pytest.fixture(scope="module")
def april(month, march):
    """Pulse is away from 31 March to 2 April. The console is killed on the 1st, when invoices are due."""
    out = {}
    month.pulse.kill()
    tasks = [month.push(number, 40 + number) for number in REAL[1:]]
    month.move(FIRST.replace(month=4))
    console = month.console
    out["made before the kill"] = len(stack.wait_for("the first invoice", month.invoices, 30, 0.01))
    console.program.kill()
    console.start()
    console.program.kill()
    console.start()
    month.settle()
    report = month.built("2026-03")
    out["built"] = {"report": report, "lines": month.report_lines(report)}
    problems = "select company_uid || ' ' || problem from core.company_billing where problem is not null order by 1"
    waiting = len(waiting_for_the_report(month)) + len(waiting_for_approval(month))
    out["problems"] = stack.wait_for("invoices that wait", lambda: len(rows := month.console.sql(problems)) >= waiting and rows, 30, 0.2)
    line = next(row for row in out["built"]["lines"] if row["organizationUid"] == month.companies[2].uid and row["workloadType"] == "VBR_VM")
    api = month.api()
    assert replace(api, f"{REPORTS}/{report['reportId']}/lines/{line['lineUid']}", reportedCount=18, reason=ADJUSTED).status_code == 200
    assert api.call("POST", f"{REPORTS}/{report['reportId']}/approve").status_code == 200
    month.finalize()
    out["waits"] = stack.wait_for("the reason", lambda: (row := month.report("2026-03"))["problem"] and row, 30, 0.2)
    month.step(datetime.date(2026, 4, 2))
    out["tasks meanwhile"] = [month.task(uid) for uid in tasks]
    month.step(datetime.date(2026, 4, 3))
    month.pulse.start()
    month.clock.forward(minutes=10)
    out["tasks"] = [month.done(uid) for uid in tasks]
    out["told"] = month.submitted("2026-03")
    month.steps(datetime.date(2026, 4, 17))
    stack.wait_for("invoices to the 16th", lambda: len([row for row in month.invoices() if row.endswith("2026-03-17 2026-04-16")]) == 10, 30, 0.2)
    assert replace(month.api(), "/licensing/reports/settings", autoApprove=True).status_code == 200
    return out


@pytest.fixture(scope="module")
def rest(month, april):
    """To 17 July. Reports approve themselves. The report of April is cut: Pulse takes it and dies before its answer arrives, and the console dies too."""
    out = {}
    month.steps(datetime.date(2026, 4, 30), 4)
    month.step(datetime.date(2026, 5, 1))
    month.built("2026-04")
    month.gate.set(delayMilliseconds=1500)
    month.finalize()
    stack.wait_for("the report at Pulse", lambda: [row for row in month.pulse.data_of("GET", "/reports") if row["month"] == "2026-04"], 60, 0.02)
    month.pulse.kill()
    month.gate.set(mode="reset")
    out["cut"] = month.console.sql("select submission from core.license_report where month = '2026-04-01'")
    month.console.program.kill()
    month.pulse.start()
    month.gate.set(mode="pass")
    month.console.start()
    month.clock.forward(minutes=10)
    out["told"] = month.submitted("2026-04")
    month.steps(datetime.date(2026, 5, 9), 4)
    weight = {"workloadType": "CC_VM_Backup", "weight": 6, "validFrom": "2026-05-10"}
    assert month.api().call("POST", f"{OWN}/usage/weights", json=weight).status_code == 200
    month.steps(datetime.date(2026, 5, 31), 6)
    for first in (datetime.date(2026, 6, 1), datetime.date(2026, 7, 1)):
        month.step(first)
        text = f"{first - DAY:%Y-%m}"
        month.built(text)
        month.finalize()
        month.submitted(text)
        month.steps(first.replace(day=16), 5)
        if first.month == 6:
            month.steps(first.replace(day=30), 7)
    month.step(JULY_17)
    stack.wait_for("all invoices", lambda: len(month.invoices()) == 120, 40, 0.2)
    return out


@pytest.fixture(scope="module")
def ledger(month, rest):
    """(all rows, rows that hold)"""
    return recount.rows_that_hold(month.console)


def exact(number):
    return None if number is None else Fraction(str(number))


def same_lines(lines, expected):
    shown = {(row["organizationUid"], row["serverUid"], row["workloadType"], row["platform"]): recount.Line(
        row["initialCount"], row["newCount"], exact(row["weight"]), exact(row["points"]) or 0, datetime.date.fromisoformat(row["peakDay"]), row["licenseEdition"]) for row in lines}
    assert len(shown) == len(lines) and shown == expected


def test_licences_arrive_on_the_servers(month, march, april):
    assert march["waits"]["state"] == "Waiting" and march["waits"]["message"].startswith("Waits until the agent")
    assert [row["message"] for row in march["told"] + april["tasks"]] == [None] * 5
    licences = month.pulse.data_of("GET", "/licenses?limit=500")
    assert sorted(row["workloads"][0]["count"] for row in licences) == [58, 59, 60, 69, 70], "each once"
    assert {number: len(month.installs(number)) for number in REAL} == {28: 1, 29: 2, 30: 2}
    at_pulse = {row["licenseId"]: row for row in licences}
    for number in REAL:
        server = month.console.sql(f"select uid from inventory.backup_server where organization_uid = '{month.companies[number].uid}'")[0]
        shown, newest = month.api().data(f"/licensing/backupServers/{server}"), at_pulse[month.installs(number)[-1]]
        assert shown["units"] == newest["points"] and shown["expirationDate"][:10] == newest["expirationDate"][:10]


def test_pulse_down_for_three_days_loses_nothing(month, april, rest):
    assert april["waits"]["submission"] == "Waiting" and "does not answer" in april["waits"]["problem"]
    assert [(row["state"], row["step"]) for row in april["tasks meanwhile"]] == [("Waiting", "Create")] * 2
    told = month.pulse.data_of("GET", "/reports")
    assert sorted(row["month"] for row in told) == list(MONTHS) and {row["version"] for row in told} == {1}
    assert next(row["reportId"] for row in told if row["month"] == "2026-03") == april["told"]["authorityReportId"]


def test_a_submission_that_was_cut_is_there_once(month, rest):
    assert rest["cut"] == ["Waiting"], "the console did not hear Pulse's answer"
    told = [row for row in month.pulse.data_of("GET", "/reports") if row["month"] == "2026-04"]
    assert [row["reportId"] for row in told] == [rest["told"]["authorityReportId"]]


@pytest.mark.parametrize("text", MONTHS)
def test_reports_equal_the_raw_observations(month, april, ledger, text):
    expected = recount.report(ledger[1], *MONTHS[text])
    report = month.report(text)
    lines = month.report_lines(report)
    assert len(expected) > 50 and {company for company, *_ in expected} >= {one.uid for one in month.companies.values()}
    same_lines(april["built"]["lines"] if text == "2026-03" else lines, expected)
    total = sum(line.points for line in expected.values())
    if text == "2026-03":
        assert exact(april["built"]["report"]["totalPoints"]) == total
        total -= 2 * 10
    assert exact(report["totalPoints"]) == exact(report["authorityPoints"]) == total
    assert [row["reason"] for row in lines if row["reason"]] == [ADJUSTED] * (text == "2026-03")
    told = next(row for row in month.pulse.data_of("GET", "/reports") if row["month"] == text)
    names = {company.uid: company.name for company in month.companies.values()}
    assert exact(told["totalPoints"]) == total
    assert collections.Counter((row["organization"], row["workloadId"], row["count"], exact(row["weight"])) for row in told["lines"]) == collections.Counter(
        (names[row["organizationUid"]], row["workloadType"], row["reportedCount"], exact(row["weight"])) for row in lines)


def test_machines_of_the_consoles_own_agents(month, rest):
    """One with restore points since February, one new on 15 March, one with a single point of 2 March: that is over 31 days old from 2 April on."""
    mine = {}
    for text in MONTHS:
        rows = month.report_lines(month.report(text))
        mine[text] = {row["organizationName"][-2:]: (row["reportedCount"], row["newCount"], row["peakDay"], row["points"])
                      for row in rows if row["workloadType"].startswith("VAC_")}
    assert {text: rows.get("14") for text, rows in mine.items()} == {
        "2026-03": (1, 2, "2026-03-31", 12), "2026-04": (3, 0, "2026-04-01", 36), "2026-05": (2, 0, "2026-05-31", 24), "2026-06": (2, 0, "2026-06-30", 24)}
    assert {text: rows.get("15") for text, rows in mine.items()} == {
        "2026-03": (0, 1, "2026-03-31", 0), "2026-04": (1, 0, "2026-04-30", 4), "2026-05": (1, 0, "2026-05-31", 4), "2026-06": (1, 0, "2026-06-30", 4)}


def test_days_that_were_jumped_over_are_made_up(month, ledger):
    held = ledger[1]
    alder = [row for row in held if row["company"] == month.companies[1].uid and row["kind"] == "VBR_VM"]
    assert [row["day"] for row in alder] == [FIRST + n * DAY for n in range((JULY_17 - FIRST).days + 1)], "a row of each day"
    rules = {row["day"]: row["rule"] for row in alder}
    assert {rules[day] for day in rules if day <= datetime.date(2026, 4, 17)} == {"ServerReported"}
    assert rules[datetime.date(2026, 4, 18)] == "NotReported" and rules[datetime.date(2026, 4, 21)] == "ServerReported"
    assert any(row["supersedes"] for row in ledger[0])
    silent = [row["day"].day for row in held if row["company"] == month.companies[16].uid and row["day"].month == 3 and row["rule"] == "NotReported"]
    assert sorted(set(silent)) == [5, 6, 7]
    real = {row["day"].day for row in held if row["company"] == month.companies[28].uid and row["day"].month == 3 and row["rule"] == "NotReported"}
    assert real == {10, 11}, "while its agent was stopped"


def test_the_invoice_of_the_17th_to_the_16th_as_by_hand(month, rest):
    api = month.api()
    mine = [row for row in api.data("/organizations/companies/billing/invoices", limit=1000) if row["organizationUid"] == month.companies[2].uid]
    invoice = next(row for row in mine if row["fromDate"] == "2026-03-17")
    assert (invoice["toDate"], invoice["isScheduled"], invoice["currencyCode"]) == ("2026-04-16", True, "EUR")
    assert {name: invoice["data"][name] for name in TOTALS} == TOTALS and invoice["amount"] == 364.50
    assert {row["category"]: (row["net"], row["discount"], row["tax"], row["gross"]) for row in invoice["data"]["charges"]} == BY_HAND


def test_licences_by_report_wait_for_the_report_of_the_last_month_that_is_over(month, april, rest):
    waiting = waiting_for_the_report(month)
    told = {reason: [row.split(" ")[0] for row in april["problems"] if reason in row] for reason in (
        "last month that was over on 2026-03-31 is not approved yet", "It waits until the monthly report of 2026-03 is approved.")}
    assert len(waiting) > 3 and list(told.values()) == [waiting, waiting_for_approval(month)]
    assert len(april["problems"]) == sum(map(len, told.values()))
    body = {"companyUid": month.companies[2].uid, "fromDate": "2026-03-01", "toDate": "2026-03-16", "allowOverlap": True}
    early = month.api().call("POST", f"{OWN}/invoices/preview", json=body).json()["data"]
    assert "LicEnterprisePlusVbrVm" not in {row["category"] for row in early["lines"]}
    assert any("no day of 2026-02" in note for note in early["invoice"]["notes"])


def cycles(company):
    starts = [datetime.date(2026, number, company.billing_day) for number in (3, 4, 5, 6, 7)]
    return [(first, following - DAY) for first, following in zip(starts, starts[1:])]


def test_each_cycle_is_invoiced_once(month, april, rest):
    assert 0 < april["made before the kill"] <= 10
    expected = sorted(f"{company.uid} {first} {last}" for company in month.companies.values() for first, last in cycles(company))
    assert month.invoices() == expected
    assert all(row == "f|" for row in month.console.sql("select schedule = 'None', problem from core.company_billing"))
    by_issuer = collections.defaultdict(list)
    for row in month.console.sql("select issuer_uid, name from core.invoice"):
        by_issuer[row.split("|")[0]].append(row.split("|")[1])
    assert sorted(map(len, by_issuer.values())) == [16, 104]
    for names in by_issuer.values():
        assert sorted(names) == [f"INV-{number:06}" for number in range(1, len(names) + 1)]


def test_invoices_equal_the_raw_observations(month, ledger):
    reports = {last: month.report_lines(month.report(text)) for text, (_, last) in MONTHS.items()}
    shown = collections.defaultdict(list)
    for row in month.console.sql("select i.organization_uid, i.from_day, c.category, c.quantity, c.net, c.discount, c.tax, c.gross from core.invoice i "
                                 "join core.invoice_charge c on c.invoice_uid = i.uid order by c.position"):
        company, first, category, quantity, *money = row.split("|")
        shown[company, first].append((category, Fraction(quantity), *map(int, money)))
    totals = {tuple(row.split("|")[:2]): tuple(map(int, row.split("|")[2:])) for row in month.console.sql(
        "select organization_uid, from_day, net, discount, tax, gross from core.invoice")}
    for company in month.companies.values():
        held = [row for row in ledger[1] if row["company"] == company.uid]
        for first, last in cycles(company):
            over = [day for day in reports if day <= last]
            reported = [(row["licenseEdition"], row["workloadType"], row["reportedCount"]) for row in (reports[max(over)] if over else [])
                        if row["organizationUid"] == company.uid]
            invoice = recount.Invoice(plan_of(company), held, reported, first, last)
            assert shown[company.uid, str(first)] == invoice.lines, (company.name, first)
            assert totals[company.uid, str(first)] == (invoice.net, invoice.discount, invoice.tax, invoice.net - invoice.discount + invoice.tax)
    assert sum(map(len, shown.values())) > 300
    changed = month.companies[25]  # a licence of another edition since 10 May
    assert [first for first, _ in cycles(changed) if any(line[0] == "LicEnterpriseVbrVm" for line in shown[changed.uid, str(first)])] == [
        first for first, _ in cycles(changed) if first < datetime.date(2026, 5, 10)]


def verify(month):
    command = [stack.BIN / "steward", "usage", "verify", "--console-config", month.console.folder / "console.toml"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_the_ledger_proves_the_months_and_names_a_changed_byte(month, ledger):
    proved = verify(month)
    assert proved.returncode == 0 and f"{(JULY_17 - FIRST).days} sealed days" in proved.stdout, proved
    row = next(row for row in ledger[1] if row["company"] == month.companies[20].uid and row["day"] == datetime.date(2026, 5, 14))

    def write(change):  # as only a superuser can
        month.console.sql(f"alter table usage.observation disable trigger all; update usage.observation set {change} where id = {row['id']}; alter table "
                          "usage.observation enable trigger all; alter table usage.observation enable always trigger refuse; "
                          "alter table usage.observation enable always trigger check_added")
    write("server_name = overlay(server_name placing 'w' from 1 for 1)")
    found = verify(month)
    assert found.returncode == 1 and f"row {row['id']} (2026-05-14, Month 20, {row['kind']}) is not what was written" in found.stdout, found
    write("server_name = overlay(server_name placing 'v' from 1 for 1)")
    assert verify(month).returncode == 0
