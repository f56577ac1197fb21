"""Made-up histories for the window: calm days, outages with all that a page says, switches, and what nobody saw."""

import random
from collections.abc import Collection, Iterable, Mapping

from trayapp.core.delays import bucket
from trayapp.core.evidence.page_report import PageStage, PageUpdate
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal.batch import By, Switched
from trayapp.core.journal.days import Stretch, strips
from trayapp.core.journal.history import DAY_S, History, LocalAnswers, day_of, months, whole
from trayapp.core.journal.tally import Tally
from trayapp.core.switching.route import To
from trayapp.ui.commands import HistoryView

TODAY = 20_487
"""3 February 2026."""
DAYS = 90
NAMES = {
    "chatgpt": "ChatGPT",
    "openai-api": "OpenAI API",
    "claude": "Claude",
    "claude-api": "Claude API",
    "openai": "OpenAI",
    "anthropic": "Anthropic",
}
FOUR = ("chatgpt", "openai-api", "claude", "claude-api")
HOSTILE = "<b>Elevated</b> errors <img src=x>"


def history(services: tuple[str, ...] = FOUR, days: int = DAYS) -> History:
    dice = random.Random(7)
    of_days = [
        (day, name, _day(dice, day)) for day in range(TODAY - days + 1, TODAY + 1) for name in services
    ]  # fmt: skip
    first = dict.fromkeys(services, (TODAY - days + 1) * float(DAY_S))
    now = (TODAY + 1) * float(DAY_S)
    return History(
        months=months(of_days, first, now, lambda at: 0.0),
        incidents=tuple(_incident(place, services) for place in reversed(range(0, days, 6))),
        switches=(
            Switched(_at(20), "openai", To.LOCAL, By.HAND),
            Switched(_at(20) + 9000, "openai", To.CLOUD, By.ITSELF, answered=12),
        ),
        local_answers=(LocalAnswers(day_of(TODAY - 20).isoformat(), "openai", 12),),
        days=strips(of_days, TODAY - days + 1, TODAY),
        whole=whole(of_days, first, now),
    )


def view(services: tuple[str, ...] = FOUR, days: int = DAYS) -> HistoryView:
    return HistoryView(history(services, days), NAMES)


def many(count: int = 50) -> HistoryView:
    """Twenty-five providers of two services each."""
    return view(tuple(f"service-{number:02}" for number in range(count)))


def hours(
    services: Iterable[str], now: float, troubled: Collection[str] | None = None
) -> Mapping[str, tuple[Stretch, ...]]:
    """The last 24 hours of these services, the latest of them in trouble, or of the `troubled` ones alone."""
    last, calm, bad = int(now // 3600), Tally(3_600_000), Tally(0, 600_000, 3_000_000)
    of_hours = [
        (hour, name, bad if hour == last and (troubled is None or name in troubled) else calm)
        for name in services
        for hour in range(last - 23, last + 1)
        if hour % 24 not in (3, 4)
    ]
    return strips(of_hours, last - 23, last)


def _day(dice: random.Random, day: int) -> Tally:
    if day % 23 == 5:
        return Tally()
    down = dice.choice([0] * 12 + [4 * 60_000, 3 * 3_600_000])
    impaired = dice.choice([0] * 6 + [25 * 60_000])
    away = dice.choice([0] * 9 + [2 * 3_600_000])
    up = 20 * 3_600_000 - down - impaired - away
    answers = {bucket(dice.lognormvariate(-1.5, 0.4)): 40 for _ in range(20)}
    return Tally(up, impaired, down, 0, away, good=1200, failed=3, answers=answers, first_tokens={bucket(0.7): 9})


def _at(days_ago: int) -> float:
    return (TODAY - days_ago) * DAY_S + 79_440.0


def _incident(days_ago: int, services: tuple[str, ...]) -> Incident:
    at = _at(days_ago)
    updates = (
        PageUpdate(at + 7200, PageStage.RESOLVED, "This incident has been resolved. " + "We are sorry. " * 20),
        PageUpdate(at + 1800, PageStage.IDENTIFIED, "We have found the cause: <script>alert(1)</script>"),
        PageUpdate(at, PageStage.INVESTIGATING, "We are investigating elevated errors."),
    )
    touched = services[days_ago % len(services)]
    if days_ago == 0:
        return Incident("now", "openai", (touched,), (touched,), IncidentStage.OPEN, at)
    return Incident(
        f"i{days_ago}", "openai", (touched,), (), IncidentStage.OVER, at, title=HOSTILE if days_ago == 6 else "Errors",
        cause="caused by a change of a load balancer" if days_ago % 12 else None, updates=updates,
        ended_from=at + 7000, ended_at=at + (11_000 if days_ago == 18 else 7000),
    )  # fmt: skip
