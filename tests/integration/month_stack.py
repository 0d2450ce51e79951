# SPDX-License-Identifier: Apache-2.0
"""Console, licence authority, three backup servers with their agents and thirty companies, by one clock that a test moves day by day."""
import datetime

import agent_stack as stack
import month_fleet as fleet
from agent_stack import replace
from month_fleet import DAY
from processes import Client
from pulse import CONTRACT, SERVER_PRODUCT, start_pulse

OWN = "/api/steward/v1"
REPORTS = f"{OWN}/licenseReports"
TASKS = f"{OWN}/licenseTasks"
FIRST = datetime.date(2026, 3, 1)
REAL = (28, 29, 30)
PASSWORD = "Month-Owner-1!"


class Month:
    """All of it. `day` is today, by the clock of all programs."""

    def __init__(self, folder, clock):
        self.folder, self.clock, self.day = folder, clock, FIRST
        self.companies = {number: fleet.Company(number, number in REAL) for number in range(1, 31)}
        self.away = set()  # real companies whose agent is stopped
        self.labs, self.agents = {}, {}
        self.pulse = start_pulse(folder / "authority")
        self.gate = stack.Gate(self.pulse.port, folder)
        options = self.pulse.console_options.replace(self.pulse.url, f"https://127.0.0.1:{self.gate.port}")
        self.console = stack.Console(folder, options + "usage_seconds = 1\n")

    def start(self, plans):
        """Companies with plans and schedules, what they have, and agents at work."""
        self.console.start()
        api = self.api()
        assert replace(api, "/pulse", token=self.pulse.token).status_code == 200
        assert replace(api, "/licensing/reports/settings", contractId=CONTRACT).status_code == 200
        for kind, weight in (("CC_VM_Backup", 5), ("CC_Server_Backup", 11), ("VAC_Server_Agent", 12), ("VAC_Workstation_Agent", 4)):
            assert api.call("POST", f"{OWN}/usage/weights", json={"workloadType": kind, "weight": weight}).status_code == 200
        self.make_companies(api, plans)
        provider = api.data("/organizations/provider")["instanceUid"]
        self.console.sql("; ".join(fleet.inventory(self.companies.values(), provider)))
        keys = self.folder / "pulse-keys"
        keys.write_text(self.pulse.command("keys", "show"))
        for number in REAL:
            place = self.folder / f"lab-{number}"
            place.mkdir()
            self.labs[number] = stack.Lab(place, speed=1, by_hand=True, options=["--license-keys", keys, "--seed", str(number)])
            adapter = stack.vbr_adapter(self.labs[number], inventory=1, timeout=20)
            self.agents[number] = stack.Agent(self.folder, f"agent-{number}", self.console.api.setup_file(self.companies[number].uid), adapter)
            self.agents[number].program.start()
        self.step(FIRST)

    def make_companies(self, api, plans):
        base = f"https://127.0.0.1:{self.console.port}"
        reseller = self.console.api.ensure("/organizations/resellers", "Month Reseller", {
            "organizationInput": {"name": "Month Reseller"}, "ownerCredentials": {"userName": "monthreseller", "password": PASSWORD}})
        sellers = {False: api, True: Client(base, "monthreseller", PASSWORD)}
        uids = {}
        for plan in set(map(plans, self.companies.values())):
            client = sellers[plan.of_reseller]
            answer = client.call("POST", "/subscriptionPlans", json=plan.body)
            assert answer.status_code == 200, answer.text
            uids[plan] = answer.json()["data"]["instanceUid"]
            lines = [{"category": charge.category, "measure": charge.measure} for charge in plan.charges if charge.kinds]
            answer = replace(client, f"{OWN}/subscriptionPlans/{uids[plan]}/measures", lines=lines)
            assert answer.status_code == 200, answer.text
        for company in self.companies.values():
            body = {"organizationInput": {"name": company.name}}
            company.uid = self.console.api.ensure("/organizations/companies", company.name, {**body, "resellerUid": reseller} if company.of_reseller else body)
            client, plan = sellers[company.of_reseller], plans(company)
            assert replace(client, f"/organizations/companies/{company.uid}", subscriptionPlanUid=uids[plan]).status_code == 200
            answer = replace(client, f"{OWN}/billing/companies/{company.uid}", schedule=company.schedule, billingDay=company.billing_day,
                             nextFrom=str(FIRST.replace(day=company.billing_day)))
            assert answer.status_code == 200, answer.text

    def api(self):
        """A session as of now: those of earlier days are over."""
        return self.console.client()

    def move(self, day):
        """The clock goes to noon of that day, and servers tell what they use on it."""
        self.day = day
        self.clock.set(day)
        self.console.sql("; ".join(fleet.told_on([one for one in self.companies.values() if not one.is_real], day)))

    def step(self, day, real=True):
        """As move(), and the console has it in its ledger; also what the agents read, when asked."""
        self.move(day)
        self.settle(real)

    def settle(self, real=True):
        silent = sum(len(one.servers) for one in self.companies.values() if one.is_silent(self.day))
        servers = 1 + sum(len(one.servers) for one in self.companies.values()) - silent + (len(REAL) - len(self.away) if real else 0)
        told = f"select count(*) >= {servers} from inventory.backup_server where collected_at >= '{self.day}T00:00:00Z'"
        stack.wait_for(f"the ledger of {self.day}", lambda: self.console.sql(f"{fleet.seen_whole(self.day)} union all {told}") == ["t", "t"], 60, 0.05)

    def steps(self, last, stride=1):
        """Day by day, or with so many days between two looks."""
        while self.day < last:
            self.step(min(self.day + stride * DAY, last), stride == 1)

    def push(self, number, count):
        """A licence for a real backup server: the task."""
        answer = self.api().call("POST", TASKS, json={
            "companyUid": self.companies[number].uid, "productId": SERVER_PRODUCT, "contractId": CONTRACT, "expirationDate": "2027-06-30T00:00:00Z",
            "workloads": [{"workloadId": "vm", "count": count}]})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["instanceUid"]

    def task(self, uid):
        return self.api().data(f"{TASKS}/{uid}")

    def done(self, uid):
        ended = stack.wait_for("the licence", lambda: (row := self.task(uid))["state"] != "Waiting" and row, 90, 0.2)
        assert ended["state"] == "Done", ended
        return ended

    def installs(self, number):
        state = self.labs[number].http.get(self.labs[number].server["url"] + "/lab/state", timeout=10).json()
        return [order["license"] for order in state["orders"] if order["verb"] == "license/install"]

    def report(self, month):
        """The report of a month, when it is built of all its days."""
        found = [row for row in self.api().data(REPORTS) if row["month"] == month and row["isWhole"]]
        return found[0] if found else None

    def built(self, month):
        return stack.wait_for(f"the report of {month}", lambda: self.report(month), 60, 0.2)

    def report_lines(self, report):
        return self.api().data(f"{REPORTS}/{report['reportId']}/lines", limit=1000)

    def finalize(self):
        answer = self.api().call("POST", "/licensing/reports/finalization")
        assert answer.status_code == 200, answer.text

    def submitted(self, month):
        return stack.wait_for(f"Pulse's answer to {month}", lambda: (row := self.report(month))["submission"] == "Submitted" and row, 60, 0.2)

    def invoices(self):
        """Rows of (company, from, to), and how many numbers there are."""
        return self.console.sql("select organization_uid || ' ' || from_day || ' ' || to_day from core.invoice order by 1")

    def stop(self):
        for number in REAL:
            if number in self.agents:
                self.agents[number].program.stop()
            if number in self.labs:
                self.labs[number].program.stop()
        self.console.program.stop()
        self.gate.stop()
        self.pulse.stop()
