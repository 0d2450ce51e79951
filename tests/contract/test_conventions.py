# SPDX-License-Identifier: Apache-2.0
"""The wire conventions that existing client programs depend on, and refusals that help."""
import json
import ssl
import socket
import uuid

import pytest

from processes import Client


@pytest.fixture(scope="module")
def admin(console):
    return console.client()


@pytest.fixture(scope="module")
def company(admin):
    name = f"Conventions {uuid.uuid4().hex[:8]}"
    answer = admin.call("POST", "/organizations/companies", json={"organizationInput": {"name": name}, "ownerCredentials": {
        "userName": name.replace(" ", ""), "password": "Owner-password-1"}, "workloadLimit": 5})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def raw_get(console, target, token):
    """A GET whose target is sent byte for byte."""
    context = ssl._create_unverified_context()
    with socket.create_connection(("127.0.0.1", console.ports[0])) as plain, context.wrap_socket(plain) as tls:
        tls.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nConnection: close\r\n\r\n".encode())
        data = b""
        while chunk := tls.recv(65536):
            data += chunk
    head, body = data.split(b"\r\n\r\n", 1)
    return int(head.split()[1]), json.loads(body)


def test_token_shapes(console):
    user, password = console.admin()
    session = Client(console.url).session
    url = console.url + "/api/v3/token"
    good = session.post(url, data={"grant_type": "password", "username": user, "password": password, "refresh_token": "", "extra": "x"})
    assert good.status_code == 200 and {"access_token", "refresh_token", "token_type", "expires_in"} <= set(good.json())
    again = session.post(url, data={"grant_type": "refresh_token", "refresh_token": good.json()["refresh_token"]})
    assert again.status_code == 200
    reused = session.post(url, data={"grant_type": "refresh_token", "refresh_token": good.json()["refresh_token"]})
    assert reused.status_code == 400 and reused.json()["error"] == "invalid_grant"
    assert Client(console.url, token=again.json()["access_token"]).call("GET", "/about").status_code == 401  # the family ended
    wrong = session.post(url, data={"grant_type": "password", "username": user, "password": "no"})
    assert wrong.status_code == 400 and wrong.json()["error"] == "invalid_grant"
    unknown = session.post(url, data={"grant_type": "mfa"})
    assert unknown.status_code == 400 and unknown.json()["error"] == "unsupported_grant_type"


def test_failed_logins_are_slowed(console, company):
    session = Client(console.url).session
    name = f"nobody-{uuid.uuid4().hex[:6]}"
    codes = [session.post(console.url + "/api/v3/token", data={"grant_type": "password", "username": name, "password": "x"}) for _ in range(7)]
    assert codes[-1].status_code == 429
    assert codes[-1].json()["errors"][0]["retryAfter"] >= 1 and "Retry-After" in codes[-1].headers
    import time
    time.sleep(codes[-1].json()["errors"][0]["retryAfter"] + 0.5)
    console.client()  # a good sign-in clears the address


def test_bare_token_trailing_slash_and_unencoded_filter(console, admin, company):
    status, body = raw_get(console, "/api/v3/organizations/companies/?filter=[{'property':'name','operation':'equals','value':'%s','items':null,'collation':'ordinal'}]&limit=1"
                           % company["name"].replace(" ", "%20"), admin.token)
    assert status == 200 and [c["instanceUid"] for c in body["data"]] == [company["instanceUid"]]


def test_filter_operators(admin, company):
    name = company["name"]

    def names(*conditions):
        answer = admin.call("GET", "/organizations/companies", params={"filter": json.dumps(list(conditions)), "limit": 1000})
        assert answer.status_code == 200, answer.text
        return {c["name"] for c in answer.json()["data"]}

    is_it = {"property": "name", "operation": "equals", "value": name}
    assert names(is_it) == {name}
    assert names({"property": "name", "operation": "equals", "value": name.upper(), "collation": "ignorecase"}) == {name}
    assert names({"property": "name", "operation": "equals", "value": name.upper()}) == set()
    assert names({"property": "name", "operation": "contains", "value": name[2:9]}) >= {name}
    assert names({"property": "name", "operation": "in", "value": [name, "x"]}) == {name}
    assert name not in names({"operation": "not", "items": [is_it]})
    assert names({"operation": "or", "items": [is_it, {"property": "name", "operation": "equals", "value": "zz"}]}) == {name}
    assert names({"operation": "exclusiveOr", "items": [is_it, is_it]}) == set()
    assert names({"property": "workloadLimit", "operation": "lessThanOrEqual", "value": "5"}, is_it) == {name}
    assert names({"property": "workloadLimit", "operation": "greaterThan", "value": 5}, is_it) == set()
    assert names({"property": "instanceUid", "operation": "equals", "value": company["instanceUid"].upper()}) == {name}
    assert names({"property": "ownerCredentials.userName", "operation": "equals", "value": name.replace(" ", "")}) == {name}
    assert names({"property": "status", "operation": "equals", "value": "active"}, is_it) == {name}
    assert names({"property": "isRestAccessEnabled", "operation": "equals", "value": False}, is_it) == {name}
    assert names({"property": "name", "operation": "contains", "value": "100%_'; drop table x; --"}) == set()


@pytest.mark.parametrize(("query", "parameter", "words"), [
    ("filter=[{'property':'nome','operation':'equals','value':'x'}]", "filter", "nome"),
    ("filter=[{'property':'name','operation':'like','value':'x'}]", "filter", "like"),
    ("filter=[{'property':'instanceUid','operation':'equals','value':'x'}]", "filter", "uid"),
    ("filter=[{'property':'name'", "filter", "position"),
    ("filter=[{'property':'status','operation':'equals','value':'Nice'}]", "filter", "Active"),
    ("filter=[{'property':'workloadLimit','operation':'equals','value':'99999999999999999999'}]", "filter", "whole number"),
    ("filter=5", "filter", "array"),
    ("sort=[{'property':'nope'}]", "sort", "nope"),
    ("sort=[{'property':'name','direction':'up'}]", "sort", "ascending"),
    ("select=[1]", "select", "propertyPath"),
    ("limit=x", "limit", "number"), ("limit=0", "limit", "number"), ("offset=-1", "offset", "number"),
])
def test_bad_queries_say_what_is_wrong(admin, query, parameter, words):
    answer = admin.session.get(admin.url + "/api/v3/organizations/companies?" + query)
    assert answer.status_code == 400, answer.text
    error = answer.json()["errors"][0]
    assert error["parameterName"] == parameter and words in error["message"]


def test_refusals_have_the_same_shape(console, admin, company):
    anonymous = Client(console.url)
    for client, method, path, options, code in [
            (anonymous, "GET", "/about", {}, 401), (Client(console.url, token="nonsense"), "GET", "/about", {}, 401),
            (admin, "GET", "/nothing/here", {}, 404), (admin, "DELETE", "/about", {}, 405), (admin, "GET", f"/organizations/companies/{uuid.uuid4()}", {}, 404),
            (admin, "GET", "/organizations/companies/12", {}, 400), (admin, "POST", "/organizations/companies", {"data": "{\"a\":"}, 400),
            (admin, "POST", "/organizations/companies", {"json": {}}, 400), (admin, "POST", "/organizations/companies", {"json": [1]}, 400),
            (admin, "POST", "/organizations/companies", {"json": {"organizationInput": {"name": True}}}, 400),
            (admin, "POST", "/organizations/companies", {"json": {"organizationInput": {"name": ""}}}, 400),
            (admin, "POST", "/organizations/companies", {"json": {"organizationInput": {"name": company["name"]}}}, 409),
            (admin, "POST", "/organizations/companies", {"data": "x" * (5 << 20), "headers": {"Content-Type": "application/json"}}, 413),
            (admin, "POST", "/organizations/companies", {"data": "<a/>", "headers": {"Content-Type": "text/xml"}}, 415)]:
        answer = client.call(method, path, **options)
        assert answer.status_code == code, (path, answer.status_code, answer.text[:300])
        error = answer.json()["errors"][0]
        assert error["message"] and error["code"] == code and error["type"]
    body = admin.call("POST", "/organizations/companies", json={"organizationInput": {"name": "x"}, "isRestAccessEnabled": "yes"}).json()
    assert body["errors"][0]["propertyName"] == "isRestAccessEnabled"


def test_a_company_without_an_owner_can_be_changed(admin):
    made = admin.call("POST", "/organizations/companies", json={"organizationInput": {"name": f"Ownerless {uuid.uuid4().hex[:8]}"}}).json()["data"]
    path = f"/organizations/companies/{made['instanceUid']}"
    answer = admin.call("PATCH", path, json=[{"op": "replace", "path": "/status", "value": "Disabled"}])
    assert answer.status_code == 200 and answer.json()["data"]["status"] == "Disabled", answer.text
    assert admin.call("DELETE", path).status_code == 200


def test_patch_follows_rfc_6902(admin, company):
    path = f"/organizations/companies/{company['instanceUid']}"

    def patch(*steps):
        return admin.call("PATCH", path, json=list(steps))

    assert patch({"op": "replace", "path": "/isAlarmDetectEnabled", "value": True}).json()["data"]["isAlarmDetectEnabled"] is True
    assert patch({"op": "replace", "path": "/companyServices/remoteServices/isBackupResourcesEnabled", "value": True}).status_code == 200
    assert patch({"op": "replace", "path": "/instanceUid", "value": str(uuid.uuid4())}).status_code == 400
    assert patch({"op": "test", "path": "/status", "value": "Disabled"}).status_code == 400
    assert patch({"op": "replace", "path": "/status", "value": "Nonsense"}).status_code == 400
    assert patch({"op": "explode", "path": "/status"}).status_code == 400
    assert admin.call("PATCH", path, json={"op": "replace"}).status_code == 400
    assert patch().status_code == 400


def test_api_keys(console, admin):
    me = admin.data("/users/me")["instanceUid"]
    made = admin.call("POST", f"/users/{me}/logins/apikey", params={"description": "reader", "scopes": "rest", "isReadAccessOnly": "true"}).json()["data"]
    key = Client(console.url, token=made["parameters"])
    assert key.call("GET", "/about").status_code == 200
    assert key.call("POST", "/organizations/companies", json={"organizationInput": {"name": "no"}}).status_code == 403
    listed = [login for login in admin.data(f"/users/{me}/logins") if login["id"] == made["id"]]
    assert len(listed) == 1 and made["parameters"] not in json.dumps(listed)
    assert admin.call("DELETE", f"/users/{me}/tokens", params={"userLoginId": made["id"]}).status_code == 200
    assert key.call("GET", "/about").status_code == 401


def test_roles(console, admin, company):
    provider = admin.data("/users/me")["organizationUid"]
    name = f"reader-{uuid.uuid4().hex[:6]}"
    body = {"organizationUid": provider, "role": "PortalReadonlyOperator", "profile": {}, "credentials": {"userName": name, "password": "Long-enough-1"}}
    assert admin.call("POST", "/users", json=body).status_code == 200
    reader = Client(console.url, name, "Long-enough-1")
    assert reader.call("GET", "/organizations/companies").status_code == 200
    assert reader.call("DELETE", f"/organizations/companies/{company['instanceUid']}").status_code == 403
    owner = Client(console.url, company["name"].replace(" ", ""), "Owner-password-1")
    assert [c["name"] for c in owner.data("/organizations/companies")] == [company["name"]]
    assert owner.call("POST", "/users", json={**body, "credentials": {"userName": "x" + name, "password": "Long-enough-1"}}).status_code in (400, 403)
    admin.call("PATCH", f"/organizations/companies/{company['instanceUid']}", json=[{"op": "replace", "path": "/status", "value": "Disabled"}])
    assert owner.call("GET", "/organizations/companies").status_code == 401
    admin.call("PATCH", f"/organizations/companies/{company['instanceUid']}", json=[{"op": "replace", "path": "/status", "value": "Active"}])


def test_every_write_leaves_an_audit_row(admin):
    before = admin.total("/eventLogs/activityLogs")
    made = admin.call("POST", "/organizations/companies", json={"organizationInput": {"name": f"Audit {uuid.uuid4().hex[:8]}"}}).json()["data"]
    admin.call("DELETE", f"/organizations/companies/{made['instanceUid']}", params={"removeAllAgents": "true"})
    rows = admin.data("/eventLogs/activityLogs", limit=2)
    assert admin.total("/eventLogs/activityLogs") >= before + 2
    assert {row["activityLogType"] for row in rows} == {"CompanyCreated", "CompanyDeleted"}
    assert admin.call("GET", f"/organizations/companies/{made['instanceUid']}").status_code == 404


def test_a_change_is_repeatable(console, admin, company):
    """The same request with the same id is carried out once; the id belongs to that request and to its sender."""
    name = f"Once {uuid.uuid4().hex[:8]}"
    request = {"json": {"organizationInput": {"name": name}}, "headers": {"X-Request-id": str(uuid.uuid4())}}
    first = admin.call("POST", "/organizations/companies", **request)
    again = admin.call("POST", "/organizations/companies", **request)
    assert first.status_code == again.status_code == 200, again.text
    assert first.json() == again.json() and again.headers["X-Request-id"] == request["headers"]["X-Request-id"]
    assert admin.total("/organizations/companies", filter=json.dumps([{"property": "name", "operation": "equals", "value": name}])) == 1
    other = admin.call("POST", "/organizations/companies", json={"organizationInput": {"name": name + " more"}}, headers=request["headers"])
    assert other.status_code == 409 and "X-Request-id" in other.json()["errors"][0]["message"]
    owner = Client(console.url, company["name"].replace(" ", ""), "Owner-password-1")
    taken = owner.call("PATCH", f"/organizations/companies/{company['instanceUid']}", json=[{"op": "replace", "path": "/notes", "value": "mine"}], headers=request["headers"])
    assert taken.status_code in (403, 409), "another user's id"
    refused = {"json": {"organizationInput": {"name": name}}, "headers": {"X-Request-id": str(uuid.uuid4())}}
    assert admin.call("POST", "/organizations/companies", **refused).status_code == 409, "the name is taken"
    assert admin.call("DELETE", f"/organizations/companies/{first.json()['data']['instanceUid']}").status_code == 200
    assert admin.call("POST", "/organizations/companies", **refused).status_code == 200, "a refused request may be repeated"


def test_session_cookie_needs_the_header(console):
    user, password = console.admin()
    session = Client(console.url).session
    assert session.post(console.url + "/api/steward/v1/session", json={"userName": user, "password": "no"}).status_code == 401
    good = session.post(console.url + "/api/steward/v1/session", json={"userName": user, "password": password})
    assert good.status_code == 200 and "HttpOnly" in good.headers["Set-Cookie"] and "SameSite=Strict" in good.headers["Set-Cookie"]
    assert session.get(console.url + "/api/v3/users/me").status_code == 200
    refused = session.post(console.url + "/api/v3/organizations/companies", json={"organizationInput": {"name": "csrf"}})
    assert refused.status_code == 403
    assert session.delete(console.url + "/api/steward/v1/session", headers={"X-Steward-Csrf": "1"}).status_code == 200
    session.cookies.set("steward_session", good.cookies["steward_session"])
    assert session.get(console.url + "/api/v3/users/me").status_code == 401


def test_documents_are_served(console):
    client = Client(console.url)
    assert client.call("GET", "/api/v3/openapi.json").json()["openapi"] == "3.1.0"
    assert "swagger" in client.call("GET", "/api/swagger").text
    for path in ("/api/v3/../../etc/passwd", "/api/swagger/..%2f..%2f..%2fetc/passwd", "/..%2f..%2fetc/passwd"):
        answer = client.session.get(client.url + path)
        assert "root:" not in answer.text


def test_csv_is_what_the_filter_says(admin, company):
    answer = admin.call("GET", "/organizations/companies", params={"format": "csv", "filter": json.dumps([{"property": "name", "operation": "equals", "value": company["name"]}])})
    lines = answer.text.lstrip("\ufeff").strip().split("\r\n")
    assert answer.headers["Content-Type"].startswith("text/csv") and len(lines) == 2 and company["name"] in lines[1]
