# SPDX-License-Identifier: Apache-2.0
"""C++ tables of the contract: schemas, operations, and the interface that the write operations' code implements."""
from __future__ import annotations

import json

from charges import charges
from model import SIGNS, operations, roles_of, types_of

_KINDS = {("string", "uuid"): "kUuid", ("string", "date-time"): "kDateTime", ("string", "date"): "kDate",
          ("integer", None): "kInteger", ("number", None): "kNumber", ("boolean", None): "kBoolean", ("object", None): "kObject",
          ("array", None): "kArray"}


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _identifier(name: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in name)


class _Writer:
    """Collects array definitions; nested anonymous objects become schemas of their own."""

    def __init__(self, contract: dict) -> None:
        self.contract = contract
        self.schemas: dict[str, dict] = {name: s for name, s in contract["schemas"].items() if "enum" not in s and types_of(s)[0] == "object"}
        self.enums: dict[str, list] = {name: s["enum"] for name, s in contract["schemas"].items() if "enum" in s}

    def resolve(self, owner: str, name: str, prop: dict) -> tuple[str, str, str, bool]:
        """(kind, schema name or '', enum name or '', nullable) of a property."""
        if "$ref" in prop:
            ref = prop["$ref"]
            target = self.contract["schemas"][ref]
            nullable = bool(prop.get("nullable")) or types_of(target)[1]
            if "enum" in target:
                return "kEnum", "", ref, nullable
            kind, schema, enum, inner = self.resolve(owner, name, target) if types_of(target)[0] != "object" else ("kObject", ref, "", False)
            return kind, schema, enum, nullable or inner
        kind, nullable = types_of(prop)
        if "enum" in prop:
            enum = f"{owner}_{name}"
            self.enums[enum] = [word for word in prop["enum"] if word is not None]
            return "kEnum", "", enum, nullable
        if kind == "string" and "type" not in prop:
            return "kAny", "", "", True
        if kind == "object":
            if not prop.get("properties"):
                return "kObject", "", "", nullable
            schema = f"{owner}_{name}"
            self.schemas[schema] = prop
            return "kObject", schema, "", nullable
        return _KINDS.get((kind, prop.get("format")), _KINDS.get((kind, None), "kString")), "", "", nullable

    def property_row(self, owner: str, name: str, prop: dict, required: set) -> str:
        kind, schema, enum, nullable = self.resolve(owner, name, prop)
        item_kind, item_schema, item_enum = "kString", "", ""
        if kind == "kArray":
            source = self.contract["schemas"][prop["$ref"]] if "$ref" in prop else prop
            item_kind, item_schema, item_enum, _ = self.resolve(owner, name + "_item", source.get("items", {"type": "string"}))
        schema, enum = schema or item_schema, enum or item_enum
        fields = [
            f".name = {_text(name)}", f".kind = Kind::{kind}", f".item_kind = Kind::{item_kind}",
            f".nullable = {str(nullable).lower()}", f".required = {str(name in required).lower()}",
            f".read_only = {str(bool(prop.get('readOnly'))).lower()}",
            f".has_unknown = {str('Unknown' in self.enums.get(enum, []) and kind == 'kEnum').lower()}",
        ]
        if schema:
            fields.append(f".schema = &kSchemas[kSchema_{_identifier(schema)}]")
        if enum:
            fields.append(f".words = kWords_{_identifier(enum)}")
        for key, target in (("minimum", "minimum"), ("maximum", "maximum"), ("minLength", "min_length"), ("maxLength", "max_length")):
            if key in prop:
                fields.append(f".{target} = {int(prop[key])}")
        if "default" in prop:
            fields.append(f".fallback = {_text(json.dumps(prop['default']))}")
        return "    {" + ", ".join(fields) + "},"

    def schema_tables(self) -> list[str]:
        """Definitions of words, properties and schemas; discovers nested objects on the way."""
        rows: dict[str, list[str]] = {}
        expands: dict[str, list[str]] = {}
        pending = list(self.schemas)
        while pending:
            for name in pending:
                schema = self.schemas[name]
                required = set(schema.get("required", []))
                rows[name] = [self.property_row(name, key, prop, required) for key, prop in (schema.get("properties") or {}).items()]
                expands[name] = [
                    "    {.name = %s, .property = %s, .column = %s, .schema = &kSchemas[kSchema_%s], .flat = %s}," % (
                        _text(key), _text(e.get("property", "")), _text(e["column"]), _identifier(e["schema"]), str(bool(e.get("flat"))).lower())
                    for key, e in schema.get("x-expand", {}).items()]
            pending = [name for name in self.schemas if name not in rows]
        names = sorted(rows)
        out = [f"constexpr std::string_view kWords_{_identifier(n)}[] = {{{', '.join(_text(str(w)) for w in words)}}};" for n, words in sorted(self.enums.items())]
        out.append("enum SchemaIndex : int {" + ", ".join(f"kSchema_{_identifier(n)}" for n in names) + f", kSchemaCount}};")
        out.append("extern const Schema kSchemas[kSchemaCount];")
        for name in names:
            if rows[name]:
                out += [f"const Property kProperties_{_identifier(name)}[] = {{", *rows[name], "};"]
            if expands[name]:
                out += [f"const Expand kExpands_{_identifier(name)}[] = {{", *expands[name], "};"]
        out.append("const Schema kSchemas[kSchemaCount] = {")
        for name in names:
            properties = f"kProperties_{_identifier(name)}" if rows[name] else "{}"
            embedded = f"kExpands_{_identifier(name)}" if expands[name] else "{}"
            out.append(f"    {{.name = {_text(name)}, .properties = {properties}, .expands = {embedded}}},")
        out.append("};")
        return out


def charge_tables(contract: dict) -> list[str]:
    """Definition of kCharges."""
    out, rows = [], []
    for number, charge in enumerate(charges(contract)):
        fields = [f".price = {_text(charge['pointer'])}", f".category = {_text(charge['category'])}", f".words = {_text(charge['words'])}", f".unit = ChargeUnit::k{charge['unit']}",
                  f".is_license = {str(charge['licence']).lower()}"]
        if charge["kinds"]:
            out.append(f"constexpr std::string_view kKinds_{number}[] = {{{', '.join(_text(kind) for kind in charge['kinds'])}}};")
            fields.append(f".kinds = kKinds_{number}")
        for key in ("edition", "free", "free_units", "units", "chunk", "round_up", "algorithm", "word"):
            if charge.get(key):
                fields.append(f".{key} = {_text(charge[key])}")
        rows.append("    {" + ", ".join(fields) + "},")
    return [*out, f"const std::array<Charge, {len(rows)}> kCharges = {{{{", *rows, "}};"]


def handler_names(contract: dict) -> list[str]:
    """Names of all x-handlers, each once."""
    return sorted({op["x-handler"] for _, _, op in operations(contract) if "x-handler" in op})


def header(contract: dict) -> str:
    """handlers.gen.hpp: one pure virtual function per handler."""
    functions = "\n".join(f"  virtual Result<Answer> {name}(const Call& call) = 0;" for name in handler_names(contract))
    return f"""// Generated from api/console by tools/apigen
#pragma once
#include "contract/contract.hpp"

namespace steward::contract {{

/// The code behind every operation that is not a plain list or item of a view.
class Handlers {{
 public:
  virtual ~Handlers() = default;
{functions}
}};

}}  // namespace steward::contract
"""


def source(contract: dict) -> str:
    """contract.gen.cpp: all tables."""
    writer = _Writer(contract)
    for _, _, operation in operations(contract):
        body = operation.get("x-body") or {}
        if "required" in body:  # an operation may ask for less, or more, than its schema
            writer.schemas[f"{operation['operationId']}_body"] = {**contract["schemas"][body["schema"]], "required": body["required"]}
    tables = writer.schema_tables()
    bindings, rows = [], []
    for number, (path, method, operation) in enumerate(operations(contract)):
        admitted = roles_of(contract, operation) if "anonymous" not in operation["x-roles"] else []
        mask = sum(1 << contract["roles"].index(role) for role in admitted)
        view = operation.get("x-list") or operation.get("x-item")
        fields = [f".method = {_text(method.upper())}", f".path = {_text(path)}", f".id = {_text(operation['operationId'])}",
                  f".roles = 0x{mask:x}", f".anonymous = {str('anonymous' in operation['x-roles']).lower()}"]
        if view:
            pairs = {**(view.get("where") or {}), **(view.get("key") or {})}
            if pairs:
                entries = ", ".join(f"{{{_text(column)}, {_text(parameter)}}}" for column, parameter in pairs.items())
                bindings.append(f"constexpr Binding kBindings_{number}[] = {{{entries}}};")
                fields.append(f".bindings = kBindings_{number}")
            fields += [f".kind = OperationKind::{'kList' if 'x-list' in operation else 'kItem'}",
                       f".schema = &kSchemas[kSchema_{_identifier(view['schema'])}]", f".view = {_text(view['view'])}",
                       f".sort_key = {_text(view.get('sort_key', ''))}", f".paged = {str(view.get('paged', True)).lower()}"]
            if view.get("order"):
                entries = ", ".join(f"{{{_text(e['property'])}, {str(e.get('direction') == 'descending').lower()}}}" for e in view["order"])
                bindings.append(f"constexpr OrderBy kOrder_{number}[] = {{{entries}}};")
                fields.append(f".order = kOrder_{number}")
            if view.get("query"):
                entries = ", ".join(f"{{{_text(name)}, {_text(q['column'])}, {_text(SIGNS[q.get('operation', 'equals')])}}}"
                                    for name, q in view["query"].items())
                bindings.append(f"constexpr QueryBinding kQueries_{number}[] = {{{entries}}};")
                fields.append(f".queries = kQueries_{number}")
            if view.get("arguments"):
                declared = {p["name"]: p["schema"] for p in operation["parameters"]}
                entries = []
                for name in view["arguments"]:
                    words = declared[name].get("enum", [])
                    if words:
                        bindings.append(f"constexpr std::string_view kArgumentWords_{number}_{name}[] = {{{', '.join(_text(w) for w in words)}}};")
                    entries.append(f"{{{_text(name)}, {str(declared[name].get('format') == 'date').lower()}, {f'kArgumentWords_{number}_{name}' if words else '{}'}}}")
                bindings.append(f"constexpr Argument kArguments_{number}[] = {{{', '.join(entries)}}};")
                fields.append(f".arguments = kArguments_{number}")
        else:
            fields += [".kind = OperationKind::kHandler", f".handler = &Handlers::{operation['x-handler']}"]
            body = operation.get("x-body")
            if body:
                schema = f"{operation['operationId']}_body" if "required" in body else body["schema"]
                fields += [f".body = &kSchemas[kSchema_{_identifier(schema)}]", f".body_array = {str(bool(body.get('array'))).lower()}",
                           f".body_form = {str(body.get('content-type') == 'application/x-www-form-urlencoded').lower()}"]
            answer = operation.get("x-answer") or {}
            fields += [f".status = {int(answer.get('status', 200))}", f".raw_answer = {str(bool(answer.get('raw'))).lower()}"]
        rows.append("    {" + ", ".join(fields) + "},")
    role_names = ", ".join(_text(role) for role in contract["roles"])
    return "\n".join([
        "// Generated from api/console by tools/apigen", "#include <array>", "", '#include "contract/contract.hpp"', '#include "contract/handlers.gen.hpp"', "",
        "namespace steward::contract {", "namespace {", *tables, *bindings, *charge_tables(contract),
        f"constexpr std::string_view kRoleNames[] = {{{role_names}}};", "const Operation kOperations[] = {", *rows, "};", "}  // namespace",
        "std::span<const Operation> Operations() { return kOperations; }",
        "std::span<const std::string_view> RoleNames() { return kRoleNames; }",
        "std::span<const Charge> Charges() { return kCharges; }",
        "const Schema* FindSchema(std::string_view name) {",
        "  for (const Schema& schema : kSchemas) {", "    if (schema.name == name) return &schema;", "  }", "  return nullptr;", "}",
        "}  // namespace steward::contract", ""])
