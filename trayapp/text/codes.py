"""What the bare codes mean: HTTP status codes, failures below HTTP, steps of the own network."""

from collections.abc import Mapping

from trayapp.core.evidence.observation import NetworkStep
from trayapp.errors import Param
from trayapp.text.language import N_, _
from trayapp.text.trim import clean

_HOST_MAX = 60

HTTP: dict[int, str] = {
    400: N_("they do not accept the request"),
    401: N_("the key is missing or not accepted"),
    402: N_("the account has to be paid"),
    403: N_("access is refused"),
    404: N_("there is nothing at this address"),
    407: N_("the proxy asks for a login"),
    408: N_("they waited too long for the request"),
    410: N_("this address is gone for good"),
    429: N_("too many requests"),
    500: N_("an error inside their server"),
    501: N_("their server cannot do this"),
    502: N_("their gateway reaches nothing behind it"),
    503: N_("they are overloaded or switched off"),
    504: N_("their gateway waits in vain for an answer from behind it"),
    520: N_("Cloudflare gets an answer from them that makes no sense"),
    521: N_("their server refuses Cloudflare's connection"),
    522: N_("Cloudflare cannot connect to their server"),
    523: N_("Cloudflare does not find the way to their server"),
    524: N_("Cloudflare waits in vain for an answer from their server"),
    525: N_("Cloudflare and their server cannot agree on encryption"),
    526: N_("their server shows Cloudflare a bad certificate"),
    529: N_("they are overloaded"),
    530: N_("Cloudflare cannot find their server"),
}
_CLASSES = {
    2: N_("an answer without what was asked for"),
    3: N_("they send us elsewhere"),
    4: N_("they refuse the request"),
    5: N_("a failure on their side"),
}

FAILURES: dict[str, str] = {
    "timeout": N_("no answer in time"),
    "loading": N_("it is still loading its model"),
    "connect": N_("no connection"),
    "dns": N_("its name cannot be looked up"),
    "dns_timeout": N_("its name is not looked up in time"),
    "no_name": N_("its name is not found"),
    "tls": N_("no secure connection"),
    "expired": N_("a certificate that is not valid today"),
    "private_address": N_("its name leads to an address that is not theirs"),
    "untrusted": N_("a certificate that is not theirs"),
    "malformed": N_("an answer that makes no sense"),
    "challenge": N_("a check whether we are a person"),
    "cut": N_("an answer that breaks off"),
    "foreign_page": N_("a page that is not theirs"),
    "proxy_login": N_("the proxy asks for a login"),
    "proxy_settings": N_("the proxy settings cannot be used"),
    "proxy_refused": N_("the proxy does not let requests there through"),
    "redirect_loop": N_("it sends us round in circles"),
    "unsendable": N_("our own request could not be sent"),
    "no_descriptors": N_("too many connections are open here"),
}

# Why a status page cannot be used, beside the failures above and `http`, which has a status.
PAGES: dict[str, str] = {
    "html": N_("a web page instead of data"),
    "too_large": N_("too much to read"),
    "too_many": N_("more entries than any page has"),
    "too_deep": N_("too deeply nested"),
    "json": N_("not valid JSON"),
    "xml": N_("not a valid feed"),
    "shape": N_("data of another shape"),
    "redirect": N_("sends us to {host}"),
    "gone": N_("nothing there any more"),
    "old_copy": N_("a copy from the past"),
    "records": N_("some of it makes no sense"),
    "incidents": N_("its incidents cannot be read"),
    "fault": N_("a fault of this program"),
    "page_id": N_("another page answers"),
    "no_components": N_("it lists no parts"),
    "overview": N_("it only gathers other pages"),
    "vendor": N_("it is a page of {vendor} now"),
    "inactive": N_("it has been switched off"),
    "login": N_("it asks for a login"),
    "no_items": N_("it lists no incident, not even a past one"),
    "parts": N_("something is wrong, and its parts cannot be read"),
}

STEPS: dict[NetworkStep, str] = {
    NetworkStep.INTERFACE: N_("no network"),
    NetworkStep.DNS: N_("names cannot be looked up (DNS)"),
    NetworkStep.TCP: N_("no connection gets through"),
    NetworkStep.TLS: N_("secure connections fail (TLS)"),
    NetworkStep.CLOCK: N_("this computer's clock is wrong"),
    NetworkStep.PROXY: N_("the proxy does not let requests through"),
    NetworkStep.CAPTIVE_PORTAL: N_("Wi-Fi login page"),
}


def http(status: int) -> str:
    """A status with its meaning: "502, their gateway reaches nothing behind it"."""
    meaning = HTTP.get(status) or _CLASSES.get(status // 100, N_("not a known answer"))
    return _("{status}, {meaning}", status=status, meaning=_(meaning))


def failure(code: str) -> str:
    """What was seen, by the code of a `Try`: a status with its meaning, or words alone."""
    if code.startswith("http_") and code[5:].isdecimal():
        return http(int(code[5:]))
    return _(FAILURES[code]) if code in FAILURES else _("a failure without a name")


def page(reason: str | None, params: Mapping[str, Param]) -> str:
    """Why a status page cannot be used; empty when there is nothing to add."""
    status = params.get("status")
    if isinstance(status, int):
        return http(status)
    if reason in PAGES:
        host, vendor = (clean(str(params.get(name) or ""), _HOST_MAX) for name in ("host", "vendor"))
        return _(PAGES[reason], host=host, vendor=vendor)
    return _(FAILURES[reason]) if reason in FAILURES else ""


def step(which: NetworkStep | None) -> str:
    """What is wrong with the own connection, as half a sentence."""
    return _(STEPS[which]) if which is not None else _("other hosts do not answer either")
