# SPDX-License-Identifier: Apache-2.0
"""A company is made of a tenant of the licence authority, once."""
import concurrent.futures

import pytest

import agent_stack as stack
from agent_stack import refusal
from processes import Client

PASSWORD = "Tenant-Owner-1!"
AGENT = "00000000-0000-4000-8000-000000000901"
SITE = "00000000-0000-4000-8000-000000000501"
TENANTS = {name: f"00000000-0000-4000-8000-00000000060{number}" for number, name in enumerate(("Heron Łódź", "Ibis", "Jackdaw", "kestrel GmbH"), 1)}


@pytest.fixture(scope="module")
def api(console):
    """The console knows a site and tenants, as an agent and an authority would have told them."""
    console.api.ensure("/organizations/companies", "Kestrel GmbH", {
        "organizationInput": {"name": "Kestrel GmbH"}, "isRestAccessEnabled": True, "ownerCredentials": {"userName": "kestrel", "password": PASSWORD}})
    console.sql(
        f"insert into core.agent (uid, organization_uid, state, public_key_hash, csr_pem) values ('{AGENT}', (select uid from core.organization where type = 'Provider'), 'Accepted', '1', '');"
        "insert into inventory.backup_server (agent_uid, uid, organization_uid, installation_uid, name, version, display_version, role, status) values "
        f"('{AGENT}', '{SITE}', (select uid from core.organization where type = 'Provider'), '{SITE}', 'site-1', '13', '13', 'CloudConnect', 'Healthy');"
        + "".join(f"insert into core.pulse_tenant (tenant_id, name) values ('{uid}', '{name}');" for name, uid in TENANTS.items()))
    return console.client()


def create(api, name, **params):
    return api.call("POST", f"/pulse/tenants/{TENANTS[name]}/createCompany", params={"siteUid": SITE} | params)


def test_a_company_is_made_and_mapped(api):
    answer = create(api, "Heron Łódź")
    assert answer.status_code == 200, answer.text
    made = answer.json()["data"]
    assert (made["name"], made["type"]) == ("Heron Łódź", "Company")
    assert api.data(f"/organizations/companies/{made['instanceUid']}")["name"] == "Heron Łódź"
    tenant = api.data(f"/pulse/tenants/{TENANTS['Heron Łódź']}")
    assert (tenant["mappingStatus"], tenant["mappedMasterOrganizationUid"]) == ("Mapped", made["instanceUid"])
    assert "mapped to Heron Łódź already" in refusal(create(api, "Heron Łódź"), 409)
    messages = {row["message"] for row in api.data("/eventLogs/activityLogs", limit=100, organizationUid=made["instanceUid"])}
    assert {"Company Heron Łódź was created.", "Mapped tenant Heron Łódź of Pulse to its new company."} <= messages


def test_of_many_calls_one_makes_it(api):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(lambda _: create(api, "Ibis").status_code, range(8)))
    assert codes == [200] + [409] * 7
    assert len([row for row in api.data("/organizations/companies", limit=100) if row["name"] == "Ibis"]) == 1


def test_what_is_refused(api, console):
    before = api.total("/organizations/companies")
    assert "There is an organization kestrel GmbH already" in refusal(create(api, "kestrel GmbH"), 409)
    assert "no site" in refusal(create(api, "Jackdaw", siteUid=AGENT), 400)
    assert "no gateway pool" in refusal(create(api, "Jackdaw", gatewayPoolUid=AGENT), 400)
    refusal(api.call("POST", f"/pulse/tenants/{TENANTS['Jackdaw']}/createCompany"), 400)
    assert api.call("POST", f"/pulse/tenants/{AGENT}/createCompany", params={"siteUid": SITE}).status_code == 404
    owner = Client(f"https://127.0.0.1:{console.port}", "kestrel", PASSWORD)
    assert create(owner, "Jackdaw").status_code == 403
    assert api.total("/organizations/companies") == before
    assert create(api, "Jackdaw").status_code == 200
