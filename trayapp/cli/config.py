"""`llm-ampel config` and `doctor`: where the settings are, whether they hold, and what else to know."""

import argparse
import asyncio
from collections.abc import Iterator

from trayapp.cli.common import begin
from trayapp.doctor import report as doctor
from trayapp.engine.loading import Loaded
from trayapp.text import terminal


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    if arguments.command == "doctor":
        for line in asyncio.run(
            doctor.report(home, loaded.settings, loaded.catalogue, loaded.problems, loaded.edition)
        ):
            print(line)
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
