# SPDX-License-Identifier: Apache-2.0
"""A steward-site for one test: a real process with a pool, and restic against it."""
import hashlib
import json
import os
import subprocess

import requests

import agent_stack as stack

MIB = 1 << 20
PASSWORD = "a secret"


def named(content):
    return hashlib.sha256(content).hexdigest()


class Site:
    """One steward-site with a pool of its own."""

    def __init__(self, folder, options=()):
        self.folder, self.data, self.pool = folder, folder / "site", folder / "pool"
        self.data.mkdir(parents=True)
        self.command("pool", "main", "--folder", self.pool)
        self.program = stack.Program("site", [stack.BIN / "steward-site", "--data", self.data, "run", "--port", "0", *options], folder)
        self.start()

    def command(self, *arguments, text=None, good=True):
        done = subprocess.run([stack.BIN / "steward-site", "--data", self.data, *map(str, arguments)], capture_output=True,
                              text=True, input=text, timeout=30)
        assert (done.returncode == 0) == good, done.stderr
        return done.stdout if good else done.stderr

    def start(self):
        (self.data / "port").unlink(missing_ok=True)
        self.program.start()
        stack.wait_for("the site's port", lambda: (self.data / "port").exists() and (self.data / "port").read_text().endswith("\n"), 20, 0.05)
        self.port = int((self.data / "port").read_text())

    def tenant(self, name, quota=0, resource="gold", **options):
        words = [word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", value)]
        self.command("tenant", name, "--password-file", "-", *words, text=PASSWORD + "\n")
        self.quota(name, quota, resource)

    def change(self, name, **options):
        self.command("tenant", name, *[word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", value)])

    def quota(self, name, quota, resource="gold"):
        self.command("resource", name, resource, "--pool", "main", "--quota", quota)

    def shown(self, tenant):
        return next(each for each in json.loads(self.command("show"))["tenants"] if each["name"] == tenant)

    def used(self, tenant):
        return sum(resource["used"] for resource in self.shown(tenant)["resources"])

    def on_disk(self, tenant):
        return [file for file in (self.pool / tenant).rglob("*") if file.is_file()]

    def exact(self, tenant):
        """Usage is what lies on the disk, to the byte and to the file."""
        files = self.on_disk(tenant)
        resources = self.shown(tenant)["resources"]
        assert sum(each["files"] for each in resources) == len(files)
        assert sum(each["used"] for each in resources) == sum(file.stat().st_size for file in files)
        return self.used(tenant)

    def session(self, tenant, password=PASSWORD):
        session = requests.Session()
        session.trust_env = False  # requests would prefer the environment's CAs to the site's
        session.auth, session.verify = (tenant, password), str(self.data / "ca.pem")
        return session

    def url(self, path):
        return f"https://127.0.0.1:{self.port}{path}"

    def repository(self, tenant, name="host", resource="gold"):
        """A repository of a tenant, made; its address."""
        url = self.url(f"/{tenant}/{resource}/{name}/")
        assert self.session(tenant).post(url + "?create=true").status_code == 200
        return url

    def restic(self, tenant, *arguments, repository="host", check=True, timeout=120):
        environment = os.environ | {"RESTIC_PASSWORD": "key", "RESTIC_CACHE_DIR": str(self.folder / f"cache-{tenant}"),
                                    "RESTIC_REPOSITORY": f"rest:https://{tenant}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/{tenant}/gold/{repository}"}
        done = subprocess.run(["restic", "--cacert", self.data / "ca.pem", *map(str, arguments)], env=environment, capture_output=True,
                              text=True, timeout=timeout)
        if check:
            assert done.returncode == 0, done.stderr
        return done


def files_of(folder, megabytes):
    folder.mkdir(exist_ok=True)
    for number in range(megabytes):
        (folder / f"file-{number}").write_bytes(os.urandom(MIB))
    (folder / "ein langer Name mit Ümlauten").write_text("text\n" * 1000)
    return folder
