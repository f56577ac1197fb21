"""The night of 3 February 2026 as a script: what every simulated provider answers, stage by stage.

Times of the turns as users reported them: trouble from about 22:04, website and chats back at 23:32, the API at
01:23, the cause never named. When the page spoke between them is invented, near the median delay of such pages.
"""

from dataclasses import dataclass, field
from datetime import datetime

MIN_STAGE_S = 3.0
"""Real seconds that every stage lasts at the least, so that nothing flashes by at any speed."""
MAX_STAGE_S = 12.0
"""Real seconds after which something happens, at speed 1: whoever waits longer looks away."""
WAY_HOME_S = 15.0
"""Real seconds from the all-clear to the end, at any speed: the way home is a click, and has to be found first."""


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
    """From `begins` (steady seconds) until the next stage, for `lasts_s` real seconds at speed 1.

    `api_status`: what the API answers to requests for a completion; edges and lists of models stay well all night, as
    they did in real outages. Component states are keyed by the catalogue's ids.
    """

    name: str
    begins: float
    lasts_s: float
    api_status: int = 200
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
    NightStage("calm", _at(3, 21, 57), 6.0),
    NightStage("silence", _at(3, 22, 4), 10.0, api_status=500),
    NightStage(
        "confirmed",
        _at(3, 22, 18),
        10.0,
        api_status=500,
        page_states=_states(_WEB + _API, "partial_outage"),
        incident=_incident(_INVESTIGATING),
    ),
    NightStage(
        "identified",
        _at(3, 22, 41),
        MAX_STAGE_S,
        api_status=500,
        page_states=_states(_WEB + _API, "full_outage"),
        incident=_incident(_INVESTIGATING, _IDENTIFIED),
    ),
    NightStage(
        "web back",
        _at(3, 23, 32),
        MAX_STAGE_S,
        api_status=500,
        page_states=_states(_API, "full_outage"),
        incident=_incident(_INVESTIGATING, _IDENTIFIED, _WEB_BACK, components=_API),
    ),
    NightStage(
        "fix applied",
        _at(4, 1, 23),
        6.0,
        incident=_incident(_INVESTIGATING, _IDENTIFIED, _WEB_BACK, _MONITORING, components=_API),
    ),
    NightStage(
        "resolved",
        _at(4, 1, 32),
        8.0,
        incident=_incident(_INVESTIGATING, _IDENTIFIED, _WEB_BACK, _MONITORING, _RESOLVED, components=_API),
    ),
    NightStage(
        "all clear",
        _at(4, 1, 46),
        WAY_HOME_S + 1.0,
        incident=_incident(_INVESTIGATING, _IDENTIFIED, _WEB_BACK, _MONITORING, _RESOLVED, components=_API),
    ),
)
"""The last stage begins when the quiet minutes after the page's last word are over for certain."""
DAWN = _at(4, 2, 2)
"""When the night is over."""


def stage_at(now: float) -> NightStage:
    """The stage that is on at the steady moment `now`; the first one before the night begins."""
    return next((stage for stage in reversed(NIGHT) if stage.begins <= now), NIGHT[0])
