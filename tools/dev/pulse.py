# SPDX-License-Identifier: Apache-2.0
"""A licence authority (steward-pulse) as a real process with a partner, a token, contracts and demo products; used by tests and for trying things."""
from __future__ import annotations

import pathlib
import subprocess

import requests

from processes import binaries, stop, wait_for

PARTNER, TOKEN = "Example provider", "console"
CONTRACT, SMALL, NO_COMMIT, EXPIRED = "C-1000", "C-SMALL", "C-FLEX", "C-OLD"
SERVER_PRODUCT, CLOUD_PRODUCT, M365_PRODUCT = "backup-server-enterprise-plus", "cloud-connect-provider", "microsoft-365-backup"


class Pulse:
    """The process and its folder; `token` is the first partner's."""

    def __init__(self, folder: pathlib.Path, today: str = "") -> None:
        self.folder, self.data = folder, folder / "pulse"
        self.today = today
        self.ca = self.data / "ca.pem"
        self.log = folder / "pulse.log"
        self.kept = folder / "token"
        self.port = 0
        self.options: list = []
        self.url = self.token = ""
        self.process: subprocess.Popen | None = None

    @property
    def console_options(self) -> str:
        """Lines of the configuration of a console that deals with this authority."""
        return f'pulse_url = "{self.url}"\npulse_ca = "{self.ca}"\n'

    def command(self, *arguments, good: bool = True) -> str:
        """Another command of the program; what it writes, or the reason when it must fail."""
        done = subprocess.run([binaries() / "steward-pulse", "--data", self.data, *map(str, arguments)], capture_output=True, text=True, timeout=30,
                              check=False)
        if (done.returncode == 0) != good:
            raise RuntimeError(f"steward-pulse {arguments}: {done.returncode} {done.stdout}{done.stderr}")
        return done.stdout.strip() if good else done.stderr

    def prepare(self) -> None:
        """Partner, token, contracts (large, small, without commitment, expired) and products."""
        self.command("partner", "add", PARTNER)
        self.token = self.command("token", "make", PARTNER, TOKEN, "--days", 3650)
        self.command("contract", "set", CONTRACT, "--partner", PARTNER, "--expires", "2030-12-31", "--points", 100000, "--description", "Rental")
        self.command("contract", "set", SMALL, "--partner", PARTNER, "--expires", "2030-12-31", "--points", 100)
        self.command("contract", "set", NO_COMMIT, "--partner", PARTNER, "--expires", "2030-12-31", "--no-commit")
        self.command("contract", "set", EXPIRED, "--partner", PARTNER, "--expires", "2020-12-31", "--points", 1000)
        self.command("product", "set", "--demo")

    def prepare_once(self) -> None:
        """As prepare(), but over a folder of an earlier run its data and its token are used again. The token lies beside them, for its owner only."""
        if self.kept.exists():
            self.token = self.kept.read_text()
            return
        self.prepare()
        self.kept.touch(mode=0o600)
        self.kept.write_text(self.token)

    def start(self) -> None:
        """Starts the process and waits until it listens; a restart keeps the port."""
        (self.data / "port").unlink(missing_ok=True)
        command = [binaries() / "steward-pulse", "--data", self.data, "run", "--port", str(self.port)] + (["--today", self.today] if self.today else []) + self.options
        with open(self.log, "a") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait_for(lambda: self.process.poll() is not None or ((self.data / "port").exists() and (self.data / "port").read_text().endswith("\n")), 20, 0.05)
        if self.process.poll() is not None:
            raise RuntimeError(f"steward-pulse ended: {self.log.read_text()[-2000:]}")
        self.port = int((self.data / "port").read_text())
        self.url = f"https://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Graceful end."""
        if self.process:
            stop(self.process)

    def session(self, token: str | None = None) -> requests.Session:
        """Calls as a partner; the first one unless a token is given."""
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.ca)
        session.headers["Authorization"] = f"Bearer {self.token if token is None else token}"
        return session

    def call(self, method: str, path: str, token: str | None = None, **options) -> requests.Response:
        """`path` below /api/v1."""
        with self.session(token) as session:
            return session.request(method, f"{self.url}/api/v1{path}", timeout=30, **options)

    def data_of(self, method: str, path: str, **options):
        """The data of a call that must succeed."""
        answer = self.call(method, path, **options)
        if answer.status_code not in (200, 201):
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:600]}")
        return answer.json()["data"]


def start_pulse(folder: pathlib.Path, today: str = "", port: int = 0) -> Pulse:
    """A running authority in a folder of its own: .url, .token, .ca (path), .process; .stop() ends it. With a port of its own it goes on with what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    pulse = Pulse(folder, today)
    pulse.port = port
    (pulse.prepare_once if port else pulse.prepare)()
    pulse.start()
    return pulse


def seed_licences(client, pulse: Pulse) -> None:
    """Gives a console (as processes.Client) the token, a licence on one of its backup servers, and one that belongs to nobody yet."""
    answer = client.call("PATCH", "/pulse", json=[{"op": "replace", "path": "/token", "value": pulse.token}])
    if answer.status_code != 200:
        raise RuntimeError(f"the token of Pulse: {answer.status_code} {answer.text}")
    wish = {"productId": SERVER_PRODUCT, "contractId": CONTRACT, "expirationDate": "2030-06-30T00:00:00Z"}
    client.call("POST", "/pulse/licenses", json={**wish, "workloads": [{"workloadId": "vm", "count": 25}], "description": "For the next customer"})
    plain = {row["backupServerUid"] for row in client.data("/licensing/backupServers", limit=100) if row["cloudConnect"] == "No" and row["status"] == "Valid"}
    server = next(row for row in client.data("/infrastructure/backupServers", limit=100) if row["status"] == "Healthy" and row["instanceUid"] in plain)
    workloads = [{"workloadId": "vm", "count": 120}, {"workloadId": "server", "count": 40}, {"workloadId": "workstation", "count": 60}]
    push = {**wish, "companyUid": server["organizationUid"], "serverUid": server["instanceUid"], "workloads": workloads}
    task = client.call("POST", "/api/steward/v1/licenseTasks", json=push).json()["data"]["instanceUid"]
    ended = wait_for(lambda: (row := client.data(f"/api/steward/v1/licenseTasks/{task}"))["state"] != "Waiting" and row, 60, 1)
    if ended["state"] != "Done":
        raise RuntimeError(f"the licence of {server['name']}: {ended['message']}")
