# SPDX-License-Identifier: Apache-2.0
"""Every answer of the simulated backup servers has the names and types of the published interface (api/vbr)."""
import copy
import json
import os
import pathlib
import subprocess
import time

import jsonschema
import pytest
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / os.environ.get("STEWARD_PRESET", "release")
LISTS_OF_CHILDREN = {
    "/api/v1/backups/{id}/objects": "/api/v1/backups",
    "/api/v1/backups/{id}/backupFiles": "/api/v1/backups",
    "/api/v1/backupObjects/{id}/restorePoints": "/api/v1/backupObjects",
    "/api/v1/restorePoints/{id}/disks": "/api/v1/restorePoints",
    "/api/v1/replicas/{id}/replicaPoints": "/api/v1/replicas",
    "/api/v1/jobs/{id}": "/api/v1/jobs",
    "/api/v1/sessions/{id}": "/api/v1/sessions",
}


class Form:
    """One interface version: its schemas, closed against unknown names, with the types of a base chosen by its key."""

    def __init__(self, version):
        self.version = version
        self.document = json.loads((ROOT / "api" / "vbr" / f"{version}.json").read_text())
        self.operations = self.document["operations"]
        schemas = copy.deepcopy(self.document["schemas"])
        for schema in schemas.values():
            if "properties" in schema:
                schema["additionalProperties"] = False
        for base, variants in self.document["variants"].items():
            schemas[base] = {
                "type": "object",
                "required": [variants["by"]],
                "properties": {variants["by"]: {"enum": list(variants["types"])}},
                "allOf": [
                    {
                        "if": {"properties": {variants["by"]: {"const": word}}, "required": [variants["by"]]},
                        "then": {"$ref": f"#/schemas/{name}"},
                    }
                    for word, name in variants["types"].items()
                ],
            }
        self.root = {"schemas": schemas}

    def problems(self, schema_name, answer):
        schema = {**self.root, "$ref": f"#/schemas/{schema_name}"}
        checker = jsonschema.FormatChecker(formats=["uuid"])
        found = jsonschema.Draft202012Validator(schema, format_checker=checker).iter_errors(answer)
        return ["/".join(map(str, e.absolute_path)) + ": " + e.message[:200] for _, e in zip(range(5), found)]


class Client:
    def __init__(self, server, version):
        self.url, self.headers = server["url"], {"x-api-version": version}
        grant = "Password" if version.startswith("1.3") else "password"
        form = {"grant_type": grant, "username": server["user"], "password": server["password"]}
        self.token = requests.post(self.url + "/api/oauth2/token", data=form, headers=self.headers, timeout=10)
        assert self.token.status_code == 200, self.token.text
        self.headers["Authorization"] = "Bearer " + self.token.json()["access_token"]

    def get(self, path, **query):
        answer = requests.get(self.url + path, params=query, headers=self.headers, timeout=30)
        assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
        return answer.json()


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    description = tmp_path_factory.mktemp("lab") / "estate.json"
    command = [BUILD / "bin" / "steward-lab", "demo", "--base-port", "0", "--plain", "--describe", description]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 60
        while not description.exists():
            assert process.poll() is None, "steward-lab ended early"
            assert time.monotonic() < deadline, "steward-lab did not start within 60 s"
            time.sleep(0.1)
        yield json.loads(description.read_text())
    finally:
        process.terminate()
        assert process.wait(30) == 0


def pick(estate, version, skip=0):
    """A server that speaks this version at best, and answers."""
    able = [s for s in estate["servers"] if s["apiVersion"] == version and s["name"] != "mur-backup1"]
    return able[skip]


CASES = [("1.2-rev1", "1.2-rev1", 0), ("1.3-rev2", "1.3-rev2", 0), ("1.3-rev2", "1.3-rev2", 3),
         ("1.3-rev2", "1.3-rev2", 7), ("1.2-rev1", "1.3-rev2", 0)]


@pytest.mark.parametrize("spoken,served,skip", CASES)
def test_every_answer_fits_its_schema(estate, spoken, served, skip):
    form = Form(spoken)
    client = Client(pick(estate, served, skip), spoken)
    assert form.problems("TokenModel", client.token.json()) == []
    checked = 0
    for operation, facts in form.operations.items():
        method, path = operation.split()
        if method != "GET":
            continue
        paths = [path]
        if path in LISTS_OF_CHILDREN:
            parents = client.get(LISTS_OF_CHILDREN[path], limit=500)["data"]
            assert parents or "replicas" in path, f"{path}: no parents to look at"  # not every server replicates
            if path.endswith("/disks"):
                parents = [row for row in parents if row["platformName"] != "UnstructuredData"]
            step = max(1, len(parents) // 12)
            paths = [path.replace("{id}", row["id"]) for row in parents[::step]]
        for one in paths:
            answer = client.get(one)
            assert form.problems(facts["schema"], answer) == [], one
            checked += 1
    assert checked > 30


def test_file_shares_and_object_storages_are_told_in_full(estate):
    form, client = Form("1.3-rev2"), Client(pick(estate, "1.3-rev2"), "1.3-rev2")
    kinds = {row["type"] for row in client.get("/api/v1/jobs")["data"]}
    assert {"FileBackup", "ObjectStorageBackup", "FileBackupCopy"} <= kinds
    backups = {row["id"]: row for row in client.get("/api/v1/backups")["data"] if row["platformName"] == "UnstructuredData"}
    assert len(backups) == 4
    for backup in backups:
        assert client.get(f"/api/v1/backups/{backup}/backupFiles")["data"] == []
        for row in client.get(f"/api/v1/backups/{backup}/objects")["data"]:
            answer = requests.post(f"{client.url}/api/v1/backups/{backup}/details", json={"objectId": row["id"]}, headers=client.headers, timeout=10)
            assert answer.status_code == 200 and form.problems("BackupDetailsModel", answer.json()) == []
            assert answer.json()["restorePointsCount"] == row["restorePointsCount"] > 0
    older = Client(pick(estate, "1.3-rev2"), "1.2-rev1")  # the older version has a word for the copies only
    assert [row["type"] for row in older.get("/api/v1/jobs")["data"] if "File" in row["type"]] == ["FileBackupCopy"] * 2
    assert requests.get(f"{older.url}/api/v1/inventory/unstructuredDataServers", headers=older.headers, timeout=10).status_code == 404


LICENCE_ORDERS = [("autoupdate", {"enabled": False}), ("update", {}), ("remove", {"forceStandaloneMode": False, "section": "All"})]


@pytest.mark.parametrize("version", ["1.2-rev1", "1.3-rev2"])
def test_orders_about_the_licence_answer_as_published(estate, version):
    form, client = Form(version), Client(pick(estate, version, 5 if version.startswith("1.3") else 1), version)
    for verb, body in LICENCE_ORDERS:
        path = f"/api/v1/license/{verb}"
        answer = requests.post(client.url + path, json=body, headers=client.headers, timeout=30)
        assert answer.status_code == 200, answer.text
        assert form.problems(form.operations[f"POST {path}"]["schema"], answer.json()) == [], verb
    assert client.get("/api/v1/license")["type"] == "Free"
    assert form.problems("InstalledLicenseModel", client.get("/api/v1/license")) == []
    bad = requests.post(client.url + "/api/v1/license/install", json={"license": "bm8gbGljZW5jZQ=="}, headers=client.headers, timeout=30)
    assert bad.status_code == 400 and "no licence" in bad.json()["message"]


@pytest.mark.parametrize("version", ["1.2-rev1", "1.3-rev2"])
def test_refusals_fit_the_error_schema(estate, version):
    form, server = Form(version), pick(estate, version)
    url, headers = server["url"], {"x-api-version": version}
    refused = [
        requests.get(url + "/api/v1/jobs", headers=headers, timeout=10),
        requests.get(url + "/api/v1/jobs", timeout=10),
        requests.post(url + "/api/oauth2/token", data={"grant_type": "password"}, headers=headers, timeout=10),
        requests.get(url + "/api/v1/jobs", headers={**headers, "Authorization": "Bearer nothing"}, timeout=10),
    ]
    assert [r.status_code for r in refused] == [401, 400, 401, 401]
    for answer in refused:
        assert form.problems("Error", answer.json()) == []


def test_validator_finds_what_is_wrong():
    form = Form("1.3-rev2")
    good = {"serverTime": "2026-01-01T00:00:00Z", "timeZone": "UTC"}
    assert form.problems("ServerTimeModel", good) == []
    assert form.problems("ServerTimeModel", {**good, "zone": "UTC"})
    assert form.problems("ServerTimeModel", {})
    assert form.problems("JobModel", {"id": "x", "name": "n", "type": "NoSuchType"})


def test_delta_reads_find_a_job_run_by_hand(estate):
    server = pick(estate, "1.3-rev2", 1)
    client = Client(server, "1.3-rev2")
    job = next(j for j in client.get("/api/v1/jobs/states")["data"] if j["status"] == "Inactive")
    before = client.get("/api/v1/serverTime")["serverTime"]
    run = requests.post(f"{server['url']}/lab/jobs/{job['id']}/run", timeout=10)
    assert run.status_code == 201
    rows = client.get("/api/v1/sessions", createdAfterFilter=before, jobIdFilter=job["id"])["data"]
    assert [(r["id"], r["state"]) for r in rows] == [(run.json()["sessionId"], "Working")]


def test_problem_customer_is_as_described(estate):
    servers = {s["name"]: s for s in estate["servers"]}
    broken = requests.get(servers["mur-backup1"]["url"] + "/api/v1/serverTime", headers={"x-api-version": "1.3-rev2"}, timeout=10)
    assert broken.status_code == 500
    client = Client(servers["mur-backup2"], "1.3-rev2")
    assert client.get("/api/v1/license")["status"] == "Expired"
    states = client.get("/api/v1/jobs/states")["data"]
    assert any(s["status"] == "Disabled" for s in states) and any(s["lastResult"] == "Failed" for s in states)
    repositories = client.get("/api/v1/backupInfrastructure/repositories/states")["data"]
    assert any(r["capacityGB"] and r["freeGB"] / r["capacityGB"] < 0.02 for r in repositories)
    tight = Client(servers["mur-backup3"], "1.2-rev1").get("/api/v1/license")["instanceLicenseSummary"]
    assert tight["usedInstancesNumber"] / tight["licensedInstancesNumber"] > 0.8
