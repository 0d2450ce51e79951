# SPDX-License-Identifier: Apache-2.0
"""Reads api/console/*.yaml and api/permissions.yaml into one checked model of the contract.

Contract: dict(paths, schemas, groups). Every fault names the file's entry and ends the build (ContractError).
"""
from __future__ import annotations

import pathlib
import re

import yaml

METHODS = ("get", "post", "put", "patch", "delete")
# SQL comparison of each operation that a declared query parameter may stand for.
SIGNS = {"equals": "=", "greaterThanOrEqual": ">=", "lessThanOrEqual": "<=", "greaterThan": ">", "lessThan": "<",
         "contains": "?"}  # of a column of jsonb arrays of texts
_OPERATION_KEYS = {"x-roles", "x-list", "x-item", "x-handler", "x-body", "x-answer", "x-file"}
_VIEW_KEYS = {"x-list": {"schema", "view", "where", "sort_key", "order", "query", "paged", "arguments"}, "x-item": {"schema", "view", "key"}}


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
                operation["x-file"] = file.name
                paths[path][method] = operation
        for name, schema in (area.get("schemas") or {}).items():
            if name in schemas:
                raise ContractError(f"{file.name}: schema {name} is declared twice")
            schema["x-file"] = file.name
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
    for name, schema in schemas.items():
        _check_schema(schemas, f"{schema['x-file']}: {name}", schema)
    seen: dict[str, str] = {}
    for path, method, operation in operations(contract):
        where = f"{operation['x-file']}: {method} {path}"
        name = operation.get("operationId")
        if not name:
            raise ContractError(f"{where}: no operationId")
        if name in seen:
            raise ContractError(f"{where}: operationId {name} is used by {seen[name]} as well")
        seen[name] = where
        _check_operation(contract, where, path, operation)


def _check_schema(schemas: dict, where: str, schema: dict) -> None:
    """References, expands, and (recursively) those of nested objects and items."""
    if "$ref" in schema and schema["$ref"] not in schemas:
        raise ContractError(f"{where}: no schema {schema['$ref']}")
    for key, expand in schema.get("x-expand", {}).items():
        if expand.get("schema") not in schemas:
            raise ContractError(f"{where}: x-expand {key} names no schema: {expand.get('schema')}")
        if "column" not in expand or ("property" not in expand and not expand.get("flat")):
            raise ContractError(f"{where}: x-expand {key} needs a column, and a property unless it is flat")
    for key, sub in (schema.get("properties") or {}).items():
        _check_schema(schemas, f"{where}.{key}", sub)
    if "items" in schema:
        _check_schema(schemas, f"{where}[]", schema["items"])


def _check_operation(contract: dict, where: str, path: str, operation: dict) -> None:
    schemas = contract["schemas"]
    for key in operation:
        if key.startswith("x-") and key not in _OPERATION_KEYS:
            raise ContractError(f"{where}: unknown key {key}")
    if "x-roles" not in operation:
        raise ContractError(f"{where}: no x-roles")
    for entry in operation["x-roles"]:
        for role in contract["groups"].get(entry, [entry]):
            if role not in contract["roles"] and role != "anonymous":
                raise ContractError(f"{where}: unknown role {role}")
    if len([kind for kind in ("x-list", "x-item", "x-handler") if kind in operation]) != 1:
        raise ContractError(f"{where}: needs exactly one of x-list, x-item, x-handler")
    for key in ("x-list", "x-item", "x-body", "x-answer"):
        schema = (operation.get(key) or {}).get("schema")
        if schema is not None and schema not in schemas:
            raise ContractError(f"{where}: {key} names no schema: {schema}")
    for kind in ("x-list", "x-item"):
        if kind in operation:
            _check_view(schemas, f"{where}: {kind}", path, operation[kind], _VIEW_KEYS[kind],
                        {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"})


def _check_view(schemas: dict, where: str, path: str, view: dict, allowed: set[str], declared: set[str]) -> None:
    for key in view:
        if key not in allowed:
            raise ContractError(f"{where}: unknown key {key}")
    for key in ("schema", "view"):
        if not view.get(key):
            raise ContractError(f"{where}: no {key}")
    for parameter in {**view.get("where", {}), **view.get("key", {})}.values():
        if parameter not in path_parameters(path):
            raise ContractError(f"{where}: {parameter} is no parameter of the path")
    for name, query in view.get("query", {}).items():
        if "column" not in query or query.get("operation", "equals") not in SIGNS:
            raise ContractError(f"{where}: query {name} needs a column, and an operation of {', '.join(SIGNS)}")
    for name in view.get("arguments", []):
        if name not in declared:
            raise ContractError(f"{where}: argument {name} is no declared query parameter")
    for name, prop in schemas[view["schema"]].get("properties", {}).items():
        if "x-source" not in prop:
            raise ContractError(f"{where}: property {name} of {view['schema']} has no x-source")


def path_parameters(path: str) -> list[str]:
    """Names between braces, in order."""
    return re.findall(r"{(\w+)}", path)
