# SPDX-License-Identifier: Apache-2.0
"""steward-site as its tenants meet it: real restic, real TLS, a real process that is really killed; and what they should not do."""
import asyncio
import base64
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

import agent_stack as stack
from site_stack import MIB, PASSWORD, Site, files_of, named


@pytest.fixture(scope="module")
def site(folder):
    site = Site(folder)
    yield site
    site.program.stop()


def test_backup_check_and_restore(site, folder):
    """What goes in comes out, and usage is what lies on the disk."""
    site.tenant("acme")
    source = files_of(folder / "source", 24)
    site.restic("acme", "init")
    site.restic("acme", "backup", source)
    used = site.exact("acme")
    assert used > 24 * MIB
    assert "no errors were found" in site.restic("acme", "check", "--read-data").stdout
    site.restic("acme", "restore", "latest", "--target", folder / "out")
    assert subprocess.run(["diff", "-r", source, str(folder / "out") + str(source)]).returncode == 0
    (source / "file-0").unlink()
    site.restic("acme", "backup", source)
    site.restic("acme", "forget", "--keep-last", "1", "--prune", "--max-unused", "0")
    assert site.exact("acme") < used
    traffic = stack.wait_for("traffic", lambda: site.shown("acme")["traffic"], 10)
    assert traffic[0]["received"] > 24 * MIB and traffic[0]["sent"] > 24 * MIB


def test_quota_stops_a_backup_in_words_and_a_higher_one_lets_it_pass(site, folder):
    site.tenant("small", quota="40MiB")
    source = files_of(folder / "large", 60)
    site.restic("small", "init")
    done = {}

    def backup():
        done.update(result=site.restic("small", "backup", source, check=False))
    thread = threading.Thread(target=backup)
    thread.start()
    stack.wait_for("a refusal", lambda: "POST /small/" in site.program.log.read_text() and "507" in site.program.log.read_text(), 60, 0.1)
    assert sum(file.stat().st_size for file in site.on_disk("small")) <= 40 * MIB + 1000  # restic's lock
    site.quota("small", "100MiB")  # restic tries again by itself
    thread.join(120)
    assert done["result"].returncode == 0, done["result"].stderr
    assert re.search(r"507 The quota of small/gold is used up: [\d.]+ MiB of 40.0 MiB are used", done["result"].stderr)
    assert 60 * MIB < site.exact("small") <= 100 * MIB
    assert "no errors were found" in site.restic("small", "check", "--read-data").stdout


def test_many_uploads_at_once_do_not_pass_the_quota_together(site):
    site.tenant("racer", quota=10 * MIB)
    url = site.repository("racer")
    blobs = [os.urandom(MIB) for _ in range(24)]
    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda blob: site.session("racer").post(url + "data/" + named(blob), data=blob).status_code, blobs))
    assert sorted(set(answers)) == [200, 507] and answers.count(200) == 10
    assert site.exact("racer") == 10 * MIB


def test_quota_of_the_pool_is_not_told_to_tenants(new_site):
    site = new_site("full-pool")
    site.tenant("one")
    site.tenant("two", quota="1GiB")
    site.command("pool", "main", "--folder", site.pool, "--quota", 3 * MIB)
    blob = os.urandom(2 * MIB)
    assert site.session("one").post(site.repository("one") + "data/" + named(blob), data=blob).status_code == 200
    refused = site.session("two").post(site.repository("two") + "data/" + named(blob), data=blob)
    assert refused.status_code == 507 and refused.text == "The provider's storage is full; nothing was written.\n"
    assert site.exact("two") == 0
    assert f"{2 * MIB} of {3 * MIB} bytes are used" in site.program.log.read_text()  # the provider reads how full it is
    site.command("pool", "main", "--folder", site.pool)  # what is not named stays
    assert json.loads(site.command("show"))["pools"][0]["quota"] == 3 * MIB
    assert "its folder cannot change" in site.command("pool", "main", "--folder", site.folder / "elsewhere", good=False)
    assert "holds 1 files" in site.command("remove-tenant", "one", good=False)
    site.command("remove-tenant", "two")
    assert site.session("two").get(site.url("/two/gold/host/config")).status_code == 401


@pytest.mark.parametrize("moment", range(4))
def test_killed_in_the_middle_of_uploads(new_site, moment):
    """Whatever was acknowledged is there, usage is exact, restic finds a sound repository."""
    site = new_site(f"killed-{moment}")
    place = site.folder
    site.tenant("acme")
    site.restic("acme", "init")
    source = files_of(place / "source", 16)
    site.restic("acme", "backup", source)
    url = site.repository("acme", "raw")
    acknowledged, stopped = [], threading.Event()

    def send(_):
        session = site.session("acme")
        while not stopped.is_set():
            blob = os.urandom(400_000)
            try:
                if session.post(url + "data/" + named(blob), data=blob).status_code == 200:
                    acknowledged.append(named(blob))
            except requests.RequestException:
                return
    environment = os.environ | {"RESTIC_PASSWORD": "key", "RESTIC_CACHE_DIR": str(place / "cache"),
                                "RESTIC_REPOSITORY": f"rest:https://acme:a%20secret@127.0.0.1:{site.port}/acme/gold/host"}
    more = files_of(place / "more", 120)
    with ThreadPoolExecutor(4) as pool:
        senders = [pool.submit(send, number) for number in range(4)]
        backup = subprocess.Popen(["restic", "--cacert", site.data / "ca.pem", "backup", more], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.wait_for("uploads", lambda: len(acknowledged) > 20, 30, 0.01)
        time.sleep(0.11 * moment)
        site.program.kill()
        stopped.set()
        backup.kill()
        backup.wait(10)
        for sender in senders:
            sender.result()
    before = {file.name for file in site.on_disk("acme")}
    assert set(acknowledged) <= before
    site.start()
    site.exact("acme")
    assert list((site.pool / ".incoming").iterdir()) == []
    for file in (site.pool / "acme/gold/raw/data").rglob("*"):
        assert file.is_dir() or named(file.read_bytes()) == file.name
    site.restic("acme", "unlock", "--remove-all")
    assert "no errors were found" in site.restic("acme", "check", "--read-data").stdout
    site.restic("acme", "backup", more)
    site.exact("acme")


def test_a_content_that_is_not_its_name(site):
    site.tenant("liar")
    url = site.repository("liar")
    refused = site.session("liar").post(url + "data/" + named(b"one"), data=b"two")
    assert refused.status_code == 400 and named(b"two") in refused.text
    assert site.session("liar").head(url + "data/" + named(b"one")).status_code == 404
    assert site.exact("liar") == 0 and list((site.pool / ".incoming").iterdir()) == []


def test_the_same_file_twice_counts_once(site):
    site.tenant("twice")
    url = site.repository("twice")
    for _ in range(3):
        assert site.session("twice").post(url + "data/" + named(b"one"), data=b"one").status_code == 200
    assert site.exact("twice") == 3
    assert site.session("twice").post(url + "config", data=b"first").status_code == 200
    assert site.session("twice").post(url + "config", data=b"second").status_code == 403
    assert site.session("twice").get(url + "config").content == b"first"
    assert site.session("twice").delete(url + "data/" + named(b"one")).status_code == 200
    assert site.session("twice").delete(url + "data/" + named(b"one")).status_code == 404
    assert site.exact("twice") == 5


def test_an_empty_file_counts_and_goes(site):
    site.tenant("empty")
    url = site.repository("empty")
    assert site.session("empty").post(url + "locks/" + named(b""), data=b"").status_code == 200
    assert site.session("empty").get(url + "locks/" + named(b"")).content == b""
    assert site.shown("empty")["resources"][0]["files"] == 1
    assert site.session("empty").delete(url + "locks/" + named(b"")).status_code == 200
    site.exact("empty")


def test_chunked_upload(site):
    site.tenant("chunked", quota=2 * MIB)
    url = site.repository("chunked")
    blob = os.urandom(MIB + 17)
    pieces = [blob[at:at + 70_001] for at in range(0, len(blob), 70_001)]
    assert site.session("chunked").post(url + "data/" + named(blob), data=iter(pieces)).status_code == 200
    assert site.session("chunked").get(url + "data/" + named(blob)).content == blob
    # Refused while it is under way: nobody said how large it would be.
    large = os.urandom(3 * MIB)
    refused = site.session("chunked").post(url + "data/" + named(large), data=iter([large[at:at + 65536] for at in range(0, len(large), 65536)]))
    assert refused.status_code == 507 and "The quota of chunked/gold is used up" in refused.text
    assert site.exact("chunked") == len(blob)


def test_lists_and_ranges(site):
    site.tenant("reader")
    url, session = site.repository("reader"), site.session("reader")
    blobs = {named(blob): blob for blob in (bytes([number]) * (number + 1) for number in range(200))}
    for name, blob in blobs.items():
        assert session.post(url + "data/" + name, data=blob).status_code == 200
    first = session.get(url + "data/", headers={"Accept": "application/vnd.x.restic.rest.v1"})
    assert sorted(first.json()) == sorted(blobs) and first.headers["Content-Type"] == "application/vnd.x.restic.rest.v1"
    second = session.get(url + "data/", headers={"Accept": "application/vnd.x.restic.rest.v2"})
    assert {each["name"]: each["size"] for each in second.json()} == {name: len(blob) for name, blob in blobs.items()}
    assert second.headers["Content-Type"] == "application/vnd.x.restic.rest.v2"
    assert session.get(url + "keys/").json() == []
    name, blob = next((name, blob) for name, blob in blobs.items() if len(blob) == 150)
    assert session.head(url + "data/" + name).headers["Content-Length"] == "150"
    for header, status, content in [("bytes=0-9", 206, blob[:10]), ("bytes=140-", 206, blob[140:]), ("bytes=-5", 206, blob[-5:]),
                                    ("bytes=100-5000", 206, blob[100:]), ("bytes=150-", 416, b""), ("bytes=9-3", 200, blob), ("items=1-2", 200, blob)]:
        answer = session.get(url + "data/" + name, headers={"Range": header})
        assert (answer.status_code, answer.content) == (status, content), header
    assert session.get(site.url("/reader/gold/absent/data/")).status_code == 404


def test_a_huge_list(site):
    """Written as it is read: 60,000 files cost the site no memory."""
    site.tenant("huge")
    url = site.repository("huge")
    for number in range(60_000):
        name = named(number.to_bytes(4, "big"))
        (site.pool / "huge/gold/host/data" / name[:2] / name).touch()
    before = resident(site)
    answer = site.session("huge").get(url + "data/", headers={"Accept": "application/vnd.x.restic.rest.v2"})
    assert len(answer.json()) == 60_000
    assert resident(site) - before < 4 * MIB
    shutil.rmtree(site.pool / "huge")


def resident(site):
    status = pathlib.Path(f"/proc/{site.program.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


def test_nobody_reaches_what_is_not_theirs(site):
    site.tenant("mine")
    site.tenant("yours")
    url = site.repository("yours")
    assert site.session("yours").post(url + "data/" + named(b"private"), data=b"private").status_code == 200
    for method in ("GET", "HEAD", "POST", "DELETE"):
        for path in ("config", "data/", "data/" + named(b"private"), "?create=true"):
            for session in (site.session("mine"), site.session("yours", "wrong"), site.session("nobody")):
                answer = session.request(method, url + path, data=b"private" if method == "POST" else None)
                assert answer.status_code in ((403,) if session.auth[0] == "mine" else (401,)), (method, path)
                assert b"private" not in answer.content
    # Whether another tenant exists is not told either.
    assert site.session("mine").get(site.url("/absent/gold/host/config")).text == site.session("mine").get(url + "config").text
    anonymous = site.session("")
    anonymous.auth = None
    assert anonymous.get(url + "config").headers["WWW-Authenticate"].startswith("Basic")
    assert site.exact("yours") == 7
    assert not (site.pool / "mine").exists()


def raw(site, request, read_for=5):
    """What the site says to these very bytes."""
    context = ssl.create_default_context(cafile=str(site.data / "ca.pem"))
    with socket.create_connection(("127.0.0.1", site.port), 10) as plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as tls:
        tls.settimeout(read_for)
        tls.sendall(request)
        answer = b""
        try:
            while piece := tls.recv(65536):
                answer += piece
        except (TimeoutError, ConnectionError, ssl.SSLError):
            pass
        return answer


def sign_in(tenant):
    return b"Host: x\r\nConnection: close\r\nAuthorization: Basic " + base64.b64encode(f"{tenant}:{PASSWORD}".encode()) + b"\r\n"


@pytest.mark.parametrize("path", [
    "/tricks/gold/../../../../etc/passwd", "/tricks/gold/%2e%2e/config", "/tricks/gold/..%2f..%2fother/config", "/tricks/gold/host/data/../config",
    "/tricks/gold/host/data/%2e%2e%2fconfig", "/tricks/gold/host%00/config", "/tricks/gold/.hidden/config", "//tricks/gold/host/config",
    "/tricks/gold/host/data/" + "A" * 64, "/tricks/gold/host/data/" + "a" * 63, "/tricks/gold/host/data/" + "a" * 65, "/tricks/gold/host/other/" + "a" * 64,
    "/tricks/gold/" + "n" * 65 + "/config", "/tricks/gold/h\u00f6st/config", "/tricks/gold//config", "/tricks", "/", "*", "https://elsewhere/tricks/gold/host/config"])
def test_path_tricks(site, path):
    if not any(each["name"] == "tricks" for each in json.loads(site.command("show"))["tenants"]):
        site.tenant("tricks")
        site.repository("tricks")
    before = sorted(map(str, site.folder.rglob("*tricks*")))
    for method in ("GET", "POST", "DELETE"):
        body = b"content"
        head = f"{method} {path} HTTP/1.1\r\nContent-Length: {len(body)}\r\n".encode()
        status = int(raw(site, head + sign_in("tricks") + b"\r\n" + body).split()[1])
        assert status in (400, 403, 404, 405), path
    assert site.on_disk("tricks") == [] and sorted(map(str, site.folder.rglob("*tricks*"))) == before
    assert not (site.pool / "config").exists() and not (site.pool / "tricks/config").exists()


@pytest.mark.parametrize("request_text", [
    b"garbage\r\n\r\n", b"GET /a HTTP/1.1\r\nBroken header\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"\x00\x01\x02\x03\r\n\r\n",
    b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"y" * 40_000 + b"\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n"])
def test_broken_requests(site, request_text):
    answer = raw(site, request_text)
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:100]
    assert site.session("").get(site.url("/health")).text == "ok\n"


def test_broken_chunks_leave_nothing(site):
    site.tenant("broken")
    site.repository("broken")
    head = f"POST /broken/gold/host/data/{named(b'abc')} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n".encode() + sign_in("broken") + b"\r\n"
    assert raw(site, head + b"3\r\nabcX\r\n0\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert raw(site, head + b"zz\r\nabc\r\n0\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert site.exact("broken") == 0
    assert raw(site, head + b"3\r\nabc\r\n0\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    assert site.exact("broken") == 3


def test_a_cut_upload_leaves_nothing(site):
    site.tenant("cut", quota=2 * MIB)
    url, blob = site.repository("cut"), os.urandom(MIB)
    context = ssl.create_default_context(cafile=str(site.data / "ca.pem"))
    for tail in (0, 1000, len(blob) - 1):
        with context.wrap_socket(socket.create_connection(("127.0.0.1", site.port)), server_hostname="127.0.0.1") as tls:
            tls.sendall(f"POST /cut/gold/host/data/{named(blob)} HTTP/1.1\r\nContent-Length: {len(blob)}\r\n".encode() + sign_in("cut") + b"\r\n" + blob[:tail])
            if tail:
                stack.wait_for("the upload", lambda: list((site.pool / ".incoming").iterdir()), 10, 0.02)
    stack.wait_for("its end", lambda: list((site.pool / ".incoming").iterdir()) == [], 10, 0.05)
    assert site.exact("cut") == 0
    # The room it had reserved is free again.
    for content in (blob, os.urandom(MIB)):
        assert site.session("cut").post(url + "data/" + named(content), data=content).status_code == 200
    assert site.exact("cut") == 2 * MIB


def test_who_sends_nothing_is_told_and_holds_no_place(new_site):
    site = new_site("slow", ["--stall", "2"])
    site.tenant("slow", tasks=1)
    site.repository("slow")
    head = f"POST /slow/gold/host/data/{named(b'abc')} HTTP/1.1\r\nContent-Length: 300000\r\n".encode() + sign_in("slow") + b"\r\n"
    begin = time.monotonic()
    assert b"408 No byte of the body came for 2 seconds." in raw(site, head + b"abc", 10)
    assert time.monotonic() - begin < 8
    context = ssl.create_default_context(cafile=str(site.data / "ca.pem"))
    with context.wrap_socket(socket.create_connection(("127.0.0.1", site.port)), server_hostname="127.0.0.1") as tls:
        tls.sendall(head)
        tls.settimeout(0.25)
        answer, begin = b"", time.monotonic()
        while not answer and time.monotonic() < begin + 10:
            tls.sendall(b"a")
            try:
                answer = tls.recv(1000)
            except TimeoutError:
                pass
        assert b"408 The body comes with less than 1024 bytes a second." in answer
    assert site.exact("slow") == 0 and list((site.pool / ".incoming").iterdir()) == []
    # A head that does not come, and a handshake, hold a connection no longer either.
    with socket.create_connection(("127.0.0.1", site.port)) as plain:
        plain.settimeout(25)
        assert plain.recv(100) == b""


def test_tenants_that_may_not(site):
    site.tenant("former")
    url, session = site.repository("former"), site.session("former")
    site.change("former", enabled="false")
    refused = session.get(url + "config")
    assert refused.status_code == 403 and "Tenant former is disabled" in refused.text
    site.change("former", enabled="true", lease_end="2026-01-31T00:00:00Z")
    refused = session.get(url + "config")
    assert refused.status_code == 403 and "The lease of tenant former ended on 2026-01-31T00:00:00Z" in refused.text
    site.change("former", lease_end="never")
    assert session.get(url + "config").status_code == 404
    site.command("tenant", "former", "--password-file", "-", text="another\n")
    assert session.get(url + "config").status_code == 401
    assert site.session("former", "another").get(url + "config").status_code == 404
    assert site.session("former", "another").get(site.url("/former/silver/host/config")).text == "former has no resource silver.\n"


def test_append_only_and_immutable(site):
    site.tenant("safe", append_only="true")
    url, session = site.repository("safe"), site.session("safe")
    for path in ("data/", "snapshots/", "locks/"):
        assert session.post(url + path + named(b"kept"), data=b"kept").status_code == 200
    assert session.delete(url + "locks/" + named(b"kept")).status_code == 200
    refused = session.delete(url + "snapshots/" + named(b"kept"))
    assert refused.status_code == 403 and "cannot be deleted" in refused.text
    site.change("safe", keep_days=3)
    refused = session.delete(url + "data/" + named(b"kept"))
    assert refused.status_code == 403 and "immutable until" in refused.text
    file = site.pool / f"safe/gold/host/data/{named(b'kept')[:2]}/{named(b'kept')}"
    old = time.time() - 3 * 86400 - 60
    os.utime(file, (old, old))
    assert session.delete(url + "data/" + named(b"kept")).status_code == 200
    assert site.exact("safe") == 4


def test_restic_works_append_only(site, folder):
    site.tenant("vault", append_only="true", keep_days=30)
    site.restic("vault", "init")
    for _ in range(2):
        site.restic("vault", "backup", files_of(folder / "vault", 2))
    assert "no errors were found" in site.restic("vault", "check").stdout
    assert len(json.loads(site.restic("vault", "snapshots", "--json").stdout)) == 2


def test_locks_fit_into_a_full_resource(site):
    """So that a tenant whose quota is used up can still tidy up."""
    site.tenant("full", quota=1000)
    url, session = site.repository("full"), site.session("full")
    assert session.post(url + "data/" + named(b"x" * 1000), data=b"x" * 1000).status_code == 200
    assert session.post(url + "data/" + named(b"y"), data=b"y").status_code == 507
    assert session.post(url + "locks/" + named(b"y"), data=b"y").status_code == 200
    assert session.post(url + "locks/" + named(b"z" * 70_000), data=b"z" * 70_000).status_code == 400
    assert session.delete(url + "data/" + named(b"x" * 1000)).status_code == 200
    assert session.post(url + "data/" + named(b"y"), data=b"y").status_code == 200
    assert site.exact("full") == 2


def test_rate_and_tasks(site):
    site.tenant("limited", rate=4 * MIB, tasks=2)
    url = site.repository("limited")
    blobs = [os.urandom(2 * MIB) for _ in range(6)]
    begin = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda blob: site.session("limited").post(url + "data/" + named(blob), data=blob).status_code, blobs))
    taken = time.monotonic() - begin
    assert answers == [200] * 6
    assert 2.5 < taken < 10, taken  # 12 MiB with 4 MiB a second, all connections together
    begin = time.monotonic()
    assert site.session("limited").get(url + "data/" + named(blobs[0])).content == blobs[0]
    assert time.monotonic() - begin > 0.2


def test_ten_thousand_small_requests_at_once(site):
    """More clients than places: all are answered, none is forgotten, and the site stays small."""
    site.tenant("many")
    url = site.repository("many")
    name = named(b"small")
    assert site.session("many").post(url + "data/" + name, data=b"small").status_code == 200
    context = ssl.create_default_context(cafile=str(site.data / "ca.pem"))
    request = f"GET /many/gold/host/data/{name} HTTP/1.1\r\n".encode() + sign_in("many").replace(b"Connection: close\r\n", b"") + b"\r\n"
    clients, each, most = 1250, 8, 0

    async def client():
        nonlocal most
        good = 0
        while good < each:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", site.port, ssl=context, server_hostname="127.0.0.1", ssl_handshake_timeout=120)
            except (OSError, ssl.SSLError):
                continue
            try:
                while good < each:
                    writer.write(request)
                    head = await reader.readuntil(b"\r\n\r\n")
                    assert head.startswith(b"HTTP/1.1 200 "), head
                    assert await reader.readexactly(5) == b"small"
                    good += 1
                    if b"Connection: close" in head:
                        break
            except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
                pass  # an idle connection was ended while this request was on its way
            finally:
                writer.close()
        most = max(most, resident(site))
        return good

    async def all_of_them():
        return await asyncio.wait_for(asyncio.gather(*(client() for _ in range(clients))), 240)
    assert sum(asyncio.run(all_of_them())) == clients * each
    print(f"at most {most / MIB:.0f} MiB")
    assert most < 160 * MIB  # a thousand connections in the middle of TLS
    assert site.exact("many") == 5


def test_a_subtenant_has_one_repository_and_a_quota_of_its_own(site):
    """An account for one machine: it cannot read what other machines of the tenant stored."""
    site.tenant("fleet")
    site.command("subtenant", "fleet", "web1", "--resource", "gold", "--password-file", "-", "--quota", "1MiB", text="first\n")
    own, other = site.repository("fleet", "web1"), site.repository("fleet", "web2")
    web1 = site.session("fleet+web1", "first")
    blob = os.urandom(MIB // 2)
    assert web1.post(f"{own}data/{named(blob)}", data=blob).status_code == 200
    refused = web1.get(f"{other}config")
    assert refused.status_code == 403 and "fleet+web1 has access to /fleet/gold/web1/ only" in refused.text
    assert site.session("fleet", "first").get(f"{own}config").status_code == 401 and site.session("fleet+web2", "first").get(f"{own}config").status_code == 401
    over = os.urandom(MIB)
    full = web1.post(f"{own}data/{named(over)}", data=over)
    assert full.status_code == 507 and "The quota of fleet+web1 is used up" in full.text
    assert site.session("fleet").post(f"{other}data/{named(over)}", data=over).status_code == 200, "the tenant has room"
    assert site.session("fleet").get(f"{own}data/{named(blob)}").content == blob, "and reaches it all"

    # A new password takes the other's place when it is used first, or at once.
    site.command("subtenant", "fleet", "web1", "--password-file", "-", "--keep-old", text="second\n")
    assert web1.get(f"{own}data/").status_code == 200
    assert site.session("fleet+web1", "second").get(f"{own}data/").status_code == 200
    assert web1.get(f"{own}data/").status_code == 401
    site.command("subtenant", "fleet", "web1", "--password-file", "-", text="third\n")
    assert site.session("fleet+web1", "second").get(f"{own}data/").status_code == 401
    web1 = site.session("fleet+web1", "third")
    assert web1.get(f"{own}data/").status_code == 200
    site.command("subtenant", "fleet", "web1", "--enabled", "false")
    assert "is disabled" in web1.get(f"{own}data/").text

    site.program.kill()
    site.start()
    shown = site.shown("fleet")["subtenants"][0]
    assert (shown["name"], shown["used"], shown["files"], shown["quota"], shown["enabled"]) == ("web1", len(blob), 1, MIB, False)
    assert site.exact("fleet") == len(blob) + len(over)
    site.command("remove-subtenant", "fleet", "web1")
    assert "no subtenant" in site.command("remove-subtenant", "fleet", "web1", good=False)
    assert "needs a resource" in site.command("subtenant", "fleet", "web3", good=False)
    assert "no tenant none with a resource gold" in site.command("subtenant", "none", "x", "--resource", "gold", "--password-file", "-", text="x\n", good=False)


def test_only_one_process_serves_a_folder(site):
    assert "is served by another process already" in site.command("run", "--port", "0", good=False)


def test_one_name_for_all_programs(site):
    shown = subprocess.run([stack.BIN / "steward", "site", "--data", site.data, "show"], capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(shown.stdout)["pools"][0]["name"] == "main"


def test_garbage_at_the_command_line(site):
    site.tenant("plain")
    for arguments, words in [(("tenant", "../x", "--password-file", "-"), "cannot be the name of a tenant"),
                             (("resource", "absent", "gold", "--pool", "main", "--quota", "1"), "There is no tenant absent."),
                             (("tenant", "new", "--enabled", "true"), "A new tenant needs a password"),
                             (("tenant", "plain", "--lease-end", "tomorrow"), "The end of a lease is a time such as"),
                             (("remove-tenant", "absent"), "There is no tenant absent.")]:
        assert words in site.command(*arguments, text="pw\n", good=False), arguments
    assert "There is no pool absent." in site.command("resource", "plain", "gold", "--pool", "absent", "--quota", "1", good=False)
