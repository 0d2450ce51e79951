# SPDX-License-Identifier: Apache-2.0
"""A past for the usage ledger of the demo estate: the month before and the days of this one, as if its servers had told a little more every week.

The console looks at usage every few seconds here, and what it wrote of today could not come before the past any more. So the ledger's lock is held
from the start of the console until the inventory is there. The days are written in one transaction, in which the inventory is as it may have been
on that day; at its end it is as it was. The console then signs the days at its next look, and builds the report of the month before.
"""
from __future__ import annotations

import datetime
import subprocess

from processes import Console, wait_for

DAYS = """
create temp table told on commit drop as select agent_uid, uid, collected_at from inventory.backup_server;
create temp table used on commit drop as select agent_uid, uid, used_count, used_units, new_count from inventory.license_usage;
-- What a replica counts is left open: a report says so.
insert into usage.weight (workload_type, valid_from, weight) values ('CC_VM_Backup', '{first}', 5), ('CC_Server_Backup', '{first}', 5),
  ('CC_Workstation_Backup', '{first}', 2) on conflict do nothing;
do $$
declare
  day date;
  share double precision;
begin
  for day in select d::date from generate_series('{first}'::date, (now() at time zone 'UTC')::date - 1, interval '1 day') d loop
    share := 0.82 + 0.18 * (day - '{first}'::date) / greatest((now() at time zone 'UTC')::date - '{first}'::date, 1) + 0.02 * sin(extract(isodow from day));
    update inventory.backup_server s set collected_at = day + interval '12 hours' from told t where t.agent_uid = s.agent_uid and t.uid = s.uid
      and t.collected_at is not null;
    update inventory.license_usage l set used_count = round(u.used_count * share), used_units = round(u.used_count * share) * l.weight,
      new_count = least(u.new_count, round(u.used_count * share)) from used u where u.agent_uid = l.agent_uid and u.uid = l.uid and l.weight is not null;
    perform usage.observe(day, day + interval '12 hours');
  end loop;
end $$;
update inventory.backup_server s set collected_at = t.collected_at from told t where t.agent_uid = s.agent_uid and t.uid = s.uid;
update inventory.license_usage l set used_count = u.used_count, used_units = u.used_units, new_count = u.new_count from used u
  where u.agent_uid = l.agent_uid and u.uid = l.uid;
commit;
"""


class PastUsage:
    """Holds the ledger of a new console until write() or leave()."""

    def __init__(self, console: Console) -> None:
        self.console = console
        command = ["psql", "-h", console.folder / "data/socket", "-U", "steward", "-d", "steward", "-qAt", "-v", "ON_ERROR_STOP=1"]
        self.psql = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.psql.stdin.write("begin; select usage.lock();\n")
        self.psql.stdin.flush()

    def leave(self) -> None:
        """Gives the ledger back as it is."""
        if self.psql.poll() is None:
            self.psql.stdin.close()
            self.psql.wait(30)

    def _seen(self) -> str:
        """How much would be written now."""
        return self.console.sql("select count(*) || ' ' || coalesce(sum(used_count), 0) from usage.seen((now() at time zone 'UTC')::date, now())")[0]

    def write(self) -> None:
        """Writes the days once the inventory is complete: a row that came later would stand behind days that are signed already. Not twice."""
        if self.console.sql("select count(*) from usage.observation") == ["0"]:
            try:
                wait_for(lambda: self._still(10), 120, 0)
            except TimeoutError:
                print("The inventory keeps changing: the usage ledger begins today.")
                return self.leave()
            first = (datetime.datetime.now(datetime.timezone.utc).date().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
            self.psql.stdin.write(DAYS.format(first=first))
        self.leave()
        if self.psql.returncode:
            print("The usage ledger begins today.")
        return None

    def _still(self, looks: int) -> bool:
        """Whether what is seen stays the same for so many looks."""
        before = self._seen()
        for _ in range(looks):
            try:
                wait_for(lambda: self._seen() != before, 1, 0.9)
                return False
            except TimeoutError:
                continue
        return True
