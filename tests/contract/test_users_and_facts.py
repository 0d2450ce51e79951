# SPDX-License-Identifier: Apache-2.0
"""Locations and API keys of users: what may be changed, what it takes effect on, what it leaves in the log. And the plain facts."""
import uuid

import pytest

from processes import Client

PASSWORD = "Long-enough-1"


@pytest.fixture(scope="module")
def admin(console):
    return console.client()


def make_company(admin):
    name = f"Users {uuid.uuid4().hex[:8]}"
    answer = admin.call("POST", "/organizations/companies", json={"organizationInput": {"name": name}, "ownerCredentials": {
        "userName": name.replace(" ", ""), "password": PASSWORD}})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def owner_of(console, company):
    return Client(console.url, company["name"].replace(" ", ""), PASSWORD)


@pytest.fixture(scope="module")
def company(admin):
    return make_company(admin)


@pytest.fixture(scope="module")
def user(admin, company):
    answer = admin.call("POST", "/users", json={"organizationUid": company["instanceUid"], "role": "CompanyLocationUser", "profile": {},
                                                "credentials": {"userName": f"u-{uuid.uuid4().hex[:8]}", "password": PASSWORD}})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def location(admin, organization):
    answer = admin.call("POST", "/organizations/locations", json={"organizationUid": organization, "name": f"Site {uuid.uuid4().hex[:6]}", "quotaGb": 1})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["instanceUid"]


def last_log(admin, count=1):
    return [row["activityLogType"] for row in admin.data("/eventLogs/activityLogs", limit=count)]


def test_locations_of_a_user_come_and_go(console, admin, company, user):
    path = f"/users/{user['instanceUid']}/locations"
    here = location(admin, company["instanceUid"])
    person = Client(console.url, user["userName"], PASSWORD)
    assert admin.data(path) == [] == person.data("/organizations/locations")
    added = admin.call("POST", path, params={"locationUid": here})
    assert added.status_code == 200 and added.json()["data"]["instanceUid"] == user["instanceUid"], added.text
    assert last_log(admin) == ["CompanyUserLocationCreated"]
    assert [row["instanceUid"] for row in admin.data(path)] == [here]
    assert [row["instanceUid"] for row in admin.data(f"/organizations/locations/{here}/users")] == [user["instanceUid"]]
    assert [row["instanceUid"] for row in person.data("/organizations/locations")] == [here]  # at once, in the open session
    before = admin.total("/eventLogs/activityLogs")
    assert admin.call("POST", path, params={"locationUid": here}).status_code == 200  # twice is once, and no second log row
    assert len(admin.data(path)) == 1 and admin.total("/eventLogs/activityLogs") == before
    removed = admin.call("DELETE", path, params={"locationUid": here})
    assert removed.status_code == 200 and removed.json()["data"] == {}
    assert last_log(admin) == ["CompanyUserLocationRemoved"] and admin.data(path) == []
    assert person.data("/organizations/locations") == []
    assert admin.call("DELETE", path, params={"locationUid": here}).status_code == 404


def test_a_location_must_be_the_organizations_own(console, admin, company, user):
    path = f"/users/{user['instanceUid']}/locations"
    other = make_company(admin)
    foreign = location(admin, other["instanceUid"])
    refused = admin.call("POST", path, params={"locationUid": foreign})
    assert refused.status_code == 400 and refused.json()["errors"][0]["parameterName"] == "locationUid"
    assert admin.call("POST", path).status_code == 400 and admin.call("POST", path, params={"locationUid": "here"}).status_code == 400
    assert admin.data(path) == []
    stranger = owner_of(console, other)
    for method in ("POST", "DELETE"):
        assert stranger.call(method, path, params={"locationUid": foreign}).status_code == 404


def make_key(client, uid, **more):
    answer = client.call("POST", f"/users/{uid}/logins/apikey", params={"description": "first", "scopes": "rest", **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_a_key_is_disabled_and_enabled_at_once(console, admin):
    me = admin.data("/users/me")["instanceUid"]
    made = make_key(admin, me)
    path = f"/users/{me}/logins/{made['id']}"
    key = Client(console.url, token=made["parameters"])

    def patch(name, value):
        return admin.call("PATCH", path, json=[{"op": "replace", "path": f"/{name}", "value": value}])

    assert key.call("GET", "/about").status_code == 200
    off = patch("status", "disabled")
    assert off.status_code == 200 and off.json()["data"]["status"] == "disabledDueToUser", off.text
    assert key.call("GET", "/about").status_code == 401
    assert last_log(admin) == ["UserRecordModified"]
    assert patch("status", "enabled").json()["data"]["status"] == "enabled"
    assert key.call("GET", "/about").status_code == 200
    assert patch("isReadAccessOnly", True).json()["data"]["isReadAccessOnly"] is True
    assert key.call("POST", "/organizations/companies", json={"organizationInput": {"name": "no"}}).status_code == 403
    renamed = patch("description", "second").json()["data"]
    assert (renamed["description"], renamed["scopes"], renamed["status"]) == ("second", ["rest"], "enabled")
    assert "parameters" not in renamed
    for name, value in (("status", "disabledDueToSystem"), ("status", "Nonsense"), ("id", 1), ("identifierInProvider", "x"), ("parameters", "x")):
        assert patch(name, value).status_code == 400, name
    gone = admin.call("DELETE", path)
    assert gone.status_code == 200 and gone.json()["data"] is True
    assert last_log(admin) == ["UserLoginTypeRemoved"]
    assert key.call("GET", "/about").status_code == 401
    assert admin.call("GET", path).status_code == 404 and admin.call("DELETE", path).status_code == 404
    assert admin.call("DELETE", f"/users/{me}/logins/none").status_code in (400, 404)


def test_keys_of_others_are_out_of_reach(console, admin, company):
    made = make_key(admin, admin.data("/users/me")["instanceUid"])
    mine, other = owner_of(console, company), owner_of(console, make_company(admin))
    me = mine.data("/users/me")["instanceUid"]
    own = make_key(mine, me)
    body = [{"op": "replace", "path": "/status", "value": "disabled"}]
    for client, uid, login in ((mine, admin.data("/users/me")["instanceUid"], made["id"]), (other, me, own["id"]), (mine, me, made["id"])):
        assert client.call("PATCH", f"/users/{uid}/logins/{login}", json=body).status_code == 404
        assert client.call("DELETE", f"/users/{uid}/logins/{login}").status_code == 404
    assert Client(console.url, token=made["parameters"]).call("GET", "/about").status_code == 200
    assert mine.call("DELETE", f"/users/{me}/logins/{own['id']}").status_code == 200


@pytest.mark.parametrize(("path", "count", "known"), [
    ("/misc/countries", 249, {"DE": (276, "Germany"), "US": (840, "United States"), "CI": (384, "Côte d'Ivoire")}),
    ("/misc/usaStates", 51, {"CA": (6, "California"), "DC": (11, "District of Columbia")}),
    ("/misc/currencies", 150, {"EUR": (978, "Euro"), "USD": (840, "US Dollar")})])
def test_facts_are_whole_lists_for_everybody(console, admin, company, path, count, known):
    answer = owner_of(console, company).call("GET", path)
    assert answer.status_code == 200 and set(answer.json()) == {"data"}
    rows = answer.json()["data"]
    assert len(rows) == count or path == "/misc/currencies" and len(rows) >= count
    assert len({row["id"] for row in rows}) == len({row["code"] for row in rows}) == len({row["name"] for row in rows}) == len(rows)
    by_code = {row["code"]: (row["id"], row["name"]) for row in rows}
    assert {code: by_code[code] for code in known} == known
    assert admin.data(path) == rows
    assert Client(console.url).call("GET", path).status_code == 401
