"""`llm-ampel config` and `doctor`: where the settings are, whether they hold, and what else to know."""

import argparse
import asyncio
from collections.abc import Iterator

from trayapp.cli.check import look
from trayapp.cli.common import begin, watched_ids
from trayapp.doctor import report as doctor
from trayapp.engine.loading import Loaded
from trayapp.logs import redact
from trayapp.paths import Home
from trayapp.text import terminal

ROUND_S = 10.0
"""Real seconds for a round of our own, where no instance runs: enough for a first try at everything, and for the second
beside its control."""


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    if arguments.command == "doctor":
        asyncio.run(_doctor(home, loaded))
        return 0
    if arguments.what == "add":
        from trayapp.cli.add import add

        return asyncio.run(add(home, loaded, arguments.url, arguments.name, replace=arguments.replace))
    if arguments.what == "path":
        print(home.settings_file)
        return 0
    if not loaded.problems:
        print(terminal.settings_fine(str(home.settings_file)))
    for line in _catalogue_lines(loaded):
        print(line)
    return 1 if loaded.problems else 0


def _catalogue_lines(loaded: Loaded) -> Iterator[str]:
    """What can be watched and how much of it is unverified, and of what is watched each request that is."""
    catalogue = loaded.catalogue
    facts = [claim.fact for claim in catalogue.claims()]
    unverified = sum(fact.unverified for fact in facts)
    services = sum(len(provider.services) for provider in catalogue.providers.values())
    yield terminal.catalogue_checked(services, len(catalogue.providers), unverified, len(facts))
    for _, service in catalogue.watched(loaded.settings.watch.services):
        if asked := [probe.name for probe in service.probes if probe.unverified]:
            yield terminal.not_verified(service.name, ", ".join(asked))


async def _doctor(home: Home, loaded: Loaded) -> None:
    """The report in English, and after it, in the user's language, what is known right now and what to do about it."""
    for line in await doctor.report(home, loaded.settings, loaded.catalogue, loaded.problems, loaded.edition):
        print(line)
    # Afterwards: a round of our own would itself be what listens where tools are pointed at.
    answer = await look(home, loaded, watched_ids(loaded), ROUND_S)
    for title, lines in (("your own network", answer.network), ("an outage's first minute", answer.checklist)):
        print(f"[{title}]")
        for line in lines:
            print(redact(f"  {line}"))
