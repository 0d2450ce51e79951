# SPDX-License-Identifier: Apache-2.0
"""What an agent says when something stands between it and its console, with real inspecting proxies in between."""
import json
import os
import shutil
import subprocess
import time

import pytest

import agent_stack as stack
from middle import Middle
from processes import Client, Console


@pytest.fixture(scope="module")
def middle(folder):
    place = folder / "middle"
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    network = Middle(place, 31)
    yield network
    network.close()


def console_at(folder, middle, name):
    console = Console(folder / name, extra=f'names = ["{middle.host}"]\n')
    config = folder / name / "console.toml"
    config.write_text(config.read_text().replace('address = "127.0.0.1"', 'address = "0.0.0.0"'))
    console.start()
    return console


@pytest.fixture(scope="module")
def console(folder, middle):
    console = console_at(folder, middle, "console")
    yield console
    console.stop()


@pytest.fixture(scope="module")
def lab(folder):
    lab = stack.Lab(folder)
    yield lab
    lab.program.stop()


@pytest.fixture(scope="module")
def setup(console, folder):
    """Setup file of a company that names the gateway only."""
    client = console.client()
    answer = client.call("POST", "/organizations/companies", json={"organizationInput": {"name": "Behind a firewall"}})
    text = client.call("GET", "/infrastructure/managementAgents/packages/linux", params={"organizationUid": answer.json()["data"]["instanceUid"]}).text
    lines = [line if not line.startswith("addresses") else f'addresses = ["{stack_address(console)}"]' for line in text.splitlines()]
    path = folder / "setup.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def stack_address(console):
    return f"10.77.31.1:{console.ports[2]}"


def check(middle, setup, state, *options, before=()):
    """`steward-agent check` in the agent's network: exit code, and its report."""
    result = subprocess.run(middle.command(middle.agent, *before, stack.BIN / "steward-agent", "check", "--setup", setup, "--state", state, "--json", *options),
                            capture_output=True, text=True, timeout=60)
    assert result.stdout, result.stderr
    return result.returncode, json.loads(result.stdout)


def step(report, name):
    return next(entry for entry in report["steps"] if entry["step"] == name)


@pytest.fixture(scope="module")
def enrolled(folder, middle, console, setup):
    """State folder of an agent that has enrolled through the open network."""
    state = folder / "state"
    log = open(folder / "agent.log", "a")
    agent = subprocess.Popen(middle.command(middle.agent, stack.BIN / "steward-agent", "run", "--setup", setup, "--state", state), stdout=log, stderr=log)
    client = console.client()
    stack.wait_for("the agent", lambda: any(row["connectionStatus"] == "Online" for row in client.data("/infrastructure/managementAgents")), 60)
    agent.terminate()
    agent.wait(30)
    return state


@pytest.fixture(scope="module")
def listless(folder, enrolled):
    """The same state without the list of gateways: the setup file is all that the agent knows."""
    state = shutil.copytree(enrolled, folder / "listless")
    (state / "gateways.json").unlink()
    return state


def to_port(console, port):
    return "nat", f"tcp dport {console.ports[2]} redirect to :{port}"


def test_open_way_is_good(middle, setup, enrolled, folder, lab):
    code, report = check(middle, setup, enrolled)
    assert code == 0 and report["good"], report
    assert [entry["step"] for entry in report["steps"]] == ["name resolution", "TCP", "TLS", "clock", "enrolment"]
    assert "accepted" in step(report, "enrolment")["summary"]


def test_backup_server_is_checked_too(console, lab, folder, setup, enrolled):
    """On this machine, where the simulated server listens."""
    def with_adapter(text):
        (folder / "adapters.toml").write_text(text)
        result = subprocess.run([stack.BIN / "steward-agent", "check", "--setup", setup, "--config", folder / "adapters.toml", "--state", enrolled, "--json"],
                                capture_output=True, text=True, timeout=60)
        return result.returncode, json.loads(result.stdout)

    code, report = with_adapter(stack.vbr_adapter(lab))
    assert code == 0 and "interface 1.3-rev2" in step(report, "backup server version")["summary"], report
    code, report = with_adapter(stack.vbr_adapter(lab).replace("lab-secret", "wrong"))
    assert code == 1 and step(report, "backup server login")["verdict"] == "login-refused"
    assert "multi-factor" in step(report, "backup server login")["advice"] and step(report, "backup server version")["verdict"] == "skipped"


def expect_interception(report, word, console):
    found = step(report, "TLS")
    assert found["verdict"] == "interception", report
    assert word.lower() in found["summary"].lower()
    assert "issued by:" in found["details"] and "Steward" in found["details"].split("expected:")[1]
    assert "10.77.31.1" in found["advice"] and str(console.ports[2]) in found["advice"]
    assert step(report, "clock")["verdict"] == "skipped"


def test_mitmproxy(middle, console, setup, enrolled, folder):
    proxy = middle.run("mitmproxy", ["mitmdump", "--mode", "transparent", "--ssl-insecure", "--listen-port", "8080", "--set", f"confdir={folder}/mitm"], 8080)
    middle.rules(to_port(console, 8080))
    try:
        code, report = check(middle, setup, enrolled)
        assert code == 1
        expect_interception(report, "mitmproxy", console)
        # The agent itself says the same, with the time since when, and does not connect.
        log = open(folder / "agent.log", "a")
        agent = subprocess.Popen(middle.command(middle.agent, stack.BIN / "steward-agent", "run", "--setup", setup, "--state", enrolled), stdout=log, stderr=log)
        try:
            status = stack.wait_for("the agent's verdict", lambda: "intercepted" in (text := json.loads((enrolled / "status.json").read_text()))["detail"] and text, 60)
        finally:
            agent.terminate()
            agent.wait(30)
        assert status["link"] == "Disconnected" and "mitmproxy" in status["detail"] and "Exempt" in status["detail"] and status["since"]
        # The console counts what died there, by address.
        client = console.client()
        rows = stack.wait_for("the console's count", lambda: client.data("/api/steward/v1/tlsFailures"), 30)
        assert {row["address"] for row in rows} == {"10.77.31.2"}
        assert any("intercept" in row["likelyCause"] for row in rows) and all(row["count"] >= 1 for row in rows)
    finally:
        middle.rules()
        middle.end(proxy)
    assert check(middle, setup, enrolled)[0] == 0


def test_squid_ssl_bump(middle, console, setup, enrolled, folder):
    place = folder / "middle"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/O=Example Bank/CN=Example Bank Web Gateway (Squid)",
                    "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", place / "squid.pem", "-out", place / "squid.crt"], check=True, capture_output=True)
    with open(place / "squid.pem", "a") as pem:
        pem.write((place / "squid.crt").read_text())
    (place / "squid.pem").chmod(0o644)
    subprocess.run(["/usr/lib/squid/security_file_certgen", "-c", "-s", place / "certs", "-M", "4MB"], check=True, capture_output=True)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "proxy:proxy", place], check=True)
    (place / "squid.conf").write_text(
        f"https_port 3130 intercept ssl-bump cert={place}/squid.pem generate-host-certificates=on dynamic_cert_mem_cache_size=4MB\n"
        f"http_port 3129 intercept\nhttp_port 3128\nsslcrtd_program /usr/lib/squid/security_file_certgen -s {place}/certs -M 4MB\n"
        "acl step1 at_step SslBump1\nssl_bump bump all\nsslproxy_cert_error allow all\ntls_outgoing_options flags=DONT_VERIFY_PEER\n"
        f"http_access allow all\ncache deny all\npid_filename {place}/squid.pid\naccess_log none\ncache_log {place}/cache.log\n"
        f"coredump_dir {place}\nvisible_hostname middle\nhost_verify_strict off\nshutdown_lifetime 1 seconds\n")
    shutil.rmtree("/dev/shm/squid-cf__metadata.shm", ignore_errors=True)
    proxy = middle.run("squid", ["squid", "-N", "-f", place / "squid.conf"], 3130)
    try:
        middle.rules(to_port(console, 3130))
        code, report = check(middle, setup, enrolled)
        assert code == 1
        expect_interception(report, "squid", console)
        # The same program as a proxy that knows nothing but web traffic: TLS does not get through.
        middle.rules(to_port(console, 3129))
        code, report = check(middle, setup, enrolled)
        assert code == 1 and step(report, "TLS")["verdict"] == "blocked", report
        assert str(console.ports[2]) in step(report, "TLS")["advice"]
    finally:
        middle.rules()
        middle.end(proxy)


def test_firewall_drops_or_rejects(middle, console, setup, enrolled):
    port = console.ports[2]
    middle.rules(("filter", f"tcp dport {port} drop"))
    code, report = check(middle, setup, enrolled)
    assert code == 1 and step(report, "TCP")["verdict"] == "unreachable" and "does not answer" in step(report, "TCP")["summary"]
    assert "outbound TCP" in step(report, "TCP")["advice"]
    middle.rules(("filter", f"tcp dport {port} reject with tcp reset"))
    code, report = check(middle, setup, enrolled)
    assert code == 1 and "refuses connections" in step(report, "TCP")["summary"]
    middle.rules()


def test_name_that_is_not_known(middle, setup, enrolled, listless, folder):
    other = folder / "nameless.toml"
    other.write_text(setup.read_text().replace("10.77.31.1:", "console.invalid:"))
    code, report = check(middle, other, listless)
    assert code == 1 and step(report, "name resolution")["verdict"] == "name-resolution"
    assert step(report, "TCP")["verdict"] == "skipped"
    # With the list that the console sent, the agent finds its way all the same.
    code, report = check(middle, other, enrolled)
    assert code == 0 and [entry["verdict"] for entry in report["steps"] if entry["step"] == "name resolution"] == ["good", "name-resolution"]


def test_another_console(middle, console, setup, listless, folder):
    other = console_at(folder, middle, "other")
    try:
        path = folder / "other.toml"
        path.write_text(setup.read_text().replace(f":{console.ports[2]}", f":{other.ports[2]}"))
        code, report = check(middle, path, listless)
        assert code == 1 and step(report, "TLS")["verdict"] == "wrong-console", report
    finally:
        other.stop()


@pytest.mark.parametrize("shift", ["-3 years", "+3 years", "+1 hour"])
def test_clock_of_this_machine(middle, console, setup, enrolled, shift):
    """What an agent would see whose clock is wrong (libfaketime); the chain itself is right."""
    code, report = check(middle, setup, enrolled, before=stack.at_another_time(shift.replace(" years", "y").replace(" hour", "h")))
    assert code == 1 and step(report, "TLS")["verdict"] == "good", report
    assert step(report, "clock")["verdict"] == "clock" and ("ahead" in step(report, "clock")["summary"]) == shift.startswith("+")
    assert "NTP" in step(report, "clock")["advice"]


def test_the_report_as_text(middle, setup, enrolled):
    result = subprocess.run(middle.command(middle.agent, stack.BIN / "steward", "agent", "check", "--setup", setup, "--state", enrolled), capture_output=True, text=True, timeout=60)
    assert result.returncode == 0 and result.stdout.count("ok ") == 5, result.stdout


def test_tenants_do_not_see_the_addresses(console):
    client = console.client()
    owner = {"userName": "behindowner", "password": "Behind-password-1"}
    assert client.call("POST", "/organizations/companies", json={"organizationInput": {"name": "Behind two"}, "ownerCredentials": owner}).status_code == 200
    assert Client(client.url, owner["userName"], owner["password"]).call("GET", "/api/steward/v1/tlsFailures").status_code == 403
