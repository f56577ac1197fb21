"""The top of the panel: what is true now, and one primary button."""

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.support import states
from tests.support.snapshots import NO_TARGET
from trayapp.core.catalogue import Catalogue, Provider
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import Mode
from trayapp.ui.kit.label import Picture
from trayapp.ui.panel.header import SwitchBar, Verdict


@pytest.fixture
def bar(qtbot: QtBot) -> SwitchBar:
    bar = SwitchBar()
    qtbot.addWidget(bar)
    bar.show()
    return bar


def shown(bar: SwitchBar) -> list[QPushButton]:
    return [one for one in bar.findChildren(QPushButton) if one.isVisible()]


@pytest.mark.parametrize(
    ("s", "buttons", "primary"),
    [
        (states.down(), ["Switch OpenAI"], "Switch OpenAI"),
        (states.down(target=NO_TARGET), ["Set up"], None),
        (states.fine(), ["Switch to local"], None),
        (states.local_now(), ["Back to cloud (OpenAI)"], None),
        (states.moved(), ["Back to cloud (OpenAI)"], None),
        (states.held_in_cloud(), ["Switch OpenAI"], "Switch OpenAI"),
        (states.offered(), ["Stay local", "Back to cloud"], "Back to cloud"),
        (
            states.shared(local=("openai",)),
            ["Switch Anthropic", "Back to cloud (OpenAI)"],
            "Switch Anthropic",
        ),
    ],
)
def test_the_switch_and_its_primary_button(
    bar: SwitchBar, s: Snapshot, buttons: list[str], primary: str | None
) -> None:
    bar.draw(s)
    texts = [one.text() for one in shown(bar)]
    assert len(texts) == len(buttons)
    assert all(any(text.startswith(start) for text in texts) for start in buttons), texts
    defaults = [one.text() for one in shown(bar) if one.isDefault()]
    assert [text.startswith(primary or "?") for text in defaults] == ([True] if primary else [])


def test_who_switches_and_how_that_stands(bar: SwitchBar, qtbot: QtBot) -> None:
    bar.draw(states.fine())
    assert (bar.auto.isChecked(), bar.standing.texts) == (False, ())
    with qtbot.waitSignal(bar.switch_mode, timeout=1000) as asked:
        bar.auto.click()
    assert asked.args == [Mode.AUTO]
    bar.draw(states.moved())
    assert bar.auto.isChecked()
    (standing,) = bar.standing.texts
    assert standing.startswith("OpenAI: moved by itself to qwen3:8b since ")
    with qtbot.waitSignal(bar.switch_mode, timeout=1000) as asked:
        bar.auto.click()
    assert asked.args == [Mode.MANUAL]
    bar.draw(states.nothing_to_move())
    assert bar.standing.texts == ("Nothing can move by itself yet. No local model is set up.",)


def test_a_switch_under_way_waits(bar: SwitchBar) -> None:
    bar.draw(states.down(switching="openai"))
    assert [(one.text(), one.isEnabled()) for one in shown(bar)] == [("Switching to local (qwen3:8b)…", False)]


def test_a_healthy_provider_is_picked_from_the_button(bar: SwitchBar, qtbot: QtBot) -> None:
    bar.draw(states.fine())
    menu = bar.there.menu()
    assert [one.text() for one in menu.actions()] == ["OpenAI", "Anthropic"]
    with qtbot.waitSignal(bar.switch_local, timeout=1000) as asked:
        menu.actions()[0].trigger()
    assert asked.args == [("openai",)]
    bar.draw(states.down())
    assert bar.there.menu() is None


def test_who_is_down_and_cannot_be_moved_is_said_while_it_lasts(bar: SwitchBar) -> None:
    bar.draw(states.down(catalogue=Catalogue({"openai": Provider("openai", "OpenAI", ())})))
    assert bar.immovable.texts == ("OpenAI cannot be moved: none of its requests go through the gateway.",)
    bar.draw(states.down())
    assert not bar.immovable.isVisible()


def test_the_words_and_the_light_say_what_is_true_now(qtbot: QtBot) -> None:
    """The tray keeps the last light for two minutes; beside "You are offline" a green one would lie."""
    verdict = Verdict()
    qtbot.addWidget(verdict)
    verdict.draw(states.offline())
    verdict.show()
    assert verdict.headline.text().startswith("You are offline")
    assert [one.accessibleName() for one in verdict.findChildren(Picture)] == ["grey"]
    assert not verdict.works.isVisible()
    verdict.draw(states.down())
    assert verdict.works.isVisible()
    assert [one.accessibleName() for one in verdict.findChildren(Picture)] == ["red"]
