"""Run inside a fresh network namespace: changes its network step by step and prints each disturbance seen."""

import asyncio
import subprocess
import sys

from trayapp.clock import SystemClock
from trayapp.core.evidence.observation import Disturbance, OnNetwork
from trayapp.desktop.disturbance import watch

NEVER_S = 3600.0

# A pair of virtual cables is what every kernel has.
PREPARATION = (
    "link add up0 type veth peer name down0",
    "link set down0 up",
    "link set up0 up",
    "address add 198.51.100.2/24 dev up0",
)
# What containers and address lifetimes do all the time; the way out stays as it is.
NOISE = ("link add other0 type veth peer name other1", "address add 203.0.113.5/32 dev lo")
STEPS = (
    "route add default via 198.51.100.1",
    "route replace default via 198.51.100.7",
    "route replace default via 198.51.100.7 src 198.51.100.2",
    "address add 198.51.100.3/24 dev up0",
    "route replace default via 198.51.100.7 src 198.51.100.3",
    "route delete default",
)
CHANGES = 4


def ip(command: str) -> None:
    subprocess.run(["ip", *command.split()], check=True)


async def main() -> None:
    seen: asyncio.Queue[Disturbance] = asyncio.Queue()
    networks: list[str] = []

    def take(observation: Disturbance | OnNetwork) -> None:
        if isinstance(observation, Disturbance):
            seen.put_nowait(observation)
        else:
            networks.append(observation.name)

    for command in PREPARATION:
        ip(command)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watch(SystemClock(), take, check_every_s=NEVER_S))
        # The watch and its children start with the next turns of the loop.
        for _ in range(3):
            await asyncio.sleep(0)
        for command in NOISE:
            ip(command)
        for step in STEPS:
            ip(step)
            # The kernel has told it by now; one turn of the loop reads it.
            await asyncio.sleep(0.05)
        kinds = [(await seen.get()).kind for _ in range(CHANGES)]
        task.cancel()
    sys.stdout.write(" ".join(kinds))
    # Two gateways, and at first and in the end no way out at all.
    named = [networks.index(name) for name in networks]
    sys.exit(not seen.empty() or named != [0, 1, 2, 0] or networks[0] != "")


if __name__ == "__main__":
    asyncio.run(main())
