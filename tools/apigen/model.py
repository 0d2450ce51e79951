# SPDX-License-Identifier: Apache-2.0
"""Reads api/console/*.yaml and api/permissions.yaml into one checked model of the contract.

Contract: dict(paths, schemas, groups). Every fault names the file's entry and ends the build (ContractError).
"""
from __future__ import annotations

import pathlib
import re

import yaml

METHODS = ("get", "post", "put", "patch", "delete")
QUERY_PARAMETERS = ("limit", "offset", "filter", "sort", "select", "expand")


class ContractError(Exception):
    """The contract contradicts itself; the message says where."""


def load(folder: pathlib.Path) -> dict:
    """Merges the area files; returns {'paths', 'schemas', 'groups', 'roles'}."""
    paths: dict = {}
    schemas: dict = {}
    for file in sorted((folder / "console").glob("*.yaml")):
        area = yaml.safe_load(file.read_text())
        for path, item in (area.get("paths") or {}).items():
            for method, operation in item.items():
                if method not in METHODS:
                    raise ContractError(f"{file.name}: {path}: unknown method {method}")
                if method in paths.setdefault(path, {}):
                    raise ContractError(f"{file.name}: {method} {path} is declared twice")
                operation["tags"] = [area.get("area", file.stem)]
                paths[path][method] = operation
        for name, schema in (area.get("schemas") or {}).items():
            if name in schemas:
                raise ContractError(f"{file.name}: schema {name} is declared twice")
            schemas[name] = schema
    permissions = yaml.safe_load((folder / "permissions.yaml").read_text())
    contract = {"paths": paths, "schemas": schemas, "groups": permissions["groups"], "roles": permissions["groups"]["everyone"]}
    _check(contract)
    return contract


def operations(contract: dict):
    """Yields (full path, method, operation) in a stable order. Paths without an own base live below /api/v3."""
    for path in sorted(contract["paths"]):
        base = "/api" if path.startswith("/steward/") else "/api/v3"
        for method in METHODS:
            if method in contract["paths"][path]:
                yield base + path, method, contract["paths"][path][method]


def roles_of(contract: dict, operation: dict) -> list[str]:
    """Role names an operation admits; groups are resolved."""
    names: list[str] = []
    for entry in operation.get("x-roles", []):
        names += contract["groups"].get(entry, [entry])
    return sorted(set(names), key=contract["roles"].index)


def types_of(prop: dict) -> tuple[str, bool]:
    """(OpenAPI type without null, nullable)."""
    kind = prop.get("type")
    if isinstance(kind, list):
        rest = [k for k in kind if k != "null"]
        return (rest[0] if rest else "string"), "null" in kind
    return kind or ("object" if "properties" in prop else "string"), bool(prop.get("nullable", False))


def _check(contract: dict) -> None:
    schemas = contract["schemas"]
    operation_ids: set[str] = set()

    def check_ref(where: str, prop: dict) -> None:
        if "$ref" in prop and prop["$ref"] not in schemas:
            raise ContractError(f"{where}: no schema {prop['$ref']}")
        for key, sub in (prop.get("properties") or {}).items():
            check_ref(f"{where}.{key}", sub)
        if "items" in prop:
            check_ref(f"{where}[]", prop["items"])

    for name, schema in schemas.items():
        check_ref(name, schema)
    for path, method, operation in operations(contract):
        where = f"{method} {path}"
        if not operation.get("operationId") or operation["operationId"] in operation_ids:
            raise ContractError(f"{where}: operationId is missing or used twice: {operation.get('operationId')}")
        operation_ids.add(operation["operationId"])
        if "x-roles" not in operation:
            raise ContractError(f"{where}: no x-roles")
        for role in roles_of_names(contract, operation):
            if role not in contract["roles"] and role != "anonymous":
                raise ContractError(f"{where}: unknown role {role}")
        kinds = [k for k in ("x-list", "x-item", "x-handler") if k in operation]
        if len(kinds) != 1:
            raise ContractError(f"{where}: needs exactly one of x-list, x-item, x-handler")
        for key in ("x-list", "x-item", "x-body", "x-answer"):
            schema = (operation.get(key) or {}).get("schema")
            if schema is not None and schema not in schemas:
                raise ContractError(f"{where}: {key} names no schema: {schema}")
        bound = set((operation.get("x-list") or {}).get("where", {}).values()) | set((operation.get("x-item") or {}).get("key", {}).values())
        for parameter in bound:
            if "{" + parameter + "}" not in path:
                raise ContractError(f"{where}: {parameter} is no parameter of the path")


def roles_of_names(contract: dict, operation: dict) -> list[str]:
    """Like roles_of, without the order (used before roles are known to exist)."""
    return [role for entry in operation.get("x-roles", []) for role in contract["groups"].get(entry, [entry])]


def path_parameters(path: str) -> list[str]:
    """Names between braces, in order."""
    return re.findall(r"{(\w+)}", path)
