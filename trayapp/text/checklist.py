"""The checklist of an outage's first minute in words: what each item means, and what to do next.

No sentence asks anybody to load a page again: it makes an outage worse, and shows nothing.
"""

from collections.abc import Mapping
from typing import NamedTuple

from trayapp.core.checklist import Check, Item, Mark, Said, checklist
from trayapp.core.light.reasons import SEPARATOR
from trayapp.core.snapshot import Snapshot
from trayapp.errors import Param
from trayapp.text.language import N_, _
from trayapp.text.names import join_short, model_name, name
from trayapp.text.times import answer_time
from trayapp.text.trim import clean

_NAMES_MAX = 80
_WORD_MAX = 60
SIGNS = {Mark.TICK: "✓", Mark.CROSS: "✗", Mark.UNKNOWN: "–"}
_LABELS = {
    Item.CONNECTION: N_("Your connection"),
    Item.NAMES: N_("Names (DNS)"),
    Item.BETWEEN: N_("VPN and proxy"),
    Item.CLOCK: N_("Clock"),
    Item.PAGE: N_("Official page"),
    Item.PROBES: N_("Seen from here"),
    Item.OTHERS: N_("Other providers"),
    Item.KEYS: N_("Your keys"),
    Item.LOCAL: N_("Local model"),
    Item.TOOLS: N_("Your tools"),
}
_MEANS: dict[Said, str] = {
    Said.CONNECTION_FINE: N_("works."),
    Said.CONNECTION_SLOW: N_("works, but is slow."),
    Said.CONNECTION_NO_LINK: N_("there is none."),
    Said.CONNECTION_ROUTER: N_("the router {router} does not answer."),
    Said.CONNECTION_PORTAL: N_("a login page is in the way, as in hotels and trains."),
    Said.CONNECTION_LOST: N_("nothing out there answers."),
    Said.CONNECTION_TLS: N_("no secure connection holds: something in between breaks it open."),
    Said.CONNECTION_SEE_BELOW: N_("cannot be told before what follows works."),
    Said.CONNECTION_UNKNOWN: N_("has not been looked at yet."),
    Said.NAMES_FINE: N_("are looked up in time."),
    Said.NAMES_SLOW: N_("are looked up slowly{by}."),
    Said.NAMES_FAIL: N_("cannot be looked up{by}."),
    Said.NAMES_FAIL_HERE: N_("cannot be looked up, although {resolver} answers."),
    Said.NAMES_BLOCKED: N_("{host} is not found here, while others are."),
    Said.NAMES_BY_PROXY: N_("are looked up by the proxy."),
    Said.NAMES_UNKNOWN: N_("cannot be told yet."),
    Said.BETWEEN_NOTHING: N_("nothing of the kind is in the way."),
    Said.BETWEEN_VPN: N_("in the way is {between}."),
    Said.BETWEEN_READER: N_("{issuer} reads your secure connections along, as companies and virus scanners do."),
    Said.BETWEEN_BLOCKS: N_("something in your network keeps you from {names}."),
    Said.BETWEEN_REGION: N_("your address is refused by {names}."),
    Said.BETWEEN_PROXY_FAILS: N_("{between} does not let requests through."),
    Said.BETWEEN_UNKNOWN: N_("this system does not tell."),
    Said.CLOCK_FINE: N_("is right."),
    Said.CLOCK_WRONG: N_("is wrong, so no certificate is accepted."),
    Said.CLOCK_UNKNOWN: N_("cannot be told before a secure connection works."),
    Said.CUT_OFF: N_("cannot be told without a connection."),
    Said.PAGE_CALM: N_("no trouble is reported by {names}."),
    Said.PAGE_CALM_YET: N_("no trouble, or none yet, is reported by {names}."),
    Said.PAGE_TROUBLE: N_("trouble is reported by {names}."),
    Said.PAGE_UNREADABLE: N_("cannot be read ({names})."),
    Said.PAGE_NONE: N_("there is none that I know of ({names})."),
    Said.PROBES_ANSWERED: N_("answers come from {names}."),
    Said.PROBES_FAIL_THEIRS: N_("requests to {names} fail, and that is shown to be their fault."),
    Said.PROBES_FAIL: N_("requests to {names} fail."),
    Said.PROBES_REFUSED: N_("what {names} accepted before is refused now."),
    Said.PROBES_UNSEEN: N_("nothing can be told of {names} right now."),
    Said.OTHERS_WORK: N_("these work: {names}."),
    Said.OTHERS_FAIL: N_("in trouble together: {names}."),
    Said.OTHERS_SHARE: N_("in trouble together: {names}."),
    Said.OTHERS_NONE: N_("nothing else that I watch is known to work."),
    Said.OTHERS_ALONE: N_("I watch no other."),
    Said.ALL_WORK: N_("these work: {names}."),
    Said.KEYS_FINE: N_("none has been refused."),
    Said.KEYS_REFUSED: N_("not accepted by {names}."),
    Said.KEYS_FORBIDDEN: N_("refused by {names}, without a word why."),
    Said.KEYS_QUOTA: N_("the quota is used up at {names}."),
    Said.KEYS_RATE: N_("too many requests to {names}, so you are slowed down."),
    Said.LOCAL_READY: N_("{model} is ready."),
    Said.LOCAL_READY_ALONE: N_("{model} is ready."),
    Said.LOCAL_COMING: N_("{model} is on its way."),
    Said.LOCAL_DOWN: N_("{model} is not ready."),
    Said.LOCAL_NONE: N_("none is set up."),
    Said.TOOLS_POINTED: N_("can be moved: {names}."),
    Said.TOOLS_UNHEARD: N_("cannot be moved, since the gateway does not listen: {names}."),
    Said.TOOLS_NONE: N_("none goes through the gateway, so none can be moved."),
}
_NEXT: dict[Said, str] = {
    Said.CONNECTION_SLOW: N_("Slow answers can be its doing: pause large downloads, or try another network."),
    Said.CONNECTION_NO_LINK: N_("Switch on Wi-Fi or plug in the cable; I notice by myself."),
    Said.CONNECTION_ROUTER: N_("Switch it off and on again, or use your phone's hotspot meanwhile."),
    Said.CONNECTION_PORTAL: N_("Open any page in the browser and log in there."),
    Said.CONNECTION_LOST: N_("Ask your internet provider, or use your phone's hotspot meanwhile."),
    Said.CONNECTION_TLS: N_("Switch a VPN or virus scanner off for a try, or ask whoever runs this network."),
    Said.CONNECTION_UNKNOWN: N_("One moment."),
    Said.NAMES_SLOW: N_("Enter another DNS server in the network settings, or switch the router off and on again."),
    Said.NAMES_FAIL: N_("Enter another DNS server in the network settings, or switch the router off and on again."),
    Said.NAMES_FAIL_HERE: N_(
        "Something on this computer or a filter of names is in between: try without VPN and filter."
    ),
    Said.NAMES_BLOCKED: N_("A filter of names may keep it out: allow it there, or try another network."),
    Said.BETWEEN_VPN: N_("Where only one provider fails, try without."),
    Said.BETWEEN_READER: N_("Where a tool complains of certificates, tell it to trust {issuer}."),
    Said.BETWEEN_BLOCKS: N_("Try without VPN and proxy, or on another network; or ask whoever runs this one."),
    Said.BETWEEN_REGION: N_("Switch the VPN off, or choose another country in it."),
    Said.BETWEEN_PROXY_FAILS: N_("Check its login in the settings of the system, or ask whoever runs it."),
    Said.BETWEEN_UNKNOWN: N_("If you use one, try without it."),
    Said.CLOCK_WRONG: N_("Have the time set automatically in the settings of the system."),
    Said.PAGE_CALM_YET: N_("Pages lag by a quarter of an hour as a rule; what is seen from here counts more."),
    Said.PAGE_TROUBLE: N_("Then it is theirs, and waiting is all that helps. I tell you when it is over."),
    Said.PAGE_UNREADABLE: N_("What is seen from here has to do."),
    Said.PAGE_NONE: N_("What is seen from here has to do."),
    Said.PROBES_ANSWERED: N_("If it fails for you all the same, look at the tool, the browser or the account."),
    Said.PROBES_FAIL_THEIRS: N_("There is nothing to mend here."),
    Said.PROBES_FAIL: N_("Where all above is ticked, it is most likely not you. I keep looking."),
    Said.PROBES_REFUSED: N_("Do not change your key yet: such outages look like a bad key."),
    Said.PROBES_UNSEEN: N_("The official page has to do."),
    Said.OTHERS_WORK: N_("Go on there meanwhile."),
    Said.OTHERS_FAIL: N_("That is rare: think of your network first, or of something that they share."),
    Said.OTHERS_SHARE: N_("That is rare: they may share something, such as a network or a computing centre."),
    Said.OTHERS_ALONE: N_("With a second provider in the list there is something to compare with."),
    Said.KEYS_REFUSED: N_(
        "See there whether the key or the account is switched off; a new key goes into the settings."
    ),
    Said.KEYS_FORBIDDEN: N_("See what the key may do at the provider, and try without VPN or from another network."),
    Said.KEYS_QUOTA: N_("Top it up at the provider, or go on locally."),
    Said.KEYS_RATE: N_("Let some tools rest for a minute."),
    Said.LOCAL_READY: N_("One click moves your tools there."),
    Said.LOCAL_READY_ALONE: N_("Go on in the chat, or send tools through the gateway, so that they can be moved."),
    Said.LOCAL_COMING: N_("One moment."),
    Said.LOCAL_DOWN: N_("Start it: llm-ampel local start."),
    Said.LOCAL_NONE: N_("With one you can go on in an outage: settings, Local model."),
    Said.TOOLS_UNHEARD: N_("Start LLM Ampel, or see in its panel what is in the way."),
    Said.TOOLS_NONE: N_("To change that: settings, Gateway and tools."),
}
"""Where there is something to do or to know; after most ticks one just goes on."""
_BY = N_(" by {resolver}")
_BETWEENS = {
    (True, True): N_("the VPN {vpn} and the proxy {proxy}"),
    (True, False): N_("the VPN {vpn}"),
    (False, True): N_("the proxy {proxy}"),
    (False, False): N_("the proxy"),
}


class CheckLine(NamedTuple):
    """One item for people. `text` holds everything but the sign: what it is, how it is, what to do next."""

    item: Item
    mark: Mark
    text: str

    @property
    def line(self) -> str:
        return f"{SIGNS[self.mark]} {self.text}"


def check_lines(s: Snapshot) -> tuple[CheckLine, ...]:
    """The whole list, in its order."""
    return tuple(CheckLine(check.item, check.mark, _text(check)) for check in checklist(s))


def _text(check: Check) -> str:
    gaps = _gaps(check.params)
    found = _("{item}: {state}", item=_(_LABELS[check.item]), state=_(_MEANS[check.said], **gaps))
    return f"{found} {_(_NEXT[check.said], **gaps)}" if check.said in _NEXT else found


def _gaps(params: Mapping[str, Param]) -> dict[str, str]:
    """What goes into the gaps, fit to be shown: much of it was written by others."""
    told = {key: clean(str(value), _WORD_MAX) for key, value in params.items() if value is not None}
    names = [name(one) for one in str(params.get("names") or "").split(SEPARATOR) if one]
    resolver, took_s = told.get("resolver"), params.get("took_s")
    by = _(_BY, resolver=resolver) if resolver else ""
    if isinstance(took_s, float) and by:
        by = f"{by} ({answer_time(took_s)})"
    vpn, proxy = told.get("vpn", ""), told.get("proxy", "")
    between = _(_BETWEENS[bool(vpn), bool(proxy)], vpn=vpn, proxy=proxy)
    told |= {"names": join_short(names, _NAMES_MAX), "by": by, "between": between}
    told["model"] = model_name(str(params.get("model") or _("no model chosen")))
    return told
