"""Local servers, watched like any other service: stopped, loading, out of slots, gone, and the own network away."""

import pytest

from tests.support.namespace import play


@pytest.mark.slow
async def test_the_light_of_a_local_server_is_right_whatever_happens_to_it() -> None:
    played = await play("local_watched", mounts=True)
    assert played.code == 0, played.err
    assert [line.split("\t") for line in played.out.splitlines()] == [
        ["fine", "green ok", "green ok", "green ok"],
        ["loading, busy", "yellow checking", "yellow checking", "red down"],
        ["loaded", "green ok", "green ok", "red down"],
        ["stopped", "red down", "red down", "red down"],
        ["own network away", "grey no_evidence", "red down", "red down"],
    ]
