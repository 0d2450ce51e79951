# SPDX-License-Identifier: Apache-2.0
"""A policy that backs up to cloud storage: real console, real agents at both ends, real restic through a real gateway's port to a real steward-site."""
import json
import os
import pathlib
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import agent_stack as stack
from agent_stack import refusal, replace
from test_commands import ended, user
from test_gateways import gateway_config
from test_policies import AGENTS, assign, assignment, job_of, made, policy_of
from test_site_console import MB, PASSWORD, TENANTS, Site

CLOUD = {"targetType": "CloudRepository"}


@pytest.fixture(scope="module")
def api(console):
    return console.client()


@pytest.fixture(scope="module")
def company(console):
    return console.company("Cloud Company")


@pytest.fixture(scope="module")
def site(folder):
    site = Site(folder)
    site.start()
    yield site
    site.program.stop()


@pytest.fixture(scope="module")
def gateway(folder, console, site):
    """The one port that customers opened."""
    port = stack.free_port()
    file = folder / "gateway.cfg"
    options = ("--gateway", "Both", "--console", "127.0.0.1", "--port", str(port), "--connections", "100", "--site", f"127.0.0.1:{site.port}")
    file.write_text(gateway_config(console, *options).stdout)
    program = stack.Program("gateway", ["haproxy", "-db", "-f", file], folder)
    program.start()
    yield port
    program.kill()


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture(scope="module")
def site_agent(folder, console, site, gateway, provider_uid):
    program = script(folder / "site-program", f'[ ! -e {folder}/broken ] || {{ echo "the disk is broken" >&2; exit 1; }}\nexec {stack.BIN}/steward-site "$@"')
    adapters = (f'[agent]\nname = "site-agent"\n[[site]]\ndata = "{site.data}"\nprogram = "{program}"\nname = "site.example.com"\n'
                f'address = "127.0.0.1:{gateway}"\nevery_seconds = 1\n')
    agent = stack.Agent(folder, "site-agent", console.api.setup_file(provider_uid), adapters)
    agent.program.start()
    stack.wait_for("the site in the console", lambda: console.sql("select uid from inventory.backup_server where role = 'CloudConnect'"), 60)
    yield agent
    agent.program.stop()


@pytest.fixture(scope="module")
def agent(folder, console, company, site_agent):
    (folder / "data").mkdir()
    for number in range(12):
        (folder / f"data/file{number}").write_bytes(os.urandom(8 * MB))
    slow = script(folder / "slow-restic", f'[ ! -e {folder}/slow ] || set -- --limit-upload 2000 "$@"\nexec restic "$@"')
    agent = stack.Agent(folder, "agent", console.api.setup_file(company), f'[agent]\nname = "web1"\nrestic_binary = "{slow}"\n')
    agent.program.start()
    yield agent
    agent.program.stop()


@pytest.fixture(scope="module")
def backup_agent(api, agent):
    return stack.wait_for("the backup agent", lambda: api.data(AGENTS), 60)[0]["instanceUid"]


@pytest.fixture(scope="module")
def policy(api, folder):
    return made(api, policy_of(folder, "To the cloud", backupTarget=CLOUD) | {"unlimitedSubtenantQuota": True})["instanceUid"]


def finished(api, answer, seconds=60):
    """What has become of an order, also of one that took longer than the call."""
    if answer.status_code != 202:
        return answer
    action = answer.headers["Location"].rsplit("/", 1)[1]
    ended(api, action, seconds)
    return api.call("GET", f"/asyncActions/{action}/result")


def start(api, backup_agent, job):
    return finished(api, api.call("POST", f"{AGENTS}/{backup_agent}/jobs/{job}/start"), 120)


def quota(api):
    return api.data(f"{TENANTS}/backupResources")[0]


def restic(agent, job, *arguments):
    """By hand, as an operator restores on the machine."""
    command = [stack.BIN / "steward-agent", "restic", "--setup", agent.folder / "setup.toml", "--config", agent.folder / "adapters.toml",
               "--state", agent.state, job, "--", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, "RESTIC_CACHE_DIR": str(agent.folder / "by-hand")}, check=False)


def test_a_company_without_cloud_storage_is_told(api, console, site, company, backup_agent, policy):
    assert "has none" in refusal(assign(api, backup_agent, policy), 409)
    here = api.data("/infrastructure/sites")[0]["siteUid"]
    body = {"credentials": {"userName": "gold", "password": PASSWORD}, "assignedForCompany": company}
    tenant = api.call("POST", f"/infrastructure/sites/{here}/tenants", json=body).json()["data"]["instanceUid"]
    assert "no storage quota" in refusal(assign(api, backup_agent, policy), 409)
    pool = api.data("/infrastructure/backupServers/repositories")[0]["instanceUid"]
    body = {"repositoryUid": pool, "cloudRepositoryName": "main", "storageQuota": 64 * MB}
    assert api.call("POST", f"{TENANTS}/{tenant}/backupResources", json=body).status_code == 200
    assert api.call("POST", f"{TENANTS}/{tenant}/disable").status_code == 200
    assert "disabled" in refusal(assign(api, backup_agent, policy), 409)
    assert api.call("POST", f"{TENANTS}/{tenant}/enable").status_code == 200
    assert assignment(api, backup_agent, policy) is None, "nothing was half done"


def test_from_the_policy_to_the_bytes_at_the_site(api, site, folder, agent, backup_agent, policy):
    assert finished(api, assign(api, backup_agent, policy)).status_code == 200
    assert assignment(api, backup_agent, policy)["status"] == "Applied"
    job = job_of(api, backup_agent, policy)["instanceUid"]

    # The quota stops the backup, in words; raised in the console it passes.
    stopped = start(api, backup_agent, job)
    assert stopped.status_code == 409 and "quota of gold/main is used up" in stopped.json()["errors"][0]["message"], stopped.text
    shown = job_of(api, backup_agent, policy)
    assert shown["status"] == "Failed" and "quota of gold/main is used up" in shown["failureMessage"], shown
    place = f"{TENANTS}/{quota(api)['tenantUid']}/backupResources/{quota(api)['instanceUid']}"
    assert replace(api, place, storageQuota=256 * MB).status_code == 200
    passed = start(api, backup_agent, job)
    assert passed.status_code == 200, passed.text
    shown = job_of(api, backup_agent, policy)
    assert (shown["status"], shown["targetType"]) == ("Success", "CloudRepository")
    assert "@" not in shown["destination"] and shown["destination"].endswith(f"/gold/main/steward-{backup_agent}/"), shown["destination"]

    # Usage to the byte, of the tenant and of the machine's own account.
    on_disk = site.bytes_on_disk()
    assert on_disk > 90 * MB
    stack.wait_for("usage to the byte", lambda: quota(api)["usedSpace"] == on_disk, 20)
    account = api.data(f"{TENANTS}/subtenants")[0]
    assert (account["name"], account["description"], account["usedSpace"]) == (f"steward-{backup_agent}", "web1", on_disk)

    # The files come back.
    assert "no errors were found" in restic(agent, job, "check", "--read-data").stdout
    restored = folder / "restored"
    assert restic(agent, job, "restore", "latest", "--target", str(restored)).returncode == 0
    for file in (folder / "data").iterdir():
        if file.is_file():
            assert (restored / pathlib.Path(str(file)).relative_to("/")).read_bytes() == file.read_bytes()


def test_no_secret_is_kept_where_it_does_not_belong(console, site, agent, backup_agent):
    book = (agent.state / "policies.json")
    assert book.stat().st_mode & 0o777 == 0o600
    password = json.loads(book.read_text())["entries"][0]["order"]["job"]["cloud"]["password"]
    assert len(password) > 30
    dump = subprocess.run(["pg_dump", "-h", console.data / "socket", "-U", "steward", "-d", "steward"], capture_output=True, text=True, check=True).stdout
    assert password not in dump and password.encode().hex() not in dump
    for log in (*agent.folder.glob("*.log"), *site.data.parent.glob("*.log")):
        assert password not in log.read_text(), log
    assert password.encode() not in (site.data / "site.db").read_bytes()


def test_an_account_reaches_its_own_repository_alone(agent, site, backup_agent, api, policy):
    job = job_of(api, backup_agent, policy)["instanceUid"]
    book = json.loads((agent.state / "policies.json").read_text())
    cloud = book["entries"][0]["order"]["job"]["cloud"]
    for path in ("gold/main/files/", "gold/other/x/", "other/main/x/"):
        url = f"https://127.0.0.1:{site.port}/{path}"
        seen = subprocess.run(["curl", "-sk", "-u", f"gold+{cloud['account']}:{cloud['password']}", "-X", "POST", url + "?create=true"], capture_output=True, text=True, check=True).stdout
        assert "has access to" in seen, seen
    wrong = subprocess.run(["curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "-u", f"gold+{cloud['account']}:{PASSWORD}", f"https://127.0.0.1:{site.port}/gold/main/{cloud['account']}/config"],
                           capture_output=True, text=True, check=True).stdout
    assert wrong == "401", "the tenant's password is not the account's"
    assert restic(agent, job, "snapshots").returncode == 0
    assert restic(agent, "To the cloud", "snapshots", "--json").stdout == restic(agent, job, "snapshots", "--json").stdout, "by its name too"
    unknown = restic(agent, "Nothing", "snapshots")
    assert unknown.returncode == 1 and "The jobs are:" in unknown.stderr and "To the cloud" in unknown.stderr, unknown.stderr


def test_a_change_keeps_the_account_and_a_second_job_shares_it(api, folder, agent, backup_agent, policy, site):
    def password():
        book = json.loads((agent.state / "policies.json").read_text())
        return {entry["order"]["job"]["cloud"]["password"] for entry in book["entries"]}

    before = password()
    assert replace(api, f"/configuration/backupPolicies/linux/{policy}", description="changed").status_code == 200
    stack.wait_for("the change at the agent", lambda: not assignment(api, backup_agent, policy)["isOutOfDate"], 30)
    assert password() == before, "a password that works stays: a backup may be under way"
    small = folder / "small"
    small.mkdir()
    (small / "file").write_text("small")
    second = made(api, policy_of(folder, "Small", backupTarget=CLOUD, backupSource={"backupMode": "FilesFolders", "fileLevelOptions": {"directories": [str(small)]}}))
    assert (second["unlimitedSubtenantQuota"], second["repositoryQuotaGB"], second["createSubtenants"]) == (False, 100, True)
    assert finished(api, assign(api, backup_agent, second["instanceUid"])).status_code == 200
    assert password() == before
    assert start(api, backup_agent, job_of(api, backup_agent, second["instanceUid"])["instanceUid"]).status_code == 200
    account = api.data(f"{TENANTS}/subtenants")[0]
    stack.wait_for("the machine's quota, of the policy assigned last", lambda: api.data(f"{TENANTS}/subtenants")[0]["storageQuota"] == 100 << 30, 20)
    assert account["name"] == f"steward-{backup_agent}"

    stack.wait_for("the agent's look after the run", lambda: job_of(api, backup_agent, second["instanceUid"])["restorePoints"] == 1, 30)

    # A password that was lost at the site is replaced by assigning again.
    subprocess.run([stack.BIN / "steward-site", "--data", site.data, "remove-subtenant", "gold", account["name"]], check=True)
    assert "name or password is wrong" in refusal(start(api, backup_agent, job_of(api, backup_agent, policy)["instanceUid"]), 409)
    assert finished(api, assign(api, backup_agent, policy)).status_code == 200
    assert password() != before and len(password()) == 1, "all jobs of the account have the new one"
    for each in (policy, second["instanceUid"]):
        assert start(api, backup_agent, job_of(api, backup_agent, each)["instanceUid"]).status_code == 200


def kill_in_the_middle(site, before, folder):
    stack.wait_for("an upload under way", lambda: site.bytes_on_disk() > before + MB, 30, 0.05)
    site.program.kill()
    site.program.command[site.program.command.index("--port") + 1] = str(site.port)
    site.start()
    (folder / "slow").unlink()


def test_the_site_is_killed_in_the_middle_of_an_upload(api, console, site, folder, agent, backup_agent, policy):
    for number in range(6):
        (folder / f"data/more{number}").write_bytes(os.urandom(4 * MB))
    (folder / "slow").touch()
    job = job_of(api, backup_agent, policy)["instanceUid"]
    before = site.bytes_on_disk()
    with ThreadPoolExecutor() as pool:
        under_way = pool.submit(start, console.client(), backup_agent, job)
        kill_in_the_middle(site, before, folder)
        answer = under_way.result()
    if answer.status_code != 200:  # restic gave up: the next run goes on from there
        assert start(api, backup_agent, job).status_code == 200
    assert "no errors were found" in restic(agent, job, "check", "--read-data").stdout
    stack.wait_for("exact after the kill", lambda: quota(api)["usedSpace"] == site.bytes_on_disk(), 20)
    assert api.data(f"{TENANTS}/subtenants")[0]["usedSpace"] == site.bytes_on_disk()


def test_when_the_site_cannot_make_the_account_the_assignment_says_so(api, console, site_agent, folder, backup_agent):
    third = made(api, policy_of(folder, "Refused", backupTarget=CLOUD))["instanceUid"]
    site_agent.program.kill()
    try:
        accepted = assign(api, backup_agent, third)
        assert accepted.status_code == 202, "it waits for the site"
        assert assignment(api, backup_agent, third)["status"] == "Applying"
        (folder / "broken").touch()
    finally:
        site_agent.program.start()
    failed = finished(api, accepted)
    (folder / "broken").unlink()
    assert "the disk is broken" in refusal(failed, 409)
    shown = assignment(api, backup_agent, third)
    assert shown["status"] == "Failed" and "the disk is broken" in shown["backupPolicyFailureMessage"]
    assert console.sql("select count(*) from core.command_wait") == ["0"]
    assert finished(api, assign(api, backup_agent, third)).status_code == 200
    assert assignment(api, backup_agent, third)["status"] == "Applied"


def test_a_customer_assigns_to_its_own_storage_and_sees_no_other(api, console, folder, company, backup_agent):
    owner = user(api, company, "CompanyOwner")
    mine = owner.call("POST", "/configuration/backupPolicies/linux", json=policy_of(folder, "Mine", backupTarget=CLOUD))
    assert mine.status_code == 200, mine.text
    assert finished(owner, assign(owner, backup_agent, mine.json()["data"]["instanceUid"])).status_code == 200
    other = user(api, console.company("Other Company"), "CompanyOwner")
    assert other.call("POST", f"{AGENTS}/{backup_agent}/assignedPolicies", params={"policyUid": mine.json()["data"]["instanceUid"]}).status_code == 404


def test_taking_away_leaves_the_restore_points_or_not(api, site, agent, backup_agent, policy):
    job = job_of(api, backup_agent, policy)["instanceUid"]
    points = len(json.loads(restic(agent, job, "snapshots", "--tag", f"job={job}", "--json").stdout))
    assert points > 0
    gone = api.call("DELETE", f"{AGENTS}/{backup_agent}/jobs/{job}", params={"removeRestorePoints": "true"})
    assert finished(api, gone).status_code == 200
    assert job_of(api, backup_agent, policy) is None and not (agent.state / f"site-{job}.pem").exists()
    stack.wait_for("usage follows", lambda: quota(api)["usedSpace"] == site.bytes_on_disk(), 20)


def test_a_repository_that_is_gone_is_made_anew_by_assigning_again(api, site, agent, backup_agent, policy):
    repository = site.pool / "gold" / "main" / f"steward-{backup_agent}"
    away = site.data.parent / "away"
    assert finished(api, assign(api, backup_agent, policy)).status_code == 200
    repository.rename(away)
    try:
        job = job_of(api, backup_agent, policy)["instanceUid"]
        assert "is not there any more" in refusal(start(api, backup_agent, job), 409)
        assert finished(api, assign(api, backup_agent, policy)).status_code == 200
        assert (repository / "config").exists() and restic(agent, job, "snapshots").returncode == 0
    finally:
        if repository.exists():
            repository.rename(site.data.parent / "new")
        away.rename(repository)
