# SPDX-License-Identifier: Apache-2.0
"""Gateways on hosts of their own: real HAProxy processes with the console's configuration, real agents behind them, and a power cut."""
import collections
import json
import re
import socket
import ssl
import subprocess
import threading
import time
import uuid

import pytest

import agent_stack as stack
from estate_network import Network, reachable_console
from processes import Client, binaries

GATEWAYS = "/infrastructure/sites/cloudgateways"
POOLS = "/infrastructure/sites/cloudgatewaypools"
AGENTS = "/infrastructure/managementAgents"
SITES = ("site1", "site2", "site3")
PER_SITE = 10
NAMES = ("Gateway 1", "Gateway 2")


@pytest.fixture(scope="module")
def network(folder):
    network = Network(folder, 41, {"gw1": 11, "gw2": 12, "site1": 21, "site2": 22, "site3": 23})
    yield network
    network.close()


@pytest.fixture(scope="module")
def console(folder, network):
    extra = f'trusted_gateways = ["{network.address("gw1")}", "{network.address("gw2")}/32"]\ngateway_probe_seconds = 2\n'
    console = reachable_console(folder, network, extra)
    console.start()
    yield console
    console.stop()


@pytest.fixture(scope="module")
def api(console):
    return console.client()


def gateway_config(console, *options):
    command = [binaries() / "steward-console", "gateway-config", "--config", console.folder / "console.toml", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


class HaProxy:
    """A gateway: its row in the console's list, and HAProxy on its host."""

    def __init__(self, console, network, host, name):
        self.network, self.host, self.name = network, host, name
        self.file = network.folder / f"{host}.cfg"
        self.file.write_text(gateway_config(console, "--gateway", name, "--connections", "2000").stdout)
        self.process = None

    def start(self):
        self.process = self.network.start(self.host, self.host, "haproxy", "-db", "-f", self.file)
        self.network.wait_for_port(self.host, 6180)


@pytest.fixture(scope="module")
def gateways(console, network, api):
    running = {}
    for host, name in zip(("gw1", "gw2"), NAMES):
        answer = api.call("POST", GATEWAYS, json={"name": name, "externalAddress": network.address(host)})
        assert answer.status_code == 200, answer.text
        running[name] = HaProxy(console, network, host, name)
        running[name].start()
    return running


def gateway(api, name):
    return next(row for row in api.data(GATEWAYS) if row["name"] == name)


def wait_for_state(api, name, state, seconds=30):
    return stack.wait_for(f"{name} {state}", lambda: (row := gateway(api, name))["connectionStatus"] == state and row, seconds)


@pytest.fixture(scope="module")
def agents(folder, network, console, api, gateways):
    """Thirty agents at three sites that reach the console through gateways only. By name: their process and state folder."""
    for name in NAMES:
        wait_for_state(api, name, "Healthy")
    company = api.call("POST", "/organizations/companies", json={"organizationInput": {"name": "Three sites"}}).json()["data"]["instanceUid"]
    setup = folder / "setup.toml"
    setup.write_text(api.call("GET", f"{AGENTS}/packages/linux", params={"organizationUid": company}).text)
    addresses = next(line for line in setup.read_text().splitlines() if line.startswith("addresses"))
    assert all(f'"{network.address(host)}:6180"' in addresses for host in ("gw1", "gw2")) and str(console.ports[2]) in addresses
    started = {}
    for site in SITES:
        network.cut_off(site, network.address())
        for number in range(PER_SITE):
            name = f"{site}-{number}"
            adapters = folder / f"{name}.toml"
            adapters.write_text(f'[agent]\nname = "{name}"\n')
            command = [binaries() / "steward-agent", "run", "--setup", setup, "--config", adapters, "--state", folder / name]
            started[name] = network.start(site, name, *command), command
    stack.wait_for("thirty agents", lambda: len(online(api)) == len(SITES) * PER_SITE, 120)
    return started


def online(api):
    return {row["hostName"]: row for row in api.data(AGENTS, limit=1000) if row["connectionStatus"] == "Online"}


def through(api):
    """How many agents each gateway carries, by the agents' rows."""
    return collections.Counter(row["gatewayName"] for row in online(api).values())


def test_configuration_is_valid_for_haproxy(console, folder, network):
    for options in (("--connections", "5000"), ("--connections", "100", "--gateway", "Gateway of \"Zürich\" & sons"), ("--console", "console.example", "--port", "443")):
        result = gateway_config(console, *options)
        assert result.returncode == 0, result.stderr
        file = folder / "check.cfg"
        file.write_text(result.stdout)
        check = subprocess.run(["haproxy", "-c", "-f", file], capture_output=True, text=True, timeout=20)
        warnings = [line for line in check.stderr.splitlines() if "[WARNING]" in line]
        assert check.returncode == 0 and all("could not resolve address 'console.example'" in line for line in warnings), check.stderr
    assert "bind :443" in result.stdout and f"console.example:{console.ports[2]} send-proxy-v2" in result.stdout
    assert gateway_config(console, "--gateway", "it's").returncode == 2
    local = folder / "local.toml"
    local.write_text('names = ["localhost", "127.0.0.1"]\n')
    refused = subprocess.run([binaries() / "steward-console", "gateway-config", "--config", local], capture_output=True, text=True, timeout=20)
    assert refused.returncode == 2 and "--console HOST" in refused.stderr and refused.stdout == ""


def test_the_consoles_own_listener_is_a_gateway(console, network, api):
    own = next(row for row in api.data(GATEWAYS) if row["isBuiltIn"])
    assert own["externalAddress"] == network.address() and own["externalPort"] == console.ports[2]
    wait_for_state(api, own["name"], "Healthy")
    path = f"{GATEWAYS}/{own['instanceUid']}"
    assert api.call("DELETE", path).status_code == 409
    assert api.call("PATCH", path, json=[{"op": "replace", "path": "/externalPort", "value": 1}]).status_code == 400
    assert api.call("PATCH", path, json=[{"op": "replace", "path": "/description", "value": "ours"}]).json()["data"]["description"] == "ours"


def test_agents_spread_and_show_their_own_addresses(network, api, agents):
    rows = online(api)
    assert {name: row["lastAddress"] for name, row in rows.items()} == {name: network.address(name.split("-")[0]) for name in agents}
    counts = through(api)
    assert set(counts) == set(NAMES) and min(counts.values()) >= 5, counts
    for name in NAMES:
        row = stack.wait_for("the last connection", lambda n=name: (r := gateway(api, n))["lastConnectionTime"] and r, 20)
        assert row["connectedAgents"] == counts[name] and row["status"] == "Healthy" and row["statusMessage"] is None
    stack.wait_for("current lists", lambda: {row["gatewayListStatus"] for row in online(api).values()} == {"Current"}, 30)


def test_tls_that_breaks_behind_a_gateway_shows_the_real_address(network, api, gateways):
    script = f"import socket; s = socket.create_connection(('{network.address('gw1')}', 6180)); s.sendall(b'x' * 300); s.recv(10)"
    network.inside("site3", "/usr/bin/python3", "-c", script, check=False)
    stack.wait_for("the failure", lambda: network.address("site3") in {row["address"] for row in api.data("/api/steward/v1/tlsFailures")}, 20)


def test_headers_are_taken_from_gateways_only(console, network, api, gateways):
    header = b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + socket.inet_aton("192.0.2.66") + socket.inet_aton("10.0.0.1") + b"\x00\x01\x18\x24"
    context = ssl._create_unverified_context()
    for port in console.ports[1:]:
        with socket.create_connection((network.address(), port)) as plain:
            plain.sendall(header)
            with pytest.raises(OSError):
                context.wrap_socket(plain)
        # A gateway that forgets the header is refused as well.
        script = f"import socket, ssl; s = socket.create_connection(('{network.address()}', {port})); ssl._create_unverified_context().wrap_socket(s)"
        assert network.inside("gw1", "/usr/bin/python3", "-c", script, check=False).returncode != 0

    def reasons():
        return {(row["address"], row["reason"]) for row in api.data("/api/steward/v1/tlsFailures", limit=1000)}

    stack.wait_for("both refusals", lambda: {(network.address(), "a PROXY header came from an address that is not in trusted_gateways"),
                                             (network.address("gw1"), "no PROXY header came from a trusted gateway; send-proxy-v2 is needed there")} <= reasons(), 20)
    causes = {row["address"]: row["likelyCause"] for row in api.data("/api/steward/v1/tlsFailures", limit=1000) if "PROXY" in row["reason"]}
    assert "put its address into trusted_gateways" in causes[network.address()] and "gateway-config" in causes[network.address("gw1")]
    assert "192.0.2.66" not in {address for address, _ in reasons()}


class Orders:
    """Orders to all agents, one after another in five threads, for as long as the test wants: traffic both ways through the gateways."""

    def __init__(self, console, targets):
        self.sent, self.other, self.stopping = [], [], False
        self.threads = [threading.Thread(target=self.run, args=(console.client(), targets[part::5])) for part in range(5)]
        for thread in self.threads:
            thread.start()

    def run(self, client, targets):
        while not self.stopping:
            for target in targets:
                order = str(uuid.uuid4())
                try:
                    answer = client.call("POST", f"/api/steward/v1/managementAgents/{target}/collect", headers={"X-Request-id": order})
                except OSError as error:  # none shall fail, or never be answered
                    self.other.append(repr(error))
                    continue
                if answer.status_code in (200, 202):
                    self.sent.append(order)
                else:
                    self.other.append(f"{answer.status_code} {answer.text}")
                time.sleep(0.02)

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()


def test_killed_gateway_everyone_comes_back_through_the_other(console, network, api, gateways, agents, folder):
    before = online(api)
    victim = max(NAMES, key=lambda name: through(api)[name])
    other = next(name for name in NAMES if name != victim)
    orders = Orders(console, [row["instanceUid"] for row in before.values()])
    time.sleep(20)  # connections are old enough for their agents to begin at the top of the list, with the dead one
    network.kill(gateways[victim].process, "KILL")
    killed = time.monotonic()
    try:
        stack.wait_for("all agents through the other", lambda: through(api) == {other: len(agents)}, 60)
        took = time.monotonic() - killed
        time.sleep(2)
    finally:
        orders.stop()
    print(f"{len(agents)} agents came back in {took:.1f} s, {len(orders.sent)} orders meanwhile")
    # None is lost, none doubled, and each has its own address.
    rows = api.data(AGENTS, limit=1000)
    assert sorted(row["hostName"] for row in rows) == sorted(agents) and {row["instanceUid"] for row in rows} == {row["instanceUid"] for row in before.values()}
    assert {row["hostName"]: row["lastAddress"] for row in rows} == {name: network.address(name.split("-")[0]) for name in agents}
    assert "uses a copy of its identity" not in (console.folder / "console.log").read_text()
    assert gateway(api, other)["connectedAgents"] == len(agents) and gateway(api, victim)["connectedAgents"] == 0
    agents_ports = [line for line in subprocess.run(["ss", "-Htn", "state", "established", f"( sport = :{console.ports[2]} )"], capture_output=True, text=True, check=True).stdout.splitlines()
                    if network.address("gw1") in line or network.address("gw2") in line]
    assert len(agents) <= len(agents_ports) <= len(agents) + 2, agents_ports  # and perhaps a health check
    # Every order has reached its agent and come to an end.
    assert len(orders.sent) > 100 and orders.other == []
    stack.wait_for("the orders' ends", lambda: api.total("/asyncActions", filter=json.dumps([{"property": "status", "operation": "equals", "value": "running"}])) == 0, 60)
    known = {name: set(re.findall(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", (folder / name / "commands.journal").read_bytes())) for name in agents}
    begun = collections.Counter(order for ids in known.values() for order in orders.sent if order.encode() in ids)
    assert set(begun.values()) == {1} and len(begun) == len(orders.sent)
    row = wait_for_state(api, victim, "Inaccessible")
    assert row["status"] == "Error" and "refuses connections" in row["statusMessage"] and row["statusTime"]


def test_gateway_that_is_back_is_healthy_and_nobody_is_moved(api, gateways, agents):
    dead = next(name for name in NAMES if gateway(api, name)["connectionStatus"] == "Inaccessible")
    other = next(name for name in NAMES if name != dead)
    gateways[dead].start()
    assert wait_for_state(api, dead, "Healthy")["statusMessage"] is None
    assert through(api) == {other: len(agents)}


def test_agent_that_reconnects_goes_to_its_first_gateway(folder, network, api, gateways, agents):
    crowded = through(api).most_common(1)[0][0]

    def first(name):
        return json.loads((folder / name / "gateways.json").read_text())["gateways"][0]["name"]

    name = next(name for name in agents if first(name) != crowded)
    process, command = agents[name]
    network.kill(process)
    stack.wait_for("its end", lambda: name not in online(api), 20)
    agents[name] = network.start(name.split("-")[0], name, *command), command
    stack.wait_for("its return", lambda: online(api).get(name, {}).get("gatewayName") == first(name), 30)


def test_change_reaches_connected_agents_and_a_stale_list_is_told(folder, network, api, gateways, agents):
    sleeper = next(iter(agents))
    network.kill(agents[sleeper][0], "STOP")
    uid = gateway(api, NAMES[0])["instanceUid"]
    try:
        answer = api.call("PATCH", f"{GATEWAYS}/{uid}", json=[{"op": "replace", "path": "/isDisabled", "value": True}])
        assert answer.status_code == 200 and answer.json()["data"]["connectionStatus"] == "Disabled"

        def status():
            rows = {row["hostName"]: row["gatewayListStatus"] for row in api.data(AGENTS, limit=1000)}
            return rows.pop(sleeper), set(rows.values())

        stack.wait_for("the news", lambda: status() == ("Stale", {"Current"}), 30)
    finally:
        network.kill(agents[sleeper][0], "CONT")
    stack.wait_for("the sleeper", lambda: status() == ("Current", {"Current"}), 30)
    assert all(NAMES[0] not in (folder / name / "gateways.json").read_text() for name in agents)
    assert api.call("PATCH", f"{GATEWAYS}/{uid}", json=[{"op": "replace", "path": "/isDisabled", "value": False}]).status_code == 200
    stack.wait_for("the gateway's return", lambda: all(NAMES[0] in (folder / name / "gateways.json").read_text() for name in agents), 30)


def test_pools_set_the_order(folder, api, gateways, agents):
    pool = api.call("POST", POOLS, json={"name": "Preferred last", "priority": 5}).json()["data"]
    uid = gateway(api, NAMES[0])["instanceUid"]
    assert api.call("PATCH", f"{GATEWAYS}/{uid}", json=[{"op": "replace", "path": "/gatewayPoolUid", "value": pool["instanceUid"]}]).status_code == 200
    assert api.data(f"{POOLS}/{pool['instanceUid']}")["numberOfGateways"] == 1
    assert [row["name"] for row in api.data(f"{POOLS}/{pool['instanceUid']}/cloudgateways")] == [NAMES[0]]

    def order(name):
        return [entry["name"] for entry in json.loads((folder / name / "gateways.json").read_text())["gateways"]][:2]

    stack.wait_for("the new order", lambda: all(order(name) == [NAMES[1], NAMES[0]] for name in agents), 30)
    assert api.call("DELETE", f"{POOLS}/{pool['instanceUid']}").status_code == 200
    assert gateway(api, NAMES[0])["gatewayPoolUid"] is None
    stack.wait_for("the old order", lambda: len({tuple(order(name)) for name in agents}) == 2, 30)


def test_probe_says_what_it_met(console, network, api, gateways):
    def verdict(host, port=6180):
        name = f"Probe {uuid.uuid4().hex[:6]}"
        row = api.call("POST", GATEWAYS, json={"name": name, "externalAddress": host, "externalPort": port}).json()["data"]
        try:
            return wait_for_state(api, name, "Inaccessible")["statusMessage"]
        finally:
            assert api.call("DELETE", f"{GATEWAYS}/{row['instanceUid']}").status_code == 200

    assert "cannot resolve the name" in verdict("gateway.invalid")
    assert "does not answer" in verdict(network.address("gw1").rsplit(".", 1)[0] + ".99")
    assert "not this console" in verdict(network.address(), processes_tls(network))
    # The console is away for HAProxy: the gateway answers, and leads nowhere.
    file = network.folder / "lost.cfg"
    file.write_text(gateways[NAMES[0]].file.read_text().replace(f":{console.ports[2]} ", ":9 ").replace("bind :6180", "bind :6181"))
    lost = network.start("gw1", "lost", "haproxy", "-db", "-f", file)
    network.wait_for_port("gw1", 6181)
    assert "does not pass connections on to the console" in verdict(network.address("gw1"), 6181)
    network.kill(lost)


def processes_tls(network):
    """Port of a TLS server that is not the console."""
    certificate, key = network.folder / "other.crt", network.folder / "other.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Somebody else", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server((network.address(), 0))

    def serve():
        while True:
            connection, _ = listener.accept()
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def test_refusals_and_rights(console, api, gateways):
    def refused(code, prop, **body):
        answer = api.call("POST", GATEWAYS, json={"name": "New", "externalAddress": "gateway.example", **body})
        assert answer.status_code == code, answer.text
        assert prop is None or answer.json()["errors"][0]["propertyName"] == prop

    refused(409, None, name=NAMES[0].upper())
    refused(400, "externalAddress", externalAddress="gateway.example/path")
    refused(400, "externalPort", externalPort=70000)
    refused(400, "port", port=443)
    refused(400, "gatewayPoolUid", gatewayPoolUid=str(uuid.uuid4()))
    nat = api.call("POST", GATEWAYS, json={"name": "Behind NAT", "externalAddress": "gateway.example", "externalPort": 443, "port": 6180, "networkMode": "Nat", "isDisabled": True})
    assert nat.status_code == 200 and (nat.json()["data"]["port"], nat.json()["data"]["externalPort"]) == (6180, 443)
    assert api.call("DELETE", f"{GATEWAYS}/{nat.json()['data']['instanceUid']}").status_code == 200
    assert api.call("DELETE", f"{GATEWAYS}/{nat.json()['data']['instanceUid']}").status_code == 404
    owner = {"userName": "gatewayowner", "password": "Gateway-password-1"}
    assert api.call("POST", "/organizations/companies", json={"organizationInput": {"name": "No gateways"}, "ownerCredentials": owner}).status_code == 200
    tenant = Client(console.url, owner["userName"], owner["password"])
    assert tenant.call("GET", GATEWAYS).status_code == 403 and tenant.call("GET", POOLS).status_code == 403


def test_one_port_for_agents_and_repositories(console, network, api, gateways, tmp_path):
    """A gateway tells restic from agents without opening TLS: backups through port 6183 go to a steward-site, agents to the console."""
    data, pool = network.folder / "site", network.folder / "site-pool"
    data.mkdir()
    program = [binaries() / "steward-site", "--data", data]
    subprocess.run([*program, "pool", "main", "--folder", pool], check=True)
    subprocess.run([*program, "tenant", "gold", "--password-file", "-"], input="secret-word", text=True, check=True)
    subprocess.run([*program, "resource", "gold", "main", "--pool", "main", "--quota", "100MiB"], check=True)
    site = subprocess.Popen([*program, "run", "--address", network.address(), "--port", "0", "--name", network.address("gw1")])
    try:
        port = stack.wait_for("the site", lambda: (data / "port").exists() and (data / "port").read_text().strip(), 20, 0.1)
        assert gateway_config(console, "--site", "site.example:http").returncode == 2
        file = network.folder / "both.cfg"
        file.write_text(gateway_config(console, "--gateway", "Both", "--port", "6183", "--connections", "500", "--site", f"{network.address()}:{port}").stdout)
        assert "backend site" in file.read_text()
        both = network.start("gw1", "both", "haproxy", "-db", "-f", file)
        network.wait_for_port("gw1", 6183)
        (tmp_path / "file").write_bytes(b"x" * 100_000)
        way = f"{network.address('gw1')}:6183"
        restic = ["env", "RESTIC_PASSWORD=repository", f"RESTIC_CACHE_DIR={tmp_path}/cache", "restic", "--cacert", data / "ca.pem",
                  "-r", f"rest:https://gold:secret-word@{way}/gold/main/files/"]
        for command in (["init"], ["backup", str(tmp_path / "file")], ["check", "--read-data"]):
            done = network.inside("site3", *restic, *command, check=False)
            assert done.returncode == 0, done.stderr
        assert sum(each.stat().st_size for each in pool.rglob("*") if each.is_file()) > 0
        # An agent through the same port, in a network that knows no other way.
        company = api.call("POST", "/organizations/companies", json={"organizationInput": {"name": "Both Ways"}}).json()["data"]["instanceUid"]
        setup = api.call("GET", "/infrastructure/managementAgents/packages/linux", params={"organizationUid": company}).text
        setup = "\n".join(f'addresses = ["{way}"]' if line.startswith("addresses") else line for line in setup.splitlines()) + "\n"
        (tmp_path / "setup.toml").write_text(setup)
        (tmp_path / "setup.toml").chmod(0o600)
        (tmp_path / "adapters.toml").write_text('[agent]\nname = "both-ways"\n')
        agent = network.start("site3", "both-agent", binaries() / "steward-agent", "run", "--setup", tmp_path / "setup.toml", "--config", tmp_path / "adapters.toml",
                              "--state", tmp_path / "state")
        row = stack.wait_for("the agent", lambda: online(api).get("both-ways"), 60)
        assert row["lastAddress"] == network.address("site3")
        network.kill(agent)
        network.kill(both)
    finally:
        site.terminate()
        site.wait(20)
