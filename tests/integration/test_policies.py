# SPDX-License-Identifier: Apache-2.0
"""Backup policies from the REST call to the bytes in a repository: real console, real agent, real restic."""
import copy
import json
import os
import subprocess
import threading
import uuid

import pytest

import agent_stack as stack
from test_commands import ended, user

POLICIES = "/configuration/backupPolicies/linux"
AGENTS = "/infrastructure/backupAgents/linux"


@pytest.fixture(scope="module")
def api(console):
    return console.client()


@pytest.fixture(scope="module")
def company(console):
    return console.company("Policies Company")


@pytest.fixture(scope="module")
def agent(folder, console, company):
    for name in ("data/deep", "backup"):
        (folder / name).mkdir(parents=True)
    (folder / "data/one.txt").write_text("one")
    (folder / "data/deep/two.bin").write_bytes(bytes(range(256)) * 1000)
    (folder / "data/left.tmp").write_text("left out")
    slow = folder / "slow-restic"  # so that there is something to see of a backup under way, and looks that take their time when asked for
    slow.write_text(f"#!/bin/sh\n[ ! -e {folder}/slow-looks ] || case \"$*\" in *snapshots*) sleep 3;; esac\nexec restic --limit-upload 30000 \"$@\"\n")
    slow.chmod(0o755)
    agent = stack.Agent(folder, "agent", console.api.setup_file(company), f"[agent]\nname = \"srv-files\"\nrestic_binary = \"{slow}\"\n")
    agent.program.start()
    yield agent
    agent.program.stop()


@pytest.fixture(scope="module")
def backup_agent(api, agent):
    return stack.wait_for("the backup agent", lambda: api.data(AGENTS), 60)[0]["instanceUid"]


def policy_of(folder, name="Files", **changes):
    job = {"backupSource": {"backupMode": "FilesFolders", "fileLevelOptions": {"directories": [str(folder / "data")], "exclusionMasks": ["*.tmp"]}},
           "backupTarget": {"targetType": "LocalFolder", "localPath": str(folder / "backup")},
           "retentionSettings": {"restorePointsCount": 3}, "scheduleSettings": {"scheduleType": "NotScheduled"}}
    return {"name": name, "operationMode": "Server", "accessMode": "Private", "jobConfiguration": {**job, **changes}}


def made(api, body):
    answer = api.call("POST", POLICIES, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def assign(api, backup_agent, policy):
    return api.call("POST", f"{AGENTS}/{backup_agent}/assignedPolicies", params={"policyUid": policy})


def assignment(api, backup_agent, policy):
    return next((row for row in api.data(f"{AGENTS}/{backup_agent}/assignedPolicies") if row["backupPolicyUid"] == policy), None)


def job_of(api, backup_agent, policy):
    return next((row for row in api.data(f"{AGENTS}/{backup_agent}/jobs") if row.get("backupPolicyUid") == policy), None)


def replace(path, value):
    return [{"op": "replace", "path": path, "value": value}]


def restic(agent, job, *arguments):
    command = ["restic", "--repo", job["destination"], "--password-file", str(agent.state / "repository.key"), "--no-lock", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def policy(api, folder, backup_agent):
    """A policy that the agent has applied."""
    policy = made(api, policy_of(folder))["instanceUid"]
    answer = assign(api, backup_agent, policy)
    assert (answer.status_code, answer.json()) == (200, {"data": {}}), answer.text
    return policy


def test_a_policy_is_assigned_and_backs_up(api, folder, agent, backup_agent, policy):
    row = assignment(api, backup_agent, policy)
    assert row["status"] == "Applied" and row["backupPolicyRevision"] == 1 and not row["isOutOfDate"] and row["assignedBy"] == "administrator"
    job = job_of(api, backup_agent, policy)
    assert job["backupPolicyName"] == "Files" and job["backupPolicyAssignStatus"] == "Assigned" and job["configUid"] == row["configUid"]
    assert api.data(f"/configuration/backupPolicies/{policy}")["agents"] == [backup_agent]
    answer = api.call("POST", f"{AGENTS}/{backup_agent}/jobs/{job['instanceUid']}/start")
    assert answer.status_code in (200, 202), answer.text
    if answer.status_code == 202:
        assert ended(api, answer.headers["Location"].rsplit("/", 1)[1])["status"] == "succeed"
    job = stack.wait_for("the restore point", lambda: (now := job_of(api, backup_agent, policy))["restorePoints"] == 1 and now["status"] == "Success" and now)
    assert len(json.loads(restic(agent, job, "snapshots", "--json"))) == 1
    restic(agent, job, "restore", "latest", "--target", str(folder / "restored"))
    restored = folder / "restored" / str(folder / "data").lstrip("/")
    assert (restored / "one.txt").read_text() == "one" and (restored / "deep/two.bin").read_bytes() == (folder / "data/deep/two.bin").read_bytes()
    assert not (restored / "left.tmp").exists()
    points = api.data("/protectedWorkloads/computersManagedByConsole/restorePoints")
    assert [point["jobUid"] for point in points] == [job["instanceUid"]]


def test_no_secret_leaves_the_machine(console, api, folder, agent, backup_agent, policy):
    key = (agent.state / "repository.key").read_text()
    assert (agent.state / "repository.key").stat().st_mode & 0o777 == 0o600
    dump = subprocess.run(["pg_dump", "-h", console.data / "socket", "-U", "steward", "steward"], check=True, capture_output=True, text=True).stdout
    for text in (dump, console.program.log.read_text(), agent.program.log.read_text()):
        assert key not in text
    body = policy_of(folder, "Secret")
    body["jobConfiguration"]["backupStorage"] = {"encryptionEnabled": True, "password": "not-to-be-kept"}
    answer = api.call("POST", POLICIES, json=body)
    assert answer.status_code == 400 and answer.json()["errors"][0]["propertyName"] == "jobConfiguration.backupStorage.password"
    assert "not-to-be-kept" not in answer.text and "not-to-be-kept" not in console.program.log.read_text()


@pytest.mark.parametrize(("path", "value"), [
    ("backupTarget", {"targetType": "SharedFolder", "sharedFolder": {"path": "nas:/x", "targetType": "NFS"}}),
    ("backupSource", {"backupMode": "EntireComputer"}),
    ("scheduleSettings", {"scheduleType": "Monthly"}),
    ("scriptSettings", {"enabled": True}),
    ("gfsRetentionSettings", {"weekly": {"keepWeeklyBackupsForWeeks": 4}})])
def test_what_restic_cannot_do_is_refused_in_words(api, folder, path, value):
    answer = api.call("POST", POLICIES, json=policy_of(folder, f"No {path}", **{path: value}))
    error = answer.json()["errors"][0]
    assert answer.status_code == 400 and error["propertyName"].startswith(f"jobConfiguration.{path}"), answer.text
    assert len(error["message"]) > len(error["propertyName"]) + 30


def test_a_changed_policy_reaches_its_agents(api, folder, backup_agent, policy):
    answer = api.call("PATCH", f"{POLICIES}/{policy}", json=replace("/jobConfiguration/scheduleSettings", {
        "scheduleType": "Daily", "dailyScheduleSettings": {"time": "22:30", "dailyMode": "WeekDays"}}))
    assert answer.status_code == 200, answer.text
    row = stack.wait_for("revision 2", lambda: (now := assignment(api, backup_agent, policy))["backupPolicyRevision"] == 2 and now, 30)
    assert row["status"] == "Applied" and not row["isOutOfDate"]
    job = stack.wait_for("the schedule", lambda: (now := job_of(api, backup_agent, policy))["scheduleType"] == "Daily" and now, 30)
    shown = api.data(f"/infrastructure/backupAgents/{backup_agent}/jobs/{job['instanceUid']}")
    assert shown["scheduleDisplayName"] == "Mon, Tue, Wed, Thu, Fri at 22:30 UTC" and shown["nextRun"]
    refused = api.call("PATCH", f"{POLICIES}/{policy}", json=replace("/jobConfiguration/retentionSettings/retentionDays", 5))
    assert refused.status_code == 400 and "restorePointsCount" in refused.text
    assert assignment(api, backup_agent, policy)["backupPolicyRevision"] == 2


def test_orders_count_after_a_restored_database(console, api, backup_agent, policy):
    """The database of yesterday counts from yesterday; the agent must not take today's orders for older ones."""
    console.sql("alter sequence core.policy_order restart")
    revision = assignment(api, backup_agent, policy)["backupPolicyRevision"]
    assert api.call("PATCH", f"{POLICIES}/{policy}", json=replace("/description", "after the restore")).status_code == 200
    stack.wait_for("the next revision", lambda: assignment(api, backup_agent, policy)["backupPolicyRevision"] == revision + 1, 30)
    stack.wait_for("the job's new words", lambda: job_of(api, backup_agent, policy)["description"] == "after the restore", 30)


def test_the_schedule_is_switched_off_and_on(api, backup_agent, policy):
    path = f"/api/steward/v1/backupAgents/{backup_agent}/jobs/{job_of(api, backup_agent, policy)['instanceUid']}"
    off = api.call("PATCH", path, json=replace("/isEnabled", False))
    assert off.status_code == 200 and off.json()["data"]["isEnabled"] is False and off.json()["data"]["nextRun"] is None, off.text
    on = api.call("PATCH", path, json=replace("/isEnabled", True))
    assert on.status_code == 200 and on.json()["data"]["isEnabled"] is True and on.json()["data"]["nextRun"]


def test_killed_and_away_the_agent_keeps_and_catches_up(api, folder, agent, backup_agent, policy):
    agent.program.kill()
    waits = made(api, policy_of(folder, "While away"))["instanceUid"]
    answer = assign(api, backup_agent, waits)
    assert answer.status_code == 202 and assignment(api, backup_agent, waits)["status"] == "Applying"
    for name in ("While away 2", "While away 3"):
        assert api.call("PATCH", f"{POLICIES}/{waits}", json=replace("/name", name)).status_code == 200
    assert assignment(api, backup_agent, waits)["isOutOfDate"]
    agent.program.start()
    row = stack.wait_for("the assignment", lambda: (now := assignment(api, backup_agent, waits))["status"] == "Applied" and now, 60)
    assert row["backupPolicyRevision"] == 3
    assert stack.wait_for("the job", lambda: job_of(api, backup_agent, waits), 30)["name"] == "While away 3"
    stack.wait_for("the first policy with its restore point", lambda: job_of(api, backup_agent, policy)["restorePoints"] == 1, 30)


def test_what_the_agent_cannot_do_it_says(api, folder, backup_agent):
    body = policy_of(folder, "Nowhere")
    body["jobConfiguration"]["backupTarget"]["localPath"] = str(folder / "nowhere")
    policy = made(api, body)["instanceUid"]
    answer = assign(api, backup_agent, policy)
    assert answer.status_code == 409 and "There is no folder" in answer.text
    row = assignment(api, backup_agent, policy)
    assert row["status"] == "Failed" and "There is no folder" in row["backupPolicyFailureMessage"]
    (folder / "nowhere").mkdir()
    assert assign(api, backup_agent, policy).status_code == 200
    assert assignment(api, backup_agent, policy)["status"] == "Applied"
    assert api.call("DELETE", f"/configuration/backupPolicies/{policy}").status_code == 409
    gone = api.call("DELETE", f"{AGENTS}/{backup_agent}/jobs/{row['configUid']}", params={"removeRestorePoints": "false"})
    assert gone.status_code == 200, gone.text
    assert assignment(api, backup_agent, policy) is None and job_of(api, backup_agent, policy) is None
    assert api.call("DELETE", f"/configuration/backupPolicies/{policy}").status_code == 200
    workstation = made(api, {**policy_of(folder, "Workstations"), "operationMode": "Workstation"})["instanceUid"]
    assert assign(api, backup_agent, workstation).status_code == 409


def test_a_job_for_one_agent_alone(api, folder, backup_agent):
    body = policy_of(folder, "Alone")
    del body["accessMode"]
    answer = api.call("POST", f"{AGENTS}/{backup_agent}/jobs/configuration", json=body)
    assert answer.status_code == 200 and answer.json()["data"]["name"] == "Alone", answer.text
    job = next(row for row in api.data(f"{AGENTS}/{backup_agent}/jobs") if row["name"] == "Alone")
    path = f"{AGENTS}/{backup_agent}/jobs/{job['instanceUid']}"
    assert job["backupPolicyUid"] is None and job["backupPolicyAssignStatus"] == "Custom"
    changed = api.call("PATCH", f"{path}/configuration", json=replace("/jobConfiguration/scheduleSettings/scheduleType", "Periodically"))
    assert changed.status_code == 200, changed.text
    assert api.data(path)["scheduleType"] == "Periodically"
    assert api.data(f"{path}/configuration")["jobConfiguration"]["scheduleSettings"]["scheduleType"] == "Periodically"
    assert "Alone" not in [row["name"] for row in api.data("/configuration/backupPolicies")]
    assert api.call("DELETE", path, params={"removeRestorePoints": "true"}).status_code == 200
    assert api.call("GET", f"{path}/configuration").status_code == 404


def test_a_job_of_a_policy_is_changed_by_its_policy(api, backup_agent, policy):
    job = job_of(api, backup_agent, policy)
    answer = api.call("PATCH", f"{AGENTS}/{backup_agent}/jobs/{job['instanceUid']}/configuration", json=replace("/name", "Mine"))
    assert answer.status_code == 409 and "Files" in answer.text
    copied = api.call("POST", f"/configuration/backupPolicies/{policy}/copy", params={"newPolicyName": "Files again"})
    assert copied.status_code == 200 and copied.json()["data"]["agents"] == []
    again = api.call("POST", f"/configuration/backupPolicies/{policy}/copy", params={"newPolicyName": "files AGAIN"})
    assert again.status_code == 409, "names of one owner differ"


def test_others_see_and_assign_nothing(console, api, folder, company, backup_agent, policy):
    owner = user(api, company, "CompanyOwner")
    stranger = user(api, console.company("Stranger of policies"), "CompanyOwner")
    assert assignment(owner, backup_agent, policy)["status"] == "Applied", "its own machine"
    assert owner.call("GET", f"{POLICIES}/{policy}").status_code == 404, "not its policy"
    job = job_of(owner, backup_agent, policy)["instanceUid"]
    assert owner.call("DELETE", f"{AGENTS}/{backup_agent}/jobs/{job}", params={"removeRestorePoints": "true"}).status_code == 403
    mine = made(owner, policy_of(folder, "Owner's"))
    assert mine["type"] == "Client" and mine["organizationUid"] == company
    assert stranger.data("/configuration/backupPolicies") == stranger.data(f"{AGENTS}/assignedPolicies") == []
    for method, path in (("GET", f"{POLICIES}/{mine['instanceUid']}"), ("PATCH", f"{POLICIES}/{mine['instanceUid']}"),
                         ("DELETE", f"/configuration/backupPolicies/{mine['instanceUid']}"), ("GET", f"{AGENTS}/{backup_agent}/jobs/{job}/configuration"),
                         ("DELETE", f"{AGENTS}/{backup_agent}/jobs/{job}"), ("PATCH", f"/api/steward/v1/backupAgents/{backup_agent}/jobs/{job}")):
        answer = stranger.call(method, path, json=replace("/name", "x") if method == "PATCH" else None, params={"removeRestorePoints": "true"})
        assert answer.status_code == 404, (method, path, answer.text)
    theirs = made(stranger, policy_of(folder, "Stranger's"))["instanceUid"]
    assert assign(stranger, backup_agent, theirs).status_code == 404
    assert assign(owner, backup_agent, theirs).status_code == 404
    assert assign(api, backup_agent, theirs).status_code == 409, "the provider sees both, and they do not belong together"
    reader = user(api, company, "CompanyLocationUser")
    assert assign(reader, backup_agent, mine["instanceUid"]).status_code == 403


def test_progress_of_a_start_is_shown(api, folder, backup_agent):
    big = folder / "big"
    big.mkdir()
    for number in range(300):
        (big / f"{number}").write_bytes(os.urandom(1 << 20))
    body = copy.deepcopy(policy_of(folder, "Big"))
    body["jobConfiguration"]["backupSource"]["fileLevelOptions"]["directories"] = [str(big)]
    policy = made(api, body)["instanceUid"]
    assert assign(api, backup_agent, policy).status_code == 200
    (folder / "slow-looks").touch()  # a start does not wait until every repository has been read
    job, action, seen = job_of(api, backup_agent, policy)["instanceUid"], str(uuid.uuid4()), set()
    thread = threading.Thread(target=api.call, args=("POST", f"{AGENTS}/{backup_agent}/jobs/{job}/start"), kwargs={"headers": {"X-Request-id": action}})
    thread.start()

    def over():
        row = api.data(f"/asyncActions/{action}") if api.call("GET", f"/asyncActions/{action}").status_code == 200 else {"status": "running"}
        seen.add(row.get("percent") or 0)
        return row["status"] != "running" and row

    assert stack.wait_for("the end", over, 90, 0.2)["status"] == "succeed"
    thread.join()
    (folder / "slow-looks").unlink()
    assert any(0 < percent < 100 for percent in seen), seen
