"""Where a secret may have got to: files in every encoding that is usual, and what the system tells of processes."""

import base64
import contextlib
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from trayapp.secrets import keyring_child


def forms(secret: str) -> tuple[bytes, ...]:
    """The secret as bytes: plain, UTF-16, and what base64 makes of it at each of the three places it can begin."""
    plain = secret.encode()
    encoded = []
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
        # The first and the last group also hold what stands beside the secret.
        encoded.append(text[4 if shift else 0 : -4])
    wide = [secret.encode(code) for code in ("utf-16-le", "utf-16-be")]
    return (plain, *wide, *encoded, *(one.translate(bytes.maketrans(b"+/", b"-_")) for one in encoded))


def holders(secret: str, *folders: Path) -> list[str]:
    """The files in these folders that hold the secret in any form."""
    wanted = forms(secret)
    files = [one for folder in folders for one in folder.rglob("*") if one.is_file() and not one.is_symlink()]
    assert files, "there is nothing to search"
    return [str(one) for one in files if any(form in one.read_bytes() for form in wanted)]


class Processes:
    """Watches the arguments and environments of all processes while something happens.

    `seen`: the keyring processes that were looked at; `told`: where the secret stood.
    """

    def __init__(self, secret: str) -> None:
        self.seen: set[str] = set()
        self.told: list[str] = []
        self._secret = secret.encode()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.is_set():
            for file in (*Path("/proc").glob("[0-9]*/cmdline"), *Path("/proc").glob("[0-9]*/environ")):
                with contextlib.suppress(OSError):
                    content = file.read_bytes()
                    if keyring_child.__file__.encode() in content:
                        self.seen.add(file.parent.name)
                    if self._secret in content:
                        self.told.append(str(file))
