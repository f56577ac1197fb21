"""The night of 3 February 2026 as a script: what every simulated provider answers, stage by stage.

Times of the turns as users reported them: trouble from about 22:04, website and chats back at 23:32, the API at
01:23, the cause never named. When the page spoke between them is invented, near the median delay of such pages.
"""

from dataclasses import dataclass, field
from datetime import datetime

DEFAULT_NIGHT_S = 100.0
"""Real seconds for the whole night at speed 1: long enough to read the banners, short enough to stay for the end."""
MIN_STAGE_S = 3.0
"""Real seconds that every stage lasts at the least, so that nothing flashes by at any speed."""


def _at(day: int, hour: int, minute: int) -> float:
    """The moment by the clock on the wall where the demo runs: the story is told in everybody's own evening."""
    return datetime(2026, 2, day, hour, minute).astimezone().timestamp()


@dataclass(frozen=True)
class PageIncidentScript:
    """What OpenAI's page says: the updates so far, newest last, as (time, stage, text)."""

    name: str
    impact: str
    updates: tuple[tuple[float, str, str], ...]
    components: tuple[str, ...]


@dataclass(frozen=True)
class NightStage:
    """From `begins` (steady seconds) until the next stage. Component states are keyed by the catalogue's ids."""

    name: str
    begins: float
    api_status: int = 200
    web_status: int = 200
    page_states: dict[str, str] = field(default_factory=dict)
    incident: PageIncidentScript | None = None


_TITLE = "Elevated Error Rates"
_WEB = ("chatgpt/chat", "chatgpt/login", "chatgpt/history")
_API = ("openai-api/chat-completions", "openai-api/responses")

_INVESTIGATING = (
    _at(3, 22, 18),
    "investigating",
    "We are investigating elevated error rates across ChatGPT and the API.",
)
_IDENTIFIED = (_at(3, 22, 41), "identified", "The issue has been identified and a fix is being worked on.")
_WEB_BACK = (_at(3, 23, 32), "identified", "ChatGPT has recovered. We continue to work on the API.")
_MONITORING = (_at(4, 1, 23), "monitoring", "A fix has been applied and we are watching the results.")
_RESOLVED = (_at(4, 1, 32), "resolved", "All affected services have fully recovered.")


def _incident(*updates: tuple[float, str, str], components: tuple[str, ...] = _WEB + _API) -> PageIncidentScript:
    return PageIncidentScript(_TITLE, "major", updates, components)


def _states(names: tuple[str, ...], state: str) -> dict[str, str]:
    return dict.fromkeys(names, state)


NIGHT: tuple[NightStage, ...] = (
    NightStage("calm", _at(3, 21, 57)),
    NightStage("silence", _at(3, 22, 4), api_status=500, web_status=502),
    NightStage(
        "confirmed",
        _at(3, 22, 18),
        api_status=500,
        web_status=502,
        page_states=_states(_WEB + _API, "partial_outage"),
        incident=_incident(_INVESTIGATING),
    ),
    NightStage(
        "identified",
        _at(3, 22, 41),
        api_status=500,
        web_status=502,
        page_states=_states(_WEB + _API, "full_outage"),
        incident=_incident(_INVESTIGATING, _IDENTIFIED),
    ),
    NightStage(
        "web back",
        _at(3, 23, 32),
        api_status=500,
        page_states=_states(_API, "full_outage"),
        incident=_incident(_INVESTIGATING, _IDENTIFIED, _WEB_BACK, components=_API),
    ),
    NightStage(
        "fix applied",
        _at(4, 1, 23),
        incident=_incident(_INVESTIGATING, _IDENTIFIED, _WEB_BACK, _MONITORING, components=_API),
    ),
    NightStage(
        "resolved",
        _at(4, 1, 32),
        incident=_incident(_INVESTIGATING, _IDENTIFIED, _WEB_BACK, _MONITORING, _RESOLVED, components=_API),
    ),
)
DAWN = _at(4, 1, 58)
"""When the night is over: ten quiet minutes after the last word, and a while to read the all-clear and go home."""


def stage_at(now: float) -> NightStage:
    """The stage that is on at the steady moment `now`; the first one before the night begins."""
    return next((stage for stage in reversed(NIGHT) if stage.begins <= now), NIGHT[0])
