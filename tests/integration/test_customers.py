# SPDX-License-Identifier: Apache-2.0
"""Customers as code: steward plan, apply, drift and export against a real console with a cloud behind it."""
import json
import os
import subprocess

import jsonschema
import pytest
import yaml

import agent_stack as stack

GB = 1 << 30
SECRETS = {"OWNER_PASSWORD": "Owner-Secret-1", "TENANT_PASSWORD": "Tenant-Secret-1"}
SITE = "cc-north.provider.example"


pytestmark = pytest.mark.usefixtures("cloud_agent")


@pytest.fixture(scope="module")
def api(console):
    return console.client()


@pytest.fixture(scope="module")
def key(api):
    me = api.data("/users/me")["instanceUid"]
    made = api.call("POST", f"/users/{me}/logins/apikey", params={"description": "customers as code", "scopes": "rest", "isReadAccessOnly": "false"})
    assert made.status_code == 200, made.text
    data = made.json()["data"]
    return data.get("parameters") or data.get("apiKey") or data["key"]


@pytest.fixture
def steward(console, key, tmp_path):
    def run(*arguments, secrets=SECRETS, text=None):
        environment = {"PATH": os.environ["PATH"], "STEWARD_URL": f"https://127.0.0.1:{console.port}", "STEWARD_API_KEY": key, **secrets}
        if text is not None:
            (tmp_path / "customers.yaml").write_text(text)
        if arguments[0] in ("plan", "apply", "drift"):
            arguments += ("-f", str(tmp_path / "customers.yaml"))
        command = [stack.BIN / "steward", *arguments] + ([] if arguments[0] == "schema" else ["--insecure"])
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    return run


BAKERY = f"""\
version: 1
companies:
  - name: Coded Bakery
    email: owner@bakery.example
    companyId: "0042"          # a text, though it looks like a number
    workloadLimit: 20
    locations:
      - {{name: Shop, quotaGb: 100}}
    users:
      - {{userName: bakery.owner, role: CompanyOwner, passwordEnv: OWNER_PASSWORD, firstName: Ada}}
    tenants:
      - site: {SITE}
        userName: coded-bakery
        passwordEnv: TENANT_PASSWORD
        maxTasks: 3
        quotas:
          - {{repository: cc-north Fast, name: Main, size: 10 GiB}}
    setupFile: agents/bakery.toml
"""


def test_what_is_exported_plans_to_no_change(steward, api, console, tmp_path):
    company = console.company("Exported Company")
    rows = {row["name"]: row["instanceUid"] for row in api.data("/infrastructure/sites/tenants", limit=100)}
    for name, uid in rows.items():
        if name == "alder":
            assert api.call("PATCH", f"/infrastructure/sites/tenants/{uid}", json=[{"op": "replace", "path": "/assignedForCompany", "value": company}]).status_code == 200
    organization = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in (("notes", "line 1\nline: 2 # no comment"), ("companyId", "007"), ("city", "true"))]
    assert api.call("PATCH", f"/organizations/{company}", json=organization).status_code == 200
    exported = steward("export")
    assert exported.returncode == 0, exported.stderr
    document = yaml.safe_load(exported.stdout)
    jsonschema.validate(document, json.loads(steward("schema").stdout))
    mine = next(each for each in document["companies"] if each["name"] == "Exported Company")
    assert (mine["notes"], mine["companyId"], mine["city"]) == ("line 1\nline: 2 # no comment", "007", "true")
    assert [quota["repository"] for quota in mine["tenants"][0]["quotas"]] == ["cc-north Fast", "cc-north Archive"]
    for command in ("plan", "drift"):
        again = steward(command, text=exported.stdout)
        assert (again.returncode, again.stdout) == (0, "No change: the console is as the file says.\n"), again.stdout + again.stderr


def test_a_customer_from_a_file(steward, api, console, tmp_path, manager):
    assert "needs passwordEnv" not in steward("plan", text=BAKERY).stderr
    poor = steward("plan", secrets={}, text=BAKERY)
    assert poor.returncode == 2 and "the environment has no OWNER_PASSWORD" in poor.stderr and "the environment has no TENANT_PASSWORD" in poor.stderr
    plan = steward("plan", text=BAKERY)
    assert plan.returncode == 0, plan.stderr
    lines = [line for line in plan.stdout.splitlines() if line[0] in "+~"]
    assert [line.split()[1] for line in lines] == ["company", "location", "user", "cloud", "quota", "setup"], "in the order of doing"
    assert plan.stdout.endswith("6 to add, 0 to change.\n") and "companyId: 0042" in plan.stdout and "Secret" not in plan.stdout
    assert api.total("/organizations/companies", filter='[{"property":"name","operation":"equals","value":"Coded Bakery"}]') == 0, "a plan changes nothing"
    assert steward("drift").returncode == 1

    applied = steward("apply")
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert "[6/6]" in applied.stdout
    setup = tmp_path / "agents" / "bakery.toml"
    assert "token" in setup.read_text() and setup.stat().st_mode & 0o077 == 0
    company = next(row for row in api.data("/organizations/companies", limit=500, expand="Organization") if row["name"] == "Coded Bakery")
    assert company["workloadLimit"] == 20 and company["_embedded"]["organization"]["companyId"] == "0042"
    tenant = api.data(f"/organizations/companies/{company['instanceUid']}/siteResources")[0]
    assert (tenant["name"], tenant["maxConcurrentTask"]) == ("coded-bakery", 3)
    assert manager.get(f"cloud/tenants/{tenant['instanceUid']}/resources")["CloudTenantResources"][0]["RepositoryQuota"]["Quota"] == 10 * 1024
    for command in ("plan", "drift", "apply"):
        again = steward(command)
        assert again.returncode == 0 and "No change" in again.stdout, again.stdout

    # One change of the audit log, with all that belongs to it.
    change = api.data("/api/steward/v1/changes", limit=1)[0]
    assert (change["state"], change["title"], change["userName"]) == ("Done", "customers as code: customers.yaml", "administrator")
    assert change["plan"] == plan.stdout
    ours = [row for row in api.data("/eventLogs/activityLogs", limit=200) if row["changeUid"] == change["instanceUid"]]
    assert len(ours) == change["entries"] and {"CompanyCreated", "UserRecordCreated", "TenantCreated", "TenantModified"} <= {row["activityLogType"] for row in ours}


def test_drift_names_what_differs(steward, api):
    company = next(row["instanceUid"] for row in api.data("/organizations/companies", limit=500) if row["name"] == "Coded Bakery")
    tenant = api.data(f"/organizations/companies/{company}/siteResources")[0]["instanceUid"]
    quota = api.data(f"/infrastructure/sites/tenants/{tenant}/backupResources")[0]
    grown = [{"op": "replace", "path": "/storageQuota", "value": 12 * GB}]
    assert api.call("PATCH", f"/infrastructure/sites/tenants/{tenant}/backupResources/{quota['instanceUid']}", json=grown).status_code == 200
    assert api.call("POST", f"/infrastructure/sites/tenants/{tenant}/disable").status_code == 200
    text = BAKERY.replace("    setupFile: agents/bakery.toml\n", "").replace("maxTasks: 3", "maxTasks: 3\n        enabled: true").replace("Ada", "Grace")
    drift = steward("drift", text=text)
    assert drift.returncode == 1
    assert "    size: 12 GiB -> 10 GiB\n" in drift.stdout and "    isEnabled: false -> true\n" in drift.stdout
    assert "    firstName: Ada -> Grace\n" in drift.stdout and drift.stdout.endswith("0 to add, 3 to change.\n"), drift.stdout
    assert steward("apply").returncode == 0
    assert steward("drift").returncode == 0
    assert api.data(f"/infrastructure/sites/tenants/{tenant}")["isEnabled"] is True


def test_apply_goes_on_where_it_stopped(steward, api, manager):
    text = BAKERY.replace("Coded Bakery", "Second Bakery").replace("bakery.owner", "second.owner").replace("coded-bakery", "second-bakery").replace("bakery.toml", "second.toml")
    manager.fault("error500")
    stopped = steward("apply", text=text)
    assert stopped.returncode == 2 and "3 of 6 changes were made; run apply again" in stopped.stderr, stopped.stderr
    assert api.data("/api/steward/v1/changes", limit=1)[0]["state"] == "Failed"
    manager.fault("ok")
    rest = steward("plan")
    assert "3 to add, 0 to change." in rest.stdout, rest.stdout
    assert steward("apply").returncode == 0
    assert steward("drift").returncode == 0


def test_an_existing_tenant_is_assigned_and_another_companys_is_not(steward, api):
    text = f"companies:\n  - name: Coded Bakery\n    tenants:\n      - {{site: cc-south.provider.example, userName: ironbridge}}\n      - {{site: {SITE}, userName: coded-bakery}}\n"
    assert "assigned: none -> Coded Bakery" in steward("plan", text=text).stdout
    assert steward("apply").returncode == 0
    other = steward("plan", text=text.replace("Coded Bakery", "Third Bakery"))
    assert other.returncode == 2 and "assigned to company Coded Bakery" in other.stderr
    gone = steward("plan", text="companies:\n  - name: Coded Bakery\n    tenants: []\n    users: []\n")
    assert gone.returncode == 0 and "left alone, not in the file: cloud tenant coded-bakery of company Coded Bakery" in gone.stdout
    assert "left alone, not in the file: user bakery.owner of company Coded Bakery" in gone.stdout


@pytest.mark.parametrize(("text", "words"), [
    ("companies:\n  - name: A\n    colour: red\n", "line 3: companies[0].colour is not known here; known are name, reseller"),
    ("companies:\n  - email: x\n", "line 2: companies[0] needs name"),
    ("companies:\n  - name: [1]\n", "line 2: companies[0].name must be of type string"),
    ("companies:\n  - name: A\n    users:\n      - {userName: a, role: Emperor}\n", 'line 4: companies[0].users[0].role is "Emperor"'),
    ("companies:\n  - name: A\n    name: B\n", "has name twice (again in line 3)"),
    ("companies: [\n", "line 2"),
    ("companies:\n  - name: A\n    tenants:\n      - {site: nowhere, userName: a}\n", "company A: there is no site nowhere"),
    (f"companies:\n  - name: A\n    tenants:\n      - {{site: {SITE}, userName: brookstone, quotas: [{{repository: cc-north Fast, size: 10 GB}}]}}\n", '"10 GB" is no size'),
    (f"companies:\n  - name: A\n    tenants:\n      - {{site: {SITE}, userName: brookstone, quotas: [{{repository: Attic, size: 10 GiB}}]}}\n", "the site has no repository Attic"),
    ("companies:\n  - name: A\n    reseller: Nobody\n", "company A: there is no reseller Nobody"),
    ("companies:\n  - name: A\n  - name: A\n", "company A stands in the file twice"),
])
def test_a_bad_file_is_refused_with_its_line(steward, text, words):
    for command in ("plan", "apply"):
        refused = steward(command, text=text)
        assert refused.returncode == 2 and words in refused.stderr, refused.stderr


def test_without_console_or_key_it_says_what_is_missing(tmp_path):
    def run(**environment):
        return subprocess.run([stack.BIN / "steward", "plan"], env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "STEWARD_URL" in run().stderr
    assert "STEWARD_API_KEY is not set" in run(STEWARD_URL="https://127.0.0.1:1").stderr
    assert "no such file" in run(STEWARD_URL="https://127.0.0.1:1", STEWARD_API_KEY="x").stderr
