"""What a tool's request says, whatever it is packed in. Codex packs what it says to OpenAI; a local model cannot unpack
it."""

from collections.abc import Mapping

from trayapp.gateway.decoding import TooMuch, Undecodable, is_known, unpacked
from trayapp.gateway.refusal import Refused


def plain_of(headers: Mapping[str, str], body: bytes, limit: int) -> bytes:
    """`body` as it can be read. Raises Refused: 400 where it cannot, 413 where it would be more than `limit` bytes."""
    coding = headers.get("content-encoding", "").strip().lower()
    if coding in ("", "identity"):
        return body
    if not is_known(coding):
        message = "This request is compressed in a way that nobody here reads. Use gzip or zstd, or send it plain."
        raise Refused(400, "encoding_not_supported", message, retry=False)
    try:
        return unpacked(body, coding, limit)
    except Undecodable as error:
        message = f"This request is damaged: it cannot be unpacked as {coding}."
        raise Refused(400, "bad_request", message, retry=False) from error
    except TooMuch as error:
        message = f"This request is too large: unpacked it would be more than {limit} bytes. Send less at once."
        raise Refused(413, "request_too_large", message, retry=False) from error
