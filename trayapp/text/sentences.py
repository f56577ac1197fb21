"""A snapshot in sentences: what tray, menu, panel and command line say about the whole."""

from collections.abc import Iterable

from trayapp.core.evidence.observation import NetworkState, NetworkStep
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.incident.incident import Incident
from trayapp.core.light.claim import together
from trayapp.core.light.reasons import Code, page_shows
from trayapp.core.light.severity import Confidence, Finding, Light, worst_finding
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.offer import WhyNot
from trayapp.core.switching.target import TargetState
from trayapp.text import asides, claims, codes, concerns
from trayapp.text.forecasts import half_over
from trayapp.text.language import N_, _, ngettext
from trayapp.text.names import join, join_short, model_name, provider_name
from trayapp.text.page_words import HEALTHS
from trayapp.text.reasons import reason
from trayapp.text.senses import blamed_step
from trayapp.text.silences import silence_line
from trayapp.text.times import SAID_FROM_S, ago, day_time, duration, waiting_time, wall_time
from trayapp.text.trim import clean

_NAMES_MAX = 60
_TOOLTIP_NAMES_MAX = 40
_CAUSE_MAX = 100
_WORKING_MAX = 120
_TITLE_MAX = 120
# With these the connection carries something, so "offline" would be wrong.
_NOT_OFFLINE = (NetworkStep.TLS, NetworkStep.CLOCK, NetworkStep.PROXY)


def headline(s: Snapshot) -> str:
    """The verdict as one or two short sentences: the menu's first line."""
    services = s.judgement.services
    if not services:
        return _nothing_headline(s)
    if all(v.aside is not None for v in services):
        return _("Everything that is watched is set aside.")
    if s.judgement.light is Light.RED:
        return _red_headline(s)
    if _own_network(s):
        return _offline_headline(s)
    if s.judgement.light is Light.YELLOW:
        return _yellow_headline(s)
    if s.judgement.light is Light.GREY:
        return _grey_headline(s)
    return _green_headline(s)


def _nothing_headline(s: Snapshot) -> str:
    if s.offer.choose:
        return _("Nothing is watched yet.")
    # What is watched is not known: the program has only begun, or could not.
    return _("Nothing can be told at the moment.") if s.problems else _("Looking for the first time. One moment.")


def _own_network(s: Snapshot) -> bool:
    captive_or_off = s.judgement.network.state in (NetworkState.OFFLINE, NetworkState.CAPTIVE)
    return captive_or_off or any(v.finding is Finding.OWN_NETWORK for v in s.judgement.services)


def _with(s: Snapshot, light: Light) -> list[ServiceVerdict]:
    return [v for v in s.judgement.services if v.light is light and v.aside is None]


def _names(services: Iterable[ServiceVerdict]) -> list[str]:
    return [v.name for v in services]


def _providers(services: Iterable[ServiceVerdict]) -> list[str]:
    return list(dict.fromkeys(v.provider_name for v in services))


def _spoken_of(s: Snapshot) -> list[ServiceVerdict]:
    """Those that the headline is about, and all that stands below it."""
    services = _with(s, s.judgement.light)
    if s.judgement.light is Light.YELLOW:
        worst = worst_finding(v.finding for v in services)
        return [v for v in services if v.finding is worst]
    if s.judgement.light is Light.GREY:
        # What has not been looked at yet may well be told in a moment.
        return [v for v in services if v.finding is not Finding.STARTING] or services
    return services


def _red_headline(s: Snapshot) -> str:
    red = _spoken_of(s)
    providers = _providers(red)
    if len(providers) > 1 and any(v.finding is Finding.SHARED for v in red):
        names = join_short(providers, _NAMES_MAX)
        return claims.down_together(names, together((v.provider, v.claim) for v in red))
    return claims.down(join_short(_names(red), _NAMES_MAX), len(red), together((v.provider, v.claim) for v in red))


def _offline_headline(s: Snapshot) -> str:
    step = blamed_step(s)
    if step in _NOT_OFFLINE:
        return _("It is your connection: {step}.", step=codes.step(step))
    return _("You are offline: {step}.", step=codes.step(step))


def _yellow_headline(s: Snapshot) -> str:
    same = _spoken_of(s)
    names, many = join_short(_names(same), _NAMES_MAX), len(same)
    providers = join_short(_providers(same), _NAMES_MAX)
    match same[0].finding:
        case Finding.CHECKING:
            return ngettext(
                "{names} does not answer as it should. Checking whether it is you or them.",
                "{names} do not answer as they should. Checking whether it is you or them.",
                many,
                names=names,
            )
        case Finding.RECOVERING:
            return ngettext(
                "{names} works again. Still watching.", "{names} work again. Still watching.", many, names=names
            )
        case Finding.REPORTED_ONLY:
            return _("{providers} reports trouble: {names}. From here it works.", providers=providers, names=names)
        case Finding.SLOW:
            return ngettext(
                "{names} is slow, other hosts are not.", "{names} are slow, other hosts are not.", many, names=names
            )
        case Finding.MAINTENANCE:
            return ngettext("{names} is under maintenance.", "{names} are under maintenance.", many, names=names)
        case Finding.FLAPPING:
            return ngettext("{names} comes and goes.", "{names} come and go.", many, names=names)
        case _:
            return ngettext("{names} has trouble.", "{names} have trouble.", many, names=names)


def _grey_headline(s: Snapshot) -> str:
    grey = _spoken_of(s)
    names = join_short(_names(grey), _NAMES_MAX, articles=True)
    if all(v.finding is Finding.STARTING for v in grey):
        grace = next((reason for v in grey for reason in v.reasons if reason.code == Code.GRACE), None)
        if grace is not None:
            return reason(grace, s)
        again = any(v.last_known is not None for v in grey)
        return _("Looking again. One moment.") if again else _("Looking for the first time. One moment.")
    if any(each.code == Code.KEPT_OUT for v in grey for each in v.reasons):
        return _("This network may keep AI services out.")
    if all(v.finding is Finding.BLOCKED for v in grey):
        return _("Something in your network blocks {names}.", names=names)
    if all(any(reason.code == Code.NOTHING_TO_COMPARE for reason in v.reasons) for v in grey):
        return _("Cannot tell about {names}: nothing here to compare with.", names=names)
    if all(v.finding is Finding.NO_EVIDENCE for v in grey):
        return _("Cannot tell about {names}: nothing can be seen from here.", names=names)
    return _("Cannot tell about {names}.", names=names)


def _green_headline(s: Snapshot) -> str:
    if any(v.aside is not None and v.light is not Light.GREEN for v in s.judgement.services):
        return _("Everything else works.")
    sure = {v.confidence for v in s.judgement.services}
    if sure == {Confidence.REPORTED}:
        return _("All fine, according to the status pages.")
    if sure == {Confidence.REACHABLE}:
        return _("Everything is reachable.")
    return _("Everything works.")


_CONFIDENCE = {
    Confidence.ANSWERING: N_("real answers within the last 10 minutes: {names}"),
    Confidence.REPORTED: N_("fine on the official page: {names}"),
    Confidence.REACHABLE: N_("reachable, no page to ask: {names}"),
}


def subline(s: Snapshot) -> str:
    """What stands below the headline: since when, what the provider says; for green, how sure that is. And what it
    leaves out."""
    return " ".join(filter(None, [_subline(s), asides.left_out(s)]))


def _subline(s: Snapshot) -> str:
    light = s.judgement.light
    if light is Light.GREEN:
        return _how_sure(s)
    if light is not Light.RED and _own_network(s):
        return _last_known(s)
    worst = _spoken_of(s)
    if light is Light.GREY:
        if all(v.finding is Finding.STARTING for v in worst):
            return ""
        return _last_known(s)
    incidents = _incidents(worst, s)
    begun = min((_begun(v, incidents) for v in worst), default=s.at)
    back = max((v.since for v in worst), default=s.at)
    if begun < back and worst[0].finding is Finding.RECOVERING:
        # "Works again. Since 22:04" would be read as what it is not.
        gaps = {"begun": _time(begun, s), "back": _time(back, s), "duration": duration(s.at - back)}
        if s.at - back < SAID_FROM_S:
            lasted = _("In trouble from {begun} to {back}.", **gaps)
        else:
            lasted = _("In trouble from {begun} to {back}, back for {duration}.", **gaps)
    elif s.at - begun < SAID_FROM_S:
        lasted = _("Since {time}.", time=_time(begun, s))
    else:
        lasted = _("Since {time} ({duration}).", time=_time(begun, s), duration=duration(s.at - begun))
    return " ".join(filter(None, (lasted, *_statements(incidents, s), half_over(worst, s))))


def _begun(v: ServiceVerdict, incidents: Iterable[Incident]) -> float:
    """Since when what is said of a service has been true of it; of one that works again, its trouble."""
    incident = next((one for one in incidents if one.id == v.incident), None)
    if incident is None:
        return v.since
    if v.light is Light.RED:
        return incident.fell_at((v.id,))
    bout = incident.bout(v.id)
    if v.finding is Finding.RECOVERING:
        # What flapped may be back since before its latest bout.
        return bout.begun_at if bout.begun_at < v.since else incident.started_at
    return v.since if bout.back_at is not None else bout.begun_at


def _incidents(services: Iterable[ServiceVerdict], s: Snapshot) -> list[Incident]:
    """The open incidents of these services, each once, in the order of the services."""
    by_id = {incident.id: incident for incident in s.incidents}
    return [by_id[name] for name in dict.fromkeys(v.incident for v in services) if name in by_id]


def _time(at: float, s: Snapshot) -> str:
    return day_time(wall_time(at, s.wall_offset_s), wall_time(s.at, s.wall_offset_s))


def _statements(incidents: Iterable[Incident], s: Snapshot) -> list[str]:
    """What the providers say of them, each thing once; last, and together, those that say nothing."""
    said = [(incident.provider, _stated(incident, s)) for incident in incidents]
    quiet = list(dict.fromkeys(provider_name(provider, s) for provider, words in said if words is None))
    statements = list(dict.fromkeys(words for _provider, words in said if words is not None))
    if len(quiet) > 1:
        statements.append(_("{providers} have not commented.", providers=join_short(quiet, _NAMES_MAX)))
    elif quiet:
        statements.append(_("{provider} has not commented.", provider=quiet[0]))
    return statements


def _stated(incident: Incident, s: Snapshot) -> str | None:
    """None where it could have said something, and has not."""
    if incident.shared:
        return ""
    provider = provider_name(incident.provider, s)
    cause = _("Cause: {cause}.", cause=clean(incident.cause, _CAUSE_MAX).rstrip(".")) if incident.cause else ""
    if incident.title:
        concerned = concerns.sentence(s.concerns[incident.id], incident.title) if incident.id in s.concerns else ""
        title = _("“{title}”", title=clean(incident.title, _TITLE_MAX).rstrip("."))
        if s.judgement.light is Light.RED:
            said = _("{provider} confirms: {title}.", provider=provider, title=title)
        else:
            said = _("{provider} says: {title}.", provider=provider, title=title)
        # Long silence says the rest.
        rest = cause or silence_line(incident, s) or _("Cause not stated.")
        return " ".join(filter(None, (said, concerned, rest)))
    if cause:
        return f"{provider}: {cause}"
    if silent := silence_line(incident, s):
        return silent
    page = next((page for page in s.judgement.pages if page.provider == incident.provider), None)
    touched = [v for v in s.judgement.services if v.id in incident.services]
    if page is None or any(v.finding is Finding.MAINTENANCE for v in touched):
        # It has announced that.
        return ""
    if any(page_shows(v.reasons) for v in touched):
        return _("{provider}'s page shows it, without a comment.", provider=provider)
    if page.health is PageHealth.OK:
        return None
    return _("{provider}'s page {health}.", provider=provider, health=_(HEALTHS[page.health]))


def _how_sure(s: Snapshot) -> str:
    said = []
    for confidence, words in _CONFIDENCE.items():
        names = [v.name for v in s.judgement.services if v.confidence is confidence]
        if names:
            said.append(_(words, names=join_short(names, _NAMES_MAX)))
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _last_known(s: Snapshot) -> str:
    # Of those who cannot be told; who is well is so now.
    known = [v for v in s.judgement.services if v.light is Light.GREY and v.last_known is not None]
    if not known:
        return ""
    age = ago(s.at - max(s.at if v.last_known_at is None else v.last_known_at for v in known))
    red = [v.name for v in known if v.last_known is Light.RED]
    yellow = [v.name for v in known if v.last_known is Light.YELLOW]
    if red:
        return _("Last known: {names} down, {age}.", names=join_short(red, _TOOLTIP_NAMES_MAX), age=age)
    if yellow:
        return _("Last known: trouble with {names}, {age}.", names=join_short(yellow, _TOOLTIP_NAMES_MAX), age=age)
    return _("Last known: all fine, {age}.", age=age)


def works_now(s: Snapshot) -> str:
    """What one can go on with while something else does not work; empty when there is nothing to say."""
    working = _names(_with(s, Light.GREEN))
    some = 0 < len(working) < len(s.judgement.services)
    return _("Works now: {names}", names=join_short(working, _WORKING_MAX)) if some else ""


def tooltip(s: Snapshot) -> str:
    """One line: what, since when, who is to blame, what is ready; and that it is a demo where it is one."""
    said = " ".join(filter(None, [_tooltip(s), asides.left_out(s)]))
    return said if s.demo is None else _("Demo: {text}", text=said)


def _tooltip(s: Snapshot) -> str:
    if s.judgement.light is Light.RED:
        red = _with(s, Light.RED)
        incidents = _incidents(red, s)
        begun = min(_begun(v, incidents) for v in red)
        down = _(
            "{names} down {duration}",
            names=join_short(_names(red), _TOOLTIP_NAMES_MAX),
            duration=duration(s.at - begun),
        )
        parts = [down, claims.in_short(together((v.provider, v.claim) for v in red)), _fallback(s)]
        return " · ".join(filter(None, parts))
    if _own_network(s):
        return " ".join(filter(None, [_offline_headline(s), _last_known(s)]))
    return " ".join(filter(None, [headline(s), _local_providers(s)]))


def _fallback(s: Snapshot) -> str:
    if s.offer.home:
        return _("working locally")
    if s.target.state is TargetState.READY:
        return _("local ready in {time}", time=waiting_time(s.target.ready_s)) if s.target.ready_s else _("local ready")
    return ""


def _local_providers(s: Snapshot) -> str:
    local = [provider_name(provider, s) for provider in s.offer.home]
    return _("Local instead of {names}.", names=join_short(local, _TOOLTIP_NAMES_MAX)) if local else ""


def switch_label(s: Snapshot) -> str:
    """The switch, as a button: what moves where, and how ready that is; or what has to be done before."""
    if s.offer.choose:
        return _("Choose services…")
    target, model = s.target, model_name(s.target.model or _("no model chosen"))
    if target.state is TargetState.NONE:
        return _("Set up a fallback…")
    if s.switching is not None:
        return _("Switching to local ({model})…", model=model)
    state = _target_state(s)
    if s.offer.down:
        names = join([provider_name(provider, s) for provider in s.offer.down])
        return _("Switch {names} to local ({model}, {state})", names=names, model=model, state=state)
    return _("Switch to local ({model}, {state})", model=model, state=state)


_TARGET_STATES = {
    TargetState.NONE: N_("not set up"),
    TargetState.DOWN: N_("not running"),
    TargetState.STARTING: N_("starting"),
    TargetState.LOADING: N_("loading"),
    TargetState.READY: N_("ready"),
    TargetState.FAILED: N_("not usable"),
}


def _target_state(s: Snapshot) -> str:
    target = s.target
    if target.state is TargetState.READY and target.ready_s is not None:
        return _("ready in {time}", time=waiting_time(target.ready_s))
    return _(_TARGET_STATES[target.state])


_IMMOVABLE = {
    WhyNot.NO_API: N_("{name} cannot be moved: none of its requests go through the gateway."),
}


def immovable_lines(s: Snapshot) -> list[str]:
    """Who is down and stays where it is whatever is clicked, and why; empty while nobody is."""
    return [_(_IMMOVABLE[stays.why], name=provider_name(stays.provider, s)) for stays in s.offer.immovable]


def home_label(s: Snapshot) -> str:
    """The way home, as a button; empty while nothing is local."""
    local = s.offer.home
    if not local:
        return ""
    names = join([provider_name(provider, s) for provider in local])
    if set(local) <= set(s.offer.back):
        return ngettext(
            "Back to cloud: {names} works again", "Back to cloud: {names} work again", len(local), names=names
        )
    return _("Back to cloud ({names})", names=names)
