"""Ports that are free, and those that are not."""

import socket

import pytest

from tests.support.scene import free_port
from trayapp.net.ports import taken


def test_a_free_port_is_free_again_and_again() -> None:
    port = free_port()
    assert not taken(port)
    assert not taken(port)


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "0.0.0.0")])
def test_where_somebody_listens_it_is_taken(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family) as listening:
        listening.bind((host, 0))
        listening.listen()
        assert taken(listening.getsockname()[1])


def test_the_other_family_counts_too() -> None:
    with socket.socket(socket.AF_INET6) as listening:
        try:
            listening.bind(("::1", 0))
        except OSError:
            pytest.skip("no IPv6 on loopback here")
        listening.listen()
        assert taken(listening.getsockname()[1])


def test_a_connection_that_was_just_closed_takes_nothing() -> None:
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            listening.accept()[0].close()
    assert not taken(port)


def test_what_is_no_port_is_somebody_elses_to_say() -> None:
    assert not taken(70_000)
    assert not taken(-1)
