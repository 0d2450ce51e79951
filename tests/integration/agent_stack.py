# SPDX-License-Identifier: Apache-2.0
"""A whole Steward for one test: simulated backup server, console with its own database, agents. Real programs, real TLS."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build" / os.environ.get("STEWARD_PRESET", "release") / "bin"
sys.path.insert(0, str(ROOT / "tools" / "dev"))
import demo_fleet  # noqa: E402
from processes import Client, free_port  # noqa: E402


def at_another_time(shift):
    """What stands before a command so that its clock is off (libfaketime); it becomes the command's own process."""
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return ["env", f"LD_PRELOAD={library}", f"FAKETIME={shift}", "FAKETIME_DONT_FAKE_MONOTONIC=1"]


def wait_for(what, condition, seconds=60, pause=0.5):
    """Polls until `condition` returns something true; the last value or error is told when it does not."""
    deadline, last = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        try:
            last = condition()
            if last:
                return last
        except (requests.RequestException, RuntimeError, OSError, subprocess.CalledProcessError) as error:
            last = error
        time.sleep(pause)
    raise AssertionError(f"{what}: not within {seconds} s; last: {last}")


class Program:
    """A child process with a log, that can be killed and started again."""

    def __init__(self, name, command, folder):
        self.command, self.log = [str(part) for part in command], folder / f"{name}.log"
        self.process = None

    def start(self):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)

    def kill(self):
        """As a power cut for this process: no chance to tidy up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            assert self.process.wait(30) == 0, self.log.read_text()[-2000:]


class Lab:
    """One simulated server; its time runs fast so that jobs end while a test waits."""

    def __init__(self, folder, speed=20, legacy=False, by_hand=False, options=()):
        self.user, self.password = "lab\\service", "lab-secret"
        self.file = folder / "lab.json"
        command = [BIN / "steward-lab", "server", "--base-port", "0", "--describe", self.file, "--speed", speed,
                   "--user", self.user, "--password", self.password] + (["--legacy"] if legacy else []) + (["--by-hand"] if by_hand else []) + list(options)
        self.program = Program("lab", command, folder)
        self.program.start()
        wait_for("steward-lab", self.file.exists, 30, 0.1)
        self.server = json.loads(self.file.read_text())["servers"][0]
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = False
        self.headers = {"x-api-version": self.server["apiVersion"]}

    def fault(self, mode):
        assert self.http.post(self.server["url"] + "/lab/fault", json={"mode": mode}, timeout=10).status_code == 200

    def run_job(self, job_id):
        return self.http.post(f"{self.server['url']}/lab/jobs/{job_id}/run", timeout=10).status_code

    def sign_in(self):
        form = {"grant_type": "password", "username": self.user, "password": self.password}
        answer = self.http.post(self.server["url"] + "/api/oauth2/token", data=form, headers=self.headers, timeout=10)
        self.headers["Authorization"] = "Bearer " + answer.json()["access_token"]

    def ids(self, path):
        ids, skip = set(), 0
        while True:
            query = {"skip": skip, "limit": 1000}
            answer = self.http.get(f"{self.server['url']}/api/v1/{path}", params=query, headers=self.headers, timeout=10)
            if answer.status_code == 401:
                self.sign_in()
                continue
            page = answer.json()
            ids |= {row["id"] for row in page["data"]}
            skip += page["pagination"]["count"]
            if skip >= page["pagination"]["total"]:
                return ids


class Manager:
    """A simulated Enterprise Manager with two Cloud Connect servers and ten tenants."""

    def __init__(self, folder, task_milliseconds=100):
        self.file = folder / "em.json"
        self.program = Program("em", [BIN / "steward-lab", "em", "--base-port", "0", "--describe", self.file, "--task-milliseconds", task_milliseconds], folder)
        self.program.start()
        wait_for("steward-lab em", self.file.exists, 30, 0.1)
        self.facts = json.loads(self.file.read_text())
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = False

    def fault(self, mode="ok", **more):
        assert self.http.post(self.facts["url"] + "/lab/fault", json={"mode": mode, **more}, timeout=10).status_code == 200

    def state(self):
        return self.http.get(self.facts["url"] + "/lab/state", timeout=10).json()

    def get(self, path):
        """What Enterprise Manager itself says."""
        address = self.facts["url"] + "/api/"
        headers = {"Accept": "application/json"}
        logon = self.http.post(address + "sessionMngr/?v=latest", auth=(self.facts["user"], self.facts["password"]), headers=headers, timeout=10)
        headers["X-RestSvcSessionId"] = logon.headers["X-RestSvcSessionId"]
        self.http.cookies.clear()
        answer = self.http.get(address + path, headers=headers, timeout=10)
        return answer.json() if answer.status_code == 200 else answer.status_code


class Console:
    """steward-console with a PostgreSQL of its own."""

    def __init__(self, folder, options=""):
        self.folder, self.data = folder, folder / "console"
        self.port, self.agents, self.gateway = free_port(), free_port(), free_port()
        config = folder / "console.toml"
        config.write_text(f'data = "{self.data}"\naddress = "127.0.0.1"\napi_port = {self.port}\nagent_port = {self.agents}\n'
                          f'gateway_port = {self.gateway}\nnames = ["127.0.0.1"]\n{options}')
        self.program = Program("console", [BIN / "steward-console", "run", "--config", config], folder)
        self.api = None

    def start(self):
        self.program.start()
        wait_for("steward-console", self.sign_in, 60)

    def sign_in(self):
        self.api = demo_fleet.Console(f"https://127.0.0.1:{self.port}", "administrator", self.password())
        return True

    def password(self):
        return (self.data / "first-login.txt").read_text().split("password: ")[1].strip()

    def client(self):
        """A session of the test's own, as the administrator."""
        return Client(f"https://127.0.0.1:{self.port}", "administrator", self.password())

    def company(self, name):
        return self.api.ensure("/organizations/companies", name, {"organizationInput": {"name": name}})

    def hide_listener(self, hidden=True):
        """Whether agents are told of the console's own listener."""
        listener = self.api.call("GET", "/infrastructure/sites/cloudgateways").json()["data"][0]["instanceUid"]
        patch = [{"op": "replace", "path": "/isDisabled", "value": hidden}]
        assert self.api.call("PATCH", f"/infrastructure/sites/cloudgateways/{listener}", json=patch).status_code == 200

    def sql(self, statement):
        command = ["psql", "-h", self.data / "socket", "-U", "steward", "-d", "steward", "-Atc", statement]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return [line for line in output.split("\n") if line]


class Gate:
    """steward-lab gate between the agent and the console's gateway port."""

    def __init__(self, port, folder):
        with open(folder / "gate.log", "a") as log:
            self.process = subprocess.Popen([BIN / "steward-lab", "gate", "--to", str(port)], stdout=subprocess.PIPE, stderr=log, text=True)
        where = json.loads(self.process.stdout.readline())
        self.port, self.url = where["port"], f"http://127.0.0.1:{where['control']}/gate"

    def set(self, **mode):
        answer = requests.post(self.url, json=mode, timeout=10, proxies={"http": None})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def only_way(self, setup):
        """A setup file that knows no address but this one."""
        return "\n".join(f'addresses = ["127.0.0.1:{self.port}"]' if line.startswith("addresses") else line for line in setup.splitlines()) + "\n"

    def stop(self):
        self.process.terminate()
        assert self.process.wait(20) == 0


class Agent:
    def __init__(self, folder, name, setup, adapters):
        self.folder = folder / name
        self.folder.mkdir()
        demo_fleet.write_private(self.folder / "setup.toml", setup)
        demo_fleet.write_private(self.folder / "adapters.toml", adapters)
        self.state = self.folder / "state"
        self.program = Program("agent", [BIN / "steward-agent", "run", "--setup", self.folder / "setup.toml", "--config",
                                         self.folder / "adapters.toml", "--state", self.state], self.folder)

    def status(self):
        return json.loads((self.state / "status.json").read_text())


def vbr_adapter(lab, states=1, inventory=10, timeout=3):
    server = lab.server
    return (f"[agent]\nname = \"agent-of-lab\"\n[[vbr]]\nurl = {json.dumps(server['url'])}\nuser = {json.dumps(lab.user)}\n"
            f"password = {json.dumps(lab.password)}\nfingerprint = {json.dumps(server['fingerprint'])}\n"
            f"states_seconds = {states}\ninventory_seconds = {inventory}\ntimeout_seconds = {timeout}\n")


def refusal(answer, status):
    """The words of a refusal with that status."""
    assert answer.status_code == status, answer.text
    return answer.json()["errors"][0]["message"]


def replace(api, path, **values):
    """A PATCH that replaces properties."""
    return api.call("PATCH", path, json=[{"op": "replace", "path": f"/{name}", "value": value} for name, value in values.items()])


def same_points(lab, console):
    """Whether the console has the restore points that the server has, each once."""
    shown = console.sql("select uid from inventory.virtual_machine_restore_point union all select uid from inventory.server_computer_restore_point")
    return len(shown) > 0 and sorted(shown) == sorted(lab.ids("restorePoints"))
