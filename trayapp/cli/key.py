"""`llm-ampel key`: keys go into the keyring from a prompt or standard input, never from an argument."""

import argparse
import asyncio
import getpass
import sys
from urllib.parse import urlsplit

from trayapp.cli.common import begin
from trayapp.core.catalogue import Catalogue
from trayapp.errors import Problem
from trayapp.settings.secrets import Keys
from trayapp.text import labels


def key_hosts(catalogue: Catalogue) -> dict[str, str]:
    """Which host each key of the catalogue belongs to: that of the provider's API, else of the probe that uses it."""
    hosts: dict[str, str] = {}
    for provider in catalogue.providers.values():
        if provider.api is not None and provider.api.key:
            hosts.setdefault(provider.api.key, urlsplit(provider.api.url).netloc.lower())
        for service in provider.services:
            for probe in service.probes:
                if probe.key:
                    hosts.setdefault(probe.key, probe.host)
    return hosts


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    keys = Keys(home, lambda: loaded.settings)
    if arguments.what == "list":
        for name in keys.names():
            print(name)
        return 0
    hosts = key_hosts(loaded.catalogue)
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
