# SPDX-License-Identifier: Apache-2.0
"""Agent, console and database as real processes, killed at bad moments: nothing acknowledged is lost, nothing doubled."""
import json
import os
import pathlib
import signal
import subprocess
import time
import uuid

import pytest
import requests

import processes
from processes import Console, start_fleet, start_lab, stop, wait_for


@pytest.fixture(scope="module")
def small(folder):
    """A console of its own with two backup servers."""
    place = folder / "faults"
    place.mkdir(mode=0o755)
    console = Console(place / "console")
    started = []
    try:
        console.start()
        lab, described = start_lab(place, 0)
        started.append(lab)
        started.append(start_fleet(place, console, "--servers", "2", "--states-seconds", "3", "--inventory-seconds", "15"))
        client = console.client()
        wait_for(lambda: client.total("/protectedWorkloads/virtualMachines") > 100, 120)
        yield {"console": console, "lab": lab, "estate": described, "place": place}
    finally:
        for process in reversed(started):
            stop(process, 60)
        console.stop()


def rows(client):
    """Identities of all workloads, as a sorted list so that a doubled row shows."""
    return sorted(row["instanceUid"] for row in client.data("/protectedWorkloads/virtualMachines", limit=10000, select="[{'propertyPath':'instanceUid'}]"))


def settled(client):
    """Waits until the inventory stops growing."""
    last = []
    for _ in range(60):
        try:
            now = rows(client)
        except RuntimeError:  # a refusal that says "try again": connections of before a crash are found dead one by one
            now = []
        if now and now == last:
            return now
        last = now
        time.sleep(3)
    raise AssertionError("the inventory never settled")


def pids(small):
    return json.loads((small["place"] / "fleet" / "pids.json").read_text())


def test_console_killed_and_started_again(small):
    client = small["console"].client()
    before = settled(client)
    assert len(before) == len(set(before))
    request = {"json": {"organizationInput": {"name": "Acknowledged"}}, "headers": {"X-Request-id": str(uuid.uuid4())}}
    made = client.call("POST", "/organizations/companies", **request)
    assert made.status_code == 200
    small["console"].kill()
    small["console"].start()
    client = small["console"].client()
    assert client.call("GET", f"/organizations/companies/{made.json()['data']['instanceUid']}").status_code == 200
    again = client.call("POST", "/organizations/companies", **request)
    assert again.status_code == 409 and "carried out" in again.json()["errors"][0]["message"], "made once, and told so though the answer is lost"
    wait_for(lambda: sum(a["connectionStatus"] == "Online" for a in client.data("/infrastructure/managementAgents")) >= 2, 90)
    assert settled(client) == before


def signs_in(console):
    """A sign-in always asks the database; a list may be answered from memory."""
    try:
        return console.client()
    except RuntimeError:
        return None


def test_console_alone_killed(small):
    """Its PostgreSQL goes with it, and the next start has one of its own, which stays."""
    console = small["console"]
    before = settled(console.client())
    postgres = console.postgres_pid()
    console.process.kill()
    console.process.wait()
    log = console.folder / "console.log"
    size = log.stat().st_size
    console.start()
    wait_for(lambda: not pathlib.Path(f"/proc/{postgres}").exists(), 20)
    assert settled(console.client()) == before
    assert console.postgres_pid() != postgres
    assert "starting it again" not in log.read_text()[size:]


def test_postgres_killed(small):
    client = small["console"].client()
    before = settled(client)
    killed = small["console"].postgres_pid()
    os.kill(killed, signal.SIGKILL)
    answer = client.call("GET", "/organizations/companies")
    assert answer.status_code in (200, 520)
    if answer.status_code == 520:
        assert answer.json()["errors"][0]["retryAfter"] > 0
    # The killed server's own processes answer a moment longer.
    wait_for(lambda: small["console"].postgres_pid() != killed and signs_in(small["console"]), 60)
    assert settled(client) == before
    sockets = lambda pid: {os.readlink(f) for f in pathlib.Path(f"/proc/{pid}/fd").iterdir() if os.readlink(f).startswith("socket:")}  # noqa: E731
    shared = sockets(small["console"].postgres_pid()) & sockets(small["console"].process.pid)
    assert not shared, "the new server holds connections of the console's clients open, which then wait for ever"


def test_agent_killed_and_started_again(small):
    client = small["console"].client()
    before = settled(client)
    name, pid = next(iter(pids(small).items()))
    os.kill(pid, signal.SIGKILL)
    place = small["place"] / "fleet" / name
    log = open(place / "agent.log", "a")
    again = subprocess.Popen([processes.binaries() / "steward-agent", "run", "--setup", place / "setup.toml", "--config", place / "adapters.toml", "--state", place / "state"],
                             stdout=log, stderr=log)
    try:
        wait_for(lambda: all(a["connectionStatus"] == "Online" for a in client.data("/infrastructure/managementAgents")), 120)
        assert settled(client) == before
    finally:
        stop(again)


@pytest.mark.parametrize("mode", ["error500", "garbage", "hang"])
def test_backup_server_in_trouble_is_named_and_recovers(small, mode):
    client = small["console"].client()
    alive = set(pids(small))
    server = small["estate"]["servers"][1]
    requests.post(server["url"] + "/lab/fault", json={"mode": mode}, verify=False, timeout=10).raise_for_status()
    try:
        def row():
            return next(s for s in client.data("/infrastructure/backupServers", limit=100) if s["name"] == server["name"])

        wait_for(lambda: row()["status"] in ("Inaccessible", "Warning") and row()["statusReason"], 90, 1)
    finally:
        requests.post(server["url"] + "/lab/fault", json={"mode": "ok"}, verify=False, timeout=30).raise_for_status()
    wait_for(lambda: row()["status"] == "Healthy" and row()["statusReason"] is None, 120, 1)
    assert set(pids(small)) == alive


def test_unverified_agent_waits_then_is_accepted_or_rejected(small):
    import seed

    client = small["console"].client()
    pid = seed.start_agent(client, small["place"], "new-server-01").pid
    try:
        waiting = wait_for(lambda: [a for a in client.data("/infrastructure/unverifiedAgents") if a["status"] == "Pending"], 60)[0]
        company = client.data("/organizations/companies", limit=1)[0]["instanceUid"]
        refused = client.call("POST", f"/infrastructure/unverifiedAgents/{waiting['instanceUid']}/accept", params={"organizationUid": "x"})
        assert refused.status_code == 400
        assert client.call("POST", f"/infrastructure/unverifiedAgents/{waiting['instanceUid']}/accept", params={"organizationUid": company}).status_code == 200
        online = wait_for(lambda: [a for a in client.data("/infrastructure/managementAgents") if a["instanceUid"] == waiting["instanceUid"] and a["connectionStatus"] == "Online"], 90)
        assert online[0]["organizationUid"] == company
        assert client.call("DELETE", f"/infrastructure/managementAgents/{waiting['instanceUid']}").status_code == 200
        assert client.call("GET", f"/infrastructure/managementAgents/{waiting['instanceUid']}").status_code == 404
    finally:
        os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize(("remove", "verdict"), [("false", "Waiting"), ("true", "Rejected")])
def test_agents_of_a_deleted_company(small, remove, verdict):
    """Without removeAllAgents they wait to be accepted again; with it they stay out until a new setup file lets them in."""
    import seed

    client = small["console"].client()
    place = small["place"] / f"leaving-{remove}"
    place.mkdir()
    company = client.call("POST", "/organizations/companies", json={"organizationInput": {"name": f"Leaving {remove}"}}).json()["data"]["instanceUid"]
    pid = seed.start_agent(client, place, "waiting-agent").pid
    try:
        agent = wait_for(lambda: [a for a in client.data("/infrastructure/unverifiedAgents") if a["status"] == "Pending"], 60)[0]["instanceUid"]
        accept = f"/infrastructure/unverifiedAgents/{agent}/accept"
        assert client.call("POST", accept, params={"organizationUid": company}).status_code == 200
        online = lambda: [a for a in client.data("/infrastructure/managementAgents") if a["instanceUid"] == agent and a["connectionStatus"] == "Online"]  # noqa: E731
        wait_for(online, 60)
        assert client.call("DELETE", f"/organizations/companies/{company}", params={"removeAllAgents": remove}).status_code == 200
        assert not [a for a in client.data("/infrastructure/managementAgents") if a["instanceUid"] == agent]
        state = place / "waiting-agent" / "state"
        wait_for(lambda: not (state / "certificate.pem").exists(), 60)
        wait_for(lambda: f'"{verdict}"' in (state / "status.json").read_text(), 60)
        waiting = [a for a in client.data("/infrastructure/unverifiedAgents") if a["instanceUid"] == agent]
        other = client.data("/organizations/companies", limit=1)[0]["instanceUid"]
        if remove == "true":
            assert waiting == []
            assert client.call("POST", accept, params={"organizationUid": other}).status_code == 404
        else:
            assert waiting[0]["status"] == "Pending"
            assert client.call("POST", accept, params={"organizationUid": other}).status_code == 200
            assert wait_for(online, 60)[0]["organizationUid"] == other
            client.call("DELETE", f"/infrastructure/managementAgents/{agent}")
    finally:
        os.kill(pid, signal.SIGTERM)


def test_a_removed_agent_needs_a_setup_file_made_after_its_removal(small):
    """The file it came with is good for more agents, but not for the one that was removed."""
    import seed

    client = small["console"].client()
    company = client.data("/organizations/companies", limit=1)[0]["instanceUid"]
    agent = seed.start_agent(client, small["place"], "removed-server", company)
    place = small["place"] / "removed-server"
    try:
        row = wait_for(lambda: seed.agent_named(client, "/infrastructure/managementAgents", "removed-server"), 60)
        assert client.call("DELETE", f"/infrastructure/managementAgents/{row['instanceUid']}").status_code == 200
        wait_for(lambda: '"Rejected"' in (place / "state" / "status.json").read_text(), 60)
        assert seed.agent_named(client, "/infrastructure/managementAgents", "removed-server") is None
        stop(agent)
        agent = seed.start_agent(client, small["place"], "removed-server", company)  # writes a new setup file
        back = wait_for(lambda: seed.agent_named(client, "/infrastructure/managementAgents", "removed-server"), 60)
        assert back["instanceUid"] == row["instanceUid"] and back["organizationUid"] == company
    finally:
        stop(agent)


def test_graceful_stop_is_quick_and_clean(small):
    small["console"].stop()
    assert small["console"].process.returncode == 0
    small["console"].start()


def test_configuration_with_an_unknown_key_is_refused(tmp_path: pathlib.Path):
    file = tmp_path / "c.toml"
    file.write_text("api_prot = 1\n")
    result = subprocess.run([processes.binaries() / "steward-console", "run", "--config", file], capture_output=True, text=True, check=False, timeout=20)
    assert result.returncode == 2 and "api_prot" in result.stdout + result.stderr
