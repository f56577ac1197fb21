"""A readable copy of what is compressed. On the cloud route the bytes travel as they are; this copy is for the reading
alone.

gzip and deflate come with Python; br and zstd need Brotli and backports.zstd (5 MB and 2 MB of disk, 0.2 and 2.4 MB of
memory, and aiohttp loads them where it finds them). Claude Code and Codex offer both, and an error that cannot be read
is a rate limit that may have been a quota. Where a library is missing, an answer stays unread and is believed.
"""

import zlib
from collections.abc import Callable
from typing import Protocol

try:
    import brotli
except ImportError:  # pragma: no cover
    brotli = None
try:
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]  # from Python 3.14 on
except ImportError:
    try:
        from backports import zstd
    except ImportError:  # pragma: no cover
        zstd = None

MAX_UNPACKED_BYTES = 1024 * 1024
"""Of one piece. A stream's events are far smaller; more is a bomb, or a body whose beginning is enough."""
_FAILURES: tuple[type[Exception], ...] = (
    zlib.error,
    EOFError,
    *((brotli.error,) if brotli is not None else ()),
    *((zstd.ZstdError,) if zstd is not None else ()),
)


_MAX_PARTS = 16
"""Of one request; each is looked for in a copy of all that follows."""


class Undecodable(Exception):
    """This is not in the coding that it says."""


class TooMuch(Exception):
    """There is more in this than is unpacked."""


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Brotli:
    eof = False
    unused_data = b""

    def __init__(self) -> None:
        self._unpacker = brotli.Decompressor()

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        plain: bytes = self._unpacker.process(data, output_buffer_limit=max_length)
        self.eof = self._unpacker.is_finished()
        return plain


class Decoder:
    """Decodes one answer piece by piece. `full`: there was more in one piece than is unpacked; nothing follows."""

    def __init__(self, new: Callable[[], _Unpacker]) -> None:
        self.full = False
        self._new = new
        self._unpacker = new()

    @property
    def ended(self) -> bool:
        """Is what was decoded whole?"""
        return self._unpacker.eof

    def feed(self, piece: bytes) -> bytes:
        """What can be read by now. Raises Undecodable."""
        plain = b""
        while piece and not self.full:
            if self._unpacker.eof:
                # Several members behind each other are one content (RFC 1952, 2.2, RFC 8878, 3.1).
                self._unpacker = self._new()
            room = MAX_UNPACKED_BYTES - len(plain)
            try:
                plain += self._unpacker.decompress(piece, room)
            except _FAILURES as error:
                raise Undecodable from error
            self.full = len(plain) >= MAX_UNPACKED_BYTES
            piece = self._unpacker.unused_data if self._unpacker.eof else b""
        return plain


class _Deflate:
    """zlib's format, or without its head what some servers send in its place (RFC 9110, 8.4.1.2)."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj()
        self._head = b""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        if len(self._head) >= 2:
            return self._unpacker.decompress(data, max_length)
        self._head += data
        if len(self._head) < 2:
            return b""
        try:
            return self._unpacker.decompress(self._head, max_length)
        except zlib.error:
            self._unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._unpacker.decompress(self._head, max_length)

    @property
    def eof(self) -> bool:
        return self._unpacker.eof

    @property
    def unused_data(self) -> bytes:
        return self._unpacker.unused_data


def _gzip() -> _Unpacker:
    # 32 + MAX_WBITS: gzip or zlib, whichever it is.
    return zlib.decompressobj(32 + zlib.MAX_WBITS)


_UNPACKERS: dict[str, Callable[[], _Unpacker]] = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _Deflate}
if brotli is not None:
    _UNPACKERS["br"] = _Brotli
if zstd is not None:
    _UNPACKERS["zstd"] = zstd.ZstdDecompressor


def decoder_for(coding: str) -> Decoder | None:
    """A decoder of this content coding, in lower case; None for one that cannot be read here."""
    new = _UNPACKERS.get(coding)
    return None if new is None else Decoder(new)


def unpacked(body: bytes, coding: str, limit: int) -> bytes:
    """All of `body`, which may be so many bytes. Raises Undecodable, also where it is cut, and TooMuch."""
    new = _UNPACKERS.get(coding)
    plain = b""
    for _ in range(_MAX_PARTS):
        if not body or new is None:
            break
        unpacker = new()
        try:
            plain += unpacker.decompress(body, limit + 1 - len(plain))
        except _FAILURES as error:
            raise Undecodable from error
        if len(plain) > limit:
            raise TooMuch
        if not unpacker.eof:
            raise Undecodable
        body = unpacker.unused_data
    if body:
        raise Undecodable
    return plain


def is_known(coding: str) -> bool:
    """Can this content coding, in lower case, be read here?"""
    return coding in _UNPACKERS
