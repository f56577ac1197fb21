"""One line for a service or a component."""

from trayapp.core.evidence.observation import Badge
from trayapp.core.light.reasons import Code
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.light.verdicts import ComponentVerdict, ServiceVerdict
from trayapp.core.snapshot import Snapshot
from trayapp.text import asides
from trayapp.text.language import N_, _, ngettext
from trayapp.text.names import name, part
from trayapp.text.times import SAID_FROM_S, duration, in_time, since

FINDINGS: dict[Finding, str] = {
    Finding.OK: N_("fine"),
    Finding.STARTING: N_("looking"),
    Finding.CHECKING: N_("checking"),
    Finding.DOWN: N_("down"),
    Finding.DEGRADED: N_("degraded"),
    Finding.REPORTED_ONLY: N_("trouble reported, works from here"),
    Finding.SLOW: N_("slow"),
    Finding.RECOVERING: N_("works again, still watching"),
    Finding.MAINTENANCE: N_("maintenance"),
    Finding.FLAPPING: N_("comes and goes"),
    Finding.BLOCKED: N_("blocked in your network"),
    Finding.SHARED: N_("down, with others"),
    Finding.OWN_NETWORK: N_("cannot tell, your connection"),
    Finding.NO_EVIDENCE: N_("cannot tell"),
}
CONFIDENCES: dict[Confidence, str] = {
    Confidence.ANSWERING: N_("answering"),
    Confidence.REPORTED: N_("says its status page"),
    Confidence.REACHABLE: N_("reachable"),
}
BADGES: dict[Badge, str] = {
    Badge.KEY: N_("key not accepted"),
    Badge.QUOTA: N_("quota used up"),
    Badge.RATE_LIMIT: N_("rate limit"),
    Badge.REGION: N_("address refused"),
    Badge.MODEL: N_("model not offered"),
    Badge.FORBIDDEN: N_("refused"),
}
_WHO_ASKS = (Badge.KEY, Badge.FORBIDDEN)
LIGHTS: dict[Light, str] = {
    Light.GREEN: N_("green"),
    Light.YELLOW: N_("yellow"),
    Light.RED: N_("red"),
    Light.GREY: N_("grey"),
}
_TIMELESS = (Finding.OK, Finding.STARTING, Finding.NO_EVIDENCE)


def _begun(v: ServiceVerdict, s: Snapshot) -> float:
    fell = [incident.fell_at((v.id,)) for incident in s.incidents if incident.id == v.incident]
    return fell[0] if fell and v.light is Light.RED else v.since


def service_line(v: ServiceVerdict, s: Snapshot) -> str:
    """The service in the menu: "ChatGPT: down 18 min", "Claude API: fine, answering in 0.7 s"."""
    return _("{name}: {state}", name=name(v.name), state=state_line(v, s))


def more_line(count: int) -> str:
    """Services for which the menu has no room: "13 more…"."""
    return ngettext("{n} more…", "{n} more…", count)


def state_line(v: ServiceVerdict, s: Snapshot) -> str:
    """The state alone, where the name stands beside it: "down 18 min", "fine, says its status page"."""
    if v.finding is Finding.OK:
        state = _fine(v)
    elif v.finding in _TIMELESS or s.at - _begun(v, s) < SAID_FROM_S:
        state = _(FINDINGS[v.finding])
    elif v.finding in (Finding.DOWN, Finding.SHARED):
        state = _("down {duration}", duration=duration(s.at - _begun(v, s)))
    else:
        state = _("{finding}, {duration}", finding=_(FINDINGS[v.finding]), duration=duration(s.at - _begun(v, s)))
    badges = [_badge(v, badge) for badge in v.badges]
    return ", ".join([state, *badges, *([asides.mark(v.aside, s)] if v.aside is not None else [])])


def _badge(v: ServiceVerdict, badge: Badge) -> str:
    accepted = any(each.code == Code.REFUSED or each.params.get("accepted_at") is not None for each in v.reasons)
    return _("refused what was accepted") if badge in _WHO_ASKS and accepted else _(BADGES[badge])


def _fine(v: ServiceVerdict) -> str:
    if v.confidence is None:
        return _("fine")
    sure = _(CONFIDENCES[v.confidence])
    if v.confidence is not Confidence.REPORTED and v.latency_s is not None:
        sure = f"{sure} {in_time(v.latency_s)}"
    return _("fine, {confidence}", confidence=sure)


def unseen_line(v: ServiceVerdict) -> str | None:
    """What only the official page can speak for: "Official page only: Login, History and projects"."""
    names = [part(component.name) for component in v.components if component.id in v.unseen]
    return _("Official page only: {names}", names=", ".join(names)) if names else None


def unverified_line(v: ServiceVerdict) -> str | None:
    """What is asked for without anybody having shown that it tells something: "Not verified, so never decisive …"."""
    names = [part(component.name) for component in v.components if component.id in v.unverified]
    if not names:
        return None
    return _("Not verified, and never decisive alone: what is asked for {names}.", names=", ".join(names))


def component_line(c: ComponentVerdict, s: Snapshot) -> str:
    """A component in an unfolded row: "Chat: down since 22:04, 18 min"."""
    state = _(FINDINGS[c.finding])
    if c.finding not in _TIMELESS:
        state = _("{finding} {since}", finding=state, since=since(c.since, s.at, s.wall_offset_s))
    if c.shares is not None:
        other = part(c.shares)
        return _(
            "{name} (the page has one entry for it and {other}): {state}", name=part(c.name), other=other, state=state
        )
    return _("{name}: {state}", name=part(c.name), state=state)
