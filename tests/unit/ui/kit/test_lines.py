"""A column of lines changes in place."""

from pytestqt.qtbot import QtBot

from trayapp.core.light.severity import Light
from trayapp.ui.kit.label import Label, Picture
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.links import Link


def test_lines_come_and_go_and_those_that_stay_are_kept(qtbot: QtBot) -> None:
    lines = Lines()
    qtbot.addWidget(lines)
    assert lines.isHidden()
    lines.draw([Line("one"), Line("two")])
    first = lines.findChildren(Label)[0]
    lines.draw([Line("one"), Line("other"), Line("three", Light.RED, "red", "https://example.org")])
    assert list(lines.texts) == ["one", "other", "three"]
    assert lines.findChildren(Label)[0] is first
    lines.draw([])
    assert list(lines.texts) == []
    assert lines.isHidden()


def test_a_line_of_another_size_is_made_anew(qtbot: QtBot) -> None:
    lines = Lines()
    qtbot.addWidget(lines)
    lines.draw([Line("one"), Line("two"), Line("three")])
    lines.draw([Line("one"), Line("small", quiet=True), Line("three")])
    lines.show()
    visible = [label.text() for label in lines.findChildren(Label) if label.isVisible()]
    assert visible == ["one", "small", "three"]


def test_the_light_of_a_line_has_a_name(qtbot: QtBot) -> None:
    lines = Lines()
    qtbot.addWidget(lines)
    lines.draw([Line("down", Light.RED, "red")])
    assert "red" in [child.accessibleName() for child in lines.findChildren(Picture)]


def test_only_web_links_are_shown(qtbot: QtBot) -> None:
    lines = Lines()
    qtbot.addWidget(lines)
    lines.draw([Line("good", link="https://example.org/x"), Line("bad", link="javascript:alert(1)")])
    assert [link.isHidden() for link in lines.findChildren(Link)] == [False, True]
