"""Words for what can be wrong with updates of the catalogue. In every case what is there goes on being used."""

from trayapp.text.language import N_

CATALOGUE_PROBLEMS: dict[str, tuple[str, str]] = {
    "catalogue_no_address": (
        N_("The catalogue cannot be updated"),
        N_(
            "This version knows no address for it. Name one in the settings, [catalogue] url and key, or switch it off."
        ),
    ),
    "catalogue_no_key": (
        N_("The catalogue cannot be updated"),
        N_("There is no public key to verify it with. Add the publisher's to the settings: [catalogue] key."),
    ),
    "catalogue_unreachable": (
        N_("No update of the catalogue could be fetched"),
        N_("{host}: {reason}. It is tried again every hour; what is there goes on being used."),
    ),
    "catalogue_too_large": (
        N_("The update of the catalogue is too large"),
        N_("{host} sends more than {limit} bytes, so it cannot be one. What is there goes on being used."),
    ),
    "catalogue_unsigned": (
        N_("The update of the catalogue is not signed by its publisher"),
        N_(
            "It was not taken ({reason}): it is damaged, another was put in its place, or the publisher has a new key."
            " What is there goes on being used."
        ),
    ),
    "catalogue_damaged": (
        N_("The update of the catalogue cannot be used"),
        N_("It was signed, but has mistakes: {reason}. What is there goes on being used."),
    ),
    "catalogue_older": (
        N_("The update of the catalogue is no newer one"),
        N_("Version {version} came, {have} is known. It was not taken: somebody may have put an old one in its place."),
    ),
    "catalogue_services_gone": (
        N_("The update of the catalogue has something no more that was watched"),
        N_("No longer watched: {names}. Choose in the settings what to watch, or switch the updates off."),
    ),
    "catalogue_too_new": (
        N_("The update of the catalogue is for a newer program"),
        N_("It has format {format}; this program knows {known}. Update it. What is there goes on being used."),
    ),
    "catalogue_kept_damaged": (
        N_("A kept update of the catalogue is damaged"),
        N_("Version {version}: {reason}. The one before it is used until it has been fetched again."),
    ),
    "catalogue_record_damaged": (
        N_("What was kept of the catalogue cannot be read"),
        N_("{path} is damaged. The shipped catalogue is used until the update has been fetched again."),
    ),
}
