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
