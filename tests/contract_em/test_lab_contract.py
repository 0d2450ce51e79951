# SPDX-License-Identifier: Apache-2.0
"""Every answer of the simulated Enterprise Manager has the names and types of the published interface (api/em), closed against unknown names."""
import copy
import json
import os
import pathlib
import subprocess
import time

import jsonschema
import pytest
import requests
import urllib3

urllib3.disable_warnings()
ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / os.environ.get("STEWARD_PRESET", "release")
DOCUMENT = json.loads((ROOT / "api" / "em" / "1.7.json").read_text())


def problems(name, answer):
    schemas = copy.deepcopy(DOCUMENT["schemas"])
    for schema in schemas.values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    checker = jsonschema.FormatChecker(formats=["uuid"])
    found = jsonschema.Draft202012Validator({"schemas": schemas, "$ref": f"#/schemas/{name}"}, format_checker=checker).iter_errors(answer)
    return ["/".join(map(str, each.absolute_path)) + ": " + each.message[:200] for _, each in zip(range(5), found)]


class Manager:
    def __init__(self, description):
        self.facts = json.loads(description.read_text())
        self.session = requests.Session()
        self.session.trust_env, self.session.verify = False, False
        self.session.headers["Accept"] = "application/json"
        self.logon = self.session.post(self.url("/api/sessionMngr/?v=v1_7"), auth=(self.facts["user"], self.facts["password"]), timeout=10)
        assert self.logon.status_code == 201, self.logon.text
        self.session.cookies.clear()
        self.session.headers["X-RestSvcSessionId"] = self.logon.headers["X-RestSvcSessionId"]

    def url(self, path):
        return self.facts["url"] + path

    def get(self, path):
        answer = self.session.get(self.url(path), timeout=10)
        assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
        return answer.json()


@pytest.fixture(scope="module")
def manager(tmp_path_factory):
    description = tmp_path_factory.mktemp("lab") / "em.json"
    process = subprocess.Popen([BUILD / "bin" / "steward-lab", "em", "--base-port", "0", "--task-milliseconds", "50", "--describe", description])
    try:
        deadline = time.monotonic() + 30
        while not description.exists():
            assert process.poll() is None and time.monotonic() < deadline, "steward-lab did not start"
            time.sleep(0.05)
        yield Manager(description)
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_every_answer_fits_its_schema(manager):
    assert problems("LogonSession", manager.logon.json()) == []
    checked = 0
    for operation, facts in DOCUMENT["operations"].items():
        method, path = operation.split()
        if method != "GET":
            continue
        if "{id}" not in path:
            if facts["schema"] in ("EnterpriseManager", "Tasks"):
                assert problems(facts["schema"], manager.get(path)) == []
            else:
                assert problems("EntityReferences", manager.get(path)) == [], path
                assert problems(facts["schema"], manager.get(path + "?format=Entity")) == [], path
            checked += 1
            continue
        collection, _, rest = path.partition("/{id}")
        for reference in manager.get(collection)["Refs"]:
            one = path.replace("{id}", reference["UID"].rsplit(":", 1)[1])
            assert problems(facts["schema"], manager.get(one + ("" if rest else "?format=Entity"))) == [], one
            checked += 1
    assert checked > 80


def test_changes_and_refusals_fit_too(manager):
    tenant = manager.get("/api/cloud/tenants?format=Entity")["CloudTenants"][0]
    path = "/api/cloud/tenants/" + tenant["UID"].rsplit(":", 1)[1]
    answer = manager.session.put(manager.url(path), json={"TenantType": tenant["TenantType"], "Description": "changed"}, timeout=10)
    assert answer.status_code == 202 and problems("Task", answer.json()) == []
    deadline = time.monotonic() + 10
    while (task := manager.get("/api/tasks/" + answer.json()["TaskId"]))["State"] != "Finished":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert problems("Task", task) == [] and task["Result"] == {"Success": True, "Message": "Ok"}
    assert manager.get(path + "?format=Entity")["Description"] == "changed"
    for method, wrong, status in [("GET", "/api/cloud/tenants/nothing", 404), ("PUT", path, 400), ("POST", "/api/cloud/gateways", 400), ("POST", "/api/cloud/hardwarePlans", 501), ("PATCH", path, 405)]:
        refused = manager.session.request(method, manager.url(wrong), timeout=10)
        assert refused.status_code == status and problems("Error", refused.json()) == []
    stranger = requests.get(manager.url("/api/cloud/tenants"), headers={"Accept": "application/json"}, verify=False, timeout=10)
    assert stranger.status_code == 401 and problems("Error", stranger.json()) == []


def test_the_check_finds_what_is_wrong(manager):
    tenant = manager.get("/api/cloud/tenants?format=Entity")["CloudTenants"][0]
    assert problems("CloudTenant", tenant) == []
    assert problems("CloudTenant", {**tenant, "Unknown": 1})
    assert problems("CloudTenant", {**tenant, "Enabled": "yes"})
    assert problems("CloudTenant", {**tenant, "ThrottlingSpeedUnit": "GBps"})
