"""The answer to "it fails for me" as sentences that a person can act on."""

from collections.abc import Mapping

from trayapp.core.catalogue import Ability
from trayapp.core.evidence.observation import NetworkStep
from trayapp.core.light.reasons import Code
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.core.mine.fails import Fails, Why
from trayapp.core.mine.side import Side
from trayapp.core.mine.symptoms import Symptom, Words
from trayapp.core.snapshot import Snapshot
from trayapp.text import codes, concerns, reasons
from trayapp.text.language import N_, _, language
from trayapp.text.names import join, join_short, model_name, name, part
from trayapp.text.own_network import network_line
from trayapp.text.senses import page_line
from trayapp.text.trim import clean

_NAMES_MAX = 60
_WORDS_MAX = 60
_VPN_MAX = 40

_LEADS: Mapping[tuple[Side, bool], str] = {
    (Side.THEM, True): N_("It is them, not you."),
    (Side.THEM, False): N_("Most likely it is them."),
    (Side.YOU, True): N_("It is on your side."),
    (Side.YOU, False): N_("Most likely it is on your side."),
    (Side.NEITHER, False): N_("Nobody's fault can be seen from here."),
}
_WHYS: Mapping[Why, str] = {
    Why.DOWN: N_("{name} is down."),
    Why.ERRORS: N_("{name} answers with errors here."),
    Why.REFUSES: N_("{name} refuses what it accepted a while ago."),
    Why.TROUBLE: N_("{name} has trouble."),
    Why.REPORTED: N_("Its status page tells of trouble that cannot be seen from here."),
    Why.SLOW: N_("{name} is slow, other hosts are not."),
    Why.FLAPPING: N_("{name} comes and goes."),
    Why.MAINTENANCE: N_("{name} is under maintenance."),
    Why.RECOVERING: N_("{name} has just come back; the first minutes are often shaky."),
    Why.OFFLINE: N_("Your connection fails."),
    Why.BLOCKED: N_("Something in your network stands between you and {name}."),
    Why.KEY: N_("{name} does not accept your key."),
    Why.QUOTA: N_("Your quota or credit with {name} is used up."),
    Why.MODEL: N_("{name} does not offer your model (any more)."),
    Why.RATE_LIMIT: N_("{name} is throttling your key."),
    Why.THROTTLED: N_("{name} slows down whoever asks from your address."),
    Why.REGION: N_("{name} refuses the address that you ask from."),
    Why.FORBIDDEN: N_("{name} refuses you, and does not say whether it is the key or the address."),
    Why.LOCAL: N_("{name} looks well, but your tools are switched to a local model that is not ready."),
    Why.ANSWERS: N_("{name} has just answered a real request from this computer."),
    Why.SYMPTOM: N_("{name} looks well from here."),
    Why.CHECKING: N_("Requests to {name} have begun to fail; I am finding out whether it is them."),
    Why.ODD: N_("What answers for {name} here makes no sense."),
    Why.SILENT: N_("{name} does not answer from here, other hosts do."),
    Why.ELSEWHERE: N_("Its status page tells of trouble with models that you are not known to use."),
    Why.UNSEEN: N_("Only the official page can speak for {parts}; it is calm, and such pages often lag by minutes."),
    Why.CALM: N_("All that can be seen of {name} is well."),
    Why.NO_EVIDENCE: N_("Nothing can be seen of {name} at the moment."),
}
_RELOADING = N_("Reloading does not help. Go on with what works until it is back.")
_HERE = N_("Try a private window or another browser, then another network; restart the tool that fails.")
_NEXT: Mapping[Why, str] = {
    **dict.fromkeys((Why.DOWN, Why.ERRORS, Why.REFUSES, Why.TROUBLE, Why.FLAPPING, Why.MAINTENANCE), _RELOADING),
    Why.REPORTED: N_("Try once more in a few minutes; the page may know what you see."),
    Why.SLOW: N_("Wait a little longer than usual, or take a smaller model."),
    Why.RECOVERING: N_("Try once more now, and again in ten minutes if it still fails."),
    Why.OFFLINE: N_("Look after the connection first; llm-ampel doctor goes through it step by step."),
    Why.BLOCKED: N_("Try another network, such as your phone's, or turn VPN and filters off."),
    Why.KEY: N_(
        "See in the account whether it is the key or the account itself that is switched off; a new key goes into the"
        " settings."
    ),
    Why.QUOTA: N_("Look at usage and billing in the account."),
    Why.MODEL: N_("Choose another model in your tool."),
    Why.RATE_LIMIT: N_("Wait a minute, and send less at once."),
    Why.THROTTLED: N_("Wait a few minutes, or turn the VPN off: many may ask from there."),
    Why.REGION: N_("Turn the VPN off, or on."),
    Why.FORBIDDEN: N_("See what the key may do in the account; then try without VPN or from another network."),
    Why.LOCAL: N_("Start it: llm-ampel local start. Or go back: llm-ampel switch cloud."),
    Why.CHECKING: N_("Ask again in a minute; if it still fails then, try another network, such as your phone's."),
    Why.ODD: N_("Ask again in a minute; if you have entered its address yourself, look whether it is right."),
    Why.SILENT: N_("Try another network, such as your phone's: if it works there, it is this one."),
    Why.ELSEWHERE: N_("If you have chosen one of them, take another for now."),
    **dict.fromkeys((Why.ANSWERS, Why.SYMPTOM, Why.UNSEEN, Why.CALM, Why.NO_EVIDENCE), _HERE),
}
_BY_STEP: Mapping[NetworkStep, str] = {
    NetworkStep.INTERFACE: N_("Switch on Wi-Fi or plug in the cable; I notice by myself."),
    NetworkStep.DNS: N_("Enter another DNS server in the network settings, or switch the router off and on again."),
    NetworkStep.TLS: N_("Switch a VPN or virus scanner off for a try, or ask whoever runs this network."),
    NetworkStep.CLOCK: N_("Have the time set automatically in the settings of the system."),
    NetworkStep.PROXY: N_("Check its login in the settings of the system, or ask whoever runs it."),
    NetworkStep.CAPTIVE_PORTAL: N_("Open any page in the browser and log in there."),
}
# Where a VPN is known to be in the way, it is the first thing to try without.
_WITH_VPN: Mapping[Why, str] = {
    Why.REGION: N_("Turn the VPN {vpn} off, or choose another country in it."),
    **dict.fromkeys(
        (Why.BLOCKED, Why.SILENT, Why.THROTTLED, Why.FORBIDDEN),
        N_("Turn the VPN {vpn} off for a try; if it works then, it was that."),
    ),
}
# There the words of the user say more about what to do than the light does.
_BY_SYMPTOM = frozenset({Why.ANSWERS, Why.SYMPTOM, Why.UNSEEN, Why.CALM, Why.NO_EVIDENCE, Why.REPORTED})
_ABILITIES: Mapping[Ability, str] = {
    Ability.CHAT: N_("chat"),
    Ability.CODE: N_("code"),
    Ability.IMAGES: N_("images"),
    Ability.SPEECH: N_("speech"),
}


def said(words: Words) -> str:
    """Shipped words in the language of the moment."""
    return words.de if language() == "de" else words.en


def sentence(f: Fails, s: Snapshot) -> str:
    """On whose side it is, and why: "It is them, not you. ChatGPT is down."."""
    verdict = _verdict(f, s)
    names = join_short([part(one) for one in f.parts], _NAMES_MAX)
    if f.status is not None and f.why in (Why.ERRORS, Why.ODD):
        why = _("{name} answers {status} here.", name=name(verdict.name), status=f.status)
    elif f.step is not None and f.why is Why.OFFLINE:
        why = _("Your connection fails: {step}.", step=codes.step(f.step))
    elif f.why is Why.TROUBLE and names:
        why = _("{name} has trouble: {parts}.", name=name(verdict.name), parts=names)
    else:
        why = _(_WHYS[f.why], name=name(verdict.name), parts=names)
    return f"{_(_LEADS[f.side, f.sure])} {why}"


def next_step(f: Fails) -> str:
    """What to do now."""
    if f.symptoms and f.why in _BY_SYMPTOM:
        return said(f.symptoms[0].then)
    if f.why is Why.BLOCKED and f.step is NetworkStep.PROXY:
        return _("Ask whoever runs the proxy to let it through, or try another network, such as your phone's.")
    if f.vpn is not None and f.why in _WITH_VPN:
        return _(_WITH_VPN[f.why], vpn=clean(f.vpn, _VPN_MAX))
    words = _NEXT[f.why] if f.step is None else _BY_STEP.get(f.step, _NEXT[f.why])
    return _(words)


def symptom_line(symptom: Symptom) -> str:
    """What their words usually mean."""
    return said(symptom.means)


def meant_lines(f: Fails, asked: str) -> list[str]:
    """What the user's words usually mean, or that nobody knows them."""
    if asked.strip() and not f.symptoms:
        return [_("I do not know “{words}”: try a status code, or what you see.", words=clean(asked, _WORDS_MAX))]
    if f.why is Why.OFFLINE:
        # Whoever reaches nobody saw that answer before.
        return []
    # What something usually means is no help where it is known to be something else.
    fitting = [one for one in f.symptoms if Side.NEITHER in (f.side, one.side) or one.side is f.side]
    if f.symptoms and not fitting:
        theirs = f.side is Side.THEM
        usually = _("What you see is usually on your side; this time it is not.")
        return [usually if theirs else _("What you see is usually on their side; this time it is not.")]
    return [symptom_line(symptom) for symptom in fitting]


def instead() -> str:
    return _("Works now:")


def others_report(link: str) -> str:
    return _("What others report: {link}", link=link)


def works_lines(f: Fails) -> list[str]:
    """What one can go on with: "For chat and code: Claude and Claude API."."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for ability, names in f.works.items():
        alike.setdefault(names, []).append(_(_ABILITIES[ability]))
    lines = [
        _("For {abilities}: {names}.", abilities=join(abilities), names=join_short(names, _NAMES_MAX))
        for names, abilities in alike.items()
    ]
    local = [_("On this computer: {model}.", model=model_name(f.local))] if f.local else []
    return lines + local


def seen_lines(f: Fails, s: Snapshot) -> list[str]:
    """What that rests on: the page, the requests from here, the own connection; each once."""
    verdict = _verdict(f, s)
    pages = [page_line(page, s) for page in s.judgement.pages if page.provider == verdict.provider]
    # What the connection was like when one of them was asked is older than what it is like now.
    told = [reason for reason in verdict.reasons if reason.code not in (Code.NETWORK_FINE, Code.NETWORK_UNPROVEN)]
    whom = concerns.lines(verdict, s)
    said = [*(reasons.reason(reason, s, verdict) for reason in told), *whom, *pages, network_line(s)]
    # A page that cannot be read is said once, with a full stop or without.
    return list({line.rstrip("."): line for line in reversed(said)}.values())[::-1]


def _verdict(f: Fails, s: Snapshot) -> ServiceVerdict:
    verdict = s.judgement.service(f.service)
    assert verdict is not None, "made from this snapshot"
    return verdict
