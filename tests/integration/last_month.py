# SPDX-License-Identifier: Apache-2.0
"""The days of the last month that is over, in UTC."""
import datetime

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
LAST = TODAY.replace(day=1) - datetime.timedelta(days=1)
FIRST = LAST.replace(day=1)
MONTH = f"{FIRST:%Y-%m}"
