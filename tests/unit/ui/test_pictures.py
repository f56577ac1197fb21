"""Every window in both palettes and both languages, saved to be looked at, and checked for what an eye would mind."""

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from tests.support import states
from tests.support.fake_commands import SERVICES, RecordingCommands
from tests.support.founds import found
from tests.support.histories import hours, many, view
from tests.support.pictures import DARK_PALETTE, LIGHT_PALETTE, OUT, palette, save, settle
from tests.support.snapshots import NO_TARGET, READY
from trayapp.core.journal.history import History
from trayapp.core.light.severity import Light
from trayapp.core.snapshot import AnsweredBy, DemoScene
from trayapp.errors import Problem
from trayapp.settings.schema import Local, Settings, ToolSettings
from trayapp.text.language import set_language
from trayapp.ui.chat.window import ChatWindow
from trayapp.ui.commands import FoundServer, HistoryView, ServiceChoice, ToolAccess
from trayapp.ui.history.window import HistoryWindow
from trayapp.ui.kit.icons import TRAY_SIZES_PX, Mark, app_icon, light_pixmap
from trayapp.ui.kit.label import Label
from trayapp.ui.panel.closing_card import ClosingCard
from trayapp.ui.panel.window import Panel
from trayapp.ui.settings.add_endpoint import AddEndpoint
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.page_keys import KeysPage
from trayapp.ui.settings.page_local import LocalPage
from trayapp.ui.settings.page_tools import ToolsPage

PALETTES = {"light": LIGHT_PALETTE, "dark": DARK_PALETTE}
UNFOLDED = {"down": "openai-api", "hostile": "chatgpt", "recovering": "openai-api", "no_evidence": "chatgpt"}
TOKEN = f"ampel-{'0a1B2c3D' * 5}xyz"


@pytest.fixture(params=["light", "dark"])
def shade(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    before = QApplication.palette()
    QApplication.setPalette(palette(PALETTES[request.param]))
    yield request.param
    QApplication.setPalette(before)


@pytest.fixture(params=["en", "de"])
def tongue(request: pytest.FixtureRequest, english: None) -> str:
    set_language(request.param)
    return str(request.param)


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The night's own time zone."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def fits(panel: Panel) -> bool:
    """All is seen without scrolling."""
    return not any(bar.isVisible() for bar in panel.findChildren(QScrollBar))


def look_over(window: QWidget) -> None:
    """Nothing is cut off: texts have the height they need, buttons the width of their words, all lies inside."""
    settle()
    for one in window.findChildren(Label):
        if one.isVisible() and one.wordWrap():
            assert one.height() >= one.heightForWidth(one.width()), one.text()
    for button in window.findChildren(QAbstractButton):
        if button.isVisible():
            assert button.width() >= min(button.sizeHint().width(), button.maximumWidth()), button.text()
    for child in window.findChildren(QWidget):
        parent = child.parentWidget()
        if child.isVisible() and parent is not None and not child.isWindow():
            assert (
                QRect(QPoint(0, 0), parent.size())
                .adjusted(-1, -1, 1, 1)
                .contains(QRect(child.x(), 0, child.width(), 1))
            ), child


def test_the_demo(qtbot: QtBot, shade: str, tongue: str) -> None:
    panel, card = Panel(), ClosingCard()
    qtbot.addWidget(panel)
    qtbot.addWidget(card)
    panel.draw(states.local_now(demo=DemoScene(AnsweredBy.LOCAL, 32)))
    panel.open_at()
    card.show()
    for name, one in (("panel-demo", panel), ("closing-card", card)):
        look_over(one)
        save(one, f"{name}-{shade}-{tongue}")


@pytest.mark.parametrize("state", list(states.STATES))
def test_the_panel(qtbot: QtBot, shade: str, tongue: str, state: str) -> None:
    panel = Panel()
    qtbot.addWidget(panel)
    snapshot = states.STATES[state]()
    panel.draw(snapshot)
    services = snapshot.judgement.services
    troubled = [one.id for one in services if one.light in (Light.RED, Light.YELLOW)]
    panel.show_hours(hours([one.id for one in services], snapshot.at, troubled))
    panel.open_at(UNFOLDED.get(state, ""))
    look_over(panel)
    assert state in UNFOLDED or fits(panel)
    if state == "down":
        # The README has a larger screen than this one.
        hidden = sum(bar.maximum() for bar in panel.findChildren(QScrollBar) if bar.isVisible())
        panel.resize(panel.width(), panel.height() + hidden)
    save(panel, f"panel-{state}-{shade}-{tongue}")


def test_the_panel_without_a_tray_and_with_problems(qtbot: QtBot, shade: str, tongue: str) -> None:
    panel = Panel()
    qtbot.addWidget(panel)
    panel.without_tray(True)
    panel.draw(states.fine(problems=(("disk_full", {"path": "/home/me/.config/llm-ampel/settings.toml"}),)))
    panel.open_at()
    save(panel, f"panel-problems-{shade}-{tongue}")
    look_over(panel)


@pytest.mark.parametrize("page", ["services", "local", "keys", "gateway", "network", "general"])
def test_the_settings(qtbot: QtBot, shade: str, tongue: str, page: str) -> None:
    settings = Settings(
        local=Local(server="ollama", url="http://127.0.0.1:11434", model="qwen3:8b"),
        tools={"nightly": ToolSettings()},
    )
    commands = RecordingCommands(settings, tools=("editor", "nightly"))
    commands.view = commands.view._replace(services=(*SERVICES, ServiceChoice("acme", "Acme API", "Acme AI", own=True)))
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at(page)
    settle()
    shown = dialog.pages[page]
    if isinstance(shown, LocalPage):
        shown.detect()
        long = "hf.co/bartowski/Mistral-Small-3.2-24B-Instruct-2506-abliterated-GGUF:Q4_K_M"
        commands.last.answer(
            (
                FoundServer("ollama", "http://127.0.0.1:11434", ("qwen3:8b", "llama3.2:3b", long)),
                FoundServer("openai-compatible", "http://127.0.0.1:8080", ("local-model",)),
            )
        )
        shown.form.fields["url"].editor.set("ftp://127.0.0.1:11434")
        shown.test()
    if isinstance(shown, ToolsPage):
        shown.name.setText("writer")
        shown.add()
        commands.last.answer(ToolAccess("writer", f"http://127.0.0.1:17502/t/{TOKEN}/openai/v1", TOKEN))
        settle()
        # The README has a larger screen than this one.
        dialog.resize(dialog.width(), dialog.height() + shown.verticalScrollBar().maximum())
    save(dialog, f"settings-{page}-{shade}-{tongue}")
    look_over(dialog)


@pytest.mark.parametrize("what", ["found", "wrong", "added"])
def test_adding_an_endpoint(qtbot: QtBot, shade: str, tongue: str, what: str) -> None:
    commands = RecordingCommands()
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at("services")
    dialog.add_endpoint()
    [adding] = dialog.findChildren(AddEndpoint)
    adding.address.setText("https://llm.example.com/team/v1")
    adding.look()
    if what == "wrong":
        commands.last.fail(Problem("endpoint_untrusted", host="llm.example.com"))
    else:
        commands.last.answer(found(models=tuple(f"big-{n}" for n in range(9)), unknown=("page",)))
    if what == "added":
        adding.add()
        commands.named("add_service")[0].answer("/home/me/.config/llm-ampel/services/team-gateway.toml")
    save(adding, f"add-{what}-{shade}-{tongue}")
    look_over(adding)


def test_the_chat(qtbot: QtBot, shade: str, tongue: str) -> None:
    commands = RecordingCommands()
    chat = ChatWindow(commands)
    qtbot.addWidget(chat)
    chat.open_with(READY)
    chat.input.setPlainText({"en": "Why is the sky blue?", "de": "Warum ist der Himmel blau?"}[tongue])
    chat.send()
    commands.on_text(
        {
            "en": "Air scatters blue light more than red, so blue reaches us from everywhere.",
            "de": "Luft streut blaues Licht stärker als rotes, deshalb kommt Blau von überall her.",
        }[tongue]
    )
    save(chat, f"chat-{shade}-{tongue}")
    look_over(chat)


@pytest.mark.parametrize(("what", "page"), [("some", 0), ("some", 1), ("some", 2), ("many", 0), ("none", 0)])
def test_the_history(qtbot: QtBot, shade: str, tongue: str, what: str, page: int) -> None:
    commands = RecordingCommands()
    window = HistoryWindow(commands)
    qtbot.addWidget(window)
    window.open()
    commands.last.answer({"some": view(), "many": many(), "none": HistoryView(History(), {})}[what])
    window.tabs.setCurrentIndex(page)
    table = (window.services, window.outages, window.switches)[page]
    second = table.topLevelItem(1)
    if second is not None:
        table.expandItem(second)
        table.setCurrentItem(second)
    save(window, f"history-{what}-{page}-{shade}-{tongue}")
    look_over(window)


def test_the_chat_without_a_model(qtbot: QtBot, shade: str, tongue: str) -> None:
    chat = ChatWindow(RecordingCommands())
    qtbot.addWidget(chat)
    chat.open_with(NO_TARGET)
    save(chat, f"chat-none-{shade}-{tongue}")
    look_over(chat)


def test_the_keys_when_the_keyring_refuses(qtbot: QtBot, shade: str, tongue: str) -> None:
    commands = RecordingCommands()
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at("keys")
    page = dialog.pages["keys"]
    assert isinstance(page, KeysPage)
    page.groups["openai"].input.setText("sk-typed")
    dialog.save(close=True)
    commands.last.fail(Problem("keyring_timeout", seconds=30))
    save(dialog, f"settings-keys-refused-{shade}-{tongue}")
    look_over(dialog)


def test_the_icons(qapp: QApplication) -> None:
    """A contact sheet: every light, plain and with both marks, in every size, on four panels."""
    panels = ("#000000", "#2e3436", "#808080", "#ffffff")
    step = max(TRAY_SIZES_PX) + 8
    sheet = QPixmap(len(TRAY_SIZES_PX) * step * len(Mark), len(panels) * len(Light) * step)
    painter = QPainter(sheet)
    for row, (panel, light) in enumerate((panel, light) for panel in panels for light in Light):
        painter.fillRect(0, row * step, sheet.width(), step, panel)
        for column, (mark, size_px) in enumerate((mark, size) for mark in Mark for size in TRAY_SIZES_PX):
            painter.drawPixmap(column * step + 4, row * step + 4, light_pixmap(light, size_px, mark))
    painter.end()
    OUT.mkdir(exist_ok=True)
    assert sheet.save(str(OUT / "icons.png"))
    assert app_icon().pixmap(64, 64).save(str(OUT / "app-icon.png"))
