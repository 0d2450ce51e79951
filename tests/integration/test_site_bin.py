# SPDX-License-Identifier: Apache-2.0
"""The recycle bin of a steward-site: what is deleted is kept, counted, emptied in time, and comes back."""
import hashlib
import json
import os
import sqlite3
import subprocess
import threading
import time

import requests

import agent_stack as stack
from site_stack import MIB, files_of


def in_bin(site):
    return [file for file in (site.pool / ".bin").rglob("*") if file.is_file()]


def recycled(site, tenant):
    return sum(resource["recycled"] for resource in site.shown(tenant)["resources"])


def binned(site, tenant):
    """What the bin is said to hold is what lies there, to the byte, and it counts for the pool and not for the tenant."""
    size = sum(file.stat().st_size for file in in_bin(site))
    assert recycled(site, tenant) == size
    pool = json.loads(site.command("show"))["pools"][0]
    assert pool["used"] == size + site.exact(tenant)
    return size


def test_what_is_deleted_comes_back_out_of_the_bin(new_site, folder):
    site = new_site("bin")
    site.tenant("acme")
    site.change("acme", recycle_days=30)
    site.restic("acme", "init")
    source = folder / "bin-source"
    files_of(source, 5)
    site.restic("acme", "backup", source)
    snapshot = json.loads(site.restic("acme", "snapshots", "--json").stdout)[0]["id"]
    site.restic("acme", "forget", "--prune", snapshot)
    assert json.loads(site.restic("acme", "snapshots", "--json").stdout) in (None, [])
    assert site.used("acme") < MIB < binned(site, "acme"), "what was deleted takes no quota"
    assert "files" in site.command("remove-tenant", "acme", good=False)

    # While it serves, and with the quota in the way first.
    site.quota("acme", "2MiB")
    assert "the quota of acme/gold was used up" in site.command("restore", "acme", "gold")
    site.quota("acme", "1GiB")
    assert "files came back, 0 stayed" in site.command("restore", "acme", "gold", "--since", "2020-01-01T00:00:00Z")
    assert in_bin(site) == [] and binned(site, "acme") == 0
    assert json.loads(site.restic("acme", "snapshots", "--json").stdout)[0]["id"] == snapshot
    site.restic("acme", "check", "--read-data")
    target = folder / "bin-restored"
    site.restic("acme", "restore", snapshot, "--target", target)
    for file in source.iterdir():
        assert (target / file.relative_to("/")).read_bytes() == file.read_bytes()


def test_the_bin_is_emptied_when_its_time_is_over(new_site):
    site = new_site("emptied")
    site.tenant("acme")
    site.change("acme", recycle_days=1)
    url, session = site.repository("acme"), site.session("acme")
    names = []
    for _ in range(20):
        content = os.urandom(1000)
        names.append(hashlib.sha256(content).hexdigest())
        assert session.post(f"{url}data/{names[-1]}", data=content).status_code == 200
    for name in names[:15]:
        assert session.delete(f"{url}data/{name}").status_code == 200
    assert session.get(f"{url}data/{names[0]}").status_code == 404
    assert binned(site, "acme") == 15_000
    assert "0 files came back" in site.command("restore", "acme", "gold", "--since", "2040-01-01T00:00:00Z")
    with sqlite3.connect(site.data / "site.db") as ledger:
        ledger.execute("update recycled set at = at - 90000 where id in (select id from recycled order by id limit 10)")
    stack.wait_for("ten old ones gone", lambda: len(in_bin(site)) == 5, 30)
    assert binned(site, "acme") == 5_000
    site.change("acme", recycle_days=0)
    stack.wait_for("the bin empty", lambda: in_bin(site) == [], 30)
    assert binned(site, "acme") == 0
    for name in names[15:]:
        assert session.delete(f"{url}data/{name}").status_code == 200
    assert in_bin(site) == [], "without a bin it is gone at once"


def test_a_place_that_is_taken_keeps_its_file_and_counts_once(new_site):
    site = new_site("taken")
    site.tenant("acme")
    site.change("acme", recycle_days=1)
    url, session = site.repository("acme"), site.session("acme")
    content = os.urandom(1000)
    blob = f"{url}data/{hashlib.sha256(content).hexdigest()}"
    for _ in range(2):
        assert session.post(blob, data=content).status_code == 200
        assert session.delete(blob).status_code == 200
    assert session.post(blob, data=content).status_code == 200
    assert "0 files came back, 2 stayed" in site.command("restore", "acme", "gold")
    site.program.kill()
    site.start()
    assert binned(site, "acme") == 2_000 and site.used("acme") == 1_000


def test_a_stop_does_not_wait_for_a_long_restoration(new_site):
    site = new_site("long")
    site.tenant("acme")
    site.change("acme", recycle_days=1)
    url, session = site.repository("acme"), site.session("acme")
    for number in range(300):
        content = os.urandom(100) + bytes([number % 256])
        blob = f"{url}data/{hashlib.sha256(content).hexdigest()}"
        assert session.post(blob, data=content).status_code == 200
        assert session.delete(blob).status_code == 200
    asked = subprocess.Popen([stack.BIN / "steward-site", "--data", site.data, "restore", "acme", "gold"], stderr=subprocess.PIPE, text=True)
    stack.wait_for("the first files", lambda: len(in_bin(site)) < 300, 20, 0.01)
    began = time.monotonic()
    site.program.stop()
    assert time.monotonic() - began < 5
    assert "goes on when it serves again" in asked.communicate(timeout=10)[1]
    assert len(in_bin(site)) > 0, "it was interrupted"
    site.start()
    stack.wait_for("the rest", lambda: in_bin(site) == [], 30)
    assert site.exact("acme") == 300 * 101


def test_the_bin_is_exact_after_a_kill(new_site):
    site = new_site("bin-killed")
    site.tenant("acme")
    site.change("acme", recycle_days=3)
    url, session = site.repository("acme"), site.session("acme")
    contents = {hashlib.sha256(content).hexdigest(): content for content in (os.urandom(500 + number) for number in range(400))}
    for name, content in contents.items():
        assert session.post(f"{url}data/{name}", data=content).status_code == 200
    deleted = []

    def delete():
        for name in contents:
            try:
                if session.delete(f"{url}data/{name}", timeout=5).status_code == 200:
                    deleted.append(name)
            except requests.RequestException:
                return

    thread = threading.Thread(target=delete)
    thread.start()
    stack.wait_for("some deletes", lambda: len(deleted) > 60, 20, 0.01)
    site.program.kill()
    thread.join(20)
    site.start()
    assert len(in_bin(site)) in (len(deleted), len(deleted) + 1), "acknowledged is durable; the one under way is either"
    binned(site, "acme")
    assert f"{len(in_bin(site))} files came back, 0 stayed" in site.command("restore", "acme", "gold")
    assert site.exact("acme") == sum(map(len, contents.values()))
