# SPDX-License-Identifier: Apache-2.0
"""Two thousand agents that lose their console at once, and come back to it at once."""
import json
import re
import subprocess
import threading

import agent_stack as stack
from processes import Console, stop

COUNT = 2000


def test_two_thousand_agents_come_back_at_once(folder):
    console = Console(folder / "console", extra='log_level = "warning"\n')
    agents = None
    try:
        console.start()
        client = console.client()
        company = client.call("POST", "/organizations/companies", json={"organizationInput": {"name": "Two thousand"}}).json()["data"]["instanceUid"]
        setup = client.call("GET", "/infrastructure/managementAgents/packages/linux", params={"organizationUid": company, "tokenUses": COUNT}).text
        (folder / "ca.pem").write_text(re.search(r'"""\n(.*?)"""', setup, re.S)[1])
        (folder / "agents").mkdir()
        numbers = {"connected": 0}
        agents = subprocess.Popen([stack.BIN / "steward-lab", "agents", "--port", str(console.ports[2]), "--ca", folder / "ca.pem", "--token", re.search(r'token = "(\S+)"', setup)[1],
                                   "--folder", folder / "agents", "--count", str(COUNT), "--dialing", str(COUNT)], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=lambda: [numbers.update(json.loads(line)) for line in agents.stdout], daemon=True).start()

        def online():
            return console.client().total("/infrastructure/managementAgents", filter='[{"property":"connectionStatus","operation":"equals","value":"Online"}]')

        stack.wait_for("all agents", lambda: numbers["connected"] == COUNT, 180)
        assert online() == COUNT
        console.kill()
        stack.wait_for("the agents to notice", lambda: numbers["connected"] == 0, 60)
        console.start()
        stack.wait_for("all agents again", lambda: numbers["connected"] == COUNT, 90)
        assert online() == COUNT
        assert console.client().total("/infrastructure/managementAgents") == COUNT, "each came back as itself"
        assert agents.poll() is None
    finally:
        if agents:
            stop(agents)
        console.stop()
