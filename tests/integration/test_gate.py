# SPDX-License-Identifier: Apache-2.0
"""An agent whose way to the console is bad: slow, thin, cut, reset, silent, lossy. And who is killed while inventory is on its way. Nothing
that was acknowledged is lost, nothing is doubled, no order runs twice."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import time
import uuid

import pytest

import agent_stack as stack
from middle import Middle, root
from processes import Console as NamedConsole

JOBS = "/infrastructure/backupServers/jobs"
SILENCE = int(os.environ.get("STEWARD_SILENCE", "100"))  # seconds a way says nothing; longer than a link waits for a sign of life
TABLES = ("virtual_machine", "virtual_machine_backup", "virtual_machine_restore_point", "backup_server_job")


@pytest.fixture(scope="module")
def lab(folder):
    lab = stack.Lab(folder, speed=1, by_hand=True)  # at 18 to 24 o'clock jobs would start by themselves
    yield lab
    lab.program.stop()


@pytest.fixture
def api(console):
    return console.client()


@pytest.fixture(scope="module")
def gate(folder, console):
    gate = stack.Gate(console.gateway, folder)
    yield gate
    gate.stop()


@pytest.fixture(scope="module")
def agent(folder, lab, console, gate):
    """Knows no way but the gate: the console's own listener is not given to agents."""
    console.hide_listener()
    agent = stack.Agent(folder, "agent", gate.only_way(console.api.setup_file(console.company("Far away"))), stack.vbr_adapter(lab, states=1, inventory=5))
    agent.program.start()
    yield agent
    gate.set(mode="pass")
    agent.program.stop()


@pytest.fixture
def settled(lab, console, agent, gate):
    """The gate is open, no job runs, and the console shows what the server has."""
    gate.set(mode="pass")
    stack.wait_for("the connection", lambda: connected(console), 90)
    stack.wait_for("jobs at rest", lambda: not any(job["running"] for job in orders(lab, "jobs")), 120)
    stack.wait_for("equal restore points", lambda: stack.same_points(lab, console), 120)
    last = []
    stack.wait_for("an inventory at rest", lambda: last[-1:] == [now := content(console)] or last.append(now), 60, 6)


def content(console):
    """Every row of the larger tables, in words; not what moves by itself."""
    return {table: console.sql(f"select to_jsonb(t) - 'updated_at' - 'next_run' - 'is_enabled' - 'status' from inventory.{table} t order by uid, agent_uid") for table in TABLES}


def resync(console):
    uid = console.sql("select uid from core.agent")[0]
    answer = console.api.session.post(f"https://127.0.0.1:{console.port}/api/steward/v1/managementAgents/{uid}/resync", timeout=30)
    assert answer.status_code == 200, answer.text


def revision(console):
    return int(console.sql("select revision from core.agent")[0])


def connected(console):
    return console.sql("select count(*) from core.agent where connected_to is not null")[0] == "1"


def full_send_ends(console, before, seconds=120):
    stack.wait_for("the end of a full send", lambda: revision(console) > 0, seconds, 0.2)
    stack.wait_for("the same rows as before", lambda: content(console) == before, 60)


def orders(lab, part="orders"):
    return lab.http.get(lab.server["url"] + "/lab/state", timeout=10).json()[part]


def order_once(lab, console, api, seconds=120):
    """Disables or enables a job through the bad way; the server must have got the order once."""
    row = next(row for row in api.data(JOBS, limit=100) if row["type"] == "BackupVm")
    verb = "disable" if row["isEnabled"] else "enable"
    before = sum(order == {"verb": verb, "job": row["instanceUid"]} for order in orders(lab))
    action = str(uuid.uuid4())
    answer = api.call("PATCH", f"{JOBS}/{row['instanceUid']}", headers={"X-Request-id": action},
                      json=[{"op": "replace", "path": "/isEnabled", "value": not row["isEnabled"]}])
    assert answer.status_code in (200, 202), answer.text
    if answer.status_code == 202:
        stack.wait_for("the order's end", lambda: api.data(f"/asyncActions/{action}")["status"] == "succeed", seconds)
    assert sum(order == {"verb": verb, "job": row["instanceUid"]} for order in orders(lab)) == before + 1


def test_300_milliseconds_each_way(lab, console, agent, gate, api, settled):
    before = content(console)
    gate.set(delayMilliseconds=300)
    resync(console)
    full_send_ends(console, before)
    order_once(lab, console, api)
    assert connected(console)


def test_64_kilobits_a_second(lab, console, agent, gate, api, settled):
    before = content(console)
    gate.set(kilobitsPerSecond=64)
    resync(console)
    full_send_ends(console, before, 240)
    order_once(lab, console, api)


def test_cut_again_and_again_while_everything_is_sent(lab, console, agent, gate, api, settled):
    before = content(console)
    accepted = gate.set(cutAfterBytes=40_000)["accepted"]
    resync(console)
    stack.wait_for("three broken connections", lambda: gate.set(cutAfterBytes=40_000)["accepted"] >= accepted + 3, 60)
    gate.set(mode="pass")
    full_send_ends(console, before)
    order_once(lab, console, api)


def test_reset(lab, console, agent, gate, api, settled):
    before = content(console)
    gate.set(mode="reset")
    stack.wait_for("the console to see it gone", lambda: not connected(console), 30)
    resync(console)
    gate.set(mode="pass")
    full_send_ends(console, before)


@pytest.mark.parametrize("victim", ["console", "agent"])
def test_killed_while_everything_is_sent(lab, console, agent, gate, settled, victim):
    before = content(console)
    gate.set(kilobitsPerSecond=256)  # so that it takes a while
    resync(console)
    stack.wait_for("a full send under way", lambda: revision(console) == 0 and connected(console), 90, 0.1)
    time.sleep(1.5)
    program = console.program if victim == "console" else agent.program
    program.kill()
    gate.set(mode="pass")
    console.start() if victim == "console" else program.start()
    full_send_ends(console, before)
    order_once(lab, console, console.client())


def test_database_restarted_while_everything_is_sent(lab, console, agent, gate, settled):
    before = content(console)
    gate.set(kilobitsPerSecond=256)
    resync(console)
    stack.wait_for("a full send under way", lambda: revision(console) == 0 and connected(console), 90, 0.1)
    time.sleep(1)
    os.kill(int((console.data / "postgres/postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    gate.set(mode="pass")
    full_send_ends(console, before)


def test_a_way_that_says_nothing(lab, console, agent, gate, api, settled):
    before = content(console)
    gate.set(mode="silent")
    stack.wait_for("the agent to notice", lambda: agent.status()["link"] == "Disconnected", SILENCE + 60, 1)
    stack.wait_for("the console to notice", lambda: not connected(console), 120, 1)
    time.sleep(max(0.0, SILENCE - 100))
    gate.set(mode="pass")
    stack.wait_for("the agent's return", lambda: connected(console), 120)
    assert content(console) == before
    order_once(lab, console, api)


def test_no_room_for_the_journal(folder, lab, console, gate, api, settled):
    """A state folder on a full disk: the agent says so, runs no order it cannot write down, and goes on when there is room."""
    place = folder / "small"
    place.mkdir()
    root("mount", "-t", "tmpfs", "-o", f"size=3m,mode=0700,uid={os.getuid()}", "tmpfs", place)
    other = None
    try:
        source = folder / "documents"
        source.mkdir()
        (source / "one.txt").write_text("one")
        stack.demo_fleet.write_private(folder / "small-password", "secret")
        other = stack.Agent(folder, "small-agent", gate.only_way(console.api.setup_file(console.company("Small disk"))), f'[agent]\nname = "small"\n[[restic]]\nname = "Files"\npaths = ["{source}"]\nkeep_last = 5\n'
                            f'repository = "{folder}/small-repository"\npassword_file = "{folder}/small-password"\n')
        other.program.command[-1] = str(place)
        other.state = place
        other.program.start()
        of = "from core.agent where organization_uid = (select uid from core.organization where name = 'Small disk')"
        uid = stack.wait_for("the second agent", lambda: console.sql(f"select uid {of}"), 60)[0]
        stack.wait_for("its connection", lambda: console.sql(f"select connected_to from core.agent where uid = '{uid}' and connected_to is not null"), 60)
        filler = os.open(place / "filler", os.O_WRONLY | os.O_CREAT)
        with contextlib.suppress(OSError):  # until the disk is full
            while os.write(filler, b"x" * 4096):
                pass
        os.close(filler)
        action = str(uuid.uuid4())
        url = f"https://127.0.0.1:{console.port}/api/steward/v1/managementAgents/{uid}/collect"
        asked = api.session.post(url, headers={"X-Request-id": action}, timeout=60)
        assert asked.status_code >= 400 or asked.status_code == 202, asked.text
        ended = stack.wait_for("the refusal", lambda: console.sql(f"select message from core.command where id = '{action}' and state = 'Failed'"), 60)[0]
        assert "write" in ended and "No space left" in ended, ended
        (place / "filler").unlink()
        again = api.session.post(url, timeout=60)
        assert again.status_code == 200, again.text
    finally:
        if other:
            other.program.stop()
        root("umount", place)


def test_a_clock_that_jumps(folder, console, gate, settled):
    """A day back and an hour ahead while connected: the link stays, heartbeats go on, and the console shows the clock."""
    rate = folder / "faketime"
    rate.write_text("+0")
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    other = stack.Agent(folder, "jumping", gate.only_way(console.api.setup_file(console.company("Jumping clock"))), '[agent]\nname = "jumping"\n')
    other.program.command = ["env", f"LD_PRELOAD={library}", f"FAKETIME_TIMESTAMP_FILE={rate}", "FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
                             *other.program.command]
    other.program.start()
    try:
        of = "from core.agent where organization_uid = (select uid from core.organization where name = 'Jumping clock')"
        stack.wait_for("its connection", lambda: console.sql(f"select 1 {of} and connected_to is not null"), 60)
        for jump in ("-86400", "+3600"):
            since = console.sql(f"select connected_since {of}")
            rate.write_text(jump)
            beat = console.sql("select now()")[0]
            stack.wait_for("heartbeats after the jump", lambda: console.sql(f"select 1 {of} and last_heartbeat_at > '{beat}'::timestamptz + interval '16 seconds'"), 60, 1)
            assert console.sql(f"select connected_since {of}") == since, "the connection did not live through the jump"
        other.program.stop()
        other.program.start()
        stack.wait_for("the clock in words", lambda: console.sql(f"select 1 {of} and connected_to is not null and clock_skew > 3000"), 60)
    finally:
        other.program.stop()


def test_a_fifth_of_the_packets_lost(folder, lab):
    """Through a middle that drops every fifth packet of both directions at random."""
    place = folder / "lossy"
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    middle = Middle(place, 33)
    console = NamedConsole(place / "console", extra=f'names = ["{middle.host}"]\n')
    agent = None
    try:
        config = place / "console" / "console.toml"
        config.write_text(config.read_text().replace('address = "127.0.0.1"', 'address = "0.0.0.0"'))
        console.start()
        client = console.client()
        company = client.call("POST", "/organizations/companies", json={"organizationInput": {"name": "Bad line"}}).json()["data"]["instanceUid"]
        setup = client.call("GET", "/infrastructure/managementAgents/packages/linux", params={"organizationUid": company}).text
        setup = "\n".join(line if not line.startswith("addresses") else f'addresses = ["{middle.host}:{console.ports[2]}"]' for line in setup.splitlines())
        (place / "setup.toml").write_text(setup + "\n")
        repository, source = place / "repository", place / "source"
        source.mkdir()
        (source / "file").write_text("precious")
        stack.demo_fleet.write_private(place / "password", "secret")
        stack.demo_fleet.write_private(place / "adapters.toml", f'[agent]\nname = "lossy"\n[[restic]]\nname = "Files"\npaths = ["{source}"]\nkeep_last = 5\n'
                                       f'repository = "{repository}"\npassword_file = "{place}/password"\n')
        middle.rules(("filter", "numgen random mod 5 0 drop"))
        log = open(place / "agent.log", "a")
        agent = subprocess.Popen(middle.command(middle.agent, stack.BIN / "steward-agent", "run", "--setup", place / "setup.toml", "--config", place / "adapters.toml",
                                                "--state", place / "state"), stdout=log, stderr=log)
        stack.wait_for("the agent, and its job", lambda: client.data("/infrastructure/backupAgents/linux/jobs"), 150)
        job = client.data("/infrastructure/backupAgents/linux/jobs")[0]
        action = str(uuid.uuid4())
        asked = client.call("POST", f"/infrastructure/backupAgents/{job['backupAgentUid']}/jobs/{job['instanceUid']}/start", headers={"X-Request-id": action})
        assert asked.status_code in (200, 202), asked.text
        stack.wait_for("its restore point", lambda: client.total("/protectedWorkloads/computersManagedByConsole") == 1 and client.data("/infrastructure/backupAgents/linux/jobs")[0]["status"] == "Success", 150)
        snapshots = json.loads(subprocess.run(["restic", "snapshots", "--json", "-r", repository, "--password-file", place / "password"], check=True, capture_output=True).stdout)
        assert len(snapshots) == 1, "one order is one backup"
    finally:
        if agent:
            agent.terminate()
            agent.wait(60)
        console.stop()
        middle.close()
