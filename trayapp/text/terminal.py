"""What only the command line says."""

from trayapp.text.language import N_, _, ngettext
from trayapp.text.names import model_name
from trayapp.text.trim import QUOTE_LIMIT, clean


def no_local_server() -> str:
    return _("No local LLM server answers on this computer. Install Ollama, for instance, or start yours.")


_WANTED = {
    "seconds": N_("“{text}” is no number of seconds. Say 30, for instance."),
    "number": N_("“{text}” is no number. Say 2 or 0.5, for instance."),
    "day": N_("“{text}” is no day. Say 2026-02-03, 2026-02, 90d or yesterday, for instance."),
}


def bad_argument(wanted: str, text: str) -> str:
    """`wanted`: `seconds`, `number` or `day`."""
    return _(_WANTED[wanted], text=clean(text, QUOTE_LIMIT))


def key_prompt(name: str) -> str:
    return _("Key “{name}” (it is not shown): ", name=name)


def key_stored(name: str, host: str) -> str:
    return _("Key “{name}” is in the keyring. It goes to {host} and nowhere else.", name=name, host=host)


def key_forgotten(name: str) -> str:
    return _("Key “{name}” is forgotten.", name=name)


def settings_fine(path: str) -> str:
    return _("{path}: no mistakes.", path=path)


def catalogue_checked(services: int, providers: int, unverified: int, claims: int) -> str:
    """What there is to be watched, and how much of what is claimed of it nobody has verified."""
    return ngettext(
        "Catalogue: {n} service of {providers}. Not verified: {unverified} of {claims} facts.",
        "Catalogue: {n} services of {providers}. Not verified: {unverified} of {claims} facts.",
        services,
        providers=ngettext("{n} provider", "{n} providers", providers),
        unverified=unverified,
        claims=claims,
    )


def not_verified(service: str, addresses: str) -> str:
    return _(
        "{service}: not verified: {addresses}. Such an answer decides nothing alone.",
        service=service,
        addresses=addresses,
    )


def switched_to_local(providers: str, model: str, tools: int) -> str:
    moved = ngettext("{n} tool moved.", "{n} tools moved.", tools)
    answered = _(
        "Requests to {providers} are answered locally by {model} now.", providers=providers, model=model_name(model)
    )
    return f"{answered} {moved}"


def switched_to_cloud(providers: str) -> str:
    return _("{providers} is back in the cloud.", providers=providers)


def nothing_was_local() -> str:
    return _("Nothing was local.")


def welcome(tray: bool) -> str:
    """What the very first start says; `tray`: whether this desktop has one just now."""
    if not tray:
        return _("LLM Ampel is running. This desktop shows no tray icons just now, so its window comes up instead.")
    return _("LLM Ampel is running. Look for its light in the tray, among the small icons at the edge of your screen.")


def demo_begins() -> str:
    return _("The night of 3 February 2026, time-lapsed. Everything in it is simulated; nothing leaves this computer.")


def demo_target(model: str, simulated: bool) -> str:
    if simulated:
        return _("The local model is simulated, too.")
    return _("The local model is yours: {model}.", model=model_name(model))


def demo_clicks(label: str) -> str:
    """In a terminal the demo makes the user's clicks."""
    return _("A click on “{label}”", label=label)


def demo_over() -> str:
    return _("The night is over. The demo has cleaned up after itself.")


_FILES = {
    "written": N_("{path}: written."),
    "unchanged": N_("{path}: as it should be."),
    "restored": N_("{path}: as it was before."),
    "stripped": N_("{path}: our lines are out, yours stay."),
    "deleted": N_("{path}: deleted, it held only our lines."),
}


def setup_changed(path: str, outcome: str) -> str:
    """What became of a file that a tool reads; `outcome` as `trayapp.tools` names it."""
    return _(_FILES[outcome], path=path)


def setup_done() -> str:
    return _(
        "Tools that know OPENAI_BASE_URL use the gateway after your next login. Open terminals keep what they have."
        " While LLM Ampel is not running, these tools reach nothing; --undo takes it back."
    )


def setup_proxy(proxy: str) -> str:
    """`proxy`: the host that tools were sent to for addresses of this machine, too."""
    return _(
        "Your tools go out through the proxy {proxy}, which cannot reach this machine: NO_PROXY now excepts it, after"
        " your next login.",
        proxy=proxy,
    )


def setup_undone() -> str:
    return _("Tools go straight to their provider after your next login. Open terminals still look for the gateway.")
