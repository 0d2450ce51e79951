#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Uploads and downloads of 4 GiB in blobs of restic's size over TLS: steward-site against `rclone serve restic` and nginx (WebDAV PUT, static GET).

Reads are measured twice: after the system has forgotten the files (needs root), and again."""
import argparse
import base64
import hashlib
import http.client
import multiprocessing
import os
import pathlib
import re
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "dev"))
from processes import binaries, free_port  # noqa: E402

BIN = binaries()
MIB = 1 << 20
CLIENTS = 4
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A server under test, with the files it keeps in `folder`."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        folder.mkdir()
        self.start()
        self.wait()

    def wait(self):
        for _ in range(200):
            try:
                http.client.HTTPSConnection("127.0.0.1", self.port, context=ssl._create_unverified_context()).connect()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.name} does not listen")

    def pids(self):
        children = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()
        return [self.process.pid, *map(int, children)]

    def cpu(self):
        """Seconds of CPU of all its processes."""
        total = 0
        for pid in self.pids():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def peak(self):
        """Bytes of memory at most, of all its processes."""
        return sum(int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) for pid in self.pids()) * 1024

    def repository(self, number):
        return f"/r{number}/"

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        shutil.rmtree(self.folder)


class Steward(Server):
    name, method = "steward-site", "POST"

    def start(self):
        site = [BIN / "steward-site", "--data", self.folder / "site"]
        subprocess.run([*site, "pool", "main", "--folder", self.folder / "pool"], check=True)
        subprocess.run([*site, "tenant", "acme", "--password-file", "-"], input="secret\n", text=True, check=True)
        subprocess.run([*site, "resource", "acme", "gold", "--pool", "main", "--quota", "0"], check=True)
        self.process = subprocess.Popen([*site, "run", "--port", str(self.port)], stdout=subprocess.DEVNULL)

    def repository(self, number):
        return f"/acme/gold/r{number}/"


class Rclone(Server):
    name, method = "rclone", "POST"

    def start(self):
        certificate(self.folder)
        self.process = subprocess.Popen(["rclone", "serve", "restic", "--addr", f"127.0.0.1:{self.port}", "--cert", self.folder / "cert.pem",
                                         "--key", self.folder / "key.pem", "--user", "acme", "--pass", "secret", self.folder / "files"],
                                        stderr=subprocess.DEVNULL)


class Nginx(Server):
    name, method = "nginx", "PUT"

    def start(self):
        certificate(self.folder)
        (self.folder / "files").mkdir()
        os.chmod(self.folder, 0o755)
        (self.folder / "nginx.conf").write_text(f"""user root; worker_processes 2; daemon off; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{ worker_connections 1000; }}
http {{ access_log off; client_max_body_size 100m; client_body_temp_path {self.folder}/tmp; client_body_buffer_size 128k; sendfile on;
server {{ listen 127.0.0.1:{self.port} ssl; ssl_certificate {self.folder}/cert.pem; ssl_certificate_key {self.folder}/key.pem;
location / {{ root {self.folder}/files; dav_methods PUT DELETE; create_full_put_path on; }} }} }}""")
        self.process = subprocess.Popen(["nginx", "-c", self.folder / "nginx.conf"], stderr=subprocess.DEVNULL)


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "key.pem", "-out",
                    folder / "cert.pem", "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True)


def connect(port):
    return http.client.HTTPSConnection("127.0.0.1", port, context=ssl._create_unverified_context(), timeout=120)


SIGN_IN = {"Authorization": "Basic " + base64.b64encode(b"acme:secret").decode()}


def client(port, method, paths, blobs):
    """Sends the blobs (upload) or reads the paths (download) over one connection."""
    connection, buffer = connect(port), bytearray(MIB)
    for path in paths:
        blob = blobs.get(path.rsplit("/", 1)[1]) if method != "GET" else None
        connection.request(method, path, body=memoryview(blob) if blob else None, headers=SIGN_IN)
        answer = connection.getresponse()
        assert answer.status in (200, 201), answer.status
        size = 0
        while got := answer.readinto(buffer):
            size += got
        assert method != "GET" or size == int(answer.headers["Content-Length"])


def run(server, method, blobs, repositories):
    """MB/s and MB per second of the server's CPU."""
    paths = [server.repository(number) + "data/" + name for number in range(repositories) for name in blobs]
    before, begin = server.cpu(), time.monotonic()
    workers = [multiprocessing.Process(target=client, args=(server.port, method, paths[at::CLIENTS], blobs)) for at in range(CLIENTS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        if worker.exitcode != 0:
            raise RuntimeError(f"{server.name}: a client failed")
    taken, cpu = time.monotonic() - begin, server.cpu() - before
    megabytes = sum(map(len, blobs.values())) * repositories / 1e6
    return megabytes / taken, megabytes / cpu


def forget():
    """Nothing of what was written is in memory any more."""
    subprocess.run(["sync"], check=True)
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3\n")


def many_clients(folder, count=200):
    """Memory at most with so many clients that upload at once."""
    server = Steward(folder / "many")
    blob = os.urandom(4 * MIB)
    connection = connect(server.port)
    connection.request("POST", server.repository(0) + "?create=true", headers=SIGN_IN)
    connection.getresponse().read()

    def one(number):
        content = number.to_bytes(4, "big") + blob
        client(server.port, "POST", [server.repository(0) + "data/" + hashlib.sha256(content).hexdigest()], {hashlib.sha256(content).hexdigest(): content})
    workers = [multiprocessing.Process(target=one, args=(number,)) for number in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    peak = server.peak()
    server.stop()
    return peak, all(worker.exitcode == 0 for worker in workers)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--blobs", type=int, default=64)
    options.add_argument("--repositories", type=int, default=4)
    options.add_argument("--folder", help="on the disk to be measured", default=None)
    chosen = options.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="steward-bench-", dir=chosen.folder))
    blobs = {hashlib.sha256(blob).hexdigest(): blob for blob in (os.urandom(16 * MIB) for _ in range(chosen.blobs))}
    figures = {}
    try:
        for number in range(chosen.rounds):
            for kind in (Steward, Rclone, Nginx):
                server = kind(folder / kind.name)
                for repository in range(chosen.repositories):
                    if server.method == "POST":
                        connection = connect(server.port)
                        connection.request("POST", server.repository(repository) + "?create=true", headers=SIGN_IN)
                        connection.getresponse().read()
                for what, method in (("upload", server.method), ("cold read", "GET"), ("warm read", "GET")):
                    if what == "cold read":
                        forget()
                    figures.setdefault((what, kind.name), []).append(run(server, method, blobs, chosen.repositories))
                figures.setdefault(("memory", kind.name), []).append((server.peak() / MIB, 0))
                server.stop()
        peak, good = many_clients(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    total = 16 * chosen.blobs * chosen.repositories / 1024
    print(f"{total:.1f} GiB in blobs of 16 MiB, {CLIENTS} connections, TLS on loopback, median of {chosen.rounds} rounds\n")
    print(f"{'':10}{'':14}{'MB/s':>8}{'of site':>9}{'MB per CPU s':>14}{'of site':>9}")
    for what in ("upload", "cold read", "warm read"):
        ours = [statistics.median(column) for column in zip(*figures[what, "steward-site"])]
        for name in ("steward-site", "rclone", "nginx"):
            speed, cost = (statistics.median(column) for column in zip(*figures[what, name]))
            print(f"{what:10}{name:14}{speed:8.0f}{speed / ours[0]:9.2f}{cost:14.0f}{cost / ours[1]:9.2f}")
    for name in ("steward-site", "rclone", "nginx"):
        print(f"memory at most, {name}: {max(row[0] for row in figures['memory', name]):.0f} MiB")
    print(f"memory at most with 200 clients uploading: {peak / MIB:.0f} MiB{'' if good else ' (SOME FAILED)'}")


if __name__ == "__main__":
    main()
