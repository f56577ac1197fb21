"""Which texts point at the gateway, and which only look like it."""

from pathlib import Path

import pytest

from trayapp.doctor.pointers import MAX_FILE_BYTES, find_pointers
from trayapp.paths import home
from trayapp.settings.schema import DEFAULT_PORT

PORT = 23456


def found(user: Path, text: str, name: str = ".profile") -> list[tuple[str, int, str | None]]:
    file = user / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode(errors="surrogateescape"))
    return [(one.host, one.port, one.token) for one in find_pointers(home(), user, {}, PORT)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"export A=http://127.0.0.1:{PORT}/v1", [("127.0.0.1", PORT, None)]),
        (f"export A=http://127.0.0.1:{DEFAULT_PORT}", [("127.0.0.1", DEFAULT_PORT, None)]),
        ('A="http://LOCALHOST:1/t/ampel-x/openai/v1"', [("LOCALHOST", 1, "ampel-x")]),
        ("A='http://[::1]:9/t/ampel-x'", [("::1", 9, "ampel-x")]),
        (
            f'{{"a": "http://127.0.0.2:{PORT}/", "b": "http://localhost:{PORT}"}}',
            [("127.0.0.2", PORT, None), ("localhost", PORT, None)],
        ),
        ("\udcff http://127.0.0.1:23456/v1", [("127.0.0.1", PORT, None)]),
        ("A=http://127.0.0.1:11434/v1", []),
        (f"# A=http://127.0.0.1:{PORT}/v1", []),
        (f"   # A=http://127.0.0.1:{PORT}/v1", []),
        (f"A=http://127.0.0.1.example:{PORT}/v1", []),
        (f"A=http://10.0.0.1:{PORT}/v1", []),
        ("A=http://127.0.0.1:9/tea/for/two", []),
    ],
)
def test_what_a_line_says(tmp_path: Path, text: str, expected: list[tuple[str, int, str | None]]) -> None:
    assert found(tmp_path, text) == expected


def test_what_cannot_be_read_points_nowhere(tmp_path: Path) -> None:
    (tmp_path / ".bashrc").mkdir()
    (tmp_path / ".zshrc").symlink_to(tmp_path / "nowhere")
    assert found(tmp_path, f"http://127.0.0.1:{PORT}\n" + "x" * MAX_FILE_BYTES) == []


def test_the_line_and_whose_it_is_are_named(tmp_path: Path) -> None:
    text = f"one\r\ntwo\r\nhttp://127.0.0.1:{PORT}\r\n"
    found(tmp_path, text)
    found(tmp_path, text, ".config/environment.d/60-llm-ampel.conf")
    assert [(one.where, one.ours) for one in find_pointers(home(), tmp_path, {}, PORT)] == [
        (f"{tmp_path}/.profile, line 3,", False),
        (f"{tmp_path}/.config/environment.d/60-llm-ampel.conf, line 3,", True),
    ]
