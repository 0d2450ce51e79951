# SPDX-License-Identifier: Apache-2.0
"""Who an agent is: setup files, certificates that are renewed, identities that were copied or revoked. Real agents, real TLS."""
import json
import re
import shutil
import subprocess
import time

import pytest

import agent_stack as stack
from processes import Client, Console

AGENTS = "/infrastructure/managementAgents"
LIFETIME = 45  # seconds of a certificate in these tests


@pytest.fixture(scope="module")
def console(folder):
    console = Console(folder / "console", extra=f"agent_certificate_days = {LIFETIME / 86400:.7f}\n")
    console.start()
    yield console
    console.stop()


@pytest.fixture(scope="module")
def api(console):
    return console.client()


@pytest.fixture
def company(api, request):
    answer = api.call("POST", "/organizations/companies", json={"organizationInput": {"name": request.node.name}})
    return answer.json()["data"]["instanceUid"]


def setup_file(api, company, **options):
    answer = api.call("GET", f"{AGENTS}/packages/linux", params={"organizationUid": company, **options})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
def agents(folder, request):
    """Makes agents; ends them after the test."""
    made = []

    def make(setup, name):
        agent = stack.Agent(folder, f"{request.node.name}-{name}", setup, f'[agent]\nname = "{name}"\n')
        agent.program.start()
        made.append(agent)
        return agent

    yield make
    for agent in made:
        agent.program.stop()


def of(api, company):
    return [row for row in api.data(AGENTS, limit=1000) if row["organizationUid"] == company]


def online(api, company, count=1):
    return stack.wait_for("the agents", lambda: len(rows := [r for r in of(api, company) if r["connectionStatus"] == "Online"]) == count and rows, 40)


def tokens(api, company):
    return [row for row in api.data("/api/steward/v1/enrolmentTokens", limit=1000) if row["organizationUid"] == company]


def refused(agent, words):
    return stack.wait_for(f"'{words}'", lambda: words in (status := agent.status())["detail"] and status, 30)


def test_a_setup_file_counts_its_uses(api, company, agents):
    setup = setup_file(api, company, tokenUses=1)
    agents(setup, "first")
    online(api, company)
    second = agents(setup, "second")
    assert refused(second, "used up")["link"] == "Waiting"
    (waiting,) = [row for row in api.data("/infrastructure/unverifiedAgents", limit=1000) if row["hostName"] == "second"]
    assert "has let in as many agents as it may" in waiting["statusMessage"]
    assert api.call("POST", f"/infrastructure/unverifiedAgents/{waiting['instanceUid']}/accept", params={"organizationUid": company}).status_code == 200
    online(api, company, 2)
    (token,) = tokens(api, company)
    assert (token["status"], token["uses"], token["usesLeft"]) == ("UsedUp", 1, 0)
    assert api.call("GET", f"{AGENTS}/packages/linux", params={"organizationUid": company, "tokenUses": 0}).status_code == 400


def test_a_voided_setup_file_lets_nobody_in_and_cuts_nobody(api, company, agents):
    used, unused = setup_file(api, company), setup_file(api, company)
    agents(used, "inside")
    (row,) = online(api, company)
    assert len(tokens(api, company)) == 2
    assert api.call("POST", f"/organizations/{company}/configuration/refreshsecuritytoken").status_code == 200
    assert tokens(api, company) == []
    for number, setup in enumerate((used, unused)):
        refused(agents(setup, f"late{number}"), "not known here: it was made void")
    (same,) = online(api, company)
    assert same["instanceUid"] == row["instanceUid"] and same["connectedSince"] == row["connectedSince"]


def test_an_expired_setup_file_says_since_when(api, console, company, agents):
    setup = setup_file(api, company)
    console.sql(f"update core.enrolment_token set expires_at = '2026-01-02 03:04:05Z' where organization_uid = '{company}'")
    agent = agents(setup, "late")
    refused(agent, "expired on 2026-01-02 03:04:05 UTC")
    console.sql(f"update core.enrolment_token set expires_at = now() + interval '1 day' where organization_uid = '{company}'")
    online(api, company)


def test_one_setup_file_is_revoked(api, company, agents):
    setup = setup_file(api, company)
    (token,) = tokens(api, company)
    stranger_owner = {"userName": "tokenstranger", "password": "Stranger-password-1"}
    assert api.call("POST", "/organizations/companies", json={"organizationInput": {"name": "Token stranger"}, "ownerCredentials": stranger_owner}).status_code == 200
    stranger = Client(api.url, *stranger_owner.values())
    assert stranger.call("DELETE", f"/api/steward/v1/enrolmentTokens/{token['instanceUid']}").status_code == 404
    assert stranger.call("POST", f"/organizations/{company}/configuration/refreshsecuritytoken").status_code == 404
    assert api.call("DELETE", f"/api/steward/v1/enrolmentTokens/{token['instanceUid']}").status_code == 200
    refused(agents(setup, "late"), "not known here: it was made void")


def serial(agent):
    text = subprocess.run(["openssl", "x509", "-in", agent.state / "certificate.pem", "-noout", "-serial"], capture_output=True, text=True, check=True).stdout
    return text.strip()


def test_a_certificate_is_renewed_before_its_end(api, company, agents):
    agent = agents(setup_file(api, company), "lasting")
    (row,) = online(api, company)
    first = serial(agent)
    key = (agent.state / "key.pem").read_bytes()
    stack.wait_for("a new certificate", lambda: serial(agent) != first, LIFETIME)
    time.sleep(LIFETIME * 2 / 3)
    (later,) = online(api, company)
    assert later["connectedSince"] == row["connectedSince"], "the connection goes on while certificates change"
    assert later["certificateExpirationTime"] > row["certificateExpirationTime"]
    assert (agent.state / "key.pem").read_bytes() == key
    # Away for longer than a certificate lives: it is the same agent all the same.
    agent.program.stop()
    time.sleep(LIFETIME + 5)
    (gone,) = of(api, company)
    assert "certificate ended" in gone["statusReason"] and gone["status"] == "Inaccessible"
    agent.program.start()
    (back,) = online(api, company)
    assert back["instanceUid"] == row["instanceUid"]


def test_a_removed_agent_is_cut_at_once(api, company, agents):
    agent = agents(setup_file(api, company), "leaver")
    (row,) = online(api, company)
    assert api.call("DELETE", f"{AGENTS}/{row['instanceUid']}").status_code == 200
    stack.wait_for("the end of the connection", lambda: agent.status()["link"] != "Connected", 5, 0.1)
    assert of(api, company) == []
    refused(agent, "removed this agent")


def test_a_copied_identity_is_kept_out_and_shown(api, company, agents, folder):
    original = agents(setup_file(api, company), "original")
    (row,) = online(api, company)
    copy = stack.Agent(folder, "copy-of-original", (original.folder / "setup.toml").read_text(), '[agent]\nname = "copy"\n')
    shutil.copytree(original.state, copy.state)
    (copy.state / "lock").unlink(missing_ok=True)
    copy.program.start()
    try:
        refused(copy, "this state folder is a copy")
        (shown,) = of(api, company)
        assert shown["connectedSince"] == row["connectedSince"] and shown["status"] == "Warning"
        assert re.search(r"Two machines use the identity.*original.*copy \(127\.0\.0\.1\)", shown["statusReason"]), shown["statusReason"]
        assert original.status()["link"] == "Connected"
        # When the original is gone for good the other may go on: to the console it is the same agent then.
        original.program.kill()
        stack.wait_for("the copy's turn", lambda: copy.status()["link"] == "Connected", 90)
    finally:
        copy.program.stop()


def test_an_agent_that_is_silent_says_why(api, company, agents):
    agent = agents(setup_file(api, company), "quiet")
    (row,) = online(api, company)
    assert row["statusReason"] is None and row["status"] == "Healthy" and row["lastAddress"] == "127.0.0.1"
    agent.program.kill()
    shown = stack.wait_for("its silence", lambda: (rows := of(api, company))[0]["connectionStatus"] == "Inaccessible" and rows[0], 30)
    assert shown["statusReason"].startswith("Silent since ") and "127.0.0.1" in shown["statusReason"]
    agent.program.start()
    online(api, company)


def test_a_wrong_clock_is_shown(api, company, agents, folder):
    setup = setup_file(api, company)
    agent = stack.Agent(folder, "wrong-clock", setup, '[agent]\nname = "wrong-clock"\n')
    agent.program.command = [*stack.at_another_time("-15m"), *agent.program.command]
    agent.program.start()
    try:
        shown = stack.wait_for("the reason", lambda: (rows := of(api, company)) and rows[0]["statusReason"] and rows[0], 60)
        assert re.search(r"clock of its host is (8[89]\d|90\d) s behind", shown["statusReason"]), shown
    finally:
        agent.program.stop()
    assert json.loads((agent.state / "status.json").read_text())["revision"] is not None
