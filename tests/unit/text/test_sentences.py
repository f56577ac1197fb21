"""The snapshot in sentences: headline, subline, tooltip and the switch, for every state, in both languages."""

from typing import Any

import msgspec
import pytest

from tests.support.snapshots import INCIDENT, NO_TARGET, NOW, pages, service, snapshot
from tests.support.states import STATES, coming_home, down, fine, local_now, moved, offered, offline, shared
from trayapp.core.catalogue import Catalogue, Provider
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import DisturbanceKind, NetworkState, NetworkStep, Source
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.incident.incident import Bout, Incident, IncidentStage
from trayapp.core.light.reasons import Code, Reason
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.light.verdicts import PageStatus
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.offer import Offer
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.text import sentences
from trayapp.text.language import set_language
from trayapp.text.own_network import network_chain, network_line
from trayapp.text.rows import component_line, service_line, unseen_line
from trayapp.text.senses import page_line, target_line

DOWN = ("ChatGPT and OpenAI API are down. It is not you.", "ChatGPT und OpenAI-API gestört. Es liegt nicht an dir.")
HEADLINES = {
    "fine": ("Everything works.", "Alles läuft."),
    "down": DOWN,
    "aside": ("Everything else works.", "Alles andere funktioniert."),
    "checking": (
        "OpenAI API does not answer as it should. Checking whether it is you or them.",
        "OpenAI-API antwortet nicht wie gewohnt. Ich prüfe, ob es an dir oder an denen liegt.",
    ),
    "degraded": ("OpenAI API has trouble.", "OpenAI-API hat Probleme."),
    "reported_only": (
        "OpenAI reports trouble: OpenAI API. From here it works.",
        "OpenAI meldet Probleme: OpenAI-API. Von hier aus geht es.",
    ),
    "slow": ("OpenAI API is slow, other hosts are not.", "OpenAI-API ist langsam, andere sind es nicht."),
    "recovering": ("OpenAI API works again. Still watching.", "OpenAI-API geht wieder. Noch unter Beobachtung."),
    "maintenance": ("OpenAI API is under maintenance.", "OpenAI-API wird gewartet."),
    "flapping": ("OpenAI API comes and goes.", "OpenAI-API kommt und geht."),
    "shared": (
        "OpenAI and Anthropic are down at the same time. It is not you.",
        "OpenAI und Anthropic sind gleichzeitig gestört. Es liegt nicht an dir.",
    ),
    "offline": (
        "You are offline: names cannot be looked up (DNS).",
        "Du bist offline: Namen lassen sich nicht auflösen (DNS).",
    ),
    "captive": ("You are offline: Wi-Fi login page.", "Du bist offline: WLAN-Anmeldung nötig."),
    "starting": ("Looking for the first time. One moment.", "Erste Prüfung läuft."),
    "blocked": ("Something in your network blocks the OpenAI API.", "Etwas in deinem Netz sperrt die OpenAI-API."),
    "no_evidence": (
        "Cannot tell about ChatGPT: nothing can be seen from here.",
        "Über ChatGPT lässt sich nichts sagen: Von hier aus ist nichts zu sehen.",
    ),
    "badged": ("Everything works.", "Alles läuft."),
    "local_now": DOWN,
    "offered": ("Everything works.", "Alles läuft."),
    "moved": DOWN,
    "coming_home": ("OpenAI API works again. Still watching.", "OpenAI-API geht wieder. Noch unter Beobachtung."),
    "held_in_cloud": DOWN,
    "nothing_to_move": ("Everything works.", "Alles läuft."),
    "hostile": ("ChatGPT is down. It is not you.", "ChatGPT gestört. Es liegt nicht an dir."),
    "odd_name": ("<b>Chat</b> & Co is down. It is not you.", "<b>Chat</b> & Co gestört. Es liegt nicht an dir."),
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
def test_every_state_has_its_headline(name: str) -> None:
    assert sentences.headline(STATES[name]()) == HEADLINES[name][0]
    set_language("de")
    assert sentences.headline(STATES[name]()) == HEADLINES[name][1]


@pytest.mark.parametrize("step", [*NetworkStep, None])
def test_every_step_of_the_own_network(step: NetworkStep | None, spoken: str) -> None:
    network = NetworkStatus(NetworkState.OFFLINE, NOW - 90, step)
    s = offline()
    s = msgspec.structs.replace(s, judgement=msgspec.structs.replace(s.judgement, network=network))
    blamed = {"en": "It is your connection: ", "de": "Es liegt an deiner Verbindung: "}[spoken]
    away = {"en": "You are offline: ", "de": "Du bist offline: "}[spoken]
    start = blamed if step in (NetworkStep.TLS, NetworkStep.CLOCK, NetworkStep.PROXY) else away
    assert sentences.headline(s).startswith(start)
    assert sentences.tooltip(s).startswith(start)


def _all(light: Light, finding: Finding, **more: Any) -> Snapshot:
    return snapshot(
        *(service(one, light, finding, **more) for one in ("chatgpt", "openai-api", "claude", "claude-api"))
    )


@pytest.mark.parametrize(
    ("confidence", "headline", "subline"),
    [
        (Confidence.ANSWERING, "Everything works.", "Real answers within the last 10 minutes"),
        (Confidence.REPORTED, "All fine, according to the status pages.", "Fine on the official page"),
        (Confidence.REACHABLE, "Everything is reachable.", "Reachable, no page to ask"),
    ],
)  # fmt: skip
def test_green_says_how_sure_it_is(confidence: Confidence, headline: str, subline: str) -> None:
    s = _all(Light.GREEN, Finding.OK, confidence=confidence)
    assert sentences.headline(s) == headline
    assert sentences.subline(s) == f"{subline}: ChatGPT, OpenAI API, Claude and Claude API."


def test_nothing_watched() -> None:
    s = fine()
    unknown = msgspec.structs.replace(s, judgement=msgspec.structs.replace(s.judgement, services=(), light=Light.GREY))
    assert sentences.headline(unknown) == "Looking for the first time. One moment."
    died = msgspec.structs.replace(unknown, problems=(("internal", {}),))
    assert sentences.headline(died) == "Nothing can be told at the moment."
    empty = msgspec.structs.replace(unknown, offer=Offer(choose=True))
    assert sentences.headline(empty) == "Nothing is watched yet."
    assert (sentences.subline(empty), sentences.works_now(empty)) == ("", "")
    assert sentences.tooltip(empty) == "Nothing is watched yet."


@pytest.mark.parametrize(
    ("kind", "headline"),
    [
        (DisturbanceKind.RESUME, "The computer has just woken up; looking again."),
        (DisturbanceKind.NETWORK_CHANGE, "The network has just changed; looking again."),
    ],
)
def test_after_a_disturbance_it_says_so(kind: DisturbanceKind, headline: str) -> None:
    grace = Reason(Code.GRACE, Source.NETWORK, NOW - 5, {"kind": kind, "until_at": NOW + 25})
    assert sentences.headline(_all(Light.GREY, Finding.STARTING, reasons=(grace,))) == headline


def test_the_tone_of_the_tooltips() -> None:
    red = snapshot(service("chatgpt", Light.RED, Finding.DOWN, age_s=18 * 60))
    away = STATES["captive"]()
    known = tuple(msgspec.structs.replace(v, last_known_at=NOW - 360) for v in away.judgement.services)
    away = msgspec.structs.replace(away, judgement=msgspec.structs.replace(away.judgement, services=known))
    assert sentences.tooltip(red) == "ChatGPT down 18 min · not you · local ready in 3 s"
    assert sentences.tooltip(away) == "You are offline: Wi-Fi login page. Last known: all fine, 6 min ago."
    set_language("de")
    assert sentences.tooltip(red) == "ChatGPT seit 18 Min. gestört · nicht dein Netz · lokal bereit in 3 s"
    assert sentences.tooltip(away) == "Du bist offline: WLAN-Anmeldung nötig. Zuletzt vor 6 Min.: alles in Ordnung."


@pytest.mark.parametrize(
    ("s", "tooltip"),
    [
        (down(target=NO_TARGET), "ChatGPT and OpenAI API down 18 min · not you"),
        (down(target=TargetStatus(TargetState.READY)), "ChatGPT and OpenAI API down 18 min · not you · local ready"),
        (local_now(), "ChatGPT and OpenAI API down 18 min · not you · working locally"),
        (offered(), "Everything works. Local instead of OpenAI."),
        (moved(), "ChatGPT and OpenAI API down 18 min · not you · working locally"),
        (coming_home(), "OpenAI API works again. Still watching. Local instead of OpenAI."),
        (STATES["shared"](), "ChatGPT, OpenAI API and 2 more down 4 min · not you · local ready in 3 s"),
    ],
)  # fmt: skip
def test_tooltips(s: Snapshot, tooltip: str) -> None:
    assert sentences.tooltip(s) == tooltip


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ({"chatgpt": Light.RED}, "Last known: ChatGPT down, 6 min ago."),
        ({"chatgpt": Light.YELLOW}, "Last known: trouble with ChatGPT, 6 min ago."),
        ({"chatgpt": Light.RED, "claude": Light.YELLOW}, "Last known: ChatGPT down, 6 min ago."),
        ({"chatgpt": None, "openai-api": None, "claude": None, "claude-api": None}, ""),
    ],
)
def test_last_known(last: dict[str, Light | None], said: str) -> None:
    services = [
        service(
            one,
            Light.GREY,
            Finding.OWN_NETWORK,
            last_known=last.get(one, Light.GREEN),
            last_known_at=None if last.get(one, Light.GREEN) is None else NOW - 360,
        )
        for one in ("chatgpt", "openai-api", "claude", "claude-api")
    ]
    network = NetworkStatus(NetworkState.OFFLINE, NOW - 90, NetworkStep.INTERFACE)
    assert sentences.subline(snapshot(*services, network=network)) == said


def test_what_is_well_now_is_no_word_on_when_the_others_were() -> None:
    away = service("openai-api", Light.GREY, Finding.BLOCKED, age_s=540, last_known=Light.RED, last_known_at=NOW - 540)
    assert sentences.subline(snapshot(away)) == "Last known: OpenAI API down, 9 min ago."
    never = service("openai-api", Light.GREY, Finding.BLOCKED, age_s=540)
    assert sentences.subline(snapshot(never)) == ""


@pytest.mark.parametrize(
    ("changes", "subline"),
    [
        ({}, "Since 22:04 (18 min). OpenAI confirms: “Elevated Error Rates”. Cause not stated."),
        ({"title": None}, "Since 22:04 (18 min). OpenAI has not commented."),
        (
            {"cause": "Caused by a cable."},
            "Since 22:04 (18 min). OpenAI confirms: “Elevated Error Rates”. Cause: Caused by a cable.",
        ),
        ({"cause": "A cable", "title": None}, "Since 22:04 (18 min). OpenAI: Cause: A cable."),
        ({"shared": True}, "Since 22:04 (18 min)."),
    ],
)
def test_subline_of_red(changes: dict[str, Any], subline: str) -> None:
    s = down(incidents=(msgspec.structs.replace(INCIDENT, **changes),))
    assert sentences.subline(s) == subline


@pytest.mark.parametrize(
    ("page_states", "said"),
    [
        (pages(), " OpenAI has not commented."),
        (pages(PageHealth.UNREADABLE), " OpenAI's page cannot be read."),
        (pages()[1:], ""),
    ],
)
def test_silence_is_only_told_of_a_page_that_can_be_read(page_states: tuple[PageStatus, ...], said: str) -> None:
    s = down(incidents=(msgspec.structs.replace(INCIDENT, title=None),), page_states=page_states)
    assert sentences.subline(s) == f"Since 22:04 (18 min).{said}"


def test_works_now() -> None:
    assert sentences.works_now(down()) == "Works now: Claude and Claude API"
    assert sentences.works_now(fine()) == ""
    assert sentences.works_now(STATES["shared"]()) == ""
    many = [msgspec.structs.replace(service("claude"), id=f"s{n}", name=f"Somebody's Service {n}") for n in range(24)]
    s = down()
    services = (s.judgement.services[0], *many)
    everything = msgspec.structs.replace(s, judgement=msgspec.structs.replace(s.judgement, services=services))
    assert sentences.works_now(everything) == "Works now: Somebody's Service 0, Somebody's Service 1 and 22 more"
    set_language("de")
    assert sentences.works_now(down()) == "Jetzt nutzbar: Claude und Claude-API"


def _target(state: TargetState, **more: Any) -> TargetStatus:
    return TargetStatus(state, server="ollama", model="qwen3:8b", **more)


@pytest.mark.parametrize(
    ("s", "label"),
    [
        (down(), "Switch OpenAI to local (qwen3:8b, ready in 3 s)"),
        (fine(), "Switch to local (qwen3:8b, ready in 3 s)"),
        (down(target=NO_TARGET), "Set up a fallback…"),
        (down(target=_target(TargetState.DOWN)), "Switch OpenAI to local (qwen3:8b, not running)"),
        (down(target=_target(TargetState.LOADING)), "Switch OpenAI to local (qwen3:8b, loading)"),
        (down(target=_target(TargetState.STARTING)), "Switch OpenAI to local (qwen3:8b, starting)"),
        (down(target=_target(TargetState.FAILED)), "Switch OpenAI to local (qwen3:8b, not usable)"),
        (down(target=_target(TargetState.READY)), "Switch OpenAI to local (qwen3:8b, ready)"),
        (down(switching="openai"), "Switching to local (qwen3:8b)…"),
        (local_now(), "Switch to local (qwen3:8b, ready in 3 s)"),
        (STATES["shared"](), "Switch OpenAI and Anthropic to local (qwen3:8b, ready in 3 s)"),
        (down(target=TargetStatus(TargetState.DOWN)), "Switch OpenAI to local (no model chosen, not running)"),
    ],
)  # fmt: skip
def test_the_switch_says_what_moves_where_and_how_ready_that_is(s: Snapshot, label: str) -> None:
    assert sentences.switch_label(s) == label


@pytest.mark.parametrize(
    ("s", "label"),
    [
        (down(), ""),
        (local_now(), "Back to cloud (OpenAI)"),
        (offered(), "Back to cloud: OpenAI works again"),
        (moved(), "Back to cloud (OpenAI)"),
        (fine(local=("openai", "anthropic")), "Back to cloud: OpenAI and Anthropic work again"),
        (STATES["shared"](local=("openai", "anthropic")), "Back to cloud (OpenAI and Anthropic)"),
    ],
)
def test_the_way_home(s: Snapshot, label: str) -> None:
    assert sentences.home_label(s) == label


def test_who_cannot_be_moved_and_why() -> None:
    without_api = Catalogue({"openai": Provider("openai", "OpenAI", ())})
    assert sentences.immovable_lines(fine(catalogue=without_api)) == []
    assert sentences.immovable_lines(down(catalogue=without_api)) == [
        "OpenAI cannot be moved: none of its requests go through the gateway."
    ]
    # Whatever dialect it has is translated.
    assert sentences.immovable_lines(shared()) == []
    set_language("de")
    assert sentences.immovable_lines(down(catalogue=without_api)) == [
        "OpenAI lässt sich nicht umstellen: Keine der Anfragen läuft über das Gateway."
    ]


def test_a_provider_that_is_no_longer_watched_goes_by_its_id() -> None:
    s = fine(local=("openai",))
    claude = tuple(v for v in s.judgement.services if v.provider == "anthropic")
    s = msgspec.structs.replace(s, judgement=msgspec.structs.replace(s.judgement, services=claude))
    assert sentences.home_label(s) == "Back to cloud: openai works again"


@pytest.mark.parametrize("name", STATES)
def test_no_state_shows_a_gap_a_code_or_a_control_character(name: str, spoken: str) -> None:
    s = STATES[name]()
    lines = [sentences.headline(s), sentences.subline(s), sentences.works_now(s), sentences.tooltip(s),
             sentences.switch_label(s), sentences.home_label(s), network_line(s), target_line(s.target)]  # fmt: skip
    for v in s.judgement.services:
        lines += [service_line(v, s), unseen_line(v) or ""]
        lines += [component_line(c, s) for c in v.components]
    lines += [page_line(p, s) for p in s.judgement.pages]
    lines.append(network_chain(s))
    for line in lines:
        assert not any(ch in line for ch in "{}_\n\t\x1b\u202e"), line
        assert ".." not in line


@pytest.mark.parametrize(
    ("services", "headline"),
    [
        ((("chatgpt", Light.YELLOW, Finding.RECOVERING), ("claude", Light.YELLOW, Finding.DEGRADED)),
         "Claude has trouble."),
        ((("chatgpt", Light.YELLOW, Finding.CHECKING), ("claude", Light.YELLOW, Finding.CHECKING)),
         "ChatGPT and Claude do not answer as they should. Checking whether it is you or them."),
        ((("chatgpt", Light.GREY, Finding.BLOCKED), ("claude", Light.GREY, Finding.NO_EVIDENCE)),
         "Cannot tell about ChatGPT and Claude."),
        ((("chatgpt", Light.RED, Finding.DOWN), ("claude", Light.GREY, Finding.NO_EVIDENCE)),
         "ChatGPT is down. It is not you."),
    ],
)  # fmt: skip
def test_the_worst_comes_first(services: tuple[tuple[str, Light, Finding], ...], headline: str) -> None:
    assert sentences.headline(snapshot(*(service(*one) for one in services))) == headline


def test_an_incident_of_its_own_time_speaks_for_its_services() -> None:
    later = msgspec.structs.replace(
        INCIDENT,
        id="i2",
        provider="anthropic",
        services=("claude",),
        down=("claude",),
        started_at=NOW - 300,
        title=None,
    )
    s = down(incidents=(INCIDENT, later))
    claude = service("claude", Light.RED, Finding.DOWN, age_s=200, incident="i2")
    services = tuple(claude if v.id == "claude" else v for v in s.judgement.services)
    s = msgspec.structs.replace(s, judgement=msgspec.structs.replace(s.judgement, services=services))
    assert sentences.subline(s) == (
        "Since 22:04 (18 min). OpenAI confirms: “Elevated Error Rates”. Cause not stated. Anthropic has not commented."
    )
    assert service_line(claude, s) == "Claude: down 5 min"


def test_who_has_not_commented_is_said_once_for_all() -> None:
    quiet = msgspec.structs.replace(INCIDENT, title=None)
    again = msgspec.structs.replace(quiet, id="i3", services=("openai-api",), down=("openai-api",))
    other = msgspec.structs.replace(quiet, id="i2", provider="anthropic", services=("claude",), down=("claude",))
    s = down(incidents=(quiet, again, other))
    ids = {"chatgpt": quiet.id, "openai-api": "i3", "claude": "i2"}
    services = tuple(
        service(v.id, Light.RED, Finding.DOWN, age_s=18 * 60, incident=ids[v.id]) if v.id in ids else v
        for v in s.judgement.services
    )
    s = msgspec.structs.replace(s, judgement=msgspec.structs.replace(s.judgement, services=services))
    assert sentences.subline(s) == "Since 22:04 (18 min). OpenAI and Anthropic have not commented."


def test_of_what_is_back_it_is_said_from_when_to_when_it_was_not(spoken: str) -> None:
    again = service("openai-api", Light.YELLOW, Finding.RECOVERING, age_s=240, incident=INCIDENT.id)
    incident = msgspec.structs.replace(INCIDENT, stage=IncidentStage.RECOVERING, down=())
    said = sentences.subline(snapshot(again, incidents=(incident,)))
    assert said.startswith(
        {
            "en": "In trouble from 22:04 to 22:18, back for 4 min. OpenAI says: ",
            "de": "Gestört von 22:04 bis 22:18, seit 4 Min. wieder da. OpenAI sagt: ",
        }[spoken]
    )
    alone = service("openai-api", Light.YELLOW, Finding.RECOVERING, age_s=240)
    assert "22:18" in sentences.subline(snapshot(alone))


def _bouts(*bouts: Bout) -> Incident:
    return msgspec.structs.replace(INCIDENT, bouts=bouts, services=tuple(one.service for one in bouts))


def test_what_fell_later_is_not_down_since_the_first_fell() -> None:
    incident = _bouts(Bout("openai-api", NOW - 3600, NOW - 3600, NOW - 600), Bout("chatgpt", NOW - 1200, NOW - 900))
    chatgpt = service("chatgpt", Light.RED, Finding.DOWN, incident=INCIDENT.id)
    s = snapshot(chatgpt, incidents=(incident,))
    assert sentences.subline(s).startswith("Since 22:07 (15 min).")
    assert sentences.tooltip(s).startswith("ChatGPT down 15 min")
    assert service_line(chatgpt, s) == "ChatGPT: down 15 min"


def test_what_works_again_and_fails_anew_does_so_since_then() -> None:
    incident = _bouts(Bout("openai-api", NOW - 3600, NOW - 3600, NOW - 600))
    again = service("openai-api", Light.YELLOW, Finding.CHECKING, age_s=60, incident=INCIDENT.id)
    assert sentences.subline(snapshot(again, incidents=(incident,))).startswith("Since 22:21 (1 min).")


def test_below_the_headline_stands_nothing_of_services_that_it_does_not_name() -> None:
    other = msgspec.structs.replace(
        INCIDENT, id="i2", provider="anthropic", services=("claude",), started_at=NOW - 300, title=None
    )
    back = service("openai-api", Light.YELLOW, Finding.RECOVERING, age_s=240, incident=INCIDENT.id)
    degraded = service("claude", Light.YELLOW, Finding.DEGRADED, age_s=200, incident="i2")
    s = snapshot(back, degraded, incidents=(INCIDENT, other))
    assert sentences.headline(s) == "Claude has trouble."
    assert sentences.subline(s) == "Since 22:17 (5 min). Anthropic has not commented."


@pytest.mark.parametrize("shared_one", [Finding.SHARED, Finding.DOWN])
def test_who_is_left_of_several_is_not_down_at_the_same_time(shared_one: Finding) -> None:
    left = service("openai-api", Light.RED, Finding.SHARED)
    assert sentences.headline(snapshot(left)) == "OpenAI API is down. It is not you."
    both = snapshot(left, service("claude", Light.RED, shared_one))
    assert sentences.headline(both) == "OpenAI and Anthropic are down at the same time. It is not you."


def test_only_the_first_look_is_the_first() -> None:
    assert sentences.headline(_all(Light.GREY, Finding.STARTING)) == "Looking for the first time. One moment."
    known = _all(Light.GREY, Finding.STARTING, last_known=Light.RED)
    assert sentences.headline(known) == "Looking again. One moment."


def test_nothing_is_said_to_be_invisible_that_is_still_looked_for() -> None:
    s = snapshot(
        service("chatgpt", Light.GREY, Finding.NO_EVIDENCE),
        *(service(name, Light.GREY, Finding.STARTING) for name in ("openai-api", "claude", "claude-api")),
    )
    assert sentences.headline(s) == "Cannot tell about ChatGPT: nothing can be seen from here."


def test_who_has_announced_it_has_commented() -> None:
    incident = msgspec.structs.replace(INCIDENT, title=None, updates=())
    s = snapshot(
        service("openai-api", Light.YELLOW, Finding.MAINTENANCE, age_s=60, incident=INCIDENT.id), incidents=(incident,)
    )
    assert sentences.subline(s) == "Since 22:04 (18 min)."


@pytest.mark.parametrize(
    ("finding", "subline"),
    [(Finding.RECOVERING, "In trouble from 22:04 to 22:22."), (Finding.CHECKING, "Since 22:22.")],
)
def test_what_has_just_begun_has_not_lasted_for_0_s(finding: Finding, subline: str) -> None:
    incident = _bouts(Bout("openai-api", NOW - 1080, back_at=NOW))
    one = service("openai-api", Light.YELLOW, finding, age_s=0, incident=INCIDENT.id)
    assert sentences.subline(snapshot(one, incidents=(incident,))).startswith(f"{subline} OpenAI says")


def test_what_works_again_is_never_told_by_since_when() -> None:
    incident = _bouts(Bout("openai-api", NOW - 240))
    one = service("openai-api", Light.YELLOW, Finding.RECOVERING, age_s=240, incident=INCIDENT.id)
    said = sentences.subline(snapshot(one, incidents=(incident,)))
    assert said.startswith("In trouble from 22:04 to 22:18, back for 4 min.")
