"""The demo's own home, and that nothing of it stays behind."""

import asyncio
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trayapp.errors import Problem
from trayapp.paths import Home, home
from trayapp.secrets.key_index import read_index
from trayapp.secrets.keys import Keys

log = logging.getLogger(__name__)

KEYRING_TIMEOUT_S = 10.0
"""Real seconds for the keyring at the end: it was open when the user stored something, so it does not ask."""


@contextmanager
def own_home() -> Iterator[Home]:
    """A home for this demo alone, in `LLM_AMPEL_HOME` so that child processes share it; gone afterwards."""
    base = Path(tempfile.mkdtemp(prefix="llm-ampel-demo-"))
    before = os.environ.get("LLM_AMPEL_HOME")
    os.environ["LLM_AMPEL_HOME"] = str(base)
    here = home()
    try:
        yield here
    finally:
        try:
            _forget_keys(here)
        finally:
            if before is None:
                del os.environ["LLM_AMPEL_HOME"]
            else:
                os.environ["LLM_AMPEL_HOME"] = before
            shutil.rmtree(base, ignore_errors=True)
            shutil.rmtree(here.runtime, ignore_errors=True)


def _forget_keys(here: Home) -> None:
    """Take out of the keyring what the user stored while trying the settings of the demo."""

    async def forget() -> None:
        keys = Keys(here, timeout_s=KEYRING_TIMEOUT_S)
        for name in keys.names():
            await keys.forget(name)

    try:
        if read_index(here).hosts:
            asyncio.run(forget())
    except Problem as problem:
        log.warning("a key that was stored in the demo may be in the keyring still: %s", problem)
