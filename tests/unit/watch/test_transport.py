"""The order of addresses. Names, connections and TLS are tried in tests/loopback/watch/test_http.py."""

from trayapp.watch.transport import in_turn


def test_the_families_take_turns() -> None:
    assert in_turn(["2001:db8::1", "2001:db8::2", "192.0.2.1"]) == ["2001:db8::1", "192.0.2.1", "2001:db8::2"]
    assert in_turn(["192.0.2.1", "2001:db8::1", "2001:db8::2"]) == ["192.0.2.1", "2001:db8::1", "2001:db8::2"]
    assert in_turn(["192.0.2.1"]) == ["192.0.2.1"]
