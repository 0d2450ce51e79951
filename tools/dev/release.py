# SPDX-License-Identifier: Apache-2.0
"""Whoever makes packages of the agent: a key pair, and the folder that a console takes packages from."""
from __future__ import annotations

import pathlib
import subprocess

from processes import binaries



def version_of(program: str) -> str:
    """What a built program says of itself."""
    return subprocess.run([binaries() / program, "--version"], capture_output=True, text=True, check=True).stdout.strip()


class Release:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder, self.packages, self.secret = folder, folder / "packages", folder / "package-key"
        self.packages.mkdir(parents=True, exist_ok=True)
        public = folder / "package-key.pub"
        if not self.secret.exists():
            made = subprocess.run([binaries() / "steward-package", "keys", "--secret", self.secret], capture_output=True, text=True, check=True)
            public.write_text(made.stdout)
        self.public_key = public.read_text().strip()
        self.options = f'agent_packages = "{self.packages}"\nagent_package_keys = ["{self.public_key}"]\n'  # of steward-console

    def make(self, program: pathlib.Path | str, version: str) -> pathlib.Path:
        """A signed package of that program, beside the folder that the console looks into."""
        target = self.folder / f"{version}.pkg"
        target.unlink(missing_ok=True)
        subprocess.run([binaries() / "steward-package", "make", "--program", program, "--version", version, "--secret", self.secret, "--out", target],
                       check=True)
        return target

    def offer(self, program: pathlib.Path | str, version: str) -> None:
        self.make(program, version).rename(self.packages / f"{version}.pkg")

    def offer_next(self) -> None:
        """The agent of this build, as a later version."""
        self.offer(binaries() / "steward-agent-next", version_of("steward-agent-next"))

    def offer_script(self, text: str, version: str) -> None:
        """A program that is no agent."""
        script = self.folder / f"{version}.sh"
        script.write_text("#!/bin/sh\n" + text)
        self.offer(script, version)
