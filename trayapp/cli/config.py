"""`llm-ampel config` and `doctor`: where the settings are, whether they hold, and what else to know."""

import argparse
import asyncio

from trayapp.cli.common import begin
from trayapp.doctor import report as doctor
from trayapp.text import terminal


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    if arguments.command == "doctor":
        for line in asyncio.run(doctor.report(home, loaded.settings, loaded.catalogue, loaded.problems)):
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
    return 1 if loaded.problems else 0
