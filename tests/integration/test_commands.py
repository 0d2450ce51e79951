# SPDX-License-Identifier: Apache-2.0
"""Orders to agents: they arrive exactly once, whoever is killed in the middle, and the caller learns what became of them."""
import io
import json
import pathlib
import signal
import subprocess
import tarfile
import threading
import time
import uuid

import pytest

import agent_stack as stack
from processes import Client

JOBS = "/infrastructure/backupServers/jobs"


@pytest.fixture(scope="module")
def lab(folder):
    lab = stack.Lab(folder, speed=1)
    yield lab
    lab.program.stop()


@pytest.fixture(scope="module")
def agent(folder, lab, console):
    setup = console.api.setup_file(console.company("Commands Company"))
    agent = stack.Agent(folder, "agent", setup, stack.vbr_adapter(lab, timeout=20))
    agent.program.start()
    yield agent
    lab.fault("ok")
    agent.program.stop()


@pytest.fixture
def api(console):
    return console.client()


@pytest.fixture
def job(lab, console, agent, api):
    """A job of the server that is at rest, as the console shows it."""
    lab.fault("ok")

    def idle():
        running = {row["id"] for row in orders(lab, "jobs") if row["running"]}
        rows = [row for row in api.data(JOBS, limit=100) if row["instanceUid"] not in running and row["isEnabled"] and row["type"] == "BackupVm"]
        return rows[0] if rows else None

    row = stack.wait_for("a job at rest", lambda: idle() or stop_all(lab, api), 90)
    return row["instanceUid"]


def stop_all(lab, api):
    for row in orders(lab, "jobs"):
        if row["running"]:
            api.call("POST", f"{JOBS}/{row['id']}/stop")


def orders(lab, part="orders"):
    return lab.http.get(lab.server["url"] + "/lab/state", timeout=10).json()[part]


def obeyed(lab, job, verb):
    return sum(order == {"verb": verb, "job": job} for order in orders(lab))


def shown(api, job):
    return api.data(f"{JOBS}/{job}")


def ended(api, action, seconds=60):
    return stack.wait_for("the action's end", lambda: (row := api.data(f"/asyncActions/{action}"))["status"] != "running" and row, seconds)


def connected(console):
    stack.wait_for("the agent's connection", lambda: console.sql("select count(*) from core.agent where connected_to is not null")[0] == "1", 60)


def test_start_and_stop_are_shown_by_the_servers_answer(lab, api, job):
    answer = api.call("POST", f"{JOBS}/{job}/start")
    assert (answer.status_code, answer.json()) == (200, {"data": {}}), answer.text
    assert shown(api, job)["status"] in ("Running", "Starting")
    assert obeyed(lab, job, "start") == 1
    again = api.call("POST", f"{JOBS}/{job}/start")
    assert again.status_code == 409 and "running already" in again.json()["errors"][0]["message"]
    assert api.call("POST", f"{JOBS}/{job}/stop").status_code == 200
    row = shown(api, job)
    assert row["status"] == "Failed" and "stopped by a user" in row["failureMessage"]
    assert api.call("POST", f"{JOBS}/{job}/retry").status_code == 200
    assert shown(api, job)["status"] in ("Running", "Starting") and obeyed(lab, job, "retry") == 1
    log = api.data("/eventLogs/activityLogs", limit=20)
    assert {"BackupJobStarted", "BackupJobStopped", "BackupJobRetried"} <= {row["activityLogType"] for row in log}


def test_disable_and_enable(lab, api, job):
    for enabled in (False, True):
        answer = api.call("PATCH", f"{JOBS}/{job}", json=[{"op": "replace", "path": "/isEnabled", "value": enabled}])
        assert answer.status_code == 200 and answer.json()["data"]["isEnabled"] is enabled, answer.text
    count = len(orders(lab))
    same = api.call("PATCH", f"{JOBS}/{job}", json=[{"op": "replace", "path": "/isEnabled", "value": True}])
    assert same.status_code == 200 and len(orders(lab)) == count
    other = api.call("PATCH", f"{JOBS}/{job}", json=[{"op": "replace", "path": "/name", "value": "x"}])
    assert other.status_code == 400 and other.json()["errors"][0]["propertyName"] == "name"


def test_one_request_id_is_one_order(lab, api, job):
    header = {"X-Request-id": str(uuid.uuid4())}
    first = api.call("POST", f"{JOBS}/{job}/start", headers=header)
    second = api.call("POST", f"{JOBS}/{job}/start", headers=header)
    assert [first.status_code, second.status_code] == [200, 200], second.text
    assert first.headers["X-Request-id"] == header["X-Request-id"]
    assert obeyed(lab, job, "start") >= 1 and orders(lab)[-1] == {"verb": "start", "job": job}
    assert sum(order["verb"] == "start" for order in orders(lab)[-2:]) == 1
    other = api.call("POST", f"{JOBS}/{job}/stop", headers=header)
    assert other.status_code == 409 and "X-Request-id" in other.json()["errors"][0]["message"]
    assert api.call("POST", f"{JOBS}/{job}/start", headers={"X-Request-id": "mine"}).status_code == 400


def test_agent_away_the_order_waits(lab, console, agent, api, job):
    agent.program.stop()
    began = time.monotonic()
    before = obeyed(lab, job, "start")
    header = {"X-Request-id": str(uuid.uuid4())}
    answer = api.call("POST", f"{JOBS}/{job}/start", headers=header)
    assert answer.status_code == 202 and time.monotonic() - began < 5
    place = answer.headers["Location"]
    assert place == f"https://127.0.0.1:{console.port}/api/v3/asyncActions/{header['X-Request-id']}"
    assert api.session.get(place + "/result", timeout=10).status_code == 202
    assert api.data(f"/asyncActions/{header['X-Request-id']}")["actionName"] == "StartBackupServerJob"
    agent.program.start()
    assert ended(api, header["X-Request-id"])["status"] == "succeed"
    result = api.session.get(place + "/result", timeout=10)
    assert (result.status_code, result.json()) == (200, {"data": {}})
    assert obeyed(lab, job, "start") == before + 1
    assert api.session.delete(place + "/result", timeout=10).status_code == 200
    assert api.session.get(place, timeout=10).status_code == 404


def test_order_expires_or_is_taken_back(lab, console, agent, api, job):
    agent.program.stop()
    before = len(orders(lab))
    late, unwanted = (api.call("POST", f"{JOBS}/{job}/start").headers["Location"] for _ in range(2))
    assert api.session.delete(unwanted, timeout=10).status_code == 200
    console.sql(f"update core.command set expires_at = now() where id = '{late.rsplit('/', 1)[1]}'")
    row = ended(api, late.rsplit("/", 1)[1])
    assert row["status"] == "failed" and "did not connect in time" in row["message"] and "UTC" in row["message"]
    assert api.data(f"/asyncActions/{unwanted.rsplit('/', 1)[1]}")["status"] == "canceled"
    agent.program.start()
    connected(console)
    time.sleep(2)
    assert len(orders(lab)) == before


def order_in_the_middle(lab, console, api, job):
    """An order that the server is busy with: its id, and the answer when it comes."""
    lab.fault("slow")
    action, answers = str(uuid.uuid4()), []

    def call():
        try:
            answers.append(api.call("POST", f"{JOBS}/{job}/start", headers={"X-Request-id": action}).status_code)
        except OSError as error:  # the console was killed
            answers.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    stack.wait_for("the order at the agent", lambda: console.sql(f"select state from core.command where id = '{action}'") == ["Running"], 20, 0.1)
    time.sleep(1)  # of the four that the server takes over it
    return action, thread, answers


def test_agent_killed_in_the_middle(lab, console, agent, api, job):
    """The server may or may not have been told: it is not told again, and the caller is told that nobody knows."""
    before = obeyed(lab, job, "start")
    action, thread, _ = order_in_the_middle(lab, console, api, job)
    agent.program.kill()
    agent.program.start()
    row = ended(api, action)
    assert row["status"] == "failed" and "restarted while this ran" in row["message"]
    thread.join()
    time.sleep(6)
    assert obeyed(lab, job, "start") <= before + 1


def test_console_killed_in_the_middle(lab, console, agent, api, job):
    before = obeyed(lab, job, "start")
    action, thread, answers = order_in_the_middle(lab, console, api, job)
    console.program.kill()
    thread.join()
    assert isinstance(answers[0], OSError)
    console.start()
    assert ended(api, action)["status"] == "succeed"
    assert obeyed(lab, job, "start") == before + 1
    assert api.call("POST", f"{JOBS}/{job}/start", headers={"X-Request-id": action}).status_code == 200
    assert obeyed(lab, job, "start") == before + 1


def test_postgres_killed_in_the_middle(lab, console, agent, api, job):
    before = obeyed(lab, job, "start")
    action, thread, _ = order_in_the_middle(lab, console, api, job)
    pid = int((console.data / "postgres" / "postmaster.pid").read_text().split()[0])
    subprocess.run(["kill", f"-{signal.SIGQUIT.value}", str(pid)], check=True)
    thread.join()
    assert ended(api, action)["status"] == "succeed"
    assert obeyed(lab, job, "start") == before + 1


def test_collect_now(console, agent, api):
    uid = api.data("/infrastructure/managementAgents")[0]["instanceUid"]
    assert api.call("POST", f"/api/steward/v1/managementAgents/{uid}/collect").status_code == 200


def test_restart_of_the_agent(console, agent, api):
    row = api.data("/infrastructure/managementAgents")[0]
    process = agent.program.process.pid
    answer = api.call("POST", f"/infrastructure/managementAgents/{row['instanceUid']}/restart")
    assert answer.status_code in (200, 202), answer.text
    stack.wait_for("the agent's return", lambda: (now := api.data("/infrastructure/managementAgents")[0])["connectionStatus"] == "Online"
                   and now["connectedSince"] > row["connectedSince"], 60)
    assert agent.program.process.pid == process and agent.program.process.poll() is None
    if answer.status_code == 202:
        assert ended(api, answer.headers["Location"].rsplit("/", 1)[1])["status"] == "succeed"


def stranger(api):
    """The owner of another company."""
    name = f"Stranger {uuid.uuid4().hex[:6]}"
    owner = {"userName": name.replace(" ", ""), "password": "Stranger-password-1"}
    assert api.call("POST", "/organizations/companies", json={"organizationInput": {"name": name}, "ownerCredentials": owner}).status_code == 200
    return Client(api.url, owner["userName"], owner["password"])


def test_log_bundle(folder, console, agent, api):
    """What support asks for first, without a secret; who may not see the agent gets nothing."""
    uid = api.data("/infrastructure/managementAgents")[0]["instanceUid"]
    made = api.call("POST", f"/api/steward/v1/managementAgents/{uid}/logBundle")
    bundle = made.json()["data"] if made.status_code == 200 else stack.wait_for("the bundle", lambda: api.data("/api/steward/v1/logBundles"), 60)[0]
    assert bundle["managementAgentUid"] == uid and bundle["sizeBytes"] > 500
    content = api.call("GET", f"/api/steward/v1/logBundles/{bundle['instanceUid']}/content")
    assert content.status_code == 200 and len(content.content) == bundle["sizeBytes"]
    with tarfile.open(fileobj=io.BytesIO(content.content), mode="r:gz") as archive:
        texts = {pathlib.PurePath(member.name).name: archive.extractfile(member).read().decode() for member in archive if member.isfile()}
    assert set(texts) >= {"agent.log", "system.txt", "check.txt", "check.json", "status.json", "setup.toml", "adapters.toml"}
    assert "Connected to the console" in texts["agent.log"] and json.loads(texts["check.json"])["good"] is True
    assert "lab-secret" not in str(texts) and "(left out)" in texts["adapters.toml"]
    token = next(line.split('"')[1] for line in (agent.folder / "setup.toml").read_text().splitlines() if line.startswith("token"))
    assert token not in str(texts)
    other = stranger(api)
    assert other.data("/api/steward/v1/logBundles") == []
    assert other.call("GET", f"/api/steward/v1/logBundles/{bundle['instanceUid']}/content").status_code == 404
    assert other.call("POST", f"/api/steward/v1/managementAgents/{uid}/logBundle").status_code == 404
    assert not list((agent.folder / "state").glob("bundle-*"))


def test_others_neither_order_nor_see(lab, api, job):
    other = stranger(api)
    before = len(orders(lab))
    assert other.call("POST", f"{JOBS}/{job}/start").status_code == 404
    assert other.call("PATCH", f"{JOBS}/{job}", json=[{"op": "replace", "path": "/isEnabled", "value": False}]).status_code == 404
    assert other.data("/asyncActions") == []
    action = api.data("/asyncActions")[0]["id"]
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/result"), ("DELETE", "/result")):
        assert other.call(method, f"/asyncActions/{action}{path}").status_code == 404
    assert len(orders(lab)) == before


def user(api, organization, role):
    """A signed-in user of that role."""
    name = f"{role.lower()}{uuid.uuid4().hex[:6]}"
    answer = api.call("POST", "/users", json={"organizationUid": organization, "role": role, "profile": {"firstName": name, "lastName": "Test"},
                                              "credentials": {"userName": name, "password": "Colleague-password-1"}})
    assert answer.status_code == 200, answer.text
    return Client(api.url, name, "Colleague-password-1")


def test_only_who_asked_and_the_provider_take_an_action_back(lab, console, api, job):
    company = api.data(f"{JOBS}/{job}")["organizationUid"]
    owner, colleague = user(api, company, "CompanyOwner"), user(api, company, "CompanyAdministrator")
    reader = user(api, api.data("/users/me")["organizationUid"], "PortalReadonlyOperator")
    ids = [str(uuid.uuid4()) for _ in range(2)]
    for action in ids:
        owner.call("POST", f"{JOBS}/{job}/start", headers={"X-Request-id": action})
        ended(owner, action)
    assert colleague.data(f"/asyncActions/{ids[0]}")["status"] in ("succeed", "failed")
    for other in (colleague, reader):
        for path in ("", "/result"):
            assert other.call("DELETE", f"/asyncActions/{ids[0]}{path}").status_code == 403
    assert owner.call("DELETE", f"/asyncActions/{ids[0]}").status_code == 409, "it has ended"
    assert owner.call("DELETE", f"/asyncActions/{ids[0]}/result").status_code == 200
    assert api.call("DELETE", f"/asyncActions/{ids[1]}/result").status_code == 200


def test_orders_stay_with_their_own_customer_though_servers_share_all_ids(folder, lab, console, agent, api):
    """A second customer's server is a clone: its id and its jobs' ids are those of the first. It speaks interface 1.2-rev1, too: start,
    stop, disable and enable as on a new one; it has no retry, and the answer says what to do."""
    place = folder / "clone"
    place.mkdir()
    clone = stack.Lab(place, speed=1, legacy=True)
    company = console.company("Cloned Servers")
    second = stack.Agent(place, "agent", console.api.setup_file(company), stack.vbr_adapter(clone))
    second.program.start()
    try:
        owner = user(api, company, "CompanyOwner")
        job = stack.wait_for("the clone's jobs", lambda: [row for row in owner.data(JOBS) if row["type"] == "BackupVm"], 60)[0]["instanceUid"]
        assert job in {row["id"] for row in orders(lab, "jobs")}, "the two are alike"
        before = orders(lab)
        console.sql(f"update core.agent set last_heartbeat_at = now() + interval '1 minute' where organization_uid <> '{company}'")  # the livelier one
        if shown(owner, job)["status"] == "Running":
            owner.call("POST", f"{JOBS}/{job}/stop")
        refused = owner.call("POST", f"{JOBS}/{job}/retry")
        assert refused.status_code == 409 and "knows no retry; start the job instead" in refused.json()["errors"][0]["message"], refused.text
        assert owner.call("POST", f"{JOBS}/{job}/start").status_code == 200 and shown(owner, job)["status"] in ("Running", "Starting")
        assert owner.call("POST", f"{JOBS}/{job}/stop").status_code == 200
        for enabled in (False, True):
            answer = owner.call("PATCH", f"{JOBS}/{job}", json=[{"op": "replace", "path": "/isEnabled", "value": enabled}])
            assert answer.status_code == 200 and answer.json()["data"]["isEnabled"] is enabled, answer.text
        assert obeyed(clone, job, "start") == 1 and obeyed(clone, job, "disable") == 1
        assert orders(lab) == before, "nothing reached the other customer's server"
    finally:
        second.program.stop()
        clone.program.stop()
