# SPDX-License-Identifier: Apache-2.0
"""Existing client programs, in our own words: what each sends, byte by byte where that matters, and what it reads of the answers.

Three kinds of clients of API level 3.6.1 are played: a PHP library (URL-encoded JSON filters, bodies full of nulls, numbers for
codes), PowerShell scripts of the field (concatenated bodies, single-quoted filters without encoding, paging by page count), and a
generated Python library (models that end the program when a required key is missing or a value has another type).
"""
import datetime
import json
import math
import os
import pathlib
import re
import signal
import socket
import ssl
import time
import urllib.parse
import uuid

import pytest

from processes import Client, Console

DOCUMENT = json.loads((pathlib.Path(__file__).resolve().parents[2] / "api/openapi.json").read_text())


class Wire:
    """Sends requests as they are given; nothing is encoded, added or repaired on the way."""

    def __init__(self, console):
        self.port = console.ports[0]
        self.context = ssl._create_unverified_context()

    def send(self, method, target, headers=(), body=""):
        content = body.encode()
        lines = [f"{method} {target} HTTP/1.1", "Host: console.example:1280", *headers, "Connection: close"]
        if content or method in ("POST", "PATCH", "PUT"):
            lines.append(f"Content-Length: {len(content)}")
        with socket.create_connection(("127.0.0.1", self.port), 30) as plain, self.context.wrap_socket(plain) as tls:
            tls.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
            data = b""
            while chunk := tls.recv(65536):
                data += chunk
        head, text = data.split(b"\r\n\r\n", 1)
        first, *rest = head.decode().split("\r\n")
        received = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in rest)}
        return int(first.split()[1]), received, text.decode()

    def json(self, method, target, headers=(), body="", status=200):
        code, _, text = self.send(method, target, headers, body)
        assert code == status, (target, code, text[:400])
        return json.loads(text)


@pytest.fixture(scope="module")
def wire(console):
    return Wire(console)


@pytest.fixture(scope="session")
def admin(console, estate):
    return console.client()


# ---- a PHP library ----

class Php:
    """Guzzle with URL-encoded queries; answers are decoded and read as objects."""

    def __init__(self, wire, user, password):
        self.wire = wire
        form = urllib.parse.urlencode({"grant_type": "password", "username": user, "password": password})
        token = wire.json("POST", "/api/v3/token", ["User-Agent: GuzzleHttp/7", "Content-Type: application/x-www-form-urlencoded"], form)
        self.headers = ["User-Agent: GuzzleHttp/7", f"Authorization: Bearer {token['access_token']}"]

    def call(self, method, path, query=None, body=None):
        target = f"/api/v3/{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        headers = self.headers + (["Content-Type: application/json"] if body is not None else [])
        return self.wire.json(method, target, headers, json.dumps(body) if body is not None else "")


@pytest.fixture(scope="module")
def php(wire, console, estate):
    return Php(wire, *console.admin())


def test_php_company_from_the_cradle_to_the_grave(php):
    name = f"Käse & Söhne {uuid.uuid4().hex[:8]}"
    details = dict.fromkeys(["alias", "taxId", "email", "phone", "country", "city", "street"])
    made = php.call("POST", "organizations/companies", body={
        "resellerUid": None, "organizationInput": {"name": name, **details, "zipCode": 36100, "companyId": 4711}, "subscriptionPlanUid": None,
        "permissions": ["REST"], "IsAlarmDetectEnabled": True})["data"]
    uid = made["instanceUid"]
    assert made["name"] == name and made["isAlarmDetectEnabled"] is True and "userName" in made["ownerCredentials"]
    listed = php.call("GET", "organizations/companies/", {"expand": "Organization", "limit": 1000})
    mine = next(row for row in listed["data"] if row["instanceUid"] == uid)
    assert mine["_embedded"]["organization"]["name"] == name
    assert mine["_embedded"]["organization"]["zipCode"] == "36100" and mine["_embedded"]["organization"]["companyId"] == "4711"
    term = {"property": "name", "items": None, "operation": "equals", "collation": "ordinal", "value": name}
    assert [row["instanceUid"] for row in php.call("GET", "organizations/companies", {"filter": json.dumps([term])})["data"]] == [uid]
    twice = [term, {**term, "property": "status", "value": "Active"}]
    assert len(php.call("GET", "organizations/companies/", {"filter": json.dumps(twice), "limit": "100", "offset": "0"})["data"]) == 1
    assert php.call("GET", f"organizations/companies/{uid}")["data"]["name"] == name
    patched = php.call("PATCH", f"organizations/companies/{uid}", body=[{"op": "replace", "path": "/status", "value": "Disabled"}])
    assert patched["data"]["status"] == "Disabled"
    renamed = php.call("PATCH", f"organizations/{uid}", body=[{"op": "replace", "path": "/name", "value": name + " 2"}])
    assert renamed["data"]["name"] == name + " 2"
    assert "errors" not in php.call("DELETE", f"organizations/companies/{uid}", {"removeAllAgents": 1})
    php.wire.json("GET", f"/api/v3/organizations/companies/{uid}", php.headers, status=404)


@pytest.mark.parametrize("quote", ['"', ""])
def test_php_token_as_multipart(wire, console, quote):
    user, password = console.admin()
    mark = "----sdk-" + uuid.uuid4().hex[:16]
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name={quote}{name}{quote}\r\n\r\n{value}\r\n'
             for name, value in {"grant_type": "password", "username": user, "password": password, "refresh_token": ""}.items()]
    token = wire.json("POST", "/api/v3/token", [f"Content-Type: multipart/form-data; boundary={mark}"], "".join(parts) + f"--{mark}--\r\n")
    assert wire.json("GET", "/api/v3/users/me", [f"Authorization: Bearer {token['access_token']}"])["data"]["userName"] == user


# ---- PowerShell scripts ----

class Script:
    """Scripts that concatenate the token body, send lower-case headers, and page by total / count."""

    def __init__(self, wire, user, password):
        self.wire = wire
        body = f"grant_type=password&username={user}&password={password}"
        answer = wire.json("POST", "/api/v3/token", ["Content-Type: application/x-www-form-urlencoded", "x-client-version: 3.6.1"], body)
        self.token = answer["access_token"]

    def headers(self, *more):
        return [f"Authorization: Bearer {self.token}", f"x-request-id: {uuid.uuid4()}", "x-client-version: 3.6.1", *more]

    def call(self, method, target, body=None):
        """The answer; 202 would have to be polled, so the console must not give it where the work is done at once."""
        json_type = ["Content-Type: application/json"] if body is not None else []
        return self.wire.json(method, target, self.headers(*json_type), json.dumps(body, indent=2) if body is not None else "")

    def all_pages(self, target, size):
        """Rows of every page, asking one page past the end as the scripts do."""
        first = self.call("GET", f"{target}?limit={size}")
        rows, info = list(first["data"]), first["meta"]["pagingInfo"]
        if info["count"] < info["total"]:
            for page in range(1, math.ceil(info["total"] / info["count"]) + 1):
                rows += self.call("GET", f"{target}?limit={size}&offset={page * size}")["data"]
        return rows


@pytest.fixture(scope="module")
def script(wire, console, estate):
    return Script(wire, *console.admin())


def test_script_user_of_a_domain(wire, console, admin):
    name, password = f"domain{uuid.uuid4().hex[:6]}", "Owner-password-1"
    answer = admin.call("POST", "/organizations/companies", json={"organizationInput": {"name": name}, "isRestAccessEnabled": True,
                                                                  "ownerCredentials": {"userName": name, "password": password}})
    assert answer.status_code == 200, answer.text
    owner = Script(wire, rf"CONTOSO\{name}", password)
    assert [row["name"] for row in owner.all_pages("/api/v3/organizations/companies", 500)] == [name]


@pytest.mark.parametrize(("target", "read"), [
    ("/api/v3/organizations/companies", ["name", "instanceUid"]), ("/api/v3/organizations", ["name", "instanceUid", "type"]),
    ("/api/v3/organizations/locations", ["name", "instanceUid", "type", "organizationUid"]), ("/api/v3/infrastructure/sites", ["siteName", "siteUid"])])
def test_script_pages_by_page_count(script, target, read):
    at_once = script.all_pages(target, 500)
    assert at_once and all(row[name] for row in at_once for name in read)
    for size in (4, 7):
        assert script.all_pages(target, size) == at_once


def test_script_site_is_a_backup_server(script, admin):
    site = script.all_pages("/api/v3/infrastructure/sites", 500)[0]
    server = admin.data(f"/infrastructure/backupServers/{site['siteUid']}")
    assert server["name"] == site["siteName"] and server["backupServerRoleType"] == "CloudConnect"
    assert script.call("GET", f"/api/v3/infrastructure/sites/{site['siteUid']}")["data"] == site
    owner = Client(admin.url, *owner_of_another(admin, server["organizationUid"]))
    assert owner.data("/infrastructure/sites") == [] and owner.call("GET", f"/infrastructure/sites/{site['siteUid']}").status_code == 404


def owner_of_another(admin, organization):
    """A new company and its owner, who may see nothing of that organization."""
    name = f"stranger{uuid.uuid4().hex[:6]}"
    answer = admin.call("POST", "/organizations/companies", json={"organizationInput": {"name": name}, "ownerCredentials": {"userName": name, "password": "Owner-password-1"}})
    assert answer.status_code == 200 and answer.json()["data"]["instanceUid"] != organization
    return name, "Owner-password-1"


def test_script_makes_a_company_with_an_owner(script):
    name = f"Fabrikam {uuid.uuid4().hex[:8]}"
    assert name not in [row["name"] for row in script.all_pages("/api/v3/organizations", 500)]
    credentials = {"userName": name.replace(" ", ""), "password": "Owner!@#$&'()-_^.{}1"}
    made = script.call("POST", "/api/v3/organizations/companies", {"organizationInput": {"name": name}, "ownerCredentials": credentials})["data"]
    assert made["name"] == name and uuid.UUID(made["instanceUid"])
    code, _, text = script.wire.send("POST", "/api/v3/token", ["Content-Type: application/x-www-form-urlencoded"], "grant_type=password&username={}&password={}".format(
        credentials["userName"], urllib.parse.quote(credentials["password"])))
    assert code == 200, text


def test_script_filter_in_single_quotes_without_encoding(script):
    query = "filter=[{'property':'type','operation':'notEquals','collation':'ignorecase','value':'Reseller'}]&limit=500"
    rows = script.call("GET", f"/api/v3/organizations?{query}")["data"]
    assert rows and "Reseller" not in {row["type"] for row in rows}
    upper = script.call("GET", "/api/v3/organizations?filter=[{'property':'type','operation':'equals','collation':'ignorecase','value':'COMPANY'}]&limit=500")["data"]
    assert {row["type"] for row in upper} == {"Company"}


def test_script_downloads_an_agent_with_an_api_key(script, admin):
    me = admin.data("/users/me")["instanceUid"]
    made = admin.call("POST", f"/users/{me}/logins/apikey", params={"description": "download", "scopes": "rest"}).json()["data"]
    script_key = [f"Authorization: Bearer {made['parameters']}", "x-client-version: 3.6"]
    company = script.all_pages("/api/v3/organizations/companies", 500)[0]["instanceUid"]
    location = next(row["instanceUid"] for row in script.all_pages("/api/v3/organizations/locations", 500) if row["organizationUid"] == company)
    script.wire.json("GET", "/api/v3/about", [*script_key, f"x-request-id: {uuid.uuid4()}"])
    target = f"/api/v3/infrastructure/managementAgents/packages/linux?organizationUid={company}&locationUid={location}&cloudTenantUid=&tokenExpiryPeriodDays=7"
    code, headers, text = script.wire.send("GET", target, [*script_key, "accept: application/octet-stream"])
    assert code == 200 and headers["content-type"] == "application/octet-stream" and "token = " in text
    admin.call("DELETE", f"/users/{me}/tokens", params={"userLoginId": made["id"]})
    script.wire.json("GET", "/api/v3/about", script_key, status=401)


# ---- clients that end their loop each in its own way ----

@pytest.mark.parametrize("size", [1, 6, 1000])
def test_loops_that_end_on_a_short_page_or_on_total(wire, script, size):
    target, seen, offset = "/api/v3/organizations", [], 0
    while True:  # until a page is not full
        page = script.call("GET", f"{target}?limit={size}&offset={offset}")
        assert page["meta"]["pagingInfo"]["count"] == len(page["data"]) and page["meta"]["pagingInfo"]["offset"] == offset
        seen += [row["instanceUid"] for row in page["data"]]
        if len(page["data"]) < size:
            break
        offset += size
    by_total, total = [], 1
    while len(by_total) < total:  # until as many as total were read; the bare token needs no scheme
        page = wire.json("GET", f"{target}/?offset={len(by_total)}&limit={size}&expand=", [f"authorization: {script.token}"])
        by_total += [row["instanceUid"] for row in page["data"]]
        total = page["meta"]["pagingInfo"]["total"]
    assert seen == by_total and len(set(seen)) == len(seen)


# ---- a generated Python library ----

class Model:
    """Parses as generated models do: a missing required key, an unknown word, a null where none is declared, or text that is no uid
    or time raises. Properties that are not declared are kept aside."""

    def parse(self, schema, value, where):
        if "$ref" in schema:
            return self.parse(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], value, where)
        types = schema.get("type", [])
        types = types if isinstance(types, list) else [types]
        if value is None:
            assert not types or "null" in types or self.may_be_null(schema), f"{where}: null"
        elif "anyOf" in schema:
            self.any_of(schema["anyOf"], value, where)
        elif "enum" in schema:
            assert value in schema["enum"], f"{where}: {value!r} is no word of it"
        elif "object" in types:
            assert isinstance(value, dict), f"{where}: {value!r}"
            missing = [name for name in schema.get("required", []) if name not in value]
            assert not missing, f"{where}: without {missing}"
            for name, item in value.items():
                if name in schema.get("properties", {}):
                    self.parse(schema["properties"][name], item, f"{where}.{name}")
        elif "array" in types:
            assert isinstance(value, list), f"{where}: {value!r}"
            for item in value:
                self.parse(schema["items"], item, f"{where}[]")
        else:
            self.scalar(types, schema.get("format"), value, where)

    @staticmethod
    def may_be_null(schema):
        return any(part.get("type") == "null" for part in schema.get("anyOf", []))

    def any_of(self, schemas, value, where):
        problems = []
        for schema in schemas:
            try:
                return self.parse(schema, value, where)
            except AssertionError as problem:
                problems.append(str(problem))
        raise AssertionError(f"{where}: {problems}")

    @staticmethod
    def scalar(types, form, value, where):
        kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
        wanted = [kinds[name] for name in types if name in kinds]
        fits = any(isinstance(value, kind) for kind in wanted) and (not isinstance(value, bool) or bool in wanted)
        assert fits or not wanted, f"{where}: {value!r} is not {types}"
        if form == "uuid":
            assert str(uuid.UUID(value)) == value.lower(), f"{where}: {value!r}"
        elif form == "date-time":
            match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})\d*(Z|[+-]\d\d:\d\d)", value)
            assert match, f"{where}: {value!r} has no fraction of six digits or no offset"
            datetime.datetime.fromisoformat("".join(match.group(1, 2, 3)).replace("Z", "+00:00").replace(match[1], match[1] + "."))
        elif form == "date":
            datetime.date.fromisoformat(value)


def answers():
    """(path, schema of the answer, words of expand) of every GET of the compatible interface."""
    for path, item in sorted(DOCUMENT["paths"].items()):
        content = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {}).get("application/json")
        if content and path.startswith("/api/v3/"):
            expands = [word for parameter in item["get"].get("parameters", []) if parameter["name"] == "expand" for word in parameter["schema"]["items"]["enum"]]
            yield pytest.param(path, content["schema"], expands, id=path.removeprefix("/api/v3"))


def places(admin, path):
    """The path with uids of objects that are there, of each list above it the first few."""
    targets = [path]
    for name in re.findall(r"{(\w+)}", path):
        filled = []
        for target in targets:
            above = admin.call("GET", target[:target.index("/{" + name)], params={"limit": 3})
            rows = above.json()["data"] if above.status_code == 200 else []  # not every object has a list above it
            uids = [row.get(name) or row.get("instanceUid") or row.get("id") for row in (rows if isinstance(rows, list) else [rows])]
            filled += [target.replace("{%s}" % name, str(uid), 1) for uid in uids if uid]
        targets = filled
    return targets[:4]


@pytest.mark.parametrize(("path", "schema", "expands"), answers())
def test_python_models_parse_every_answer(admin, path, schema, expands):
    asked = 0
    for target in places(admin, path):
        for query in ({"limit": 2000, "offset": 0}, *({"limit": 100, "offset": 0, "expand": [word]} for word in expands)):
            answer = admin.call("GET", target, params=query, headers={"X-Client-Version": "3.6.1", "X-Request-id": str(uuid.uuid4())})
            if answer.status_code == 404:
                continue  # an object of another kind in the list above
            if path.endswith("/{actionId}/result") and answer.status_code in (202, 409):  # it still runs, or it has failed: then in the error's shape
                if answer.status_code == 409:
                    Model().parse(DOCUMENT["components"]["schemas"]["ErrorResponse"], answer.json(), "error")
                continue
            assert answer.status_code == 200, (target, answer.text[:300])
            Model().parse(schema, answer.json(), "answer")
            asked += 1
    assert asked or "{" in path


def test_python_errors_are_models_too(admin, console):
    schema = DOCUMENT["components"]["schemas"]["ErrorResponse"]
    for client, method, path, options in [
            (Client(console.url), "GET", "/about", {}), (admin, "GET", f"/organizations/companies/{uuid.uuid4()}", {}),
            (admin, "GET", "/organizations/companies", {"params": {"filter": "["}}), (admin, "POST", "/organizations/companies", {"json": {}})]:
        answer = client.call(method, path, **options)
        assert answer.status_code >= 400
        Model().parse(schema, answer.json(), "error")
        assert isinstance(answer.json()["errors"][0]["code"], int)


def test_python_sign_in_and_refresh(wire, console):
    user, password = console.admin()
    headers = ["X-Client-Version: 3.6.1", "Content-Type: application/x-www-form-urlencoded", "Accept-Encoding: gzip, deflate"]
    token = wire.json("POST", "/api/v3/token", headers[:2], urllib.parse.urlencode({"grant_type": "password", "username": user, "password": password}))
    assert token["expires_in"] - 30 > 0 and token["refresh_token"]
    again = wire.json("POST", "/api/v3/token", [*headers[:2], f"Authorization: Bearer {token['access_token']}"],
                      urllib.parse.urlencode({"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}))
    rows = wire.json("GET", "/api/v3/organizations/companies?expand=Organization&limit=100&offset=0",
                     [f"Authorization: Bearer {again['access_token']}", "X-Client-Version: 3.6.1"])
    assert rows["meta"]["pagingInfo"]["total"] >= 0


# ---- too many requests ----

@pytest.fixture(scope="module")
def strict(folder):
    """A console with a small request rate."""
    console = Console(folder / "strict-console", extra="request_rate = 1\nrequest_burst = 12\n")
    console.start()
    yield console
    console.stop()


def spend(client):
    """Asks until the console refuses; (good answers, the refusal)."""
    for good in range(200):
        answer = client.call("GET", "/about")
        if answer.status_code != 200:
            return good, answer
    raise AssertionError("200 requests at once were all answered")


def assert_says_when(answer, code, kind):
    error = answer.json()["errors"][0]
    assert (error["type"], error["code"]) == (kind, code)
    assert error["retryAfter"] >= 1 and answer.headers["Retry-After"] == str(error["retryAfter"])
    return error["retryAfter"]


def test_too_many_requests_of_one_token(strict):
    busy, calm = strict.client(), strict.client()
    good, refusal = spend(busy)
    assert 12 <= good <= 30
    assert refusal.status_code == 429
    wait = assert_says_when(refusal, 429, "transport")
    assert busy.call("POST", "/organizations/companies", json={"organizationInput": {"name": "too soon"}}).status_code == 429
    assert calm.call("GET", "/about").status_code == 200, "another token of the same user and address is not slowed"
    time.sleep(wait)
    assert busy.call("GET", "/about").status_code == 200
    assert calm.total("/organizations/companies") == 0, "a refused request changed something"


def test_too_many_requests_of_an_api_key(strict):
    client = strict.client()
    me = client.data("/users/me")["instanceUid"]
    key = Client(strict.url, token=client.call("POST", f"/users/{me}/logins/apikey", params={"description": "busy", "scopes": "rest"}).json()["data"]["parameters"])
    assert spend(key)[1].status_code == 429
    assert client.call("GET", "/about").status_code == 200


def test_too_many_requests_of_an_address(strict):
    signed_in = strict.client()
    stranger = Client(strict.url)
    guesses = [stranger.call("GET", "/about", headers={"Authorization": f"Bearer guess-{number}"}) for number in range(60)]
    assert guesses[0].status_code == 401 and guesses[-1].status_code == 429
    assert_says_when(guesses[-1], 429, "transport")
    assert signed_in.call("GET", "/about").status_code == 200, "who is signed in does not pay for others at the address"


def test_database_away_says_when_to_come_back(folder):
    console = Console(folder / "away-console")
    console.start()
    try:
        client = console.client()
        assert client.call("GET", "/about").status_code == 200
        os.kill(console.postgres_pid(), signal.SIGQUIT)  # no orderly end
        answer = next(a for a in (client.call("GET", "/organizations/companies") for _ in range(200)) if a.status_code != 200)
        assert answer.status_code == 520
        assert_says_when(answer, 503, "retryableLogical")
    finally:
        console.stop()
