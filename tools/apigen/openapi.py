# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI 3.1 document the console serves: the contract without its x-keys, with envelopes and errors added.

What prices charge (x-charges) and the words of closed sets (x-words) stay: clients that make invoices or forms need them."""
from __future__ import annotations

import copy

from charges import charges
from model import operations, path_parameters, roles_of, types_of

_LIST_PARAMETERS = [
    {"name": "limit", "in": "query", "schema": {"type": "integer", "format": "int64", "minimum": 1, "maximum": 10000, "default": 100},
     "description": "How many items to return at most."},
    {"name": "offset", "in": "query", "schema": {"type": "integer", "format": "int64", "minimum": 0, "default": 0},
     "description": "How many items to skip."},
    {"name": "filter", "in": "query", "schema": {"type": "string"},
     "description": "JSON array of conditions {property, operation, collation, value, items}; all must hold."},
    {"name": "sort", "in": "query", "schema": {"type": "string"},
     "description": "JSON array of {property, direction, collation}."},
    {"name": "select", "in": "query", "schema": {"type": "string"},
     "description": "JSON array of {propertyPath}; only these properties are returned."},
]
_COMMON_SCHEMAS = {
    "ResponseMetadata": {"type": "object", "required": ["pagingInfo"], "properties": {"pagingInfo": {
        "type": "object", "required": ["total", "count", "offset"],
        "properties": {"total": {"type": "integer", "format": "int64", "description": "Items that match."},
                       "count": {"type": "integer", "format": "int64", "description": "Items in this answer."},
                       "offset": {"type": "integer", "format": "int64", "description": "Items skipped, as asked."}}}}},
    "ErrorResponse": {"type": "object", "required": ["errors"], "properties": {
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ResponseError"}}}},
    "ResponseError": {"type": "object", "required": ["message", "type", "code"], "properties": {
        "message": {"type": "string", "description": "What is wrong and what to do next."},
        "type": {"type": "string", "enum": ["logical", "retryableLogical", "security", "transport", "unspecified"]},
        "code": {"type": "integer"}, "propertyName": {"type": "string", "description": "Property that is wrong."},
        "parameterName": {"type": "string", "description": "Parameter that is wrong."},
        "retryAfter": {"type": "integer", "description": "Seconds to wait before the next try."}}},
}
_ERROR = {"description": "The request was refused; the body says why.",
          "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}}


def public_schema(schema: dict, contract: dict) -> dict:
    """A schema with full references, without our x-keys, and with _embedded where it can be expanded."""
    out = {}
    for key, value in schema.items():
        if key == "$ref":
            out["$ref"] = f"#/components/schemas/{value}"
        elif key == "properties":
            out[key] = {name: public_schema(prop, contract) for name, prop in value.items()}
        elif key == "items":
            out[key] = public_schema(value, contract)
        elif key == "x-words" or (not key.startswith("x-") and key != "nullable"):
            out[key] = copy.deepcopy(value)
    if schema.get("nullable") and "type" in out and not isinstance(out["type"], list):
        out["type"] = [out["type"], "null"]
    if schema.get("nullable") and "$ref" in out:
        out = {"anyOf": [{"$ref": out.pop("$ref")}, {"type": "null"}], **out}
    if "x-expand" in schema:
        embedded = {}
        for expand in schema["x-expand"].values():
            if expand.get("flat"):
                embedded.update(public_schema(contract["schemas"][expand["schema"]], contract).get("properties", {}))
            else:
                embedded[expand["property"]] = {"$ref": f"#/components/schemas/{expand['schema']}"}
        out.setdefault("properties", {})["_embedded"] = {"type": "object", "properties": embedded}
    return out


def _ref(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: dict, description: str) -> dict:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _answer(operation: dict) -> dict:
    if "x-list" in operation:
        if not operation["x-list"].get("paged", True):
            return {"200": _json({"type": "object", "required": ["data"], "properties": {
                "data": {"type": "array", "items": _ref(operation["x-list"]["schema"])}}}, "The whole list.")}
        schema = {"type": "object", "required": ["meta", "data"],
                  "properties": {"meta": _ref("ResponseMetadata"), "data": {"type": "array", "items": _ref(operation["x-list"]["schema"])}}}
        return {"200": _json(schema, "One page of the list.")}
    if "x-item" in operation:
        return {"200": _json({"type": "object", "required": ["data"], "properties": {"data": _ref(operation["x-item"]["schema"])}}, "The object.")}
    answer = operation.get("x-answer") or {}
    status = str(answer.get("status", 200))
    if answer.get("content-type"):
        return {status: {"description": "The file.", "content": {answer["content-type"]: {"schema": {"type": "string"}}}}}
    if not answer.get("schema"):
        return {status: {"description": "Done."}}
    if answer.get("raw"):
        return {status: _json(_ref(answer["schema"]), "The answer.")}
    item = _ref(answer["schema"])
    if answer.get("array"):
        item = {"type": "array", "items": item}
    return {status: _json({"type": "object", "required": ["data"], "properties": {"data": item}}, "The answer.")}


def document(contract: dict, version: str) -> dict:
    """The whole document."""
    paths: dict = {}
    for path, method, operation in operations(contract):
        declared = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"}
        parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path_parameters(path) if name not in declared]
        if "x-list" in operation and operation["x-list"].get("paged", True):
            parameters += copy.deepcopy(_LIST_PARAMETERS)
        schema = (operation.get("x-list") or operation.get("x-item") or {}).get("schema")
        expands = list((contract["schemas"].get(schema) or {}).get("x-expand", {}))
        if expands:
            parameters.append({"name": "expand", "in": "query", "description": "Related objects to put into _embedded.",
                               "schema": {"type": "array", "items": {"type": "string", "enum": expands}}})
        parameters += operation.get("parameters", [])
        out = {"operationId": operation["operationId"], "tags": operation["tags"], "summary": operation.get("summary", ""),
               "parameters": parameters, "responses": {**_answer(operation), "400": _ERROR, "401": _ERROR, "403": _ERROR, "404": _ERROR}}
        if operation.get("description"):
            out["description"] = operation["description"]
        roles = roles_of(contract, operation) if "anonymous" not in operation["x-roles"] else []
        if roles:
            out["x-admitted-roles"] = roles
        else:
            out["security"] = []
        body = operation.get("x-body")
        if body:
            media = body.get("content-type", "application/json")
            out["requestBody"] = {"required": True, "content": {media: {"schema": _ref(body["schema"]) if not body.get("array")
                                                                       else {"type": "array", "items": _ref(body["schema"])}}}}
        paths.setdefault(path, {})[method] = out
    return {
        "openapi": "3.1.0",
        "info": {"title": "Steward REST API", "version": version,
                 "description": "Service provider console for backup. Paths below /api/v3 keep the published interface at level 3.6.1."},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        **({"x-charges": charges(contract)} if charges(contract) else {}),
        "paths": paths,
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
                       "schemas": {**_COMMON_SCHEMAS, **{name: public_schema(schema, contract) for name, schema in sorted(contract["schemas"].items())}}},
    }


def field_sources(contract: dict) -> str:
    """docs/admin/field-sources.md: for each property of each served list, where its value comes from."""
    lines = ["# Where every property comes from", "",
             "Made from the contract (`x-source` in `api/console/*.yaml`) by tools/apigen; do not edit. `none` means that no source can",
             "tell it: it is then null, Unknown, or left out. *console* means the console's own data.", ""]
    served = {(op.get("x-list") or op.get("x-item"))["schema"] for _, _, op in operations(contract) if "x-list" in op or "x-item" in op}
    for name in sorted(served):
        schema = contract["schemas"][name]
        lines += [f"## {name}", "", "| property | type | source |", "|---|---|---|"]
        for prop_name, prop in schema.get("properties", {}).items():
            kind = prop.get("$ref") or types_of(prop)[0]
            lines.append(f"| {prop_name} | {kind} | {prop.get('x-source', 'none')} |")
        lines.append("")
    return "\n".join(lines)
