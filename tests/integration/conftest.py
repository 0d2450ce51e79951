# SPDX-License-Identifier: Apache-2.0
"""What the integration tests share."""
import pathlib
import subprocess
import tempfile

import pytest
import urllib3

import agent_stack as stack
from pulse import start_pulse
from site_stack import Site

urllib3.disable_warnings()

BUSY = ("select pid, now() - xact_start as since, state, wait_event_type || ':' || wait_event as waits, pg_blocking_pids(pid) as behind, "
        "left(regexp_replace(query, '\\s+', ' ', 'g'), 160) as query from pg_stat_activity "
        "where datname = 'steward' and state <> 'idle' and pid <> pg_backend_pid()")


@pytest.fixture(scope="module")
def folder():
    """A folder of the module's own. PostgreSQL refuses socket paths longer than about 100 characters, which pytest's own folders exceed."""
    with tempfile.TemporaryDirectory(prefix="steward-") as path:
        pathlib.Path(path).chmod(0o755)
        yield pathlib.Path(path)


@pytest.fixture(scope="module")
def console_options():
    """Lines of the console's configuration; a module that needs some has a fixture of this name itself."""
    return ""


@pytest.fixture(scope="module")
def console(folder, console_options):
    """A console of the module's own; a module that needs another kind has a fixture of this name itself."""
    console = stack.Console(folder, console_options)
    console.start()
    yield console
    console.program.stop()


@pytest.fixture(scope="module")
def pulse_today():
    """The day that the authority takes for today; the real one, when empty. A module that needs one has a fixture of this name itself."""
    return ""


@pytest.fixture(scope="module")
def pulse(folder, pulse_today):
    """A licence authority of the module's own."""
    pulse = start_pulse(folder / "authority", pulse_today)
    yield pulse
    pulse.stop()


@pytest.fixture(scope="module")
def lab(folder, pulse):
    """A simulated backup server that takes the authority's licences; a module that needs another one has a fixture of this name itself."""
    keys = folder / "pulse-keys"
    keys.write_text(pulse.command("keys", "show"))
    lab = stack.Lab(folder, speed=1, options=["--license-keys", keys])
    yield lab
    lab.program.stop()


@pytest.fixture(scope="module")
def provider_uid(console):
    return console.api.call("GET", "/organizations/provider").json()["data"]["instanceUid"]


@pytest.fixture(scope="module")
def manager(folder):
    """An Enterprise Manager with two Cloud Connect servers."""
    manager = stack.Manager(folder)
    yield manager
    manager.program.stop()


@pytest.fixture(scope="module")
def cloud_agent(folder, manager, console, provider_uid):
    """The provider's agent that reads it, and has."""
    adapters = stack.demo_fleet.cloud_config("cloud-agent", manager.facts, 1, 3)
    agent = stack.Agent(folder, "cloud-agent", console.api.setup_file(provider_uid), adapters)
    agent.program.start()
    stack.wait_for("the tenants", lambda: len(console.sql("select uid from inventory.cloud_tenant")) == 10, 60)
    yield agent
    agent.program.stop()


@pytest.fixture
def new_site(folder):
    """Makes sites of the test's own: new_site(name, options)."""
    sites = []

    def make(name, options=()):
        (folder / name).mkdir()
        sites.append(Site(folder / name, options))
        return sites[-1]
    yield make
    for site in sites:
        site.program.stop()


def told(place):
    """What the programs of a test said last, and what their databases are doing."""
    for log in sorted(place.rglob("*.log")):
        if "pgdata" not in log.parts:
            yield f"{log.relative_to(place)}:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-12:])
    for socket in sorted(place.rglob(".s.PGSQL.*[0-9]")):
        command = ["psql", "-h", socket.parent, "-U", "steward", "-d", "steward", "-Atc", BUSY]
        yield f"{socket.relative_to(place)}:\n" + subprocess.run(command, capture_output=True, text=True, check=False, timeout=20).stdout


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    place = getattr(item, "funcargs", {}).get("folder")
    if call.when == "call" and report.failed and place:
        report.sections.append(("what the programs said last", "\n\n".join(told(place))[-6000:]))
