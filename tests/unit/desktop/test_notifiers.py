"""The ordered list of ways to tell the user something."""

import pytest

from trayapp.desktop.notifiers import Notifiers, notifiers
from trayapp.desktop.notify import CannotNotify, Handed, Note

DOWN = Note("incident-1", "ChatGPT is down", "Errors since 22:04.")
QUIET = Note("incident-1", "OpenAI confirms", "Down 18 min.", pops_up=False)


class Way:
    """A way that works or not, and keeps what it was told."""

    def __init__(self, name: str, *, works: bool = True) -> None:
        self.name = name
        self.works = works
        self.told: list[str] = []
        self.closed = False

    async def show(self, note: Note) -> None:
        self._check()
        self.told.append(f"show {note.title}")

    async def withdraw(self, key: str) -> None:
        self._check()
        self.told.append(f"withdraw {key}")

    async def close(self) -> None:
        self.closed = True

    def _check(self) -> None:
        if not self.works:
            raise CannotNotify("broken")


async def test_the_first_way_that_works_takes_the_note() -> None:
    first, second, third = Way("first", works=False), Way("second"), Way("third")
    ways = Notifiers([first, second, third])
    await ways.show(DOWN)
    assert second.told == ["show ChatGPT is down"]
    assert third.told == []


async def test_a_way_that_works_again_takes_the_next_note_and_the_old_one_goes() -> None:
    first, second = Way("first", works=False), Way("second")
    ways = Notifiers([first, second])
    await ways.show(DOWN)
    first.works = True
    await ways.show(DOWN)
    assert first.told == ["show ChatGPT is down"]
    assert second.told == ["show ChatGPT is down", "withdraw incident-1"]


async def test_a_quiet_change_goes_only_where_the_note_is() -> None:
    first, second = Way("first", works=False), Way("second")
    ways = Notifiers([first, second])
    await ways.show(DOWN)
    first.works = True
    await ways.show(QUIET)
    assert first.told == []
    assert second.told == ["show ChatGPT is down", "show OpenAI confirms"]


async def test_a_withdrawal_goes_where_the_note_is_and_survives_a_broken_way() -> None:
    first, second = Way("first"), Way("second")
    ways = Notifiers([first, second])
    await ways.show(DOWN)
    first.works = False
    await ways.withdraw("incident-1")
    assert second.told == []


async def test_after_a_restart_every_way_is_asked_to_withdraw_and_to_change() -> None:
    first, second = Way("first"), Way("second", works=False)
    ways = Notifiers([first, second])
    await ways.show(QUIET)
    await ways.withdraw("incident-1")
    assert first.told == ["show OpenAI confirms", "withdraw incident-1"]


async def test_what_is_handed_to_others() -> None:
    shown: list[str] = []
    there = False

    def balloon(note: Note) -> bool:
        shown.append(note.title)
        return there

    panel: list[str] = []

    def line(note: Note) -> bool:
        panel.append(note.title)
        return True

    ways = Notifiers([Handed("tray balloon", balloon), Handed("panel", line)])
    await ways.show(DOWN)
    assert (shown, panel) == (["ChatGPT is down"], ["ChatGPT is down"])
    there = True
    await ways.show(DOWN)
    # What was shown there cannot be changed.
    await ways.show(QUIET)
    await ways.withdraw("incident-1")
    assert (shown, panel) == (["ChatGPT is down", "ChatGPT is down"], ["ChatGPT is down"])


@pytest.mark.expects_log("no way to show a notification is left")
async def test_a_list_without_a_sure_end_is_reported() -> None:
    await Notifiers([Way("only", works=False)]).show(DOWN)


async def test_clearing_takes_every_note_away_once() -> None:
    first, second = Way("first"), Way("second")
    ways = Notifiers([first, second])
    await ways.show(DOWN)
    await ways.show(Note("switch", "Working locally", "2 tools moved."))
    first.told.clear()
    await ways.clear()
    await ways.clear()
    assert first.told == ["withdraw incident-1", "withdraw switch"]
    assert second.told == []


async def test_closes_every_way() -> None:
    first, second = Way("first"), Way("second")
    await Notifiers([first, second]).close()
    assert first.closed
    assert second.closed


async def test_without_a_desktop_the_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    last = Way("last")
    ways = notifiers("LLM Ampel", lambda *_: None, last)
    await ways.show(DOWN)
    await ways.close()
    assert last.told == ["show ChatGPT is down"]
