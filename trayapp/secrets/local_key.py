"""The key that a local server gets, if one is stored for its address."""

from trayapp.core.hosts import host_of, may_carry_key
from trayapp.errors import Problem
from trayapp.secrets.keys import KeySource, sound
from trayapp.settings.local_key import LOCAL_KEY


class TypedKey:
    """A `KeySource` of one key that was typed and is not stored, for the server that is being tried with it."""

    def __init__(self, value: str) -> None:
        self._value = value

    async def get(self, name: str, host: str) -> str | None:
        return sound(name, self._value)


async def local_key(keys: KeySource, url: str) -> str | None:
    """The key for the server at `url`; None where none is stored for it, or where it would travel in the clear.

    Raises what `KeySource.get` raises, but for `key_other_host`: a key for another server is none for this one.
    """
    if not may_carry_key(url):
        return None
    try:
        return await keys.get(LOCAL_KEY, host_of(url))
    except Problem as problem:
        if problem.code != "key_other_host":
            raise
        return None
