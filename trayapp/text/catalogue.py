"""Words for which catalogue is in use."""

from datetime import date

from trayapp.text.language import _, ngettext


def edition(version: int, day: date, days: int, *, updated: bool) -> str:
    """Its version, day and age in days, and whether it came with the program or after it."""
    gaps = {"version": version, "day": f"{day:%Y-%m-%d}"}
    told = (
        _("Catalogue {version} of {day}, an update.", **gaps)
        if updated
        else _("Catalogue {version} of {day}, as it came with the program.", **gaps)
    )
    age = ngettext("{n} day old.", "{n} days old.", days)
    return f"{told} {age}" if days > 0 else told
