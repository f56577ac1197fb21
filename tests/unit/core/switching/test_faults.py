"""Every fault of the table, played: streamed and plain, rescued or not."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.core.switching.stage import AUTO, Stage
from trayapp.core.switching.asked import Asked, Rescue
from trayapp.core.switching.route import Endpoint
from trayapp.core.switching.target import TargetState

TABLE = Path(__file__).with_name("faults.txt")
COLUMNS = (
    (AUTO, True, Rescue.STREAM),
    (AUTO, True, Rescue.WHOLE),
    (AUTO, False, Rescue.STREAM),
    (AUTO, False, Rescue.WHOLE),
)
ASKED = Asked(Endpoint.CHAT_COMPLETIONS, streams=True)


@dataclass(frozen=True)
class Scene:
    """`cloud`: what the provider does; `plain`: the same where the answer is not streamed, by default the same."""

    cloud: list[str]
    plain: list[str] | None = None
    asked: Asked = ASKED
    target: TargetState = TargetState.READY
    context: int | None = 8192


HEAD, PLAIN_HEAD = "connect; head 200 stream", "connect; head 200"
BEGUN, PLAIN_BEGUN = f"{HEAD}; life; content; content", f"{PLAIN_HEAD}; life; life"
RESTS = structs.replace(ASKED, rests=True)
FOREIGN = structs.replace(ASKED, foreign=True)


def status(number: int, more: str = "", end: str = "") -> str:
    return f"connect; head {number} {more}; life; end {end}"


DOWN = [status(503)]
LIFE_40 = "; ".join(["life; +10"] * 4)
SCENES = {
    "nothing": Scene(["answer"]),
    "429, Retry-After 5, then well": Scene([status(429, "after=5", "request"), "answer"]),
    "429, Retry-After 60": Scene([status(429, "after=60", "request"), "answer"]),
    "429, no Retry-After": Scene([status(429, "", "request"), "answer"]),
    "429 twice, Retry-After 5": Scene([status(429, "after=5", "request")]),
    "429, quota, Retry-After 5": Scene([status(429, "after=5", "quota"), "answer"]),
    "500 once": Scene([status(500), "answer"]),
    "503 for ever": Scene(DOWN),
    "503 for ever, Retry-After 5": Scene([status(503, "after=5")]),
    "529 for ever": Scene([status(529)]),
    "408 for ever": Scene([status(408)]),
    "409 once": Scene([status(409), "answer"]),
    "409 for ever": Scene([status(409)]),
    "500, then a reset before the head": Scene([status(500), "connect; fail cut"]),
    "500, then 400": Scene([status(500), status(400, "", "request")]),
    "500, then 429 with Retry-After 5": Scene([status(500), status(429, "after=5", "request")]),
    "400": Scene([status(400, "", "request"), "answer"]),
    "401": Scene([status(401, "", "request"), "answer"]),
    "HTML 502": Scene([status(502, "", "server")]),
    "HTML 200": Scene([status(200, "", "server")]),
    "redirect": Scene([status(307)]),
    "name not found": Scene(["fail no_name"]),
    "connection refused": Scene(["fail connect"]),
    "connection refused once": Scene(["fail connect", "answer"]),
    "no connection, no word": Scene([""]),
    "TLS failure": Scene(["fail tls"]),
    "somebody else's certificate": Scene(["fail untrusted"]),
    "the proxy wants a login": Scene(["fail proxy_login"]),
    "reset before the head": Scene(["connect; fail cut", "answer"]),
    "silence before the head": Scene(["connect"]),
    "silence before the first event": Scene([HEAD], [PLAIN_HEAD]),
    "silence in mid-stream": Scene([BEGUN], [PLAIN_BEGUN]),
    "slow first token, signs of life": Scene(
        [f"{HEAD}; {LIFE_40}; content; content; end"], ["connect; +40; head 200; life; end"]
    ),
    "life for 20 s, then a cut": Scene(
        [f"{HEAD}; life; +10; life; +10; end cut"], [f"{PLAIN_HEAD}; life; +10; life; +10; end cut"]
    ),
    "life for 10 s, then a cut": Scene([f"{HEAD}; life; +10; end cut"], [f"{PLAIN_HEAD}; life; +10; end cut"]),
    "life once, then silence": Scene([f"{HEAD}; life"], [f"{PLAIN_HEAD}; life"]),
    "cut after two thirds, clean HTTP end": Scene([f"{BEGUN}; end cut"], [f"{PLAIN_BEGUN}; end cut"]),
    "cut after two thirds, no HTTP end": Scene([f"{BEGUN}; fail cut"], [f"{PLAIN_BEGUN}; fail cut"]),
    "missing end": Scene([f"{BEGUN}; content; end cut"], [f"{PLAIN_BEGUN}; life; end cut"]),
    "wrong length": Scene([f"{BEGUN}; fail cut"], [f"{PLAIN_BEGUN}; fail cut"]),
    "malformed first event": Scene([f"{HEAD}; error server; end cut"], [f"{PLAIN_BEGUN}; end server"]),
    "malformed event in mid-stream": Scene([f"{BEGUN}; life; content; end"], []),
    "gzip damage": Scene([f"{HEAD}; life; fail malformed"], [f"{PLAIN_HEAD}; life; fail malformed"]),
    "first event an error": Scene([f"{HEAD}; error server; end"], []),
    "life, then an error": Scene([f"{HEAD}; life; life; error server; end"], []),
    "error event in mid-stream": Scene([f"{BEGUN}; error server; end"], []),
    "first event a rate limit": Scene([f"{HEAD}; error request; end"], []),
    "200 with an error body": Scene([status(200, "", "server")]),
    "200 with a rate limit in its body": Scene([status(200, "", "request")]),
    "context overflow": Scene([status(400, "", "overflow=200000")]),
    "context overflow, the target is larger": Scene([status(400, "", "overflow=200000")], context=262_144),
    "context overflow, nobody knows by how much": Scene([status(400, "", "overflow")], context=262_144),
    "content filter": Scene([status(400, "", "request")]),
    "content filter, first event": Scene([f"{HEAD}; error request; end"], []),
    "content filter in mid-stream": Scene([f"{BEGUN}; error request; end"], []),
    "what another model wrote, refused once": Scene([status(400, "", "foreign"), "answer"], asked=FOREIGN),
    "what another model wrote, refused twice": Scene([status(400, "", "foreign")], asked=FOREIGN),
    "rests on the provider's state: 503": Scene(DOWN, asked=RESTS),
    "rests on the provider's state: refused": Scene(["fail connect"], asked=RESTS),
    "rests on the provider's state: reset": Scene(["connect; fail cut"], asked=RESTS),
    "rests on the provider's state: silence": Scene(["connect"], asked=RESTS),
    "no target, 503 for ever": Scene(DOWN, target=TargetState.DOWN),
    "no target, reset before the head": Scene(["connect; fail cut"], target=TargetState.DOWN),
    "no target, a tool that multiplies, 503": Scene(
        DOWN, target=TargetState.DOWN, asked=structs.replace(ASKED, multiplies=True)
    ),
    "asked again by the tool, 503": Scene(DOWN, asked=structs.replace(ASKED, again=True)),
}


def rows() -> dict[str, list[str]]:
    """The cells of each fault."""
    read = (line.split("|") for line in TABLE.read_text().splitlines() if "|" in line and not line.startswith("#"))
    found = [[cell.strip() for cell in cells] for cells in read]
    return {name: cells for name, *cells in found if name and name != "fault" and not name.startswith("-")}


ROWS = rows()


def test_every_fault_is_played_and_there_are_enough() -> None:
    assert list(ROWS) == list(SCENES)
    assert len(ROWS) > 24


@pytest.mark.parametrize("fault", ROWS)
def test_what_a_caller_and_its_provider_see(fault: str) -> None:
    scene = SCENES[fault]
    found = []
    for standing, streams, rescue in COLUMNS:
        cloud = scene.cloud if streams or scene.plain is None else scene.plain
        if not cloud:
            found.append("-")
            continue
        stage = Stage(
            structs.replace(scene.asked, streams=streams, rescue=rescue),
            cloud,
            structs.replace(standing, target=scene.target, context=scene.context),
        ).run()
        found.append(stage.cell)
    assert found == ROWS[fault]
