// SPDX-License-Identifier: Apache-2.0
// For tests of the list engine: one schema with a property of each kind, and a table that fits it.
#pragma once
#include "contract/contract.hpp"
#include "db/connection.hpp"

namespace steward::platform::sample {

using contract::Expand;
using contract::Kind;
using contract::Property;
using contract::Schema;

inline constexpr std::string_view kStatusWords[] = {"Healthy", "Warning", "Failed", "Unknown"};

inline constexpr Property kInnerProperties[] = {
    {.name = "flag", .kind = Kind::kBoolean},
    {.name = "since", .kind = Kind::kDateTime},
};
inline constexpr Schema kInner{.name = "Inner", .properties = kInnerProperties};

inline constexpr Property kDetailsProperties[] = {
    {.name = "color", .kind = Kind::kString},
    {.name = "depth", .kind = Kind::kInteger},
    {.name = "inner", .kind = Kind::kObject, .schema = &kInner},
    {.name = "marks", .kind = Kind::kArray, .item_kind = Kind::kString},
};
inline constexpr Schema kDetails{.name = "Details", .properties = kDetailsProperties};

inline constexpr Property kMakerProperties[] = {
    {.name = "name", .kind = Kind::kString},
    {.name = "age", .kind = Kind::kInteger},
};
inline constexpr Schema kMaker{.name = "Maker", .properties = kMakerProperties};

inline constexpr Property kExtraProperties[] = {{.name = "weight", .kind = Kind::kInteger}};
inline constexpr Schema kExtra{.name = "Extra", .properties = kExtraProperties};

inline constexpr Property kThingProperties[] = {
    {.name = "instanceUid", .kind = Kind::kUuid, .required = true},
    {.name = "locationUid", .kind = Kind::kUuid, .nullable = true},
    {.name = "name", .kind = Kind::kString, .required = true},
    {.name = "size", .kind = Kind::kInteger, .nullable = true},
    {.name = "ratio", .kind = Kind::kNumber, .nullable = true},
    {.name = "enabled", .kind = Kind::kBoolean, .nullable = true},
    {.name = "at", .kind = Kind::kDateTime, .nullable = true},
    {.name = "day", .kind = Kind::kDate, .nullable = true},
    {.name = "status", .kind = Kind::kEnum, .has_unknown = true, .words = kStatusWords},
    {.name = "comment", .kind = Kind::kString},
    {.name = "tags", .kind = Kind::kArray, .item_kind = Kind::kString, .nullable = true},
    {.name = "numbers", .kind = Kind::kArray, .item_kind = Kind::kInteger, .nullable = true},
    {.name = "switches", .kind = Kind::kArray, .item_kind = Kind::kBoolean, .nullable = true},
    {.name = "details", .kind = Kind::kObject, .nullable = true, .schema = &kDetails},
    {.name = "free", .kind = Kind::kObject, .nullable = true},
};
inline constexpr Expand kThingExpands[] = {
    {.name = "Maker", .property = "maker", .column = "expand_maker", .schema = &kMaker},
    {.name = "Extra", .property = "extra", .column = "expand_extra", .schema = &kExtra, .flat = true},
};
inline constexpr Schema kThing{.name = "Thing", .properties = kThingProperties, .expands = kThingExpands};

inline constexpr const char* kRedCompany = "00000000-0000-4000-8000-00000000000a";
inline constexpr const char* kBlueCompany = "00000000-0000-4000-8000-00000000000b";
inline constexpr const char* kOffice = "00000000-0000-4000-8000-0000000000f1";

/// api.things: alpha and beta of the red company (alpha in the office), gamma and void of the blue one; void has nulls
/// only.
inline void CreateThings(db::Connection& connection) {
  connection.Script(R"sql(
    create type api.thing_status as enum ('Healthy', 'Warning', 'Failed', 'Unknown');
    create table api.things (
      "instanceUid" uuid primary key, "locationUid" uuid, name text not null, size bigint, ratio double precision, enabled boolean,
      at timestamptz, day date, status api.thing_status, comment text, tags jsonb, numbers jsonb, switches jsonb, details jsonb,
      free jsonb, expand_maker jsonb, expand_extra jsonb, scope_organization uuid not null, scope_location uuid);
    insert into api.things values
      ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-0000000000f1', 'alpha', 1, 0.5, true,
       '2026-01-31T05:04:03.25Z', '2026-01-31', 'Healthy', 'plain', '["a", "b"]', '[1, 2]', '[true]',
       '{"color": "Red", "depth": 3, "inner": {"flag": true, "since": "2026-01-01T00:00:00Z"}, "marks": ["x"]}', '{"any": 1}',
       '{"name": "Ann", "age": 40}', '{"weight": 7}',
       '00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-0000000000f1'),
      ('00000000-0000-4000-8000-000000000002', null, 'Beta', 2, 1.5, false, '2026-02-28T23:59:59Z', '2026-02-28', 'Failed',
       '50%_done', '["b"]', '[]', '[false]', '{"color": "blue", "depth": -1, "inner": {"flag": false}}', null,
       '{"name": "Bob", "age": 50}', '{"weight": 8}', '00000000-0000-4000-8000-00000000000a', null),
      ('00000000-0000-4000-8000-000000000003', null, 'gamma', 3, -2, null, '2026-03-01T00:00:00Z', '2026-03-01', 'Warning',
       '=1+1', '[]', '[3]', null, '{}', null, null, null, '00000000-0000-4000-8000-00000000000b', null),
      ('00000000-0000-4000-8000-000000000004', null, 'void', null, null, null, null, null, null, null, null, null, null, null,
       null, null, null, '00000000-0000-4000-8000-00000000000b', null))sql");
}

}  // namespace steward::platform::sample
