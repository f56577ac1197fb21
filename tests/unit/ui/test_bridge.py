"""Snapshots and answers cross from another thread to the UI's, in order, and keep what they carry."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from tests.support.states import fine
from trayapp.errors import Problem
from trayapp.ui.bridge import Bridge
from trayapp.ui.commands import CommandResult


@pytest.fixture
def bridge(qapp: object) -> Bridge:
    return Bridge()


def elsewhere(work: Callable[[], object]) -> None:
    """Run `work` on another thread to its end."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_snapshot_arrives_on_the_ui_thread(bridge: Bridge, qtbot: QtBot) -> None:
    sent, where = fine(), []
    bridge.snapshot.connect(lambda _: where.append(threading.current_thread()))
    with qtbot.waitSignal(bridge.snapshot, timeout=5000) as arrived:
        elsewhere(lambda: bridge.publish(sent))
    assert arrived.args == [sent]
    assert where == [threading.main_thread()]


def test_nothing_is_delivered_inside_the_call(bridge: Bridge, qtbot: QtBot) -> None:
    seen: list[int] = []
    for number in range(100):
        bridge.call(seen.append, number)
    assert seen == []
    qtbot.waitUntil(lambda: len(seen) == 100, timeout=5000)
    assert seen == list(range(100))


def followed(bridge: Bridge, qtbot: QtBot, end: Callable[[Future[str]], object]) -> CommandResult[str]:
    work: Future[str] = Future()
    outcomes: list[CommandResult[str]] = []
    bridge.follow(work, outcomes.append)
    elsewhere(lambda: end(work))
    qtbot.waitUntil(lambda: bool(outcomes), timeout=5000)
    assert len(outcomes) == 1
    return outcomes[0]


def test_a_result_becomes_a_value(bridge: Bridge, qtbot: QtBot) -> None:
    outcome = followed(bridge, qtbot, lambda work: work.set_result("done"))
    assert outcome.ok
    assert outcome.value == "done"


def test_a_problem_is_told(bridge: Bridge, qtbot: QtBot) -> None:
    problem = Problem("port_in_use", port=1)
    outcome = followed(bridge, qtbot, lambda work: work.set_exception(problem))
    assert outcome.problems == (problem,)


def test_every_problem_of_several_is_told(bridge: Bridge, qtbot: QtBot) -> None:
    class Several(Problem):
        problems = (Problem("one"), Problem("two"))

    outcome = followed(bridge, qtbot, lambda work: work.set_exception(Several("all")))
    assert [one.code for one in outcome.problems] == ["one", "two"]


def test_a_cancelled_command_says_so(bridge: Bridge, qtbot: QtBot) -> None:
    outcome = followed(bridge, qtbot, lambda work: work.cancel())
    assert [one.code for one in outcome.problems] == ["cancelled"]


@pytest.mark.expects_log("a command failed")
def test_a_defect_is_logged_and_told_without_its_text(bridge: Bridge, qtbot: QtBot) -> None:
    outcome = followed(bridge, qtbot, lambda work: work.set_exception(ValueError("secret")))
    assert [(one.code, dict(one.params)) for one in outcome.problems] == [("internal", {"kind": "ValueError"})]


def test_a_window_that_is_gone_is_not_called(bridge: Bridge, qtbot: QtBot) -> None:
    class Window(QObject):
        def told(self, outcome: object) -> None:
            raise AssertionError(outcome)

    import shiboken6

    window = Window()
    seen: list[int] = []
    bridge.call(window.told, 1)
    shiboken6.delete(window)
    bridge.call(seen.append, 2)
    qtbot.waitUntil(lambda: seen == [2], timeout=5000)


def test_many_threads_lose_nothing(bridge: Bridge, qtbot: QtBot) -> None:
    seen: list[int] = []
    with ThreadPoolExecutor(4) as pool:
        for number in range(400):
            pool.submit(bridge.call, seen.append, number)
    qtbot.waitUntil(lambda: len(seen) == 400, timeout=5000)
    assert sorted(seen) == list(range(400))


class _Bell(QObject):
    rang = Signal(object)


def test_two_hundred_emits_cost_no_reference_to_true(qapp: object) -> None:
    """PySide6 6.12.0 on CPython below 3.12 loses one each time and dies after some 550; this notices in time."""
    bell = _Bell()
    bell.rang.connect(lambda _: None)
    before = sys.getrefcount(True)
    for number in range(200):
        bell.rang.emit(number)
    assert sys.getrefcount(True) > before - 100
