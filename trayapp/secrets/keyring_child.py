"""One keyring call in a process of its own: it may block for ever on an unlock prompt, and is then killed.

Reads one JSON request from stdin and writes one JSON answer to stdout, so that a key is never an argument nor in
the environment. Imports nothing of ours: it is started by path, and quickly. What it does not expect ends it with
a traceback, of which the caller keeps the exception's name alone.
"""

import importlib
import json
import sys
from contextlib import closing
from typing import Any

# Real keyrings only. What else may be installed stores in plain text, nowhere, or in whichever came first.
BACKENDS = {
    "linux": ("keyring.backends.SecretService.Keyring", "keyring.backends.kwallet.DBusKeyring"),
    "darwin": ("keyring.backends.macOS.Keyring",),
    "win32": ("keyring.backends.Windows.WinVaultKeyring",),
}


def choose(pinned: str | None) -> tuple[str, Any] | None:
    """Name and instance of the pinned backend, else of the best of this platform; None when none works here."""
    allowed = BACKENDS.get(sys.platform, ())
    candidates = []
    for name in allowed if pinned is None else {pinned}.intersection(allowed):
        module, _, kind = name.rpartition(".")
        try:
            backend = getattr(importlib.import_module(module), kind)
            candidates.append((backend.priority, name, backend))
        except (RuntimeError, OSError):
            # How keyring says that a backend cannot work here, and what escapes it when the bus is gone.
            continue
    if not candidates:
        return None
    _, name, backend = max(candidates, key=lambda candidate: candidate[0])
    return name, backend()


def state_without_asking(backend: str) -> str:
    """`available`, `locked` or `empty` (never set up); keyrings that cannot be asked count as available."""
    if not backend.startswith("keyring.backends.SecretService."):
        return "available"
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        try:
            collection = secretstorage.get_collection_by_alias(bus, "default")
        except secretstorage.ItemNotFoundException:
            return "empty"
        return "locked" if collection.is_locked() else "available"


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Carry out `do` (state, get, set, forget) for `entry`. `ask`: whether a prompt may come up."""
    chosen = choose(request["backend"])
    if chosen is None:
        return {"problem": "absent"}
    name, backend = chosen
    do, entry, user = request["do"], request["entry"], request["user"]
    done: dict[str, Any] = {"backend": name}
    if do == "state":
        return done | {"state": state_without_asking(name)}
    if do == "get":
        # Reading must not offer to set up a keyring, which asks for a new password out of the blue.
        state = state_without_asking(name)
        if state == "empty" or (state == "locked" and not request["ask"]):
            return {"problem": "locked"}
        return done | {"value": backend.get_password(entry, user)}
    if do == "set":
        backend.set_password(entry, user, request["value"])
        if backend.get_password(entry, user) != request["value"]:
            return {"problem": "failed"}
        return done
    from keyring.errors import PasswordDeleteError

    try:
        backend.delete_password(entry, user)
    except PasswordDeleteError:
        if backend.get_password(entry, user) is not None:
            raise
    return done


def main() -> None:
    from keyring.errors import InitError, KeyringLocked, NoKeyringError

    request = json.load(sys.stdin)
    try:
        reply = answer(request)
    except KeyringLocked:
        reply = {"problem": "locked"}
    except NoKeyringError:
        reply = {"problem": "absent"}
    except InitError as error:
        # Raised when there is no service, and when somebody dismissed the offer to set up a keyring.
        dismissed = type(error.__cause__).__name__ == "PromptDismissedException"
        reply = {"problem": "locked" if dismissed else "absent"}
    json.dump(reply, sys.stdout)


if __name__ == "__main__":
    main()
