"""A card stands out from its window with round corners; a ground has the tint of its light."""

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.support.pictures import DARK_PALETTE, LIGHT_PALETTE, palette, settle
from trayapp.core.light.severity import Light
from trayapp.ui.kit.card import Card, Ground, Rule
from trayapp.ui.kit.colours import hairline, lifted, tint
from trayapp.ui.kit.label import label


@pytest.mark.parametrize("colours", [LIGHT_PALETTE, DARK_PALETTE])
def test_what_is_painted(qtbot: QtBot, colours: dict[str, str]) -> None:
    window = QWidget()
    window.setPalette(palette(colours))
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    card, ground, rule = Card(window), Ground(window), Rule(window)
    card.column.addWidget(label("words"))
    ground.column.addWidget(label("words"))
    for part in (ground, card, rule):
        column.addWidget(part)
    window.show()
    settle()
    inside = card.grab().toImage()
    assert inside.pixelColor(card.width() // 2, 4) == lifted(window.palette())
    assert inside.pixelColor(0, 0) == window.palette().color(QPalette.ColorRole.Window), "its corner is cut"
    assert inside.pixelColor(card.width() // 2, 0) == hairline(window.palette())
    for light in Light:
        ground.shine(light)
        assert ground.grab().toImage().pixelColor(2, 2) == tint(light, window.palette())
    assert rule.grab().toImage().pixelColor(5, 0) == hairline(window.palette())
