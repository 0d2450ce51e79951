#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The portal's end-to-end tests against a real stack of console, simulated estate and agents.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
trap '/usr/bin/python3 "$root/tools/dev/stack.py" reset >/dev/null' EXIT
/usr/bin/python3 tools/dev/stack.py reset >/dev/null
/usr/bin/python3 tools/dev/stack.py up
source var/dev/env
cd web
npm run --silent e2e
