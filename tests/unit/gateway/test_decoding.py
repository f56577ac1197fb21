"""Readable copies of compressed bytes."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd

from trayapp.gateway.decoding import MAX_UNPACKED_BYTES, TooMuch, Undecodable, decoder_for, unpacked

TEXT = b"Hello " * 1000


def raw_deflate(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


CODINGS = pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("br", brotli.compress),
        ("zstd", zstd.compress),
    ],
)


@CODINGS
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_piece_by_piece(coding: str, pack: Callable[[bytes], bytes], step: int) -> None:
    packed = pack(TEXT)
    decoder = decoder_for(coding)
    assert decoder is not None
    plain = b""
    for start in range(0, len(packed), step):
        assert not decoder.ended
        plain += decoder.feed(packed[start : start + step])
    assert plain == TEXT
    assert decoder.ended
    assert not decoder.full


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_several_members(coding: str, pack: Callable[[bytes], bytes]) -> None:
    decoder = decoder_for(coding)
    assert decoder is not None
    assert decoder.feed(pack(b"one ") + pack(b"two ") + pack(b"three")[:-3]).startswith(b"one two ")
    assert not decoder.ended


@CODINGS
def test_a_bomb_stays_packed(coding: str, pack: Callable[[bytes], bytes]) -> None:
    decoder = decoder_for(coding)
    assert decoder is not None
    assert len(decoder.feed(pack(b" " * 50_000_000))) <= 2 * MAX_UNPACKED_BYTES
    assert decoder.full
    assert decoder.feed(b"anything") == b""


@CODINGS
def test_what_it_is_not(coding: str, pack: Callable[[bytes], bytes]) -> None:
    decoder = decoder_for(coding)
    assert decoder is not None
    with pytest.raises(Undecodable):
        decoder.feed(b"\xff\xfe\xfd" * 100)


def test_unknown_codings() -> None:
    assert decoder_for("dcb") is decoder_for("gzip, br") is decoder_for("") is None


@CODINGS
def test_all_at_once(coding: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(TEXT)
    assert unpacked(packed, coding, len(TEXT)) == TEXT
    assert unpacked(pack(b""), coding, 0) == unpacked(b"", coding, 0) == b""
    with pytest.raises(TooMuch):
        unpacked(packed, coding, len(TEXT) - 1)
    for damaged in (packed[:-1], packed[: len(packed) // 2], b"{" + packed, b'{"model": "m"}'):
        with pytest.raises(Undecodable):
            unpacked(damaged, coding, len(TEXT))


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
def test_several_parts_are_one_content(coding: str, pack: Callable[[bytes], bytes]) -> None:
    assert unpacked(pack(b"one") + pack(b"two"), coding, 6) == b"onetwo"
    with pytest.raises(TooMuch):
        unpacked(pack(b"one") + pack(b"two"), coding, 5)
    with pytest.raises(Undecodable):
        unpacked(pack(b"x") * 100_000, coding, 200_000)
    with pytest.raises(Undecodable):
        unpacked(pack(b"one") + b"two", coding, 6)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    with pytest.raises(TooMuch):
        unpacked(bomb, "gzip", 1_000_000)
