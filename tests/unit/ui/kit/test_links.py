"""Only web addresses are opened, and only by a click."""

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from trayapp.ui.kit.links import Link, web_url


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "ftp://example.org",
        "smb://host/share",
        "https://",
        "status.example.org",
        "https://example.org/" + "x" * 2000,
        "https://exa mple.org",
    ],
)
def test_what_is_no_web_address_leads_nowhere(qtbot: QtBot, address: str | None) -> None:
    link = Link()
    qtbot.addWidget(link)
    link.lead_to(address)
    assert web_url(address) is None
    assert link.isHidden()


def test_a_click_opens_the_page(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(QUrl(url).toString()))
    link = Link()
    qtbot.addWidget(link)
    link.lead_to("https://status.example.org/incidents/1?a=b&c=d")
    assert link.text() == "status.example.org"
    assert link.accessibleName() == "Open page: status.example.org"
    assert link.focusPolicy() is Qt.FocusPolicy.StrongFocus
    assert opened == []
    link.click()
    assert opened == ["https://status.example.org/incidents/1?a=b&c=d"]
    link.lead_to(None)
    link.click()
    assert len(opened) == 1


def test_it_can_be_drawn_with_and_without_focus(qtbot: QtBot) -> None:
    link = Link()
    qtbot.addWidget(link)
    link.lead_to("https://status.example.org")
    link.show()
    plain = link.grab().toImage()
    link.setFocus()
    assert plain.width() > 0
    assert not link.grab().isNull()
