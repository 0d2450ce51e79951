# SPDX-License-Identifier: Apache-2.0
"""The demo estate has something to show in every list of the contract, and something in every state that matters."""
import datetime
import json
import pathlib
import re

import pytest
import requests

from processes import wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = json.loads((ROOT / "api/openapi.json").read_text())

# Lists that are rightly empty, and why. A list that gets rows must leave this table.
EMPTY = [
    (r"/jobs/(backupTapeJobs|fileTapeJobs|vmCopyJobs|fileCopyJobs|cdpReplicationJobs)\b", "the backup server's interface lists no such jobs"),
    (r"/jobs/backupCopyJobs/.*jobObjects|\{backupServerUid\}/jobs/backupCopyJobs/jobObjects", "the interface has no settings of copy jobs of the old kind"),
    (r"/backupAgents/(windows|mac)\b", "our own agent runs on Linux here"),
    (r"/steward/v1/changes$", "nobody brings the demo in line with a file; tests/integration/test_customers.py does"),
    (r"/assignedPolicies", "the demo assigns no policy: its machines are not ours to write to"),
]
if datetime.datetime.now(datetime.timezone.utc).day > 5:
    EMPTY.append((r"/licenseReports/\{reportId\}/reminders", "made on the first five days of a month; tests/integration/test_report_extras.py has them on every day"))
# Lists of our own that hang on rows of a published list.
PARENTS = {"/api/steward/v1/invoices": "/organizations/companies/billing/invoices", "/api/steward/v1/subscriptionPlans": "/subscriptionPlans"}
LISTS = [path for path, item in sorted(DOCUMENT["paths"].items()) if "get" in item
         and item["get"]["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
         .get("properties", {}).get("data", {}).get("type") == "array"]


@pytest.fixture(scope="session")
def admin(console, estate):
    return console.client()


def parents(admin, path):
    """The path with its parameters filled by each row of the list before them, newest names last."""
    if "{" not in path:
        return [path]
    head, name = re.match(r"(.*?)/{(\w+)}", path).groups()
    rows = admin.data(PARENTS.get(head, head), limit=10000)
    if name == "date":  # of a licence report
        rows = [row["reportParameters"]["reportInterval"] | {"date": row["reportParameters"]["reportInterval"]["startOfInterval"]} for row in rows]
    ids = [row.get(name) or row.get("instanceUid") for row in rows]
    return [filled for uid in dict.fromkeys(ids) for filled in parents(admin, path.replace("{%s}" % name, str(uid), 1))]


def reason_to_be_empty(path):
    return next((why for pattern, why in EMPTY if re.search(pattern, path)), None)


@pytest.mark.parametrize("path", LISTS)
def test_every_list_has_rows(admin, path):
    def total():
        for target in parents(admin, path):
            rows = admin.data(target, limit=1)
            if rows:
                return len(rows)
        return 0

    if reason_to_be_empty(path):
        assert total() == 0, f"{path} has rows now: take it off the table of empty lists"
        return
    # Slow parts of the inventory come with the second look.
    assert wait_for(total, 60, 2)


def states(admin, path, name, **params):
    return {row.get(name) for row in admin.data(path, limit=10000, **params)}


@pytest.mark.parametrize(("path", "name", "wanted"), [
    ("/organizations/companies", "status", {"Active", "Disabled"}),
    ("/infrastructure/backupServers", "status", {"Healthy", "Inaccessible"}),
    ("/infrastructure/backupServers/jobs", "status", {"Success", "Warning", "Failed", "None"}),
    ("/infrastructure/backupServers/jobs", "isEnabled", {True, False}),
    ("/infrastructure/backupServers/jobs", "type",
     {"BackupVm", "ReplicationVM", "SimpleBackupCopy", "BackupCopy", "AgentBackupJob", "AgentPolicy", "BackupFile", "BackupFileCopy",
      "ObjectStorageBackup", "ObjectStorageBackupCopy"}),
    ("/infrastructure/backupServers/jobs/backupVmJobs/objects", "isExcluded", {True, False}),
    ("/infrastructure/backupServers/repositories", "status", {"Healthy", "Warning", "Error"}),
    ("/infrastructure/backupServers/proxies", "status", {"Healthy", "Error"}),
    ("/infrastructure/managementAgents", "connectionStatus", {"Online", "Inaccessible"}),
    ("/infrastructure/unverifiedAgents", "status", {"Pending", "Rejected"}),
    ("/licensing/backupServers", "status", {"Valid", "Expired"}),
    ("/protectedWorkloads/virtualMachines", "malwareState", {"Clean", "Suspicious", "Infected"}),
    ("/protectedWorkloads/virtualMachines/backups", "backupType", {"Backup", "BackupCopy", "Replication"}),
    ("/api/steward/v1/workloads", "kind", {"VirtualMachine", "ServerComputer", "ConsoleComputer", "FileShare", "ObjectStorage"}),
    ("/api/steward/v1/workloads", "isStale", {True, False})])
def test_every_state_is_there(admin, path, name, wanted):
    assert wait_for(lambda: wanted <= states(admin, path, name), 60, 2), states(admin, path, name)


def test_a_running_job_is_seen(admin, estate):
    server = next(s for s in estate["servers"] if s["name"] == "alf-backup1")
    for job in server["jobs"]:
        requests.post(f"{server['url']}/lab/jobs/{job['id']}/run", timeout=10, verify=False)
    wait_for(lambda: "Running" in states(admin, "/infrastructure/backupServers/jobs", "status"), 30, 1)


def test_numbers_that_only_some_servers_tell(admin):
    licences = admin.data("/licensing/backupServers", limit=1000)
    assert any(row["sockets"] == 16 and row["usedSockets"] > 0 for row in licences)
    assert any((row["capacity"] or 0) > row["usedCapacity"] > 0 for row in licences if row["usedCapacity"])
    assert any(row["sockets"] is None and row["capacity"] is None for row in licences)  # unknown is not 0
    use = admin.data("/api/steward/v1/repositoryUse", limit=1000)
    assert any((row["percent"] or 0) > 98 for row in use)
    wait_for(lambda: any("provisionedSourceSize" in row for row in admin.data("/protectedWorkloads/virtualMachines", limit=10000)), 60, 2)


def test_licence_use_of_one_server(admin):
    server = admin.data("/licensing/backupServers", limit=1)[0]["backupServerUid"]
    rows = admin.data("/licensing/usage/organizations", serverUid=server)
    assert len(rows) == 1 and server in [entry["serverUid"] for entry in rows[0]["servers"]]
    everybody = admin.total("/licensing/usage/organizations")
    known = admin.total("/licensing/usage/organizations", serverType="BackupAndReplication")
    assert 1 <= known < everybody
    assert admin.total("/licensing/usage/organizations", serverType="VB365") == 0
    assert admin.total("/licensing/usage/organizations", serverUid="00000000-0000-4000-8000-000000000000") == 0


def test_file_shares_hang_together(admin):
    share = admin.data("/protectedWorkloads/fileShares", limit=1)[0]
    backups = admin.data(f"/protectedWorkloads/fileShares/{share['fileShareUid']}/backups")
    points = admin.data(f"/protectedWorkloads/fileShares/{share['fileShareUid']}/restorePoints", limit=1000)
    assert share["restorePoints"] == sum(row["restorePoints"] for row in backups) == len(points)
    assert share["totalShortTermBackupSize"] == sum(row["shortTermBackupSize"] for row in backups) > 0
    assert {row["backupUid"] for row in points} == {row["backupUid"] for row in backups}
    assert {row["jobUid"] for row in points} <= {row["instanceUid"] for row in admin.data("/infrastructure/backupServers/jobs", limit=10000)}
    assert "totalArchiveSize" not in share and all(row["size"] is None and row["isArchive"] is False for row in points)
