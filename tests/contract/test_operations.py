# SPDX-License-Identifier: Apache-2.0
"""Every served GET operation on a filled console: schema, paging, filter, sort, select, and the sweep as another tenant."""
import json
import pathlib
import re

import jsonschema
import pytest

from processes import Client

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = json.loads((ROOT / "api/openapi.json").read_text())
OWNER_PASSWORD = "Demo-owner-2026"


def operations(listed: bool):
    for path, item in sorted(DOCUMENT["paths"].items()):
        operation = item.get("get")
        if operation and ("filter" in [p["name"] for p in operation["parameters"]]) == listed:
            yield pytest.param(path, operation, id=operation["operationId"])


LISTS = list(operations(True))
PLAIN_LISTS = [p for p in LISTS if "{" not in p.values[0]]


def item_schema(operation):
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return schema["properties"]["data"]["items"]["$ref"].rsplit("/", 1)[1]


def validator(operation):
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    whole = {**schema, "components": DOCUMENT["components"]}
    return jsonschema.Draft202012Validator(whole)


@pytest.fixture(scope="session")
def admin(console, estate):
    return console.client()


@pytest.fixture(scope="session")
def paths(admin):
    """Real values for path parameters: rows of the plain lists, by the name that paths use."""
    known = {}
    sources = {
        "companyUid": "/organizations/companies", "resellerUid": "/organizations/resellers", "organizationUid": "/organizations/companies",
        "locationUid": "/organizations/locations", "userUid": "/users", "backupServerUid": "/infrastructure/backupServers",
        "repositoryUid": "/infrastructure/backupServers/repositories", "proxyUid": "/infrastructure/backupServers/proxies",
        "managementAgentUid": "/infrastructure/managementAgents", "backupAgentUid": "/infrastructure/backupAgents",
        "unverifiedAgentUid": "/infrastructure/unverifiedAgents", "virtualMachineUid": "/protectedWorkloads/virtualMachines",
        "jobUid": "/infrastructure/backupServers/jobs", "gatewayUid": "/infrastructure/sites/cloudgateways",
        "hardwarePlanUid": "/infrastructure/sites/hardwarePlans", "wanAcceleratorUid": "/infrastructure/sites/wanAccelerators",
        "subtenantUid": "/infrastructure/sites/tenants/subtenants"}
    for name, path in sources.items():
        rows = admin.data(path, limit=1)
        if rows:
            known[name] = rows[0]["instanceUid"]
    # A cloud tenant with everything, and the company that it is assigned to.
    replicating = admin.data("/organizations/companies/sites/replicationResources", limit=1)[0]
    known |= {"companyUid": replicating["companyUid"], "siteUid": replicating["siteUid"], "tenantUid": replicating["instanceUid"],
              "hardwarePlanUid": replicating["hardwarePlans"][0]["hardwarePlanUid"],
              "resourceUid": admin.data(f"/infrastructure/sites/tenants/{replicating['instanceUid']}/backupResources", limit=1)[0]["instanceUid"]}
    return known


def concrete(path, known):
    """The path with real values; names without one get a uid that nothing has."""
    return re.sub(r"{(\w+)}", lambda m: str(known.get(m.group(1), "1" if m.group(1).endswith("Id") else "00000000-0000-4000-8000-000000000000")), path)


def identity(row):
    """What tells a row from the others of its list: its identifiers."""
    return {name: value for name, value in row.items() if name.endswith(("Uid", "Id", "id")) or name == "name"}


@pytest.mark.parametrize(("path", "operation"), LISTS)
def test_list_follows_its_schema_and_pages(admin, paths, path, operation):
    target = concrete(path, paths)
    answer = admin.call("GET", target, params={"limit": 50, "expand": _expands(operation)})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    errors = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator(operation).iter_errors(body)]
    assert errors[:5] == []
    assert "errors" not in body
    info = body["meta"]["pagingInfo"]
    assert info["count"] == len(body["data"]) and info["offset"] == 0 and info["total"] >= info["count"]
    first = admin.call("GET", target, params={"limit": 3}).json()
    second = admin.call("GET", target, params={"limit": 3, "offset": 3}).json()
    both = admin.call("GET", target, params={"limit": 6}).json()
    if first["meta"]["pagingInfo"]["total"] == both["meta"]["pagingInfo"]["total"] == info["total"] and "/jobSessions" not in path and "activityLogs" not in path:
        assert [identity(r) for r in first["data"] + second["data"]] == [identity(r) for r in both["data"]]
    past = admin.call("GET", target, params={"offset": info["total"] + 1000}).json()
    assert past["data"] == [] and past["meta"]["pagingInfo"]["offset"] == info["total"] + 1000


@pytest.mark.parametrize("sort", [[], [{"property": "name", "direction": "descending"}], [{"property": "name", "collation": "ignorecase"}],
                                  [{"property": "provisionedSourceSize"}], [{"property": "provisionedSourceSize", "direction": "descending"}],
                                  [{"property": "malwareState"}, {"property": "name", "direction": "descending"}]], ids=str)
def test_deep_pages_meet_every_row_once(admin, sort):
    """Pages behind row 1,000 are found by remembered rows: read in any order, they join to the list as one read gives it."""
    path, query = "/protectedWorkloads/virtualMachines", {"sort": json.dumps(sort)} if sort else {}
    whole = [row["instanceUid"] for row in admin.data(path, limit=10000, **query)]
    assert len(whole) > 1500
    offsets = list(range(1000, len(whole) + 100, 100))
    for order in (offsets[::-1], offsets, offsets[::2] + offsets[1::2]):
        pages = {offset: [row["instanceUid"] for row in admin.data(path, limit=100, offset=offset, **query)] for offset in order}
        assert [uid for offset in offsets for uid in pages[offset]] == whole[1000:]


def _expands(operation):
    for parameter in operation["parameters"]:
        if parameter["name"] == "expand":
            return parameter["schema"]["items"]["enum"]
    return []


@pytest.mark.parametrize(("path", "operation"), PLAIN_LISTS)
def test_every_property_can_be_filtered_sorted_and_selected(admin, path, operation):
    schema = DOCUMENT["components"]["schemas"][item_schema(operation)]
    rows = admin.call("GET", path, params={"limit": 5}).json()["data"]
    for name, prop in schema["properties"].items():
        if name == "_embedded":
            continue
        resolved = DOCUMENT["components"]["schemas"][prop["$ref"].rsplit("/", 1)[1]] if "$ref" in prop else prop
        kind = resolved.get("type")
        kind = [k for k in kind if k != "null"][0] if isinstance(kind, list) else kind
        if kind in ("object", "array", None):
            continue
        for direction in ("ascending", "descending"):
            answer = admin.call("GET", path, params={"limit": 2, "sort": json.dumps([{"property": name, "direction": direction}])})
            assert answer.status_code == 200, (name, answer.text)
        answer = admin.call("GET", path, params={"limit": 2, "select": str([{"propertyPath": name}])})
        assert answer.status_code == 200 and all(set(row) <= {name} for row in answer.json()["data"]), name
        value = next((row[name] for row in rows if row.get(name) is not None), None)
        if value is None or (resolved.get("enum") and value == "Unknown") or kind == "number":
            continue
        found = admin.call("GET", path, params={"limit": 1000, "filter": str([{"property": name, "operation": "equals", "value": value}])})
        assert found.status_code == 200, (name, found.text)
        matches = found.json()["data"]
        assert all(row.get(name) == value for row in matches), name
        if name.endswith("Uid"):
            assert matches, name


@pytest.mark.parametrize(("path", "operation"), PLAIN_LISTS)
def test_another_tenant_sees_none_of_it(console, admin, estate, path, operation):
    """Rows of two companies never overlap, are all the administrator's too, and none names a foreign organization."""
    companies = {c["name"]: c["instanceUid"] for c in admin.data("/organizations/companies", limit=1000)}
    seen = {}
    for customer in estate["customers"][:2]:
        owner = Client(console.url, "".join(c for c in customer["name"].lower() if c.isalnum()), OWNER_PASSWORD)
        answer = owner.call("GET", path, params={"limit": 10000})
        roles = operation.get("x-admitted-roles", [])
        if "CompanyOwner" not in roles:
            assert answer.status_code == 403
            return
        assert answer.status_code == 200, answer.text
        uid = companies[customer["name"]]
        text = answer.text.lower()
        foreign = [name for name, other in companies.items() if other != uid and other in text]
        assert foreign == []
        seen[uid] = {row.get("instanceUid") or row.get("uniqueUid") for row in answer.json()["data"]} - {None}
    first, second = seen.values()
    assert not first & second


def test_a_foreign_object_is_not_found(console, admin, estate):
    companies = {c["name"]: c["instanceUid"] for c in admin.data("/organizations/companies", limit=1000)}
    mine, other = estate["customers"][0]["name"], estate["customers"][1]["name"]
    owner = Client(console.url, "".join(c for c in mine.lower() if c.isalnum()), OWNER_PASSWORD)
    for path, item in DOCUMENT["paths"].items():
        parameters = re.findall(r"{(\w+)}", path)
        if parameters == ["companyUid"]:
            for method in ("get", "patch", "delete"):
                if method in item:
                    answer = owner.call(method.upper(), path.replace("{companyUid}", companies[other]), json=[{"op": "replace", "path": "/status", "value": "Disabled"}])
                    if answer.status_code == 200:
                        assert answer.json()["data"] == [], path
                    else:
                        assert answer.status_code in (403, 404), (method, path, answer.text)
    assert admin.data(f"/organizations/companies/{companies[other]}")["status"] == "Active"


def test_row_level_security_stands_without_the_scope(console, admin, estate):
    """The second wall alone: the tenant's database role sees only what its setting names."""
    import subprocess

    uid = admin.data("/organizations/companies", limit=1)[0]["instanceUid"]
    socket = console.folder / "data" / "socket"
    sql = f"set role steward_tenant; select set_config('app.organizations', '{uid}', false); select count(*) from api.companies; " \
          "select count(distinct organization_uid) from inventory.workload; select set_config('app.organizations', '', false); select count(*) from inventory.workload"
    prefix = ["runuser", "-u", "postgres", "--"] if __import__("os").geteuid() == 0 else []
    out = subprocess.run([*prefix, "psql", "-h", str(socket), "-U", "steward", "-d", "steward", "-Atqc", sql], capture_output=True, text=True, check=True).stdout.split()
    assert out[1] == "1" and out[2] in ("0", "1") and out[-1] == "0"
