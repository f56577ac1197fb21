"""`llm-ampel key`: keys go into the keyring from a prompt or standard input, never from an argument."""

import argparse
import asyncio
import getpass
import sys

from trayapp.cli.common import begin
from trayapp.errors import Problem
from trayapp.settings.hosts import host_of
from trayapp.settings.secrets import Keys
from trayapp.settings.services import key_places
from trayapp.text import labels


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    keys = Keys(home, lambda: loaded.settings)
    if arguments.what == "list":
        for name in keys.names():
            print(name)
        return 0
    providers = loaded.catalogue.providers.values()
    hosts = {name: host_of(url) for provider in providers for name, url, _ in key_places(provider)}
    name = arguments.name
    if name is None or (arguments.what == "set" and name not in hosts):
        raise Problem("unknown_key", name=name or "", known=", ".join(hosts))
    if arguments.what == "forget":
        asyncio.run(keys.forget(name))
        print(labels.key_forgotten(name))
        return 0
    value = getpass.getpass(labels.key_prompt(name)) if sys.stdin.isatty() else sys.stdin.readline()
    asyncio.run(keys.set(name, hosts[name], value.strip()))
    print(labels.key_stored(name, hosts[name]))
    return 0
