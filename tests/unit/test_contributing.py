"""Where a newcomer is sent exists, and is not far."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
ROWS = re.findall(r"^\| (.+?) \| (.*`.*) \|$", (TOP / "CONTRIBUTING.md").read_text(), re.MULTILINE)
SUBJECTS = (
    *("strike", "polling interval", "provider", "page vendor", "words of a banner", "loudness of a banner"),
    *("access rule", "local server", "setting", "icon", "dialect", "tool"),
)


def test_every_question_has_its_row() -> None:
    assert [subject for subject in SUBJECTS if not any(subject in asked for asked, _ in ROWS)] == []


@pytest.mark.parametrize(("asked", "files"), ROWS)
def test_a_row_names_three_files_at_most_and_all_exist(asked: str, files: str) -> None:
    names = re.findall(r"`([^`]+)`", files)
    assert 1 <= len(names) <= 3
    for name in names:
        # Of a file that is yet to be made, the place where others of its kind are looked for.
        place, to_be_made, _ = name.partition("<")
        assert (TOP / place).is_dir() if to_be_made else (TOP / name).is_file(), name
