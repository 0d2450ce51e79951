# SPDX-License-Identifier: Apache-2.0
"""A steward-site managed by the console through its agent: what is set there is in force here within seconds, and usage is exact."""
import os
import pathlib
import subprocess

import pytest

import agent_stack as stack
from agent_stack import refusal, replace

MB = 1 << 20
TENANTS = "/infrastructure/sites/tenants"
PASSWORD = "Site-Tenant-9"


class Site:
    """A real steward-site with one pool, and restic against it."""

    def __init__(self, folder):
        self.data, self.pool = folder / "site", folder / "pool"
        self.data.mkdir()
        self.program = stack.Program("site", [stack.BIN / "steward-site", "--data", self.data, "run", "--port", "0", "--name", "127.0.0.1"], folder)
        subprocess.run([stack.BIN / "steward-site", "--data", self.data, "pool", "main", "--folder", self.pool], check=True)

    def start(self):
        (self.data / "port").unlink(missing_ok=True)
        self.program.start()
        self.port = int(stack.wait_for("the site", lambda: (self.data / "port").exists() and (self.data / "port").read_text().strip(), 20, 0.1))

    def restic(self, *arguments, tenant="gold", password=PASSWORD, resource="main"):
        environment = {**os.environ, "RESTIC_PASSWORD": "repository", "RESTIC_CACHE_DIR": str(self.data.parent / "cache")}
        repository = f"rest:https://{tenant}:{password}@127.0.0.1:{self.port}/{tenant}/{resource}/files/"
        return subprocess.run(["restic", "--cacert", self.data / "ca.pem", "-r", repository, *arguments], env=environment, capture_output=True, text=True, timeout=120, check=False)

    def bytes_on_disk(self):
        return sum(file.stat().st_size for file in self.pool.rglob("*") if file.is_file())


@pytest.fixture(scope="module")
def site(folder):
    site = Site(folder)
    site.start()
    yield site
    site.program.stop()


@pytest.fixture(scope="module", autouse=True)
def agent(folder, site, console, provider_uid):
    adapters = (f'[agent]\nname = "site-agent"\n[[site]]\ndata = "{site.data}"\nprogram = "{stack.BIN}/steward-site"\nname = "site.example.com"\n'
                f'address = "127.0.0.1:{site.port}"\nevery_seconds = 1\n')
    agent = stack.Agent(folder, "agent", console.api.setup_file(provider_uid), adapters)
    agent.program.start()
    stack.wait_for("the site in the console", lambda: console.sql("select uid from inventory.backup_server where role = 'CloudConnect'"), 60)
    yield agent
    agent.program.stop()


@pytest.fixture(scope="module")
def api(console):
    return console.client()


@pytest.fixture(scope="module")
def source(folder):
    """24 MiB that do not compress."""
    place = folder / "source"
    place.mkdir()
    for number in range(6):
        (place / f"file{number}").write_bytes(os.urandom(4 * MB))
    return place


def tenant(api, name="gold"):
    return next(row for row in api.data(TENANTS, limit=100) if row["name"] == name)


def quota(api):
    return api.data(f"{TENANTS}/{tenant(api)['instanceUid']}/backupResources")[0]


def test_from_an_empty_site_to_a_stopped_backup_and_on(api, console, site, source, folder):
    company = console.company("Gold Customer")
    here = api.data("/infrastructure/sites")[0]
    assert here["siteName"] == "site.example.com" and api.data(TENANTS) == []
    pool = api.data("/infrastructure/backupServers/repositories")[0]
    assert (pool["name"], pool["status"], pool["backupServerUid"]) == ("main", "Healthy", here["siteUid"])
    gateway = api.data(f"/infrastructure/sites/{here['siteUid']}/cloudgateways")[0]
    assert (gateway["externalAddress"], gateway["externalPort"]) == ("127.0.0.1", site.port)

    body = {"credentials": {"userName": "gold", "password": PASSWORD}, "assignedForCompany": company, "maxConcurrentTask": 4}
    made = api.call("POST", f"/infrastructure/sites/{here['siteUid']}/tenants", json=body)
    assert made.status_code == 200 and made.json()["data"]["assignedForCompany"] == company, made.text
    uid = made.json()["data"]["instanceUid"]
    body = {"repositoryUid": pool["instanceUid"], "cloudRepositoryName": "main", "storageQuota": 16 * MB}
    assert api.call("POST", f"{TENANTS}/{uid}/backupResources", json=body).status_code == 200
    assert site.restic("init").returncode == 0, "in force at once"

    # The quota stops the backup, and raised in the console lets it pass.
    stopped = site.restic("backup", str(source))
    assert stopped.returncode != 0 and "quota" in stopped.stderr.lower(), stopped.stderr
    assert replace(api, f"{TENANTS}/{uid}/backupResources/{quota(api)['instanceUid']}", storageQuota=64 * MB).status_code == 200
    passed = site.restic("backup", str(source))
    assert passed.returncode == 0, passed.stderr
    on_disk = site.bytes_on_disk()
    stack.wait_for("usage to the byte", lambda: quota(api)["usedSpace"] == on_disk, 20)
    assert api.data("/api/steward/v1/quotaUse")[0]["usedSpace"] == on_disk
    restored = folder / "restored"
    assert site.restic("restore", "latest", "--target", str(restored)).returncode == 0
    for file in source.iterdir():
        assert (restored / pathlib.Path(str(file)).relative_to("/")).read_bytes() == file.read_bytes()


def test_settings_are_in_force_here(api, site):
    place = f"{TENANTS}/{tenant(api)['instanceUid']}"
    assert api.call("POST", place + "/disable").json()["data"]["isEnabled"] is False
    denied = site.restic("snapshots")
    assert denied.returncode != 0
    assert api.call("POST", place + "/enable").status_code == 200
    assert site.restic("snapshots").returncode == 0
    assert replace(api, place, credentials={"userName": "gold", "password": "Another-Secret-7"}).status_code == 200
    assert site.restic("snapshots").returncode != 0
    assert site.restic("snapshots", password="Another-Secret-7").returncode == 0
    changed = replace(api, place, isThrottlingEnabled=True, throttlingValue=3, throttlingUnit="MbitPerSec", isBackupProtectionEnabled=True, backupProtectionPeriod=5)
    assert changed.status_code == 200, changed.text
    shown = tenant(api)
    assert (shown["isThrottlingEnabled"], shown["throttlingValue"], shown["throttlingUnit"]) == (True, 3, "MbitPerSec")
    assert (shown["isBackupProtectionEnabled"], shown["backupProtectionPeriod"]) == (True, 5)
    assert replace(api, place, throttlingValue=20).json()["data"]["throttlingUnit"] == "MbitPerSec"
    assert replace(api, place, isThrottlingEnabled=False, isBackupProtectionEnabled=False).json()["data"]["isThrottlingEnabled"] is False
    assert "keeps no note" in refusal(replace(api, place, description="x"), 409)
    ends = replace(api, place, isLeaseExpirationEnabled=True, leaseExpirationDate="2031-01-01T00:00:00Z")
    assert ends.json()["data"]["leaseExpirationDate"].startswith("2031-01-01")


def test_refusals_are_the_sites_own_words(api, site):
    here, uid = api.data("/infrastructure/sites")[0]["siteUid"], tenant(api)["instanceUid"]
    again = {"credentials": {"userName": "gold", "password": PASSWORD}}
    assert "already exists" in refusal(api.call("POST", f"/infrastructure/sites/{here}/tenants", json=again), 409)
    odd = {"credentials": {"userName": "no spaces here", "password": PASSWORD}}
    assert "cannot be the name of a tenant" in refusal(api.call("POST", f"/infrastructure/sites/{here}/tenants", json=odd), 409)
    assert "holds" in refusal(api.call("DELETE", f"{TENANTS}/{uid}/backupResources/{quota(api)['instanceUid']}"), 409)
    assert "Delete its backups first" in refusal(api.call("DELETE", f"{TENANTS}/{uid}", params={"deleteBackups": "true"}), 409)
    assert "keeps its name" in refusal(replace(api, f"{TENANTS}/{uid}/backupResources/{quota(api)['instanceUid']}", cloudRepositoryName="other"), 409)
    plans = {"hardwarePlans": [{"hardwarePlanUid": here}]}
    assert "no hardware plans" in refusal(api.call("POST", f"{TENANTS}/{uid}/replicationResources", json=plans), 409)


def test_a_site_that_does_not_run_is_shown(api, site):
    site.program.kill()
    stack.wait_for("the site down", lambda: api.data("/infrastructure/backupServers")[0]["status"] == "Inaccessible", 20)
    assert "does not run" in api.data("/infrastructure/backupServers")[0]["statusReason"]
    assert tenant(api)["name"] == "gold", "what it has is still there"
    site.start()
    stack.wait_for("the site up", lambda: api.data("/infrastructure/backupServers")[0]["status"] == "Healthy", 20)
    assert site.restic("check", password="Another-Secret-7").returncode == 0
    stack.wait_for("exact after the kill", lambda: quota(api)["usedSpace"] == site.bytes_on_disk(), 20)


def test_a_tenant_goes_when_its_backups_are_gone(api, site, console):
    uid = tenant(api)["instanceUid"]
    body = {"repositoryUid": quota(api)["repositoryUid"], "cloudRepositoryName": "second", "storageQuota": 5 * MB}
    second = api.call("POST", f"{TENANTS}/{uid}/backupResources", json=body)
    assert second.status_code == 200
    assert api.call("DELETE", f"{TENANTS}/{uid}/backupResources/{second.json()['data']['instanceUid']}").status_code == 200
    here = api.data("/infrastructure/sites")[0]["siteUid"]
    made = api.call("POST", f"/infrastructure/sites/{here}/tenants", json={"credentials": {"userName": "brief", "password": PASSWORD}})
    assert made.status_code == 200
    assert api.call("DELETE", f"{TENANTS}/{made.json()['data']['instanceUid']}", params={"deleteBackups": "false"}).status_code == 200
    assert [row["name"] for row in api.data(TENANTS)] == ["gold"]


def test_an_agent_of_a_customer_cannot_be_a_site(api, console, site, agent, folder):
    """It has the customer's own site, or makes one up with the uids of the provider's: it gets no order, and nothing of it is shown as a site."""
    company = console.company("Imitator")
    adapters = (f'[agent]\nname = "imitator"\n[[site]]\ndata = "{site.data}"\nprogram = "{stack.BIN}/steward-site"\nname = "site.example.com"\n'
                f'address = "203.0.113.9:8000"\nevery_seconds = 1\n')
    imitator = stack.Agent(folder, "imitator", console.api.setup_file(company), adapters)
    imitator.program.start()
    try:
        note = stack.wait_for("its refused rows", lambda: console.sql("select refused_note from core.agent where host_name = 'imitator' and refused_note is not null"), 60)
        assert "cloud sites are the provider's" in note[0]
        assert len(api.data("/infrastructure/sites")) == 1 and len(api.data(TENANTS)) == 1
        assert [row["externalAddress"] for row in api.data(f"/infrastructure/sites/{api.data('/infrastructure/sites')[0]['siteUid']}/cloudgateways")] == ["127.0.0.1"]
        agent.program.kill()
        waits = replace(api, f"{TENANTS}/{tenant(api)['instanceUid']}", maxConcurrentTask=7)
        assert waits.status_code == 202, waits.text
        sent = console.sql("select a.host_name, c.state from core.command c join core.agent a on a.uid = c.agent_uid where c.ended_at is null")
        assert sent == ["site-agent|Queued"]
    finally:
        agent.program.start()
        imitator.program.stop()
    stack.wait_for("the provider's agent obeys", lambda: tenant(api)["maxConcurrentTask"] == 7, 30)
