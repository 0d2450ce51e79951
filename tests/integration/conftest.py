# SPDX-License-Identifier: Apache-2.0
"""What the integration tests share."""
import pathlib
import tempfile

import pytest
import urllib3

urllib3.disable_warnings()


@pytest.fixture(scope="module")
def folder():
    """A folder of the module's own. PostgreSQL refuses socket paths longer than about 100 characters, which pytest's own folders exceed."""
    with tempfile.TemporaryDirectory(prefix="steward-") as path:
        pathlib.Path(path).chmod(0o755)
        yield pathlib.Path(path)
