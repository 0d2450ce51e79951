# SPDX-License-Identifier: Apache-2.0
"""Agent, console and backup server together, with the faults of real life: nothing is lost, nothing is doubled."""
import json
import random
import time

import pytest

import agent_stack as stack


@pytest.fixture(scope="module")
def lab(folder):
    lab = stack.Lab(folder)
    yield lab
    lab.program.stop()


@pytest.fixture(scope="module")
def agent(folder, lab, console):
    setup = console.api.setup_file(console.company("Integration Company"))
    agent = stack.Agent(folder, "vbr-agent", setup, stack.vbr_adapter(lab))
    agent.program.start()
    yield agent
    agent.program.stop()


def server_row(console):
    status, reason = console.sql("select status, coalesce(status_reason, '') from inventory.backup_server")[0].split("|", 1)
    return status, reason


def test_inventory_arrives_within_a_minute(lab, console, agent):
    stack.wait_for("all restore points at the console", lambda: stack.same_points(lab, console), 60)
    assert server_row(console) == ("Healthy", "")
    jobs = lab.ids("jobs/states")
    assert set(console.sql("select instance_uid from inventory.backup_server_job")) == jobs
    machines = int(console.sql("select count(*) from inventory.workload")[0])
    assert machines == lab.server["workloads"]
    served = console.api.call("GET", "/protectedWorkloads/virtualMachines", params={"limit": 500}).json()["data"]
    assert len(served) == int(console.sql("select count(*) from inventory.virtual_machine")[0])


def test_key_stays_private(agent):
    assert (agent.state / "key.pem").stat().st_mode & 0o777 == 0o600
    assert agent.state.stat().st_mode & 0o777 == 0o700


def test_job_run_by_hand_is_seen_running_and_ended(lab, console, agent):
    idle = None

    def start_one():
        nonlocal idle
        for job in lab.server["jobs"]:
            if lab.run_job(job["id"]) == 201:
                idle = job["id"]
                return True
        return False

    stack.wait_for("a job that is idle", start_one, 30)
    state = f"select status from inventory.backup_server_job where instance_uid = '{idle}'"
    stack.wait_for("the job as running", lambda: console.sql(state) == ["Running"], 20, 0.3)
    stack.wait_for("the job as ended", lambda: console.sql(state)[0] in ("Success", "Warning", "Failed"), 120)
    stack.wait_for("its restore points", lambda: stack.same_points(lab, console), 60)


def test_agent_killed_again_and_again(lab, console, agent):
    dice = random.Random(11)
    for _ in range(6):
        for job in lab.server["jobs"]:
            lab.run_job(job["id"])
        time.sleep(dice.uniform(0.2, 3.0))
        agent.program.kill()
        agent.program.start()
    stack.wait_for("equal restore points after six kills", lambda: stack.same_points(lab, console), 90)
    agents = console.sql("select count(*) from core.agent")
    assert agents == ["1"], "a killed agent comes back as itself"


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_console_goes_away_and_comes_back(lab, console, agent, how):
    stack.wait_for("a settled state", lambda: stack.same_points(lab, console), 90)
    getattr(console.program, how)()
    for job in lab.server["jobs"]:
        lab.run_job(job["id"])
    time.sleep(3)
    assert agent.program.process.poll() is None
    assert agent.status()["link"] == "Disconnected"
    console.start()
    stack.wait_for("what happened meanwhile", lambda: stack.same_points(lab, console), 150)
    assert agent.status()["link"] == "Connected"


def test_everything_again_on_demand(lab, console, agent):
    """Rows that went missing and rows that should not be there are put right."""
    stack.wait_for("a settled state", lambda: stack.same_points(lab, console), 90)
    machines = console.sql("select uid, name from inventory.virtual_machine order by uid")
    console.sql("delete from inventory.virtual_machine where uid in (select uid from inventory.virtual_machine limit 3)")
    console.sql("update inventory.virtual_machine set uid = gen_random_uuid() where uid = (select uid from inventory.virtual_machine limit 1)")
    assert console.sql("select uid, name from inventory.virtual_machine order by uid") != machines
    uid = console.sql("select uid from core.agent")[0]
    asked = console.api.session.post(f"https://127.0.0.1:{console.port}/api/steward/v1/managementAgents/{uid}/resync", timeout=30)
    assert asked.status_code == 200, asked.text
    stack.wait_for("the machines as they were", lambda: console.sql("select uid, name from inventory.virtual_machine order by uid") == machines, 60)
    stack.wait_for("the points", lambda: stack.same_points(lab, console), 60)


@pytest.mark.parametrize("mode,status,words", [("error500", "Warning", "500"), ("garbage", "Warning", "not JSON"),
                                               ("hang", "Inaccessible", "")])
def test_sick_backup_server_keeps_its_rows(lab, console, agent, mode, status, words):
    stack.wait_for("a healthy server", lambda: server_row(console)[0] == "Healthy", 60)
    before = int(console.sql("select count(*) from inventory.virtual_machine")[0])
    lab.fault(mode)
    try:
        reason = stack.wait_for(f"status {status}", lambda: server_row(console)[0] == status and server_row(console)[1], 60)
        assert words in reason
        assert int(console.sql("select count(*) from inventory.virtual_machine")[0]) == before
        assert agent.program.process.poll() is None
    finally:
        lab.fault("ok")
    stack.wait_for("recovery", lambda: server_row(console) == ("Healthy", ""), 60)


def test_restic_backs_up_while_the_console_is_away(folder, console):
    setup = console.api.setup_file(console.company("Linux Company"))
    home = folder / "restic-agent"
    adapters = (f'[agent]\nname = "linux-host"\n[[restic]]\nname = "Files"\npaths = ["{home}/files"]\nevery_minutes = 60\n'
                f'keep_last = 5\nrepository = "{home}/repository"\npassword_file = "{home}/password"\n')
    agent = stack.Agent(folder, "restic-agent", setup, adapters)
    (home / "files").mkdir()
    (home / "files" / "one.txt").write_text("one")
    stack.demo_fleet.write_private(home / "password", "correct horse battery")
    console.program.stop()
    agent.program.start()
    try:
        runs = home / "state" / "restic-runs.jsonl"
        done = lambda: runs.exists() and any(json.loads(line)["result"] == "Success" for line in runs.read_text().splitlines())
        stack.wait_for("a backup without a console", done, 60)
        console.start()
        found = lambda: console.api.call("GET", "/infrastructure/backupAgents/jobs").json()["data"]
        job = stack.wait_for("the job at the console", lambda: [row for row in found() if row.get("restorePoints") == 1], 120)[0]
        assert (job["name"], job["status"]) == ("Files", "Success")
        assert console.sql("select result from inventory.agent_job_session") == ["Success"]
        points = console.api.call("GET", "/protectedWorkloads/computersManagedByConsole/restorePoints").json()["data"]
        assert len(points) == 1
        assert "correct horse" not in json.dumps(points) + agent.program.log.read_text()
    finally:
        agent.program.stop()
