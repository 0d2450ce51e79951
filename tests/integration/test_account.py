# SPDX-License-Identifier: Apache-2.0
"""Agents enrol with the name and password of a company's user instead of a setup file's token."""
import io
import json
import re
import subprocess
import tarfile
import time

import pytest

import agent_stack as stack
from processes import Client

PASSWORD = "Harbour-42-bridge"


class Company:
    def __init__(self, console, api, name):
        self.api, self.name, self.uid = api, name, console.company(name)
        data = api.call("POST", "/organizations/locations", json={"organizationUid": self.uid, "name": f"Branch of {name}", "quotaGb": 10}).json()["data"]
        self.branch = data["instanceUid"]

    def user(self, name, role):
        answer = self.api.call("POST", "/users", json={"organizationUid": self.uid, "role": role, "profile": {"firstName": "A", "lastName": "B"},
                                                       "credentials": {"userName": name, "password": PASSWORD}})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["instanceUid"]


@pytest.fixture(scope="module")
def api(console):
    return console.client()


@pytest.fixture(scope="module")
def company(console, api):
    company = Company(console, api, "Harbour Works")
    company.user("harbour.owner", "CompanyOwner")
    location_admin = company.user("harbour.branch", "CompanyLocationAdministrator")
    api.call("POST", f"/users/{location_admin}/locations", params={"locationUid": company.branch})
    company.user("harbour.auditor", "CompanyInvoiceAuditor")
    company.user("harbour.tenant", "CompanyTenant")
    Company(console, api, "Other Works").user("other.owner", "CompanyOwner")
    return company


@pytest.fixture
def enrol(folder, api, company):
    """Starts an agent with an account and returns it; `host` is also its name at the console."""
    started = []

    def start(host, account, password=PASSWORD):
        setup = api.call("GET", "/infrastructure/managementAgents/packages/linux").text
        login = f"account = {json.dumps(account)}\npassword = {json.dumps(password)}\n"
        agent = stack.Agent(folder, host, re.sub(r'token = ".*"\n', lambda _: login, setup), f'[agent]\nname = "{host}"\n')
        agent.program.start()
        started.append(agent)
        return agent

    yield start
    for agent in started:
        agent.program.stop()


def row(console, host, columns="state, organization_uid, location_uid"):
    rows = console.sql(f"select {columns} from core.agent where host_name = '{host}'")
    return rows[0].split("|") if rows else None


def linked(agent, state):
    return stack.wait_for(f"link {state}", lambda: (status := agent.status())["link"] == state and status, 30)


@pytest.mark.parametrize(("host", "account"), [("of-tenant", "Harbour Works\\harbour.tenant"), ("of-owner", "Harbour Works\\harbour.owner"),
                                                ("in-capitals", "harbour works\\HARBOUR.OWNER"), ("without-company", "harbour.owner")])
def test_an_account_of_the_company_lets_an_agent_in(console, company, enrol, host, account):
    agent = enrol(host, account)
    linked(agent, "Connected")
    state, organization, location = row(console, host)
    assert (state, organization) == ("Accepted", company.uid) and location != company.branch


def test_a_location_administrators_agent_stands_in_its_location(console, company, enrol):
    linked(enrol("branch-host", "Harbour Works\\harbour.branch"), "Connected")
    assert row(console, "branch-host") == ["Accepted", company.uid, company.branch]


def test_it_is_in_the_activity_log(api):
    entries = [entry for entry in api.data("/eventLogs/activityLogs", limit=100) if entry["activityLogType"] == "ManagementAgentRegistered"]
    assert any("Agent on branch-host enrolled with the account of harbour.branch." in str(entry) for entry in entries)


@pytest.mark.parametrize(("host", "account", "password", "words"), [
    ("guess", "Harbour Works\\harbour.owner", "wrong", "password is wrong"),
    ("nobody", "Harbour Works\\nobody", PASSWORD, "does not know this account"),
    ("astray", "Other Works\\harbour.owner", PASSWORD, "does not know this account"),
    ("auditor", "Harbour Works\\harbour.auditor", PASSWORD, "cannot be enrolled with the account of a CompanyInvoiceAuditor"),
    ("provider", "administrator", None, "cannot be enrolled with the account of a PortalAdministrator")])
def test_refused_in_words(console, enrol, host, account, password, words):
    agent = enrol(host, account, console.password() if password is None else password)
    assert words in linked(agent, "Rejected")["detail"]
    assert row(console, host) is None, "nothing is left of it"
    check = subprocess.run([stack.BIN / "steward-agent", "check", "--json", "--setup", agent.folder / "setup.toml", "--config",
                            agent.folder / "adapters.toml", "--state", agent.state], capture_output=True, text=True, check=False)
    step = next(step for step in json.loads(check.stdout)["steps"] if step["step"] == "enrolment")
    assert step["verdict"] == "refused" and words in step["advice"] and check.returncode == 1


def test_a_wrong_password_keeps_nobody_out_of_the_portal(console, company, enrol):
    agent = enrol("guesser", "Harbour Works\\harbour.owner", "guess")
    linked(agent, "Rejected")
    for _ in range(8):  # restarts ask at once
        agent.program.stop()
        agent.program.start()
        time.sleep(0.5)
    stack.wait_for("the agent's tries as too many", lambda: "Too many tries" in agent.status()["detail"], 30)
    Client(f"https://127.0.0.1:{console.port}", "harbour.owner", PASSWORD)
    setup = agent.folder / "setup.toml"
    setup.write_text(setup.read_text().replace('"guess"', json.dumps(PASSWORD)))
    console.sql("update core.failed_login set blocked_until = now()")
    agent.program.stop()
    agent.program.start()
    linked(agent, "Connected")


def test_a_disabled_company_lets_nobody_in(console, api, company, enrol):
    other = api.data("/organizations/companies", limit=100)
    uid = next(entry["instanceUid"] for entry in other if entry["name"] == "Other Works")
    assert api.call("PATCH", f"/organizations/companies/{uid}", json=[{"op": "replace", "path": "/status", "value": "Disabled"}]).status_code == 200
    assert "its company is disabled" in linked(enrol("closed", "Other Works\\other.owner"), "Rejected")["detail"]


def test_a_removed_agent_stays_out_and_a_rejected_one(console, api, enrol):
    agent = enrol("leaver", "Harbour Works\\harbour.owner")
    linked(agent, "Connected")
    uid = row(console, "leaver", "uid")[0]
    assert api.call("DELETE", f"/infrastructure/managementAgents/{uid}").status_code == 200
    assert "a new setup file lets it in" in linked(agent, "Rejected")["detail"]
    console.sql("update core.agent set state = 'Rejected' where host_name = 'leaver'")
    agent.program.stop()
    agent.program.start()
    stack.wait_for("the verdict", lambda: "An operator rejected this agent" in agent.status()["detail"], 30)


def test_the_password_is_nowhere_but_in_its_file(console, folder, api, enrol):
    agent = enrol("quiet", "Harbour Works\\harbour.owner")
    linked(agent, "Connected")
    uid = row(console, "quiet", "uid")[0]
    bundle = api.call("POST", f"/api/steward/v1/managementAgents/{uid}/logBundle").json()["data"]["instanceUid"]
    content = api.call("GET", f"/api/steward/v1/logBundles/{bundle}/content").content
    with tarfile.open(fileobj=io.BytesIO(content)) as packed:
        texts = [packed.extractfile(member).read() for member in packed.getmembers() if member.isfile()]
    assert any(b"harbour.owner" in text for text in texts) and not any(PASSWORD.encode() in text for text in texts)
    for file in [folder / "console.log", agent.program.log, *agent.state.iterdir()]:
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes(), file
    dump = subprocess.run(["pg_dump", "-h", console.data / "socket", "-U", "steward", "steward"], capture_output=True, text=True, check=True).stdout
    assert "harbour.owner" in dump and PASSWORD not in dump
