# SPDX-License-Identifier: Apache-2.0
"""A clock that a test moves for all programs it starts, and thirty companies with what they use of each day."""
import datetime
import os
import pathlib
import re
import time

DAY = datetime.timedelta(days=1)
GIB = 1 << 30
VM, SERVER, WORKSTATION = "VBR_VM", "VBR_Server_Agent", "VBR_Workstation_Agent"
CLASSES = {VM: "Virtual machine", SERVER: "Server agent", WORKSTATION: "Workstation agent"}
WEIGHTS = {VM: "10", SERVER: "12.5", WORKSTATION: "3.333"}
LEFT = re.compile(r"(?:sem\.)?faketime_s(?:em|hm)_(\d+)")
FEBRUARY_20 = datetime.date(2026, 2, 20)
EDITIONS = ("EnterprisePlus", "Enterprise")
SITE, SITE_AGENT = "00000000-0000-4000-8000-00000000aa01", "00000000-0000-4000-8000-00000000aa02"


class Clock:
    """The time of all programs that are started with its environment. They read one file, so they agree, and it runs on."""

    def __init__(self, folder):
        self.file = folder / "clock"
        self.offset, self.began = 0, time.time()

    def environment(self):
        library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        return {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "NO_FAKE_STAT": "1"}

    def set(self, day, hour=12):
        """To that hour of the day, in UTC."""
        wanted = datetime.datetime.combine(day, datetime.time(hour), datetime.timezone.utc)
        self.shift(round(wanted.timestamp() - time.time()))

    def forward(self, minutes):
        self.shift(self.offset + 60 * minutes)

    def shift(self, offset):
        self.offset = offset
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{offset:+d}\n")
        os.replace(draft, self.file)

    def tidy(self):
        """Removes what the library leaves in shared memory of each process that has ended since."""
        for path in pathlib.Path("/dev/shm").glob("*faketime_s*"):
            if LEFT.fullmatch(path.name) and not pathlib.Path("/proc", LEFT.fullmatch(path.name)[1]).exists() and path.stat().st_mtime >= self.began:
                path.unlink(missing_ok=True)


class Company:
    """One of the thirty: what it has, how it is invoiced."""

    def __init__(self, number, real=False):
        self.number, self.name, self.is_real = number, f"Month {number:02}", real
        self.uid = ""
        self.schedule, self.billing_day = (("Monthly", 17), ("AfterReport", 1), ("Monthly", 1))[(number + 1) % 3]
        self.of_reseller = number in (5, 6, 7, 8)
        self.has_tenant = number in (2, 3, 4, 12, 13)
        kinds = [VM] + ([SERVER] if number % 2 == 0 else []) + ([WORKSTATION] if number % 4 == 0 else [])
        servers = 0 if real else 2 if number in (10, 11) else 1
        self.things = [(server, kind) for server in range(servers) for kind in kinds]
        # Machines with the console's own agent: (operation mode, first day, last day of their restore points).
        self.machines = {14: [("Server", FEBRUARY_20, None), ("Server", datetime.date(2026, 3, 15), None),
                              ("Server", datetime.date(2026, 3, 2), datetime.date(2026, 3, 2))],
                         15: [("Workstation", datetime.date(2026, 3, 9), datetime.date(2026, 6, 3))]}.get(number, [])

    @property
    def agent(self):
        return f"00000000-0000-4000-8000-0000000001{self.number:02}"

    @property
    def tenant(self):
        return f"00000000-0000-4000-8000-0000000003{self.number:02}"

    def server(self, index):
        return f"00000000-0000-4000-8000-000000000{4 + index}{self.number:02}"

    def machine(self, index):
        return f"00000000-0000-4000-8000-000000000{7 + index}{self.number:02}"

    @property
    def servers(self):
        return sorted({self.server(server) for server, _ in self.things})

    def edition(self, day):
        """Of its servers' licences on that day."""
        return EDITIONS[0 if self.number == 25 and day >= datetime.date(2026, 5, 10) else self.number % 2]

    def is_silent(self, day):
        """Whether its servers tell nothing on that day."""
        if self.number == 16:
            return day.day in (5, 6, 7)
        return self.number == 17 and datetime.date(2026, 3, 10) <= day <= datetime.date(2026, 4, 5)

    def uses(self, day, server, kind):
        """(used, new, weight) as its server counts them on that day. Those of company 2 are the fixture of an invoice computed by hand."""
        if self.number == 2:
            return by_hand(day, kind)
        n = day.toordinal()
        used = 5 + (7 * self.number + 3 * server) % 13 + (n * (self.number + 2 * list(CLASSES).index(kind) + server + 1)) % 11
        new = None if self.number % 7 == 0 else (n + self.number) % 4 if day.day < 20 and self.number % 5 == 0 else 0
        weight = "15" if self.number == 9 and day >= datetime.date(2026, 4, 20) else WEIGHTS[kind]
        return used, new, weight

    def stores(self, day):
        """(VMs, servers, bytes) of its tenant at the site."""
        if self.number == 2:
            return 2, 0, (455 if day == datetime.date(2026, 3, 21) else 300) * GIB
        n = day.toordinal()
        return 3 + n % 5, (n * self.number) % 3, (100 + 10 * self.number + (n * 37) % 200) * GIB + 123456789


def by_hand(day, kind):
    """Company 2. VMs: 20; from 20 to 31 March 3 new ones besides, that are free; 27 on 3 April. Servers: 4, but 7 on every 16th."""
    if kind == SERVER:
        return (7 if day.day == 16 else 4), 0, "12.5"
    if datetime.date(2026, 3, 20) <= day <= datetime.date(2026, 3, 31):
        return 23, 3, "10"
    return (27 if day == datetime.date(2026, 4, 3) else 20), 0, "10"


def text(value):
    return "null" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


def inventory(companies, provider):
    """SQL that gives companies their servers, licences and tenants, as agents would; and the provider a site."""
    yield f"insert into core.agent (uid, organization_uid, state, public_key_hash, csr_pem) values ('{SITE_AGENT}', '{provider}', 'Accepted', 'site', '')"
    columns = "agent_uid, uid, organization_uid, installation_uid, name, version, display_version, role, status"
    yield (f"insert into inventory.backup_server ({columns}) values ('{SITE_AGENT}', '{SITE}', '{provider}', '{SITE}', 'site', '13', '13', 'CloudConnect', 'Healthy')")
    for company in companies:
        if company.is_real:
            continue
        yield (f"insert into core.agent (uid, organization_uid, state, public_key_hash, csr_pem) values ('{company.agent}', '{company.uid}', 'Accepted', "
               f"'{company.number}', '')")
        for server in company.servers:
            yield (f"insert into inventory.backup_server ({columns}) values ('{company.agent}', '{server}', '{company.uid}', '{server}', 'vbr-{server[-3:]}', "
                   "'13', '13', 'Client', 'Healthy')")
            yield ("insert into inventory.backup_server_license (agent_uid, uid, organization_uid, backup_server_uid, auto_update_enabled, edition, status, "
                   f"cloud_connect, unit_type, type) values ('{company.agent}', gen_random_uuid(), '{company.uid}', '{server}', false, '{company.edition(FEBRUARY_20)}', "
                   "'Valid', 'No', 'Points', 'Rental')")
        for index, kind in company.things:
            yield ("insert into inventory.license_usage (agent_uid, uid, organization_uid, backup_server_uid, server_type, workload_class, platform, "
                   f"unit_type, weight, used_units, used_count, new_count) values ('{company.agent}', gen_random_uuid(), '{company.uid}', "
                   f"'{company.server(index)}', 'BackupAndReplication', '{CLASSES[kind]}', 'VMware', 'Points', 1, 0, 0, 0)")
        for index, (mode, first, _) in enumerate(company.machines):
            machine = company.machine(index)
            yield ("insert into inventory.console_computer (agent_uid, uid, organization_uid, name, operation_mode, number_of_jobs) values "
                   f"('{company.agent}', '{machine}', '{company.uid}', 'machine-{index}', '{mode}', 1)")
            if first == FEBRUARY_20:
                yield f"insert into usage.first_seen values ('{company.agent}', '{machine}', '{first}')"
        if company.has_tenant:
            yield f"insert into core.company_tenant (tenant_uid, company_uid) values ('{company.tenant}', '{company.uid}')"
            yield ("insert into inventory.cloud_tenant (agent_uid, uid, organization_uid, tenant_uid, backup_server_uid, site_name, name, type, is_enabled, "
                   "is_throttling_enabled, throttling_value, throttling_unit, max_concurrent_task, is_backup_protection_enabled, backup_protection_period, "
                   "gateway_pool_uids, is_gateway_failover_enabled, public_ip_count, vm_backups, workstation_backups, server_backups, vm_replicas, "
                   f"has_replication, has_vcd_replication) values ('{SITE_AGENT}', '{company.tenant}', '{provider}', '{company.tenant}', '{SITE}', 'site', "
                   f"'tenant-{company.number}', 'General', true, false, 0, 'MbitPerSec', 1, false, 0, '[]', false, 0, 0, 0, 0, 0, false, false)")
            yield ("insert into inventory.cloud_tenant_backup_resource (agent_uid, uid, organization_uid, tenant_uid, backup_server_uid, name, "
                   f"repository_uid, storage_quota, used_quota, is_default) values ('{SITE_AGENT}', gen_random_uuid(), '{provider}', '{company.tenant}', "
                   f"'{SITE}', 'pool', gen_random_uuid(), {1024 * GIB}, 0, true)")


def told_on(companies, day):
    """SQL of what servers tell on a day."""
    told, editions, sizes, servers, machines = [], [], [], [SITE], [f"'{SITE}'"]
    for company in companies:
        machines += [f"'{company.machine(index)}'" for index, (_, first, last) in enumerate(company.machines) if first <= day <= (last or day)]
        if company.has_tenant:
            sizes.append(f"('{company.tenant}'::uuid, {', '.join(map(str, company.stores(day)))})")
        if company.is_silent(day):
            continue
        servers += company.servers
        editions += [f"('{server}'::uuid, '{company.edition(day)}')" for server in company.servers]
        for server, kind in company.things:
            used, new, weight = company.uses(day, server, kind)
            told.append(f"('{company.server(server)}'::uuid, '{CLASSES[kind]}', {used}, {text(new)}::bigint, {weight}::double precision)")
    names = ", ".join(f"'{server}'" for server in servers)
    yield "begin"
    yield ("update inventory.license_usage u set used_count = v.used, new_count = v.new, weight = v.weight, used_units = v.used * v.weight from (values "
           + ", ".join(told) + ") v (server, kind, used, new, weight) where u.backup_server_uid = v.server and u.workload_class = v.kind")
    yield (f"update inventory.backup_server_license l set edition = v.edition from (values {', '.join(editions)}) v (server, edition) "
           "where l.backup_server_uid = v.server and l.edition <> v.edition")
    yield (f"update inventory.cloud_tenant t set vm_backups = v.vms, server_backups = v.servers from (values {', '.join(sizes)}) v (uid, vms, servers, bytes) "
           "where t.uid = v.uid")
    yield (f"update inventory.cloud_tenant_backup_resource r set used_quota = v.bytes from (values {', '.join(sizes)}) v (uid, vms, servers, bytes) "
           "where r.tenant_uid = v.uid")
    yield f"update inventory.console_computer set latest_restore_point_date = '{day}T06:00:00Z' where uid in ({', '.join(machines)})"
    yield f"update inventory.backup_server set collected_at = '{day}T12:00:00Z' where uid in ({names})"
    yield "commit"


def seen_whole(day):
    """SQL: whether the day before is sealed, and what servers told on this day is in the ledger as they told it."""
    return (f"select coalesce((select max(day) from usage.daily_seal) >= date '{day}' - 1, date '{day}' = (select usage.first_day())) and not exists (select "
            "from inventory.license_usage u join inventory.backup_server s on s.agent_uid = u.agent_uid and s.uid = u.backup_server_uid "
            f"where s.collected_at >= '{day}T00:00:00Z' and u.used_count > 0 and not exists (select from usage.observation o where o.day = '{day}' "
            "and o.server_uid = s.uid and o.organization_uid = s.organization_uid and o.rule = 'ServerReported' and o.used_count = u.used_count "
            "and o.workload_type = usage.type_of(u.workload_class, u.platform) and o.platform = u.platform)) and exists (select from usage.observation o "
            f"where o.day = '{day}' and o.rule = 'ServerReported')")
