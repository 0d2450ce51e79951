# SPDX-License-Identifier: Apache-2.0
"""steward-pulse as consoles meet it: a real process over TLS that is really killed, two partners, and files that are checked without it."""
import re
import subprocess
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

import agent_stack as stack
from processes import binaries
from pulse import CLOUD_PRODUCT, CONTRACT, EXPIRED, M365_PRODUCT, NO_COMMIT, SMALL, Pulse, start_pulse


def wanted(users=3, contract=CONTRACT, **more):
    return {"productId": M365_PRODUCT, "contractId": contract, "expirationDate": "2029-05-31T00:00:00Z",
            "workloads": [{"workloadId": "m365-user", "count": users}], **more}


def licensed(pulse, **options):
    """A licence of a tenant of its own; its path and what it is."""
    tenant = pulse.data_of("POST", "/tenants", json={"name": "Müller & Söhne", "email": "it@mueller.example"})
    made = pulse.data_of("POST", "/licenses", json=wanted(**options))
    path = "/licenses/" + made["licenseUid"]
    return path, pulse.data_of("POST", path + "/assign", json={"tenantId": tenant["tenantId"]})


def steward(*arguments, good=True):
    done = subprocess.run([binaries() / "steward", *map(str, arguments)], capture_output=True, text=True, timeout=20)
    assert (done.returncode == 0) == good and done.returncode in (0, 1), done.stderr
    return done.stdout if good else done.stderr


def refusal(answer, status):
    assert answer.status_code == status, answer.text
    error = answer.json()["errors"][0]
    assert error["code"] == status
    return error["message"]


def test_file_is_checked_offline(pulse, folder):
    path, entry = licensed(pulse)
    answer = pulse.call("GET", path + "/file")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert b"\r\nLicense expires=31/05/2029\r\n" in answer.content and b"\r\nCloud Connect Provider=No\r\n" in answer.content
    file, key = folder / "file.lic", folder / "key"
    file.write_bytes(answer.content)
    key.write_text(pulse.call("GET", "/keys", token="").json()["data"][0]["publicKey"] + "\n")
    assert entry["licenseId"] in steward("license", "verify", file, "--key", key)
    assert "licensed to Müller & Söhne\n" in steward("license", "show", file)
    key.write_text(pulse.command("keys", "show") + "\n")  # the operator's way to the same key
    assert "good until 2029-05-31" in steward("license", "verify", file, "--key", key)
    file.write_bytes(answer.content.replace(b"Points=8", b"Points=9"))
    assert "changed since it was signed" in steward("license", "verify", file, "--key", key, good=False)
    file.write_bytes(answer.content[:-40])
    assert "no licence file" in steward("license", "verify", file, "--key", key, good=False)
    file.write_bytes(answer.content)
    other = start_pulse(folder / "other")
    other.stop()
    key.write_text(other.command("keys", "show") + "\n")
    assert "none of the 1 key(s) trusted" in steward("license", "verify", file, "--key", key, good=False)


def test_keys_are_changed_while_it_serves(folder):
    """What a retired key signed stays good, what a revoked one signed does not; who checks says which key it was."""
    pulse = start_pulse(folder / "keys")
    path, _ = licensed(pulse)
    old, new, ring, listed = folder / "old.lic", folder / "new.lic", folder / "ring", folder / "keys.json"
    old.write_bytes(pulse.call("GET", path + "/file").content)
    ring.write_text(pulse.command("keys", "show") + "\n")
    first = ring.read_text().split()[0]
    second = pulse.command("keys", "rotate").split()[0]
    new.write_bytes(pulse.call("GET", path + "/file").content)
    assert f"Signature={second}:".encode() in new.read_bytes()
    assert "none of the 1 key(s) trusted" in steward("license", "verify", new, "--key", ring, good=False)
    (folder / "second").write_text(pulse.command("keys", "show").splitlines()[0])
    assert f"signed by {second}\n" in steward("license", "verify", new, "--key", ring, "--key", folder / "second")
    listed.write_text(pulse.call("GET", "/keys", token="").text)
    for keys in (listed, ring):
        ring.write_text(pulse.command("keys", "show"))
        assert f"signed by {second}\n" in steward("license", "verify", new, "--key", keys)
        assert f"signed by {first}, retired on " in steward("license", "verify", old, "--key", keys)
    pulse.command("keys", "revoke", first)
    assert "was revoked before" in pulse.command("keys", "revoke", first, good=False)
    ring.write_text(pulse.command("keys", "show"))
    listed.write_text(pulse.call("GET", "/keys", token="").text)
    for keys in (listed, ring):
        assert f"{first}, which was revoked" in steward("license", "verify", old, "--key", keys, good=False)
        steward("license", "verify", new, "--key", keys)
    pulse.kill()
    pulse.start()
    assert [(row["keyId"], row["retiredAt"] is None, row["revokedAt"] is None) for row in pulse.data_of("GET", "/keys")] == [(second, True, True), (first, False, False)]
    pulse.stop()


def test_an_expired_file_is_told(folder):
    pulse = start_pulse(folder / "past", today="2020-06-01")
    path, _ = licensed(pulse, expirationDate="2020-06-30")
    file, key = folder / "past.lic", folder / "past.key"
    file.write_bytes(pulse.call("GET", path + "/file").content)
    key.write_text(pulse.command("keys", "show") + "\n")
    pulse.stop()
    assert "expired on 30/06/2020" in steward("license", "verify", file, "--key", key, good=False)
    assert "expires 2020-06-30" in steward("license", "show", file)


def test_cloud_connect_licence_says_so(pulse):
    path, entry = licensed(pulse, productId=CLOUD_PRODUCT, workloads=[{"workloadId": "vm", "count": 2}, {"workloadId": "replica", "count": 1}])
    assert entry["points"] == 20
    assert "\r\nCloud Connect Provider=Yes\r\n" in pulse.call("GET", path + "/file").content.decode()


def test_partners_do_not_see_each_other(pulse):
    path, entry = licensed(pulse)
    pulse.command("partner", "add", "Rival")
    token = pulse.command("token", "make", "Rival", "spy", "--days", 1)
    assert pulse.call("GET", "/session", token=token).json()["data"]["partnerName"] == "Rival"
    for listed in ("/licenses", "/tenants", "/contracts", "/reports"):
        assert pulse.call("GET", listed, token=token).json()["meta"]["pagingInfo"]["total"] == 0
    for thing in (path, path + "/file", "/tenants/" + entry["tenantId"]):
        assert pulse.call("GET", thing, token=token).status_code == 404
    assert pulse.call("POST", path + "/revoke", token=token).status_code == 404
    assert pulse.call("PATCH", path, token=token, json={"description": "mine"}).status_code == 404
    assert pulse.call("DELETE", path, token=token).status_code == 404
    assert pulse.call("POST", "/licenses", token=token, json=wanted()).json()["errors"][0]["propertyName"] == "contractId"
    assert pulse.data_of("GET", path)["state"] == "Assigned"


def test_tokens_end(pulse):
    partner = "Example provider"
    expired = pulse.command("token", "make", partner, "short", "--days", 0)
    assert re.search(r'"short" expired on \d{4}-', refusal(pulse.call("GET", "/session", token=expired), 401))
    revoked = pulse.command("token", "make", partner, "lost", "--days", 10)
    assert pulse.call("GET", "/session", token=revoked).status_code == 200
    pulse.command("token", "revoke", partner, "lost")
    assert '"lost" was revoked' in refusal(pulse.call("GET", "/session", token=revoked), 401)
    assert "not known" in refusal(pulse.call("GET", "/session", token="stp_guess"), 401)
    assert pulse.call("GET", "/session", token="").headers["WWW-Authenticate"] == "Bearer"
    stored = b"".join(file.read_bytes() for file in pulse.data.glob("pulse.db*"))
    assert pulse.token.encode() not in stored
    assert "already" in pulse.command("token", "make", partner, "console", good=False)


def test_what_operators_change_counts_at_once(pulse):
    pulse.command("contract", "set", "C-NEW", "--partner", "Example provider", "--expires", "2029-12-31", "--points", 10)
    path = "/licenses/" + pulse.data_of("POST", "/licenses", json=wanted(users=8, contract="C-NEW"))["licenseUid"]
    tenant = {"tenantId": pulse.data_of("POST", "/tenants", json={"name": "Late"})["tenantId"]}
    assert "has 10 points, 0 of them are used by assigned licences and this one needs 20: 10 too many" in refusal(
        pulse.call("POST", path + "/assign", json=tenant), 409)
    pulse.command("contract", "set", "C-NEW", "--points", "unlimited")
    assert pulse.data_of("POST", path + "/assign", json=tenant)["state"] == "Assigned"
    assert "expired on 2020-12-31" in refusal(pulse.call("POST", "/licenses", json=wanted(contract=EXPIRED, expirationDate="2027-01-01")), 409)
    assert "another process" in pulse.command("run", "--port", 0, good=False)


def test_limit_of_points_holds_while_many_assign(pulse):
    tenant = {"tenantId": pulse.data_of("POST", "/tenants", json={"name": "Racer"})["tenantId"]}
    paths = ["/licenses/" + pulse.data_of("POST", "/licenses", json=wanted(users=8, contract=SMALL))["licenseUid"] for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        answers = sorted(pool.map(lambda path: pulse.call("POST", path + "/assign", json=tenant).status_code, paths))
    assert answers == [200] * 5 + [409] * 5
    used = {each["contractId"]: each["usedPoints"] for each in pulse.data_of("GET", "/contracts")}
    assert used[SMALL] == 100


def test_one_key_at_the_same_time_has_one_effect(pulse):
    body = {"name": "At once " + str(uuid.uuid4())}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: pulse.call("POST", "/tenants", json=body, headers={"Idempotency-Key": "at-once"}), range(8)))
    assert {each.status_code for each in answers} == {201} and len({each.text for each in answers}) == 1
    assert len([each for each in pulse.data_of("GET", "/tenants", params={"limit": 500}) if each["name"] == body["name"]]) == 1
    assert "used for another request" in refusal(pulse.call("POST", "/tenants", json={"name": "x"}, headers={"Idempotency-Key": "at-once"}), 422)


@pytest.mark.parametrize("moment", range(3))
def test_killed_in_the_middle_of_many_posts(folder, moment):
    """Whatever was answered is there; when all is sent again with the same keys, every effect is there exactly once."""
    pulse = start_pulse(folder / f"killed-{moment}")
    sent = [(f"{kind}-{number}", kind, number) for number in range(150) for kind in ("tenant", "license")]
    answers, enough = {}, threading.Event()

    def send(each):
        key, kind, number = each
        path, body = ("/tenants", {"name": f"T{number}"}) if kind == "tenant" else ("/licenses", wanted(description=f"L{number}"))
        try:
            answer = pulse.call("POST", path, json=body, headers={"Idempotency-Key": key})
        except requests.RequestException:
            return None
        assert answer.status_code == 201, answer.text
        answers.setdefault(key, answer.text)
        if len(answers) >= 60 + 20 * moment:
            enough.set()
        return answer.text

    with ThreadPoolExecutor(6) as pool:
        results = [pool.submit(send, each) for each in sent]
        assert enough.wait(60)
        time.sleep(0.003 * moment)
        pulse.kill()
        before = [result.result() for result in results]
    assert 0 < before.count(None) < len(sent)
    acknowledged = dict(answers)
    pulse.start()
    with ThreadPoolExecutor(6) as pool:
        again = dict(zip((key for key, _, _ in sent), pool.map(send, sent)))
    assert None not in again.values()
    assert {key: again[key] for key in acknowledged} == acknowledged  # the first answer, not a second effect
    tenants, licenses = (pulse.data_of("GET", path, params={"limit": 500}) for path in ("/tenants", "/licenses"))
    assert sorted(each["name"] for each in tenants) == sorted(f"T{number}" for number in range(150))
    assert sorted(each["description"] for each in licenses) == sorted(f"L{number}" for number in range(150))
    pulse.stop()


def test_reports_extend_licences(folder):
    pulse = start_pulse(folder / "months", today="2027-01-05")
    path, entry = licensed(pulse, contract=NO_COMMIT, expirationDate="2027-03-31")
    assert entry["automaticReportingStatus"] == entry["automaticExtensionStatus"] == "AlwaysOn"
    line = {"organization": "Acme", "licenseId": entry["licenseId"], "workloadId": "m365-user", "count": 3, "weight": 2.5, "points": 8}
    report = {"contractId": NO_COMMIT, "month": "2027-01", "lines": [line], "correction": False, "reason": None}
    assert "not over yet" in refusal(pulse.call("POST", "/reports", json=report), 409)
    pulse.stop()
    pulse.today = "2027-02-01"
    pulse.start()
    first = pulse.data_of("POST", "/reports", json=report)
    assert first["totalPoints"] == 7.5 and first["version"] == 1
    assert first["reportId"] in refusal(pulse.call("POST", "/reports", json=report), 409)
    before = pulse.call("GET", path + "/file").content
    for _ in range(2):  # extended once, however often it is looked at
        pulse.stop()
        pulse.start()
        extended = stack.wait_for("the extension", lambda: pulse.data_of("GET", path)["revision"] == 2 and pulse.data_of("GET", path), 15)
        assert extended["expirationDate"] == "2027-04-30T00:00:00Z"
    assert b"License expires=30/04/2027" in pulse.call("GET", path + "/file").content != before
    corrected = pulse.data_of("POST", "/reports", json=report | {"correction": True, "reason": "late"})
    assert corrected["version"] == 2 and corrected["reason"] == "late"
    pulse.stop()


def test_wrong_requests_are_told_what_to_do(pulse):
    assert "GET, POST" in refusal(pulse.call("DELETE", "/tenants"), 405)
    assert pulse.call("DELETE", "/tenants").headers["Allow"] == "GET, POST"
    assert "openapi.json" in refusal(pulse.call("GET", "/nothing"), 404)
    assert "no JSON" in refusal(pulse.call("POST", "/tenants", data="{"), 400)
    assert "at most 500" in refusal(pulse.call("GET", "/licenses", params={"limit": 501}), 400)
    assert pulse.call("POST", "/licenses", json=wanted(type="Stolen")).json()["errors"][0]["propertyName"] == "type"
    document = pulse.call("GET", "/openapi.json", token="").json()
    assert document["openapi"] == "3.1.0" and len(document["paths"]) == 18


def test_certificate_of_the_operators_own(folder):
    place = folder / "own"
    place.mkdir()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=127.0.0.1", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", place / "key.pem", "-out", place / "own.pem", "-days", "2"], check=True, capture_output=True)
    pulse = Pulse(place)
    pulse.prepare()
    pulse.options = ["--certificate", place / "own.pem", "--key", place / "key.pem"]
    pulse.ca = place / "own.pem"
    pulse.start()
    assert pulse.data_of("GET", "/session")["tokenName"] == "console"
    assert not (pulse.data / "ca.pem").exists()
    pulse.stop()
