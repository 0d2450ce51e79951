# SPDX-License-Identifier: Apache-2.0
"""Zabbix's trapper as the peer of ingest: how many values per second Debian's zabbix-server brings into the same PostgreSQL."""
from __future__ import annotations

import gzip
import os
import pathlib
import shutil
import socket
import subprocess
import time
import typing

HOSTS = 1000
ITEMS = 100  # of each host
VALUES = 10  # of each item
SENDERS = 4
PACKAGE = pathlib.Path("/usr/share/zabbix-server-pgsql")
ITEMS_SQL = f"""
insert into hosts (hostid, host, name, status) select 100000 + i, 'host-' || i, 'host-' || i, 0 from generate_series(1, {HOSTS}) i;
insert into items (itemid, type, hostid, name, key_, value_type, history, trends)
  select 1000000 + i * {ITEMS} + k, 2, 100000 + i, 'value ' || k, 'value[' || k || ']', 3, '7d', '0' from generate_series(1, {HOSTS}) i, generate_series(0, {ITEMS} - 1) k;
insert into item_rtdata (itemid) select itemid from items where type = 2;
"""


def free_port() -> int:
    """A free port of those that Zabbix accepts (below 32768)."""
    for port in range(21000, 32000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no free port")


def start(folder: pathlib.Path, database_socket: pathlib.Path, user: list[str], port: int) -> subprocess.Popen:
    """The server, with enough caches and writers for what it is about to get; one process group of its own."""
    (folder / "zabbix.conf").write_text(
        f"LogType=console\nPidFile={folder}/zabbix.pid\nSocketDir={folder}\nDBHost={database_socket}\nDBName=zabbix\nDBUser=steward\nListenPort={port}\n"
        "ListenIP=127.0.0.1\nStartTrappers=5\nStartDBSyncers=4\nHistoryCacheSize=256M\nHistoryIndexCacheSize=128M\nCacheSize=512M\nValueCacheSize=64M\nStartPollers=1\n"
        "StartPollersUnreachable=1\nStartPingers=0\nStartDiscoverers=0\nStartHTTPPollers=0\nAllowRoot=1\nCacheUpdateFrequency=5\n")
    return subprocess.Popen([*user, "/usr/sbin/zabbix_server", "-f", "-c", folder / "zabbix.conf"], start_new_session=True,
                            stdout=(folder / "output").open("w"), stderr=subprocess.STDOUT)


def send(folder: pathlib.Path, port: int) -> list[subprocess.Popen]:
    """Every sender's share of the values, from a file."""
    senders = []
    for sender in range(SENDERS):
        path = folder / f"values-{sender}"
        with path.open("w") as out:
            for value in range(VALUES):
                for host in range(sender + 1, HOSTS + 1, SENDERS):
                    out.writelines(f"host-{host} value[{item}] {value * 1000 + item}\n" for item in range(ITEMS))
        senders.append(path)
    return [subprocess.Popen(["zabbix_sender", "-z", "127.0.0.1", "-p", str(port), "-i", path], stdout=path.with_suffix(".out").open("w"), stderr=subprocess.STDOUT)
            for path in senders]


def measure(folder: pathlib.Path, database_socket: pathlib.Path, user: list[str]) -> float | None:
    """Values per second from the first sent to the last stored (those it refused not counted); None when Zabbix is not installed."""
    if not PACKAGE.exists() or not shutil.which("zabbix_sender"):
        return None
    folder.mkdir()
    folder.chmod(0o777)

    def psql(database: str, sql: str, text: str | None = None) -> str:
        source = ["-c", sql] if text is None else ["-f", "-"]
        return subprocess.run([*user, "psql", "-h", str(database_socket), "-U", "steward", "-d", database, "-v", "ON_ERROR_STOP=1", "-qAt", *source],
                              input=text, check=True, capture_output=True, text=True).stdout.strip()

    psql("steward", "create database zabbix")
    for name in ("schema", "images", "data"):
        psql("zabbix", "", gzip.open(PACKAGE / f"{name}.sql.gz", "rt").read())
    psql("zabbix", "", ITEMS_SQL)
    port = free_port()
    server = start(folder, database_socket, user, port)
    try:
        time.sleep(15)  # until it has read its items
        psql("zabbix", "checkpoint")
        senders = send(folder, port)
        began = time.monotonic()
        stored, grew = 0, began
        while any(sender.poll() is None for sender in senders) or time.monotonic() - grew < 5:
            time.sleep(0.5)
            now = int(psql("zabbix", "select count(*) from history_uint where itemid >= 1000000"))
            if now > stored:
                stored, grew = now, time.monotonic()
            if time.monotonic() - began > 150 or server.poll() is not None:
                raise RuntimeError(f"Zabbix stored {stored} values and does not end; {(folder / 'output').read_text()[-500:]}")
        wanted = HOSTS * ITEMS * VALUES
        if stored < wanted:
            print(f"Zabbix stored {stored} of {wanted} values; the first sender says: {(folder / 'values-0.out').read_text()[-300:]}")
        return stored / (grew - began)
    finally:
        if server.poll() is None:
            os.killpg(server.pid, 15)
        server.wait()
