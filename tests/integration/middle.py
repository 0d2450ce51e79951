# SPDX-License-Identifier: Apache-2.0
"""An agent's network behind a router of its own, in two network namespaces: agent -- middle -- this machine.

What the middle does with connections to the gateway is the test's choice: pass, drop, reject, or hand them to a real mitmproxy, squid or
another program that runs there."""
import os
import pathlib
import subprocess
import time

SUDO = [] if os.geteuid() == 0 else ["sudo", "-n"]


def root(*command, check=True):
    return subprocess.run([*SUDO, *map(str, command)], check=check, capture_output=True, text=True)


class Middle:
    """Addresses: this machine 10.77.N.1, middle 10.77.N.2 and 10.77.N.5, agent 10.77.N.6."""

    def __init__(self, folder: pathlib.Path, number: int):
        self.folder = folder
        self.number = number
        self.agent, self.middle = f"stw-agent{number}", f"stw-middle{number}"
        self.host = f"10.77.{number}.1"
        self.programs = []
        self.close()
        for name in (self.agent, self.middle):
            root("ip", "netns", "add", name)
        self.link(f"stwh{number}", None, f"10.77.{number}.1/30", f"stwm{number}", self.middle, f"10.77.{number}.2/30")
        self.link(f"stwn{number}", self.middle, f"10.77.{number}.5/30", f"stwa{number}", self.agent, f"10.77.{number}.6/30")
        root("ip", "route", "add", f"10.77.{number}.4/30", "via", f"10.77.{number}.2")
        self.inside(self.agent, "ip", "route", "add", "default", "via", f"10.77.{number}.5")
        self.inside(self.middle, "ip", "route", "add", "default", "via", self.host)
        self.inside(self.middle, "sysctl", "-qw", "net.ipv4.ip_forward=1")

    def link(self, here, here_space, here_address, there, there_space, there_address):
        root("ip", "link", "add", here, "type", "veth", "peer", "name", there)
        for name, space, address in ((here, here_space, here_address), (there, there_space, there_address)):
            if space:
                root("ip", "link", "set", name, "netns", space)
            inside = (lambda *c, s=space: self.inside(s, *c)) if space else root
            inside("ip", "addr", "add", address, "dev", name)
            inside("ip", "link", "set", name, "up")
            if space:
                inside("ip", "link", "set", "lo", "up")

    def inside(self, space, *command, check=True):
        return root("ip", "netns", "exec", space, *command, check=check)

    def command(self, space, *command):
        """A command line that runs a program in a namespace."""
        return [*SUDO, "ip", "netns", "exec", space, *map(str, command)]

    def rules(self, *rules):
        """The middle's packet rules, in place of the earlier ones: ("nat"|"filter", rule)."""
        self.inside(self.middle, "nft", "flush", "ruleset")
        if not rules:
            return
        self.inside(self.middle, "nft", "add", "table", "ip", "t")
        self.inside(self.middle, "nft", "add chain ip t nat { type nat hook prerouting priority -100 ; }")
        self.inside(self.middle, "nft", "add chain ip t filter { type filter hook forward priority 0 ; }")
        for chain, rule in rules:
            self.inside(self.middle, "nft", f"add rule ip t {chain} {rule}")

    def run(self, name, command, port):
        """A program in the middle, up when its port answers there."""
        log = open(self.folder / f"{name}.log", "a")
        process = subprocess.Popen(self.command(self.middle, *command), stdout=log, stderr=log, start_new_session=True)
        self.programs.append(process)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            if f":{port} " in self.inside(self.middle, "ss", "-ltn").stdout:
                return process
            time.sleep(0.3)
        raise AssertionError(f"{name} did not come up: {(self.folder / f'{name}.log').read_text()[-2000:]}")

    def end(self, process):
        root("kill", str(process.pid), check=False)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            root("kill", "-9", str(process.pid), check=False)
            process.wait(10)
        self.programs.remove(process)

    def close(self):
        for process in list(self.programs):
            self.end(process)
        for space in (self.agent, self.middle):
            root("ip", "netns", "del", space, check=False)
        root("ip", "link", "del", f"stwh{self.number}", check=False)
