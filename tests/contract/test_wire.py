# SPDX-License-Identifier: Apache-2.0
"""What lies below the REST API, with programs of others: HTTP/2 (curl, h2load), compression, half-closed and broken connections."""
import gzip
import json
import re
import socket
import ssl
import subprocess

import pytest

LIST = "/api/v3/infrastructure/backupServers/jobs?limit=100"


@pytest.fixture(scope="module")
def token(console):
    return console.client().token


def curl(console, target, *options):
    """(headers as text, body as bytes) of a request by curl."""
    result = subprocess.run(["curl", "-sk", "--max-time", "30", "-D", "-", *options, f"https://127.0.0.1:{console.ports[0]}{target}"],
                            capture_output=True, check=True)
    head, body = re.split(rb"\r\n\r\n(?!HTTP/)", result.stdout, maxsplit=1)
    return head.decode(), body


def test_client_of_http2_only(console, estate, token):
    """The same answer as over HTTP/1.1, at the version that was asked for."""
    authorization = ("-H", f"Authorization: Bearer {token}")
    head, body = curl(console, LIST, "--http2", *authorization)
    assert head.startswith("HTTP/2 200")
    first_head, first_body = curl(console, LIST, "--http1.1", *authorization)
    assert first_head.startswith("HTTP/1.1 200")
    assert json.loads(body)["meta"] == json.loads(first_body)["meta"] and len(json.loads(body)["data"]) == 100


def test_http2_refusals_have_the_shape_of_all(console, token):
    head, body = curl(console, "/api/v3/nothing", "--http2", "-H", f"Authorization: {token}")
    assert head.startswith("HTTP/2 404") and json.loads(body)["errors"][0]["code"] == 404
    head, body = curl(console, "/api/v3/users/me", "--http2")
    assert head.startswith("HTTP/2 401") and json.loads(body)["errors"][0]["type"] == "security"


def test_http2_body_too_large(console, token, tmp_path):
    (tmp_path / "large").write_bytes(b'{"name": "' + b"x" * (5 << 20) + b'"}')
    head, body = curl(console, "/api/v3/organizations/companies", "--http2", "-H", f"Authorization: {token}", "-H",
                      "Content-Type: application/json", "--data-binary", f"@{tmp_path}/large")
    assert "HTTP/2 413" in head and json.loads(body)["errors"][0]["code"] == 413


def test_http2_head_has_no_body(console, token):
    head, received = curl(console, LIST, "--http2", "--head", "-o", "/dev/null", "-w", "%{size_download}", "-H", f"Authorization: {token}")
    assert head.startswith("HTTP/2 200") and int(re.search(r"content-length: (\d+)", head)[1]) > 100 and received == b"0"


def test_http2_many_requests_at_once(console, estate, token):
    """Three connections with 40 requests under way on each: all are answered, none fails."""
    result = subprocess.run(["h2load", "-n", "1500", "-c", "3", "-m", "40", "-H", f"Authorization: Bearer {token}", "-T", "30s",
                             f"https://127.0.0.1:{console.ports[0]}{LIST[:-2]}"], capture_output=True, text=True, check=True, timeout=120)
    assert re.search(r"requests: 1500 total, 1500 started, 1500 done, 1500 succeeded, 0 failed", result.stdout), result.stdout
    assert re.search(r"status codes: 1500 2xx", result.stdout)


def test_http2_garbage_after_the_preface(console):
    """The connection ends; the console goes on."""
    context = ssl._create_unverified_context()
    context.set_alpn_protocols(["h2"])
    with socket.create_connection(("127.0.0.1", console.ports[0]), 20) as plain, context.wrap_socket(plain) as tls:
        assert tls.selected_alpn_protocol() == "h2"
        tls.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 4000)
        try:
            while tls.recv(65536):
                pass
        except OSError:
            pass
    assert console.client().call("GET", "/about").status_code == 200


def test_gzip_when_asked_for(console, estate, token):
    plain_head, plain = curl(console, LIST, "--http1.1", "-H", f"Authorization: {token}")
    assert "content-encoding" not in plain_head.lower()
    for version in ("--http1.1", "--http2"):
        head, body = curl(console, LIST, version, "-H", f"Authorization: {token}", "-H", "Accept-Encoding: gzip, deflate, br")
        assert "content-encoding: gzip" in head.lower() and "vary: accept-encoding" in head.lower()
        assert len(body) * 4 < len(plain)
        assert set(json.loads(gzip.decompress(body))) == set(json.loads(plain))


def test_portal_files_come_compressed(console):
    page = console.client().session.get(f"{console.url}/", timeout=10).text
    script = re.search(r'src="(/assets/[^"]+\.js)"', page)[1]
    head, packed = curl(console, script, "-H", "Accept-Encoding: gzip")
    assert "content-encoding: gzip" in head.lower() and "immutable" in head
    _, plain = curl(console, script)
    assert gzip.decompress(packed) == plain and len(packed) * 2.5 < len(plain)
    assert packed[8] == 2  # the mark of the best compression: made once by the build, not again for each visitor


def test_answer_survives_half_close(console, token):
    """A client that has sent its last byte still reads the whole answer."""
    context = ssl._create_unverified_context()
    with socket.create_connection(("127.0.0.1", console.ports[0]), 20) as plain, context.wrap_socket(plain) as tls:
        tls.sendall(f"GET {LIST} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nConnection: close\r\n\r\n".encode())
        data = b""
        while chunk := tls.recv(65536):
            data += chunk
    head, body = data.split(b"\r\n\r\n", 1)
    assert int(re.search(rb"Content-Length: (\d+)", head)[1]) == len(body)
