# SPDX-License-Identifier: Apache-2.0
"""Table of what the prices of a subscription plan charge, from the x-charge keys below one schema."""
from __future__ import annotations

from model import ContractError

_ROOT = "SubscriptionPlan"
_UNITS = ("Flat", "Units", "Space")
_BESIDE = ("free", "free_units", "units", "chunk", "round_up")  # properties of the same section


def charges(contract: dict) -> list[dict]:
    """[{pointer, category, words, unit, kinds, edition, licence, free, free_units, units, chunk, round_up, algorithm, word}] in the order of the plan."""
    if _ROOT not in contract["schemas"]:
        return []
    return list(_walk(contract, _ROOT, "", ("", "")))


def _walk(contract: dict, schema: str, pointer: str, edition: tuple[str, str]):
    properties = contract["schemas"][schema].get("properties", {})
    for name, prop in properties.items():
        if "x-charge" in prop:
            yield _charge(contract, f"{pointer}/{name}", prop["x-charge"], properties, edition)
        elif contract["schemas"].get(prop.get("$ref"), {}).get("type") == "object":
            yield from _walk(contract, prop["$ref"], f"{pointer}/{name}", tuple(prop.get("x-charge-edition", edition)))


def _charge(contract: dict, pointer: str, charge: dict, properties: dict, edition: tuple[str, str]) -> dict:
    section = pointer.rpartition("/")[0]
    if charge["unit"] not in _UNITS:
        raise ContractError(f"{pointer}: x-charge has no unit of {', '.join(_UNITS)}")
    category = charge["category"].replace("{edition}", edition[0])
    words = contract["schemas"]["InvoiceChargeCategory"]["x-words"].get(category)
    if words is None:
        raise ContractError(f"{pointer}: {category} is no InvoiceChargeCategory, or has no x-words")
    out = {"pointer": pointer, "category": category, "words": words, "unit": charge["unit"], "kinds": charge.get("kinds", []), "edition": edition[1],
           "licence": "/licenses/" in pointer}
    beside = {key: charge[key] for key in _BESIDE if key in charge}
    if "algorithm" in charge:
        beside["algorithm"], out["word"] = charge["algorithm"]
    for key, name in beside.items():
        if name not in properties:
            raise ContractError(f"{pointer}: x-charge names no property beside it: {name}")
        out[key] = f"{section}/{name}"
    return out
