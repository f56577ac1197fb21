"""`llm-ampel key`: keys go into the keyring from a prompt or standard input, never from an argument."""

import argparse
import asyncio
import getpass
import sys

from trayapp.cli.common import begin
from trayapp.errors import Problem
from trayapp.secrets.keys import Keys
from trayapp.settings.local_key import LOCAL_KEY, local_key_host
from trayapp.settings.services import key_hosts
from trayapp.text import terminal


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    keys = Keys(home)
    if arguments.what == "list":
        for name in keys.names():
            print(name)
        return 0
    hosts = key_hosts(loaded.catalogue)
    if (local := local_key_host(loaded.settings.local)) is not None:
        hosts[LOCAL_KEY] = local
    name = arguments.name
    known = dict.fromkeys(hosts if arguments.what == "set" else (*hosts, *keys.names()))
    if name not in known:
        raise Problem("unknown_key", name=name or "", known=", ".join(known))
    if arguments.what == "forget":
        asyncio.run(keys.forget(name))
        print(terminal.key_forgotten(name))
        return 0
    value = getpass.getpass(terminal.key_prompt(name)) if sys.stdin.isatty() else sys.stdin.readline()
    asyncio.run(keys.set(name, hosts[name], value.strip()))
    print(terminal.key_stored(name, hosts[name]))
    return 0
