# SPDX-License-Identifier: Apache-2.0
"""A network with hosts of its own on one machine: a bridge, and a network namespace for each gateway and each customer site."""
import pathlib
import subprocess
import time

from middle import SUDO, root
from processes import Console


def reachable_console(folder: pathlib.Path, network, extra: str = "") -> Console:
    """A console that hosts of the network reach by this machine's address in it; not started yet."""
    console = Console(folder / "console", extra=f'names = ["{network.address()}"]\n{extra}')
    config = console.folder / "console.toml"
    config.write_text(config.read_text().replace('address = "127.0.0.1"', 'address = "0.0.0.0"'))
    return console


class Network:
    """This machine is 10.78.N.1; a host has the number that it is made with as its last part."""

    def __init__(self, folder: pathlib.Path, number: int, hosts: dict[str, int]):
        self.folder = folder
        self.number = number
        self.bridge = f"stwbr{number}"
        self.numbers = hosts
        self.programs = []
        self.close()
        root("ip", "link", "add", self.bridge, "type", "bridge")
        root("ip", "addr", "add", f"{self.address()}/24", "dev", self.bridge)
        root("ip", "link", "set", self.bridge, "up")
        for name, last in hosts.items():
            space, port = self.space(name), f"stwb{number}x{last}"
            root("ip", "netns", "add", space)
            root("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", space)
            root("ip", "link", "set", port, "master", self.bridge, "up")
            self.inside(name, "ip", "addr", "add", f"{self.address(name)}/24", "dev", "eth0")
            self.inside(name, "ip", "link", "set", "eth0", "up")
            self.inside(name, "ip", "link", "set", "lo", "up")

    def address(self, name: str = "") -> str:
        return f"10.78.{self.number}.{self.numbers[name] if name else 1}"

    def space(self, name: str) -> str:
        return f"stw{self.number}-{name}"

    def command(self, name: str, *command) -> list[str]:
        """A command line that runs a program on a host."""
        return [*SUDO, "ip", "netns", "exec", self.space(name), *map(str, command)]

    def inside(self, name: str, *command, check: bool = True) -> subprocess.CompletedProcess:
        return root("ip", "netns", "exec", self.space(name), *command, check=check)

    def cut_off(self, name: str, other: str) -> None:
        """Packets from the host to an address are dropped."""
        self.inside(name, "nft", "add table ip t ; add chain ip t out { type filter hook output priority 0 ; } ; "
                                 f"add rule ip t out ip daddr {other} drop")

    def start(self, name: str, log: str, *command) -> subprocess.Popen:
        """A program on a host; its own process is the one that is returned, for `kill`."""
        with open(self.folder / f"{log}.log", "a") as out:
            process = subprocess.Popen(self.command(name, *command), stdout=out, stderr=out)
        self.programs.append(process)
        return process

    def kill(self, process: subprocess.Popen, signal: str = "TERM") -> None:
        root("kill", f"-{signal}", str(process.pid), check=False)
        if signal in ("TERM", "KILL"):
            process.wait(30)
            self.programs.remove(process)

    def wait_for_port(self, name: str, port: int, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while f":{port} " not in self.inside(name, "ss", "-ltn").stdout:
            assert time.monotonic() < deadline, f"nothing listens on {name}:{port}"
            time.sleep(0.1)

    def close(self) -> None:
        for process in list(self.programs):
            self.kill(process, "KILL")
        for name in self.numbers:
            root("ip", "netns", "del", self.space(name), check=False)
        root("ip", "link", "del", self.bridge, check=False)
