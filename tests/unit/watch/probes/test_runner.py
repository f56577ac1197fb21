"""What an answer over TLS that somebody may read is taken for. All else is tried in tests/loopback/watch/probes."""

import pytest

from trayapp.core.evidence.answers import read_answer
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.watch.http import HttpAnswer
from trayapp.watch.probes.runner import unmarked

URL = "https://api.acme.example/v1/models"
HTML = {"content-type": "text/html"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "outcome"),
    [
        (502, HTML, b"<h1>Bad gateway</h1>", Outcome.FOREIGN),
        (503, {}, b"", Outcome.FOREIGN),
        (408, HTML, b"<h1>Too slow</h1>", Outcome.FOREIGN),
        (200, {"content-type": "text/plain"}, b"Access is logged", Outcome.FOREIGN),
        (404, HTML, b"<h1>Not here</h1>", Outcome.FOREIGN),
        (502, HTML | {"cf-ray": "8f"}, b"<h1>Bad gateway</h1>", Outcome.FAIL),
        (502, {}, b'{"error": {"type": "server_error"}}', Outcome.FAIL),
        (200, {}, b'{"object": "list", "data": []}', Outcome.GOOD),
    ],
)
def test_what_bears_no_mark_of_the_provider_may_come_from_whoever_reads_along(
    status: int, headers: dict[str, str], body: bytes, outcome: Outcome
) -> None:
    for proven in (False, True):
        answer = HttpAnswer(status, headers, body, False, URL, "192.88.99.1", 0.1, 0.2, proven)
        reading = read_answer(status, headers, body, depth=Depth.API, url=URL, proven=proven)
        got = unmarked(reading, answer).outcome
        assert got is not Outcome.FOREIGN if proven else got is outcome
