"""Words for what was found at an address that somebody wants to have watched."""

from trayapp.core.catalogue import Dialect
from trayapp.core.found import Found
from trayapp.text.language import N_, _, ngettext
from trayapp.text.names import NAME_LIMIT, join, model_name, name
from trayapp.text.trim import clean

MODELS_SHOWN = 5
_ADDRESS_MAX = 200
_DIALECTS = {Dialect.OPENAI: "OpenAI", Dialect.ANTHROPIC: "Anthropic"}
_UNKNOWN = {
    "models": N_("Not found out: which models there are. It lists them to nobody who asks without a key."),
    "models_unlisted": N_("Not found out: which models there are."),
    "dialects": N_("Not found out: which dialect it speaks. OpenAI's is assumed; change dialects in the file if not."),
    "page": N_("Not found out: whether it has a status page. Add a [page] to the file if you know one."),
    "page_unreadable": N_("Its status page cannot be read from here, so it is left out."),
    "not_ready": N_("It answers that it is not ready now (an error of its own), and is watched until it is."),
}


def looking(host: str) -> str:
    return _("Looking at {address}…", address=clean(host, _ADDRESS_MAX))


def lines(found: Found) -> tuple[str, ...]:
    """What was found, and what was not, a sentence each."""
    told = [_what(found)]
    if found.models:
        shown = ", ".join(model_name(model) for model in found.models[:MODELS_SHOWN])
        shown += ", …" if len(found.models) > MODELS_SHOWN else ""
        told.append(ngettext("{n} model: {models}", "{n} models: {models}", len(found.models), models=shown))
    if found.wants_key and found.in_the_clear:
        told.append(
            _(
                "It wants a key, which would travel unencrypted over plain http, so it is watched without one: whether"
                " it answers can be seen, not whether it answers you. Use https if there is such an address."
            )
        )
    elif found.wants_key:
        told.append(_("It wants a key. Without one it is seen whether it answers; with yours, whether it answers you."))
    if found.page is not None and found.provider.api is not None and "page_unreadable" not in found.unknown:
        told.append(_page(found))
    return (*told, *(_(_UNKNOWN[code]) for code in found.unknown))


def _what(found: Found) -> str:
    address = clean(found.address, _ADDRESS_MAX)
    if found.provider.api is None:
        return ngettext(
            "A status page: {address} ({vendor}, {n} part)",
            "A status page: {address} ({vendor}, {n} parts)",
            found.page_parts,
            address=address,
            vendor=found.page_kind,
        )
    product = clean(found.product, NAME_LIMIT) if found.product is not None else None
    if "dialects" in found.unknown:
        if product is None:
            return _("An API at {address}.", address=address)
        return _("{product} at {address}.", product=product, address=address)
    spoken = join([_DIALECTS[dialect] for dialect in found.provider.api.dialects])
    if product is None:
        return _("An API at {address}, in the dialect of {spoken}.", address=address, spoken=spoken)
    return _("{product} at {address}, in the dialect of {spoken}.", product=product, address=address, spoken=spoken)


def _page(found: Found) -> str:
    gaps = {"address": clean(found.page or "", _ADDRESS_MAX), "vendor": found.page_kind}
    if not found.page_parts:
        return _("Its status page: {address} ({vendor})", **gaps)
    return ngettext(
        "Its status page: {address} ({vendor}, {n} part)",
        "Its status page: {address} ({vendor}, {n} parts)",
        found.page_parts,
        **gaps,
    )


def heading(found: Found) -> str:
    """What stands above the entries of its file."""
    return _("Made by looking at {address}. Change what you know better.", address=clean(found.address, _ADDRESS_MAX))


def written(path: str) -> str:
    return _("{path}: written.", path=path)


def watched(found: Found) -> str:
    return _("{name} is watched from now on.", name=name(found.provider.name))


def not_running() -> str:
    return _("It will be watched as soon as LLM Ampel runs.")


def key_command(found: Found) -> str | None:
    """How its key is stored; None where it needs none, or may have none."""
    key = found.provider.api.key if found.provider.api is not None else None
    if key is None:
        return None
    return _("Store your key with: llm-ampel key set {name}", name=key)
