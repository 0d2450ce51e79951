# SPDX-License-Identifier: Apache-2.0
"""Agents change to a signed new program, and stay with the old one when the new one is of no use. Real programs, really killed."""
import json
import os
import signal
import subprocess
import threading
import time
import uuid

import pytest

import agent_stack as stack
from release import Release, version_of

AGENT = "/infrastructure/managementAgents"
OWN, NEXT = version_of("steward-agent"), version_of("steward-agent-next")


@pytest.fixture(scope="module")
def release(folder):
    return Release(folder)


@pytest.fixture(scope="module")
def console(folder, release):
    console = stack.Console(folder)
    with open(folder / "console.toml", "a") as config:
        config.write(release.options)
    console.start()
    yield console
    console.program.stop()


@pytest.fixture
def api(console):
    return console.client()


class Installed:
    """An agent as systemd runs it: a program that is started again when it ends."""

    def __init__(self, folder, name, console, trial=20, way=lambda setup: setup, adapters=""):
        setup = way(console.api.setup_file(console.company(name)))
        assert "[upgrade]\nkeys = [" in setup
        self.agent = stack.Agent(folder, name, setup.replace("[upgrade]\n", f"[upgrade]\ntrial_seconds = {trial}\n"), f'[agent]\nname = "{name}"\n{adapters}')
        self.name, self.console = name, console
        self.agent.program.start()
        self.uid = stack.wait_for("the agent", lambda: console.sql(f"select uid from core.agent where host_name = '{name}' and connected_to is not null"))[0]

    def row(self, api):
        return api.data(f"{AGENT}/{self.uid}")

    def upgrade(self, api, hear_the_end=True):
        """The id of the action. The call may hear its end, and waits a while for it."""
        action = str(uuid.uuid4())
        call = threading.Thread(target=self.console.client().call, args=("POST", f"/api/steward/v1/managementAgents/{self.uid}/upgrade"),
                                kwargs={"headers": {"X-Request-id": action}})
        call.start()
        if hear_the_end:
            call.join()
        return action

    def log(self):
        return self.agent.program.log.read_text()

    def stop(self):
        if self.agent.program.process.poll() is None:
            self.agent.program.stop()


@pytest.fixture
def installed(folder, console, request):
    agent = Installed(folder, f"host-{request.node.name[:40]}", console, trial=8 if "hangs" in request.node.name else 20)
    yield agent
    agent.stop()


def offered(api, version):
    return stack.wait_for(f"package {version}", lambda: [row for row in api.data("/api/steward/v1/agentPackages") if row["version"] == version], 30)[0]


def withdraw_all(api):
    for row in api.data("/api/steward/v1/agentPackages"):
        assert api.call("DELETE", f"/api/steward/v1/agentPackages/{row['instanceUid']}").status_code == 200


def ended(api, action, seconds=90):
    return stack.wait_for("the action's end", lambda: (row := api.data(f"/asyncActions/{action}"))["status"] != "running" and row, seconds)


def message(api, action):
    answer = api.session.get(f"{api.url}/api/v3/asyncActions/{action}/result", timeout=10)
    return answer.json()["errors"][0]["message"]


def test_no_package_no_upgrade(api, installed):
    assert installed.row(api)["versionStatus"] == "Unknown"
    answer = api.call("POST", f"/api/steward/v1/managementAgents/{installed.uid}/upgrade")
    assert answer.status_code == 409 and "There is no package for this agent's machine (Linux on x86_64)" in answer.json()["errors"][0]["message"]


def test_packages_that_are_not_ours_are_not_offered(folder, console, api, release):
    Release(folder / "other").make(stack.BIN / "steward-agent-next", "9.9").rename(release.packages / "foreign.pkg")
    (release.packages / "garbage.pkg").write_bytes(b"\0" * 5000)
    changed = bytearray(release.make("/bin/true", "9.8").read_bytes())
    changed[-1] ^= 1
    (release.packages / "changed.pkg").write_bytes(changed)
    log = folder / "console.log"
    for name, words in (("foreign", "signed with none of the 1 key(s)"), ("garbage", "no package of the agent"), ("changed", "not the one that was signed")):
        stack.wait_for(name, lambda name=name, words=words: any(f"{name}.pkg is not offered" in line and words in line for line in log.read_text().splitlines()), 30)
    assert api.data("/api/steward/v1/agentPackages") == []


def test_a_program_that_never_lives_is_put_aside(api, release, installed):
    release.offer_script("exit 3\n", "0.2.0")
    offered(api, "0.2.0")
    assert installed.row(api)["versionStatus"] == "OutOfDate"
    before = installed.agent.program.process.pid
    action = installed.upgrade(api)
    assert ended(api, action)["status"] == "failed"
    assert "Version 0.2.0 is of no use: it ended with code 3 before it had reached the console. The old version runs on." in message(api, action)
    stack.wait_for("the old one again", lambda: installed.row(api)["connectionStatus"] == "Online")
    assert installed.row(api)["version"] == OWN and installed.agent.program.process.pid == before
    assert not list((installed.agent.state / "programs").iterdir())


def test_a_program_that_hangs_is_put_aside(api, release, installed):
    withdraw_all(api)
    release.offer_script("trap '' TERM\nwhile :; do sleep 1; done\n", "0.2.1")
    offered(api, "0.2.1")
    action = installed.upgrade(api)
    assert ended(api, action, 120)["status"] == "failed"
    assert "did not reach the console within 8 s" in message(api, action)
    stack.wait_for("the old one again", lambda: installed.row(api)["connectionStatus"] == "Online")
    assert subprocess.run(["pgrep", "-f", str(installed.agent.state / "programs")], check=False).returncode == 1, "the hung one is gone"


def test_killed_in_the_trial_the_old_one_comes_back(api, installed):
    action = installed.upgrade(api)
    stack.wait_for("the trial", lambda: subprocess.run(["pgrep", "-f", f"{installed.agent.state}/programs/steward-agent-0.2.1"], check=False).returncode == 0)
    installed.agent.program.kill()
    stack.wait_for("the new one's end", lambda: subprocess.run(["pgrep", "-f", f"{installed.agent.state}/programs"], check=False).returncode == 1, 10)
    installed.agent.program.start()
    assert ended(api, action)["status"] == "failed" and "ended while it tried version 0.2.1" in message(api, action)
    assert installed.row(api)["version"] == OWN


def test_a_package_of_another_version_than_it_says_is_put_aside(api, release, installed):
    withdraw_all(api)
    release.offer(stack.BIN / "steward-agent-next", "0.2.2")
    offered(api, "0.2.2")
    action = installed.upgrade(api)
    assert ended(api, action)["status"] == "failed" and f"the program is version {NEXT}, not what its package says" in message(api, action)


def test_upgrade_and_life_after_it(api, console, release, installed):
    withdraw_all(api)
    release.offer_next()
    offered(api, NEXT)
    before = installed.agent.program.process.pid
    action = installed.upgrade(api)
    assert ended(api, action)["status"] == "succeed", message(api, action)
    row = installed.row(api)
    assert (row["version"], row["versionStatus"], row["connectionStatus"]) == (NEXT, "UpToDate", "Online")
    assert installed.agent.program.process.pid == before and installed.agent.program.process.poll() is None, "the same process for systemd"
    again = api.call("POST", f"/api/steward/v1/managementAgents/{installed.uid}/upgrade")
    assert again.status_code == 409 and f"has version {NEXT} already" in again.json()["errors"][0]["message"]
    assert api.call("POST", f"/api/steward/v1/managementAgents/{installed.uid}/collect").status_code == 200, "it obeys"
    installed.agent.program.kill()  # the installed program starts the current one
    installed.agent.program.start()
    stack.wait_for("the new one", lambda: (row := installed.row(api))["connectionStatus"] == "Online" and row["version"] == NEXT)
    assert console.sql(f"select count(*) from core.agent where host_name = '{installed.name}'") == ["1"]
    log = api.data("/eventLogs/activityLogs", limit=50)
    assert any(f"Asked agent {installed.name} to change to version {NEXT}." in str(entry) for entry in log)


def test_order_survives_the_end_of_both(api, console, installed):
    """The agent is away when it is ordered, and the console is killed while the new program is tried."""
    installed.agent.program.stop()
    reason = stack.wait_for("why it is silent", lambda: installed.row(api)["statusReason"])
    assert reason.startswith("Silent since") and f"Its version {OWN} is older than {NEXT}, which is offered." in reason
    action = installed.upgrade(api)
    installed.agent.program.start()
    stack.wait_for("the trial", lambda: "on trial" in installed.log(), 60, 0.05)
    console.program.kill()
    time.sleep(1)
    console.start()
    end = ended(api, action)
    assert end["status"] == "succeed", message(api, action)
    assert installed.row(api)["version"] == NEXT


def test_a_cut_connection_costs_a_piece_only(folder, api, console):
    """The way to the console breaks when half of the program has come."""
    gate = stack.Gate(console.gateway, folder)
    console.hide_listener()
    agent = Installed(folder, "host-cut", console, way=gate.only_way)
    part = agent.agent.state / "programs"

    def fetched():
        return sum(file.stat().st_size for file in part.glob("*.part"))

    try:
        gate.set(kilobitsPerSecond=8_000)
        action = agent.upgrade(api, hear_the_end=False)
        stack.wait_for("a part of the program", lambda: fetched() > 500_000, 30, 0.05)
        gate.set(mode="reset")
        stack.wait_for("the cut", lambda: agent.agent.status()["link"] == "Disconnected", 20, 0.1)
        size = fetched()
        assert 500_000 < size < offered(api, NEXT)["sizeBytes"]
        gate.set(mode="pass")
        stack.wait_for("more of it", lambda: fetched() > size or agent.row(api)["version"] == NEXT, 60, 0.1)
        assert ended(api, action)["status"] == "succeed", message(api, action)
        assert agent.row(api)["version"] == NEXT
    finally:
        gate.set(mode="pass")
        agent.stop()
        console.hide_listener(False)
        gate.stop()


def test_a_backup_under_way_is_waited_for(folder, api, console):
    slow, source = folder / "slow-restic", folder / "source"
    slow.write_text("#!/bin/sh\nexec restic --limit-upload 2000 \"$@\"\n")
    slow.chmod(0o755)
    source.mkdir()
    for number in range(40):
        (source / f"{number}").write_bytes(os.urandom(1 << 20))
    (folder / "host-busy.key").write_text("key")
    agent = Installed(folder, "host-busy", console, adapters=f'restic_binary = "{slow}"\n[[restic]]\nname = "Files"\npaths = ["{source}"]\n'
                      f'repository = "{folder}/repository"\npassword_file = "{folder}/host-busy.key"\n')
    try:
        jobs = f"/infrastructure/backupAgents/jobs?filter={json.dumps([{'property': 'name', 'operation': 'equals', 'value': 'Files'}])}"
        job = stack.wait_for("the job", lambda: api.data(jobs))[0]
        status = lambda: api.data(jobs)[0]["status"]  # noqa: E731
        start = f"/infrastructure/backupAgents/{job['backupAgentUid']}/jobs/{job['instanceUid']}/start"
        threading.Thread(target=console.client().call, args=("POST", start)).start()
        stack.wait_for("the backup under way", lambda: status() == "Running", 30, 0.1)
        action = agent.upgrade(api, hear_the_end=False)
        stack.wait_for("the new program", (agent.agent.state / "programs" / f"steward-agent-{NEXT}").exists, 30, 0.1)
        assert status() == "Running" and agent.row(api)["version"] == OWN and "on trial" not in agent.log()
        assert ended(api, action)["status"] == "succeed", message(api, action)
        assert agent.row(api)["version"] == NEXT
        stack.wait_for("what the new one says of the job", lambda: status() == "Success", 60)
        restic = ["restic", "-r", folder / "repository", "--password-file", folder / "host-busy.key"]
        (snapshot,) = json.loads(subprocess.run([*restic, "snapshots", "--json"], capture_output=True, text=True, check=True).stdout)
        listed = subprocess.run([*restic, "ls", snapshot["id"]], capture_output=True, text=True, check=True).stdout
        assert all(f"{source}/{number}" in listed.splitlines() for number in range(40)), "whole, not cut off"
    finally:
        agent.stop()


def test_stopped_in_the_trial(api, release, installed):
    withdraw_all(api)
    release.offer_script("sleep 100\n", "0.3.0")
    offered(api, "0.3.0")
    action = installed.upgrade(api)
    stack.wait_for("the trial", lambda: subprocess.run(["pgrep", "-f", f"{installed.agent.state}/programs/steward-agent-0.3.0"], check=False).returncode == 0)
    installed.agent.program.process.send_signal(signal.SIGTERM)
    assert installed.agent.program.process.wait(40) == 0
    installed.agent.program.start()
    assert ended(api, action)["status"] == "failed" and "was stopped while it tried" in message(api, action)
