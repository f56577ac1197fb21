"""The own network in words: the way out, stretch by stretch, in one line, and what to know about it."""

from trayapp.core.evidence.network_picture import Holds, Stretch, StretchView
from trayapp.core.evidence.observation import NetworkState, NetworkStep
from trayapp.core.evidence.sparing import Spared
from trayapp.core.snapshot import Snapshot
from trayapp.text import codes
from trayapp.text.language import N_, _, ngettext
from trayapp.text.senses import blamed_step
from trayapp.text.times import answer_time
from trayapp.text.trim import clean

_DETAIL_MAX = 60
_LINKS = {"wifi": N_("Wi-Fi"), "cable": N_("Cable"), "mobile": N_("Mobile network")}
_NAMES = {
    Stretch.INTERFACE: N_("Network"),
    Stretch.ROUTER: N_("Router"),
    Stretch.VPN: N_("VPN"),
    Stretch.DNS: N_("DNS"),
    Stretch.PROXY: N_("Proxy"),
    Stretch.TCP: N_("Connections"),
    Stretch.CAPTIVE_PORTAL: N_("Login page"),
    Stretch.TLS: N_("TLS"),
    Stretch.CLOCK: N_("Clock"),
    Stretch.HOSTS: N_("other hosts"),
}
_ALWAYS_DRAWN = (Stretch.INTERFACE, Stretch.DNS, Stretch.TLS)
_WHERE_THERE_IS_ONE = (Stretch.VPN, Stretch.PROXY, Stretch.HOSTS)
_SIGNS = {Holds.OK: "✓", Holds.SLOW: "~", Holds.FAILED: "✗", Holds.UNKNOWN: "?"}


def network_chain(s: Snapshot) -> str:
    """The way out in one line, what fails by shape and word: "You ─✓─ Wi-Fi ─✗─ DNS: fails ─?─ TLS"."""
    drawn = [view for view in s.network.stretches if _is_drawn(view, s)]
    links = [f"─{_SIGNS[view.holds]}─ {_said(view)}" for view in drawn]
    holds = {view.holds for view in drawn}
    end = _("(fine)") if holds == {Holds.OK} else ""
    return " ".join(filter(None, (_("You"), *links, end)))


def _is_drawn(view: StretchView, s: Snapshot) -> bool:
    if view.stretch is Stretch.HOSTS and view.holds is Holds.FAILED:
        # That nobody answers follows from whatever else fails.
        return s.network.broken is view
    if view.stretch is Stretch.DNS and view.holds is Holds.UNKNOWN and s.network.of(Stretch.PROXY).detail is not None:
        return False
    if view.stretch in _ALWAYS_DRAWN or view.holds in (Holds.FAILED, Holds.SLOW):
        return True
    return view.stretch in _WHERE_THERE_IS_ONE and view.detail is not None


def _said(view: StretchView) -> str:
    label = stretch_name(view)
    if view.stretch is Stretch.HOSTS and view.holds is Holds.FAILED:
        return _("{step}: no answer", step=label)
    if view.stretch is Stretch.CAPTIVE_PORTAL and view.holds is Holds.FAILED:
        # It works only too well.
        return _("{step}: in the way", step=label)
    if view.holds is Holds.FAILED:
        return _("{step}: fails", step=label)
    if view.holds is Holds.SLOW and view.ms is not None:
        return _("{step}: slow ({time})", step=label, time=answer_time(view.ms / 1000))
    return _("{step}: slow", step=label) if view.holds is Holds.SLOW else label


def stretch_name(view: StretchView) -> str:
    """What people call it: "Wi-Fi", "DNS", "4 hosts"."""
    if view.stretch is Stretch.INTERFACE and view.detail in _LINKS:
        return _(_LINKS[view.detail])
    if view.stretch is Stretch.HOSTS and view.detail is not None:
        return ngettext("{n} host", "{n} hosts", int(view.detail))
    return _(_NAMES[view.stretch])


def network_line(s: Snapshot) -> str:
    """The own connection in a sentence."""
    network = s.judgement.network
    if network.names_slow:
        return _("Your connection: slow to look up names, some not in time.")
    if network.state is NetworkState.ONLINE:
        if not network.answering:
            return _("Your connection: fine.")
        return ngettext(
            "Your connection: fine, {n} other host answers.",
            "Your connection: fine, {n} other hosts answer.",
            network.answering,
        )
    router = s.network.of(Stretch.ROUTER)
    if router.holds is Holds.FAILED:
        return _("Your connection: the router {address} does not answer.", address=detail(router))
    if s.network.of(Stretch.INTERFACE).holds is Holds.FAILED:
        return _("Your connection: {step}.", step=codes.step(NetworkStep.INTERFACE))
    if network.state is NetworkState.UNKNOWN:
        return _("Your connection: not known yet.")
    return _("Your connection: {step}.", step=codes.step(blamed_step(s)))


def beside(headline: str, s: Snapshot) -> str:
    """The same where a headline stands above; empty where that has said it."""
    line = network_line(s)
    return "" if headline.endswith(line.partition(": ")[2]) else line


def sparing_line(s: Snapshot) -> str:
    """That who is well is asked less often, and why; empty where nobody is spared."""
    why = s.sparing.reasons
    return _(_SPARED[why[0]]) if why else ""


_SPARED = {
    Spared.METERED: N_("Metered connection: I look four times less often, and at full pace where there is trouble."),
    Spared.POWER_SAVER: N_("Battery saver: I look four times less often, and at full pace where there is trouble."),
    Spared.BATTERY: N_("On battery: I look four times less often, and at full pace where there is trouble."),
}


def detail(view: StretchView) -> str:
    """What else is known of it, fit to be shown."""
    return clean(view.detail or "", _DETAIL_MAX)
