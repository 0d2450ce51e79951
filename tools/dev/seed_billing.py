# SPDX-License-Identifier: Apache-2.0
"""Plans, schedules, the issuer's look and some invoices of the demo estate. The days of last month must be in the ledger (past_usage.py)."""
from __future__ import annotations

import base64
import datetime
import struct
import zlib

from processes import Client, wait_for

OWN = "/api/steward/v1"
INVOICES = "/organizations/companies/billing/invoices"
PLAN = {
    "name": "Managed backup", "description": "What most customers have: machines, cloud space, licences.", "currency": "EUR", "taxType": "VAT", "taxPercent": 19,
    "discountPercent": 5,
    "managedBackup": {"managedServicePrice": 49, "remoteManagedVmPrice": 6.9, "remoteFreeManagedVms": 2, "remoteManagedServerAgentPrice": 9.5,
                      "remoteManagedWorkstationPrice": 2.25, "remoteBackupUsedSpacePrice": 0.04, "remoteFreeBackupUsedSpace": 100, "hostedManagedVmPrice": 8},
    "cloudBackup": {"cloudRepositoryConsumedSpacePrice": 3.5, "cloudRepositoryConsumedSpaceUnits": "GB", "cloudRepositoryConsumedSpaceChunkSize": 100, "roundUpUsedSpace": True, "vmCloudBackupsPrice": 4,
                    "serverCloudBackupsPrice": 5, "workstationCloudBackupsPrice": 1.5},
    "cloudReplication": {"replicatedVmPrice": 12, "cloudStorageConsumedSpacePrice": 0.05},
    "licenses": {"backupAndReplicationEnterprisePlusEditionLicenses": {"vmPrice": 11.333, "serverPrice": 11.333, "workstationPrice": 3.777}}}
SMALL = {"name": "Small office", "description": "A price for all, and a little for each workstation.", "currency": "EUR", "taxType": "VAT", "taxPercent": 19,
         "discountPercent": 0, "managedBackup": {"monitoredServicePrice": 79, "remoteManagedWorkstationPrice": 1.5, "remoteFreeManagedWorkstations": 5}}


def must(client: Client, method: str, path: str, **options):
    """The data of a call that must succeed."""
    answer = client.call(method, path, **options)
    if answer.status_code != 200:
        raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:400]}")
    return answer.json()["data"]


def patch(client: Client, path: str, **values):
    """Replaces properties."""
    return must(client, "PATCH", path, json=[{"op": "replace", "path": f"/{name}", "value": value} for name, value in values.items()])


def logo(width: int = 120, height: int = 40) -> str:
    """A drawing of stripes, as a PNG in base64."""
    line = b"".join(bytes((15, 118, 110) if x // 10 % 3 else (251, 191, 36)) for x in range(width))
    rows = b"".join(b"\0" + line for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")).decode()


def plans(client: Client) -> tuple[str, str]:
    """The two plans; one line of the first is measured by its average."""
    known = {row["name"]: row["instanceUid"] for row in client.data("/subscriptionPlans", limit=1000)}
    first, second = (known.get(plan["name"]) or must(client, "POST", "/subscriptionPlans", json=plan)["instanceUid"] for plan in (PLAN, SMALL))
    patch(client, f"{OWN}/subscriptionPlans/{first}/measures", lines=[{"category": "CloudRepositoryConsumedSpace", "measure": "Average"}])
    return first, second


def issuer(client: Client) -> None:
    """How invoices of the provider look."""
    uid = client.data("/users/me")["organizationUid"]
    patch(client, f"{OWN}/billing/issuers/{uid}", prefix="R-", nextNumber=1001, paymentDays=14, color="#0f766e", logo=logo(),
          footer="Example provider, Hafenstrasse 12, 20457 Hamburg. IBAN DE02 1203 0000 0000 2020 51. Register HRB 1234.")


def make(client: Client, company: str, first: datetime.date, last: datetime.date, **more) -> dict:
    """An invoice."""
    return must(client, "POST", f"{OWN}/invoices", json={"companyUid": company, "fromDate": str(first), "toDate": str(last), **more})


def signed(client: Client, company: str, day: datetime.date) -> bool:
    """Whether the day can be invoiced."""
    body = {"companyUid": company, "fromDate": str(day), "toDate": str(day)}
    return client.call("POST", f"{OWN}/invoices/preview", json=body).status_code == 200


def billing(client: Client, seconds: float = 60) -> bool:
    """Fills in all of it, once; false when last month is not in the ledger, or was not signed within the time."""
    if client.data(INVOICES):
        return True
    today = datetime.datetime.now(datetime.timezone.utc).date()
    last = today.replace(day=1) - datetime.timedelta(days=1)
    first = last.replace(day=1)
    main, small = plans(client)
    issuer(client)
    use = client.data(f"{OWN}/usage", **{"from": str(first), "to": str(last), "measure": "peak", "groupBy": "company", "limit": 1000})
    use = {row["companyUid"]: row["count"] or 0 for row in use}
    # By name; those that are left have no plan: reconciliation says what that means.
    companies = sorted((row for row in client.data("/organizations/companies", limit=1000) if use.get(row["instanceUid"])), key=lambda row: row["name"])
    chosen = [row["instanceUid"] for row in companies][:6]
    if len(chosen) < 6:
        print("Last month is not in the ledger: there are no invoices.")
        return False
    for position, uid in enumerate(chosen):
        patch(client, f"/organizations/companies/{uid}", subscriptionPlanUid=small if position == 4 else main)
    settings = [{"schedule": "Monthly", "billingDay": 1, "nextFrom": str(first)}, {"schedule": "Monthly", "billingDay": 17, "nextFrom": str(first.replace(day=17))},
                {"schedule": "AfterReport", "nextFrom": str(first)}]
    try:
        wait_for(lambda: signed(client, chosen[0], last), seconds, 1)
    except TimeoutError:
        print("The ledger has not signed last month: there are no invoices yet.")
        return False
    for uid, values in zip(chosen, settings):
        patch(client, f"{OWN}/billing/companies/{uid}", **values)
    for uid in chosen[3:5]:
        patch(client, f"{OWN}/billing/companies/{uid}", includeDetails=True)
    paid = make(client, chosen[3], first, last)
    must(client, "POST", f"{INVOICES}/{paid['instanceUid']}/changePaidState", params={"status": "Paid"})
    make(client, chosen[4], first, last)
    make(client, chosen[0], first, last, type="QuotaUsage")
    wait_for(lambda: any(row["isScheduled"] for row in client.data(INVOICES, limit=100)), 30, 1)
    return True
