"""What is said on seventeen broken networks, beside a provider that is well or down, as the table has it.

`own_network.txt` is the table, `tests.support.networks` plays it: all rows of a fault in one network of its own.
"""

import asyncio
import json
import sys
from fnmatch import fnmatch
from typing import Any, cast

import pytest

from tests.support.namespace import own_namespace
from tests.support.networks.table import Row, mistakes, rows

# The programs wait most of the time; more of them at once would wait for the processor and take that for an outage.
AT_ONCE = 6
DEADLINE_S = 180.0
ROWS = rows()

# What is said otherwise today, by the fault that makes it so. A row that matches is expected to fail.
WRONG = {
    "a name that is gone counts as a strike, and makes red": ("*-gone-*",),
    "silence is called somebody's fault, without proof": ("*-silent-*",),
    "two vendors' silence is called an outage": ("swallowed-*",),
    "a company's page, or its certificate, is taken for an outage or a portal": ("block_page-*", "block_cert-*"),
    "what only the system's roots vouch for is called proven": ("intercepted_os-502-*",),
    "strangers before all hosts are a portal when running and TLS when cold": ("intercepted-*", "portal_tls-*-cold"),
    "addresses of before outlive a hijacker": ("hijack-*-running",),
    "a page that is read after its slow lookup disproves that names fail": ("names_slow-*-running",),
    "controls that are blocked outvote the provider's own answer": ("controls_blocked-502-*",),
    "what nothing vouches for leaves green for ever": ("alone-502-*",),
}
# These are as they should be all the same: the own network explains everything, whatever becomes of Bolt AI.
RIGHT = (
    "portal-*", "portal_tls-silent-*", "portal_tls-gone-*", "hijack-*-cold", "names_silent-*", "names_slow-*-cold",
    "mtu-*", "loss-gone-cold",
)  # fmt: skip
# These depend on who is asked first.
SOMETIMES = (
    "block_page-502-cold", "controls_blocked-well-running", "loss-*", "intercepted-*-running", "some_names_slow-502-*",
    "some_names_slow-silent-*",
)  # fmt: skip

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]


async def play(fault: str, turns: asyncio.Semaphore) -> list[dict[str, Any]]:
    command = (*own_namespace(), sys.executable, "-m", "tests.support.networks.outside", fault)
    async with turns:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(DEADLINE_S):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
    assert process.returncode == 0, f"{fault}:\n{err.decode()}"
    return [json.loads(line) for line in out.splitlines()]


async def play_all(faults: list[str]) -> dict[str, dict[str, Any]]:
    turns = asyncio.Semaphore(AT_ONCE)
    played = await asyncio.gather(*(play(fault, turns) for fault in faults))
    return {f"{one['fault']}-{one['provider']}-{one['when']}": one for each in played for one in each}


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """What was seen of every row that is asked for, by its name: most of the time is spent in real time-outs."""
    items = [item for item in request.session.items if item.parent is request.node]
    asked = [cast("Row", item.callspec.params["row"]).fault for item in items if isinstance(item, pytest.Function)]
    return asyncio.run(play_all(list(dict.fromkeys(asked))))


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def marked(row: Row) -> Any:
    """The row as a test, with what is known to be wrong with it."""
    sometimes = matches(row.name, SOMETIMES)
    wrong = [why for why, names in WRONG.items() if matches(row.name, names)]
    if matches(row.name, RIGHT) and not sometimes:
        wrong = []
    marks = [pytest.mark.xfail(strict=not sometimes, reason=wrong[0])] if wrong else []
    if sometimes and not wrong:
        marks = [pytest.mark.xfail(strict=False, reason="it depends on who is asked first")]
    return pytest.param(row, id=row.name, marks=marks)


@pytest.mark.parametrize("row", [marked(row) for row in ROWS])
def test_row(row: Row, seen: dict[str, dict[str, Any]]) -> None:
    assert not mistakes(row, seen[row.name]), seen[row.name]["lines"]
