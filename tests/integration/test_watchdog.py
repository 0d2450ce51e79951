# SPDX-License-Identifier: Apache-2.0
"""What the agent tells systemd, heard on a socket like systemd's own."""
import os
import signal
import socket
import subprocess
import time

import agent_stack as stack


def hear(heard, seconds):
    """Messages that come within that time."""
    heard.settimeout(seconds)
    messages, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            messages.append(heard.recv(4096).decode())
        except TimeoutError:
            break
    return messages


def test_the_agent_says_that_it_lives(tmp_path, monkeypatch):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=nobody", "-keyout", tmp_path / "key.pem",
                    "-out", tmp_path / "ca.pem"], check=True, capture_output=True)
    (tmp_path / "setup.toml").write_text(f'[console]\naddresses = ["127.0.0.1:9"]\nca_file = "{tmp_path}/ca.pem"\n')
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(tmp_path / "notify"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "1500000")
    agent = stack.Program("agent", [stack.BIN / "steward-agent", "run", "--setup", tmp_path / "setup.toml", "--state", tmp_path / "state"], tmp_path)
    agent.start()
    try:
        messages = hear(heard, 4)
        assert messages[0] == "READY=1" and messages.count("WATCHDOG=1") >= 5
        os.kill(agent.process.pid, signal.SIGSTOP)  # hung: systemd would hear nothing and start it again
        hear(heard, 1)
        assert hear(heard, 3) == []
        os.kill(agent.process.pid, signal.SIGCONT)
        assert "WATCHDOG=1" in hear(heard, 3)
        os.kill(agent.process.pid, signal.SIGUSR1)  # as by order: the same process begins anew, and does not end
        messages = hear(heard, 4)
        assert "READY=1" in messages and "STOPPING=1" not in messages
    finally:
        agent.stop()
    assert "STOPPING=1" in hear(heard, 1)


def test_the_unit_starts_the_agent_as_it_wants_to_be_started():
    unit = (stack.ROOT / "packaging/systemd/steward-agent.service").read_text()
    options = next(line for line in unit.splitlines() if line.startswith("ExecStart=")).split()[1:]
    usage = subprocess.run([stack.BIN / "steward-agent", "run", "--help"], capture_output=True, text=True, check=True).stdout
    assert options[0] == "run" and all(option in usage for option in options if option.startswith("--"))
    assert "Type=notify" in unit and "WatchdogSec=" in unit and "Restart=always" in unit
