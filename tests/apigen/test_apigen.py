# SPDX-License-Identifier: Apache-2.0
"""The generator on a tiny contract, against committed answers, and each contradiction that it must refuse.

After an intended change of the generator: python3 tests/apigen/test_apigen.py writes the answers anew.
"""
import pathlib
import shutil
import subprocess
import sys

import pytest
import yaml

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "tools/apigen/apigen.py"
GOLDEN = {"contract.gen.cpp": "cpp/contract/contract.gen.cpp", "handlers.gen.hpp": "cpp/contract/handlers.gen.hpp", "openapi.json": "openapi.json",
          "field-sources.md": "field-sources.md"}


def generate(api: pathlib.Path, out: pathlib.Path) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, PROGRAM, "--api", api, "--version", "1.2.3", "--cpp", out / "cpp", "--openapi", out / "openapi.json",
                           "--docs", out / "field-sources.md"], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", GOLDEN)
def test_output_is_as_committed(name, tmp_path):
    assert generate(HERE / "tiny", tmp_path).returncode == 0
    assert (tmp_path / GOLDEN[name]).read_text() == (HERE / "golden" / f"{name}.golden").read_text()


def test_second_run_leaves_equal_files_untouched(tmp_path):
    generate(HERE / "tiny", tmp_path)
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in GOLDEN.values()}
    generate(HERE / "tiny", tmp_path)
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in GOLDEN.values()} == before


def get(contract: dict) -> dict:
    return contract["paths"]["/things"]["get"]


def add_operation(**fields):
    return lambda c: c["paths"].update({"/others": {"get": {"operationId": "GetOthers", "x-roles": ["staff"], "x-list": {"schema": "Thing", "view": "v"}, **fields}}})


REFUSALS = {
    "unknown role": (lambda c: get(c).update({"x-roles": ["staff", "Janitor"]}), "things.yaml: get /api/v3/things: unknown role Janitor"),
    "no roles": (lambda c: get(c).pop("x-roles"), "things.yaml: get /api/v3/things: no x-roles"),
    "no operation id": (lambda c: get(c).pop("operationId"), "things.yaml: get /api/v3/things: no operationId"),
    "duplicate operation id": (add_operation(operationId="GetThings"),
                               "things.yaml: get /api/v3/things: operationId GetThings is used by things.yaml: get /api/v3/others as well"),
    "no kind": (lambda c: get(c).pop("x-list"), "get /api/v3/things: needs exactly one of x-list, x-item, x-handler"),
    "two kinds": (lambda c: get(c).update({"x-handler": "GetThings"}), "get /api/v3/things: needs exactly one of"),
    "misspelt key": (lambda c: get(c).update({"x-answr": {}}), "things.yaml: get /api/v3/things: unknown key x-answr"),
    "misspelt list key": (lambda c: get(c)["x-list"].update({"sortkey": "x"}), "things.yaml: get /api/v3/things: x-list: unknown key sortkey"),
    "missing view": (lambda c: get(c)["x-list"].pop("view"), "things.yaml: get /api/v3/things: x-list: no view"),
    "missing schema": (lambda c: get(c)["x-list"].pop("schema"), "things.yaml: get /api/v3/things: x-list: no schema"),
    "unknown schema": (lambda c: get(c)["x-list"].update({"schema": "Thong"}), "things.yaml: get /api/v3/things: x-list names no schema: Thong"),
    "unknown body schema": (lambda c: c["paths"]["/things"]["post"]["x-body"].update({"schema": "Nope"}), "post /api/v3/things: x-body names no schema: Nope"),
    "foreign path parameter": (lambda c: get(c)["x-list"].update({"where": {"makerUid": "makerUid"}}),
                               "things.yaml: get /api/v3/things: x-list: makerUid is no parameter of the path"),
    "unknown query operation": (lambda c: get(c)["x-list"]["query"]["since"].update({"operation": "like"}), "x-list: query since needs a column, and an operation"),
    "undeclared argument": (lambda c: get(c)["x-list"].update({"arguments": ["day", "hour"]}), "x-list: argument hour is no declared query parameter"),
    "unknown method": (lambda c: c["paths"]["/things"].update({"fetch": {}}), "things.yaml: /things: unknown method fetch"),
    "unknown reference": (lambda c: c["schemas"]["Thing"]["properties"]["state"].update({"$ref": "Nope"}), "things.yaml: Thing.state: no schema Nope"),
    "unknown item reference": (lambda c: c["schemas"]["Thing"]["properties"]["makers"]["items"].update({"$ref": "Nope"}),
                               "things.yaml: Thing.makers[]: no schema Nope"),
    "unknown expand": (lambda c: c["schemas"]["Thing"]["x-expand"]["Maker"].update({"schema": "Nope"}), "things.yaml: Thing: x-expand Maker names no schema: Nope"),
    "expand without column": (lambda c: c["schemas"]["Thing"]["x-expand"]["Maker"].pop("column"), "things.yaml: Thing: x-expand Maker needs a column"),
    "no source": (lambda c: c["schemas"]["Thing"]["properties"]["size"].pop("x-source"), "property size of Thing has no x-source"),
    "schema twice": (lambda c: c["schemas"].update({"Maker": {"type": "object"}}), "things.yaml: schema Maker is declared twice"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_contradiction_is_refused_by_name(case, tmp_path):
    change, message = REFUSALS[case]
    shutil.copytree(HERE / "tiny", tmp_path / "api")
    file = tmp_path / "api/console/things.yaml"
    contract = yaml.safe_load(file.read_text())
    change(contract)
    file.write_text(yaml.safe_dump(contract))
    result = generate(tmp_path / "api", tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith("contract: ") and message in result.stderr
    assert not (tmp_path / "openapi.json").exists()


def test_operation_in_two_files_is_refused(tmp_path):
    shutil.copytree(HERE / "tiny", tmp_path / "api")
    things = yaml.safe_load((tmp_path / "api/console/things.yaml").read_text())
    (tmp_path / "api/console/twice.yaml").write_text(yaml.safe_dump({"paths": {"/things": {"get": get(things)}}}))
    result = generate(tmp_path / "api", tmp_path)
    assert result.returncode == 1
    assert "twice.yaml: get /things is declared twice" in result.stderr



def plan(**charge):
    """An area file with a plan whose one price charges so."""
    section = {"type": "object", "properties": {
        "price": {"type": "number", "default": 0, "description": "Price.", "x-charge": {"category": "Lic{edition}Vm", "unit": "Units", **charge}},
        "free": {"type": "integer", "format": "int64", "description": "Free."}}}
    return {"schemas": {
        "SubscriptionPlan": {"type": "object", "properties": {"licenses": {"$ref": "Section", "description": "Prices.", "x-charge-edition": ["Gold", "Golden"]}}},
        "Section": section, "InvoiceChargeCategory": {"type": "string", "enum": ["LicGoldVm"], "x-words": {"LicGoldVm": "A licence"}}}}


@pytest.mark.parametrize(("charge", "message"), [
    ({"kinds": ["VBR_VM"], "free": "free"}, ""), ({"category": "Nothing"}, "/licenses/price: Nothing is no InvoiceChargeCategory"),
    ({"free": "gift"}, "/licenses/price: x-charge names no property beside it: gift"), ({"unit": "Dozen"}, "/licenses/price: x-charge has no unit of Flat")])
def test_prices_say_what_they_charge(charge, message, tmp_path):
    shutil.copytree(HERE / "tiny", tmp_path / "api")
    (tmp_path / "api/console/plans.yaml").write_text(yaml.safe_dump(plan(**charge)))
    result = generate(tmp_path / "api", tmp_path)
    assert result.returncode == (1 if message else 0) and message in result.stderr, result.stderr
    if not message:
        text = (tmp_path / "cpp/contract/contract.gen.cpp").read_text()
        for field in ('.price = "/licenses/price"', '.category = "LicGoldVm"', '.words = "A licence"', ".is_license = true", '.edition = "Golden"', '.free = "/licenses/free"', '"VBR_VM"',
                      '.fallback = "0"'):
            assert field in text, field


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        generate(HERE / "tiny", pathlib.Path(folder)).check_returncode()
        for golden_name, path in GOLDEN.items():
            (HERE / "golden" / f"{golden_name}.golden").write_text((pathlib.Path(folder) / path).read_text())
