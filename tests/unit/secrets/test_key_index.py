"""The list of stored keys: everything but the keys."""

import stat

import pytest

from tests.support.pipes import pipe_at
from trayapp.errors import Problem
from trayapp.paths import home
from trayapp.secrets.key_index import KeyIndex, index_file, read_index, write_index


def test_nothing_is_stored_at_first() -> None:
    assert read_index(home()) == KeyIndex()


def test_what_was_written_is_read() -> None:
    index = KeyIndex("keyring.backends.SecretService.Keyring", {"acme": "api.acme.example"})
    write_index(home(), index)
    assert read_index(home()) == index
    assert stat.S_IMODE(index_file(home()).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", '{"hosts": {"a": 1}}'])
def test_a_damaged_list_is_told_and_kept(content: str) -> None:
    home().data.mkdir(parents=True)
    index_file(home()).write_text(content)
    with pytest.raises(Problem) as caught:
        read_index(home())
    assert caught.value.code == "key_index_broken"
    assert index_file(home()).read_text() == content


def test_endless_depths_are_damage_too() -> None:
    index_file(home()).parent.mkdir(parents=True, exist_ok=True)
    index_file(home()).write_bytes(b'{"more": ' + b"[" * 100_000)
    with pytest.raises(Problem, match="key_index_broken"):
        read_index(home())


def test_a_pipe_in_place_of_the_index_is_not_waited_for() -> None:
    with pipe_at(index_file(home())) as pipe, pytest.raises(Problem, match="key_index_broken"):
        read_index(home())
    assert not pipe.waited_for


def test_what_is_in_the_way_of_a_sound_index_is_no_damage() -> None:
    """Whoever deleted it then would lose which key goes where."""
    home().data.parent.mkdir(parents=True, exist_ok=True)
    home().data.write_text("a file where the folder should be")
    with pytest.raises(Problem, match="file_unreadable"):
        read_index(home())
