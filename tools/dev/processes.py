# SPDX-License-Identifier: Apache-2.0
"""Starting a console, a lab and agents as real processes; used by ./dev up and by the tests.

Ports are taken from the caller or free ones; every process is ended by its own pid only.
"""
from __future__ import annotations

import hashlib
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import time

import requests
import urllib3

urllib3.disable_warnings()
ROOT = pathlib.Path(__file__).resolve().parents[2]


def binaries() -> pathlib.Path:
    """Folder of the built programs."""
    return ROOT / "build" / os.environ.get("STEWARD_PRESET", "release") / "bin"


_given: set[int] = set()


def free_port() -> int:
    """A TCP port of the loopback address that is free now and was not given before. None of those that the system gives to connections: such a
    one could be taken by any connection before, or while, a program that is started again does not listen on it."""
    lowest = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(20000, max(lowest, 21000))
        with socket.socket() as probe:
            if port in _given or probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port


def open_to_postgres(path: pathlib.Path) -> bool:
    """True when PostgreSQL's user may enter the folder (as root it runs as another user) and the path fits a socket."""
    if len(str(path)) > 70:
        return False
    if os.geteuid() != 0:
        return True
    path.mkdir(parents=True, exist_ok=True)
    return subprocess.run(["runuser", "-u", "postgres", "--", "test", "-x", str(path)], check=False).returncode == 0


def data_folder(name: str) -> pathlib.Path:
    """var/NAME, or a folder below /var/tmp when PostgreSQL could not use that one."""
    wanted = ROOT / "var" / name
    if open_to_postgres(wanted):
        return wanted
    return pathlib.Path("/var/tmp") / f"steward-{hashlib.sha256(str(wanted).encode()).hexdigest()[:10]}"


def stop(process: subprocess.Popen, seconds: float = 20) -> None:
    """SIGTERM, then SIGKILL."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


class Client:
    """A signed-in user of the REST API."""

    def __init__(self, url: str, user: str = "", password: str = "", token: str = "") -> None:
        self.url = url
        self.session = requests.Session()
        self.session.verify = False
        self.session.trust_env = False
        if not token and user:
            answer = self.session.post(f"{url}/api/v3/token", data={"grant_type": "password", "username": user, "password": password}, timeout=30)
            if answer.status_code != 200:
                raise RuntimeError(f"sign-in of {user}: {answer.status_code} {answer.text}")
            token = answer.json()["access_token"]
        self.token = token
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **options) -> requests.Response:
        """`path` below /api/v3, or absolute when it begins with /api."""
        return self.session.request(method, self.url + (path if path.startswith("/api") else "/api/v3" + path), timeout=60, **options)

    def data(self, path: str, **params):
        """The data of a GET that must succeed."""
        answer = self.call("GET", path, params=params)
        if answer.status_code != 200:
            raise RuntimeError(f"GET {path}: {answer.status_code} {answer.text[:400]}")
        return answer.json()["data"]

    def total(self, path: str, **params) -> int:
        """pagingInfo.total of a list."""
        return self.call("GET", path, params={"limit": 1, **params}).json()["meta"]["pagingInfo"]["total"]


class Console:
    """A steward-console process with a data folder of its own."""

    def __init__(self, folder: pathlib.Path, ports: tuple[int, int, int] | None = None, database: str = "", extra: str = "") -> None:
        self.folder = folder
        self.ports = ports or (free_port(), free_port(), free_port())
        self.database = database
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "console.toml").write_text(
            f'data = "{folder}/data"\naddress = "127.0.0.1"\napi_port = {self.ports[0]}\nagent_port = {self.ports[1]}\ngateway_port = {self.ports[2]}\n'
            f'portal = "{ROOT}/web/dist"\nswagger = "{ROOT}/web/node_modules/swagger-ui-dist"\n{extra}')
        self.url = f"https://127.0.0.1:{self.ports[0]}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Starts the process and waits until it answers."""
        command = [binaries() / "steward-console", "run", "--config", self.folder / "console.toml"]
        if self.database:
            command += ["--database", self.database]
        log = open(self.folder / "console.log", "a")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the console ended: {(self.folder / 'console.log').read_text()[-2000:]}")
            try:
                Client(self.url).call("GET", "/api/v3/openapi.json")
                return
            except requests.RequestException:
                time.sleep(0.2)
        raise RuntimeError("the console did not come up")

    def admin(self) -> tuple[str, str]:
        """Name and password of the first administrator."""
        text = (self.folder / "data" / "first-login.txt").read_text()
        return "administrator", re.search(r"password: (\S+)", text).group(1)

    def client(self) -> Client:
        """The first administrator, signed in."""
        return Client(self.url, *self.admin())

    def sql(self, statement: str) -> list[str]:
        """Lines of an answer of the database, past the console."""
        command = ["psql", "-h", self.folder / "data/socket", "-U", "steward", "-d", "steward", "-Atc", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()

    def postgres_pid(self) -> int:
        """Pid of the embedded PostgreSQL."""
        return int((self.folder / "data" / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    def kill(self) -> None:
        """SIGKILL of the console; its PostgreSQL is ended too, as a machine's power loss would."""
        postgres = self.postgres_pid() if not self.database else 0
        self.process.kill()
        self.process.wait()
        if postgres:
            os.kill(postgres, signal.SIGQUIT)
            wait_for(lambda: not pathlib.Path(f"/proc/{postgres}").exists(), 20)

    def stop(self) -> None:
        """Graceful end."""
        if self.process:
            stop(self.process)


def start_lab(folder: pathlib.Path, base_port: int, *arguments: str) -> tuple[subprocess.Popen, dict]:
    """The simulated backup servers; returns the process and its description of the estate."""
    describe = folder / "estate.json"
    describe.unlink(missing_ok=True)
    log = open(folder / "lab.log", "a")
    process = subprocess.Popen([binaries() / "steward-lab", "demo", "--base-port", str(base_port), "--describe", str(describe), *arguments],
                               stdout=log, stderr=log, start_new_session=True)
    wait_for(describe.exists, 60)
    time.sleep(0.5)
    return process, json.loads(describe.read_text())


def cloud(port: int = 0) -> list[str]:
    """Arguments of start_fleet for an Enterprise Manager with cloud tenants."""
    return ["--lab", str(binaries() / "steward-lab"), "--cloud-port", str(port)]


def start_fleet(folder: pathlib.Path, console: Console, *arguments: str) -> subprocess.Popen:
    """Companies and one agent per simulated server."""
    user, password = console.admin()
    log = open(folder / "fleet.log", "a")
    return subprocess.Popen(["/usr/bin/python3", str(ROOT / "tools/dev/demo_fleet.py"), "--console", console.url, "--user", user, f"--password={password}",
                             "--estate", str(folder / "estate.json"), "--folder", str(folder / "fleet"), "--agent", str(binaries() / "steward-agent"), *arguments],
                            stdout=log, stderr=log, start_new_session=True)


def wait_for(condition, seconds: float, step: float = 0.3):
    """Waits until `condition()` is true and returns its value; raises TimeoutError otherwise."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(step)
    raise TimeoutError(f"not true within {seconds} s: {condition}")
