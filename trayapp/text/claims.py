"""What may be said of services that are down: that it is not you where that is shown, else what is seen from here."""

from trayapp.core.light.claim import Claim, ClaimKind
from trayapp.text.language import _, ngettext


def down(names: str, many: int, claim: Claim, *, again: bool = False) -> str:
    """One sentence or two about the services `names`, which are `many`. `again`: they had been told as back."""
    match claim.kind:
        case ClaimKind.NOT_YOU if again:
            return ngettext(
                "{names} is down again. It is not you.", "{names} are down again. It is not you.", many, names=names
            )
        case ClaimKind.NOT_YOU:
            return ngettext("{names} is down. It is not you.", "{names} are down. It is not you.", many, names=names)
        case ClaimKind.EDGE:
            return ngettext(
                "{names}'s edge answers {status} here.",
                "The edges of {names} answer {status} here.",
                many,
                names=names,
                status=claim.status,
            )
        case ClaimKind.ERRORS if claim.status is not None:
            return ngettext(
                "{names} answers {status} here.",
                "{names} answer {status} here.",
                many,
                names=names,
                status=claim.status,
            )
        case ClaimKind.ERRORS:
            return ngettext("{names} answers with errors here.", "{names} answer with errors here.", many, names=names)
        case ClaimKind.REFUSED:
            return ngettext(
                "{names} refuses what it accepted.", "{names} refuse what they accepted.", many, names=names
            )
        case ClaimKind.SILENT:
            return ngettext(
                "{names} does not answer from here; your connection reaches other hosts.",
                "{names} do not answer from here; your connection reaches other hosts.",
                many,
                names=names,
            )
        case ClaimKind.NONE if again:
            return ngettext("{names} is down again.", "{names} are down again.", many, names=names)
        case ClaimKind.NONE:
            return ngettext("{names} is down.", "{names} are down.", many, names=names)


def down_together(names: str, claim: Claim) -> str:
    """The same of several providers that fell at once."""
    if claim.kind is ClaimKind.NOT_YOU:
        return _("{names} are down at the same time. It is not you.", names=names)
    return _("{names} are down at the same time.", names=names)


def in_short(claim: Claim) -> str:
    """In a few words, for a tooltip; empty where there is nothing to add."""
    match claim.kind:
        case ClaimKind.NOT_YOU:
            return _("not you")
        case ClaimKind.EDGE:
            return _("its edge answers {status}", status=claim.status)
        case ClaimKind.ERRORS if claim.status is not None:
            return _("answers {status} here", status=claim.status)
        case ClaimKind.ERRORS:
            return _("errors here")
        case ClaimKind.REFUSED:
            return _("refuses what it accepted")
        case ClaimKind.SILENT:
            return _("no answer from here")
        case ClaimKind.NONE:
            return ""
