# SPDX-License-Identifier: Apache-2.0
"""Reports and invoices computed anew from the raw rows of the ledger, by the rules of docs/admin/reports.md and billing.md, without any of the console's own
code. Numbers are fractions."""
import collections
import datetime
import json
from fractions import Fraction

LICENCES = {"VBR_VM", "VBR_Cloud_VM", "VBR_Server_Agent", "VBR_Workstation_Agent", "VBR_NAS_Backup", "VBR_Application_Plugins", "Unknown", "VAC_Server_Agent",
            "VAC_Workstation_Agent", "CC_VM_Backup", "CC_Server_Backup", "CC_Workstation_Backup", "CC_VM_Replica"}
Line = collections.namedtuple("Line", "count new weight points peak_day edition")
Charge = collections.namedtuple("Charge", "category kinds price free chunk unit edition measure round_up", defaults=(0, 1, 1, "", "Peak", False))


def rows_that_hold(console):
    """Rows of the ledger that no later one replaces."""
    rows = [json.loads(line) for line in console.sql(
        "select json_build_object('id', id, 'day', day, 'company', organization_uid, 'server', server_uid, 'edition', license_edition, 'kind', workload_type, 'platform', platform, 'used', "
        "used_count, 'new', new_count, 'weight', weight::text, 'units', units::text, 'bytes', bytes, 'rule', rule, 'source', source, 'supersedes', supersedes) "
        "from usage.observation order by id")]
    replaced = {row["supersedes"] for row in rows}
    held = [row for row in rows if row["id"] not in replaced]
    for row in held:
        row["day"] = datetime.date.fromisoformat(row["day"])
    return rows, held


def counted(row):
    """Backup servers count their new workloads in."""
    return max(row["used"] - (row["new"] or 0), 0) if row["source"] == "BackupServer" else row["used"]


def half_up(number, digits=0):
    """Rounded half up; of numbers that are not negative."""
    scaled = number * 10 ** digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole, 10 ** digits)


def weight_of(rows):
    weights = {row["weight"] and Fraction(row["weight"]) for row in rows}
    if len(weights) == 1 and None not in weights:
        return weights.pop()
    used = sum(row["used"] for row in rows)
    units = [Fraction(row["units"]) for row in rows if row["units"] is not None]
    return half_up(sum(units) / used, 3) if units and used else None


def report(held, first, last):
    """{(company, server, kind, platform): Line} of the days."""
    things = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in held:
        if first <= row["day"] <= last and row["kind"] in LICENCES:
            things[row["company"], row["server"], row["kind"], row["platform"]][row["day"]].append(row)
    out = {}
    for thing, days in things.items():
        of_day = [(sum(map(counted, rows)), sum(row["new"] or 0 for row in rows), day) for day, rows in days.items()]
        count, new, day = max(of_day)
        if count > 0 or new > 0:
            weight = weight_of(days[day])
            out[thing] = Line(count, new, weight, count * (weight or 0), day, days[day][0]["edition"])
    return out


class Invoice:
    """What a plan charges for days. Money is in the currency's smallest unit."""

    def __init__(self, plan, held, report_lines, first, last):
        self.plan, self.first, self.last = plan, first, last
        self.held, self.report_lines = [row for row in held if first <= row["day"] <= last], report_lines
        self.lines = []  # (category, quantity, net, discount, tax, gross)
        drafts = [line for line in map(self.line, plan.charges) if line]
        nets = [net for _, _, net in drafts]
        self.net = sum(nets)
        self.discount = int(half_up(self.net * Fraction(plan.discount) / 100))
        self.tax = int(half_up((self.net - self.discount) * Fraction(plan.tax) / 100))
        discounts = shares(self.discount, nets)
        taxes = shares(self.tax, [net - less for net, less in zip(nets, discounts)])
        for (category, quantity, net), less, tax in zip(drafts, discounts, taxes):
            self.lines.append((category, quantity, net, less, tax, net - less + tax))

    def line(self, charge):
        used = 1 if not charge.kinds else self.used(charge) / charge.unit
        if used == 0:
            return None
        left = max(used - charge.free, Fraction(0))
        quantity = -(-left // charge.chunk) * charge.chunk if charge.round_up else half_up(left, 3)
        return charge.category, quantity, int(half_up(Fraction(quantity) / charge.chunk * Fraction(charge.price) * 10 ** self.plan.digits))

    def used(self, charge):
        def fits(edition):
            return charge.edition in ("", edition)
        if charge.measure == "Report":
            return Fraction(sum(count for edition, kind, count in self.report_lines if kind in charge.kinds and fits(edition)))
        days = collections.Counter()
        for row in self.held:
            if row["kind"] in charge.kinds and fits(row["edition"]):
                days[row["day"]] += counted(row) if row["kind"] in LICENCES else row["bytes"] or 0
        if charge.measure == "Average":
            return Fraction(sum(days.values()), (self.last - self.first).days + 1)
        return Fraction(days[self.last] if charge.measure == "Snapshot" else max(days.values(), default=0))


def shares(total, weights):
    """In proportion, rounded down; what is left goes to the largest remainders."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    exact = [Fraction(total * weight, whole) for weight in weights]
    out = [int(share) for share in exact]
    by_remainder = sorted(range(len(weights)), key=lambda place: out[place] - exact[place])
    for place in by_remainder[:total - sum(out)]:
        out[place] += 1
    return out
