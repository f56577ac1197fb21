"""`llm-ampel config add URL`: what answers there is shown, written as a service file, and watched at once."""

import sys

from trayapp.cli.common import say
from trayapp.clock import SystemClock
from trayapp.control import client
from trayapp.control.messages import AskReload
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.settings.own_service import write_service
from trayapp.text import found as words
from trayapp.watch.detection.endpoint import Known, detect
from trayapp.watch.detection.typed import typed


async def add(home: Home, loaded: Loaded, url: str, name: str | None, *, replace: bool) -> int:
    """Raises Problem for what cannot be watched, and for a file that is there already unless `replace`."""
    say(words.looking(typed(url).place))
    known = Known(loaded.catalogue, loaded.own, loaded.settings.gateway.port)
    found = await detect(url, name, known, SystemClock(), replace=replace)
    for line in words.lines(found):
        print(line)
    path = write_service(home, found.provider, words.heading(found), replace=replace)
    print(words.written(path))
    try:
        await client.ask(home, AskReload())
    except Problem as problem:
        if problem.code != "not_running":
            raise
        print(words.not_running())
    else:
        print(words.watched(found))
    if (hint := words.key_command(found)) is not None:
        print(hint)
    sys.stdout.flush()
    return 0
