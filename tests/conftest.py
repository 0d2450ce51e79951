# SPDX-License-Identifier: Apache-2.0
"""Shared fixtures: real consoles, simulated backup servers and agents as processes."""
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "dev"))

import processes  # noqa: E402
import pulse as authority  # noqa: E402
from release import Release  # noqa: E402


@pytest.fixture(scope="session")
def folder():
    """A folder that PostgreSQL's user may enter."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="steward-test-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def pulse(folder):
    """The licence authority of the console."""
    program = authority.start_pulse(folder / "authority")
    yield program
    program.stop()


@pytest.fixture(scope="session")
def console(folder, pulse):
    """One console for the whole run."""
    release = Release(folder / "release")
    release.offer_next()
    program = processes.Console(folder / "console", extra=release.options + pulse.console_options + "usage_seconds = 20\n")
    program.start()
    yield program
    program.stop()


@pytest.fixture(scope="session")
def estate(console, pulse, folder):
    """Simulated backup servers, their companies and agents, with the first inventory stored."""
    import seed
    import seed_billing
    from past_usage import PastUsage

    past = PastUsage(console)
    lab, described = processes.start_lab(folder, 0)
    fleet = processes.start_fleet(folder, console, *processes.cloud(), "--states-seconds", "5", "--inventory-seconds", "30")
    client = console.client()
    try:
        processes.wait_for(lambda: client.total("/organizations/companies") >= len(described["customers"]), 60)
        processes.wait_for(lambda: len(list((folder / "fleet").glob("*/state"))) >= len(described["servers"]), 120)
        described.update(seed.seed(client, described, folder))
        sites = 2
        processes.wait_for(lambda: client.total("/infrastructure/backupServers") >= len(described["servers"]) + sites, 120)
        processes.wait_for(lambda: client.total("/organizations/companies/sites") >= 7, 60)
        authority.seed_licences(client, pulse)
        processes.wait_for(lambda: client.total("/api/steward/v1/workloads") > 2000, 180)
        processes.wait_for(lambda: client.total("/protectedWorkloads/computersManagedByConsole") >= 1, 120)
        # The sizes of disks come a few machines at a time; the tests start from an inventory that is complete.
        processes.wait_for(lambda: all("provisionedSourceSize" in row for row in client.data("/protectedWorkloads/virtualMachines", limit=10000)), 300, 3)
        past.write()
        processes.wait_for(lambda: seed.look_ahead(client), 120, 3)
        assert seed_billing.billing(client)
        described["lab_process"] = lab
        described["fleet_process"] = fleet
        yield described
    finally:
        import os
        import signal

        past.leave()
        if "unverified_pid" in described:
            os.kill(described["unverified_pid"], signal.SIGTERM)
        processes.stop(fleet, 60)
        processes.stop(lab)
