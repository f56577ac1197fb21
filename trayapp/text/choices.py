"""The words for values that a setting offers to choose from."""

from trayapp.core.switching.asked import Rescue
from trayapp.core.switching.route import Mode
from trayapp.text.labels import DialogLabels
from trayapp.text.language import N_, _

NAMES: dict[object, dict[str, str]] = {
    Mode: {"manual": N_("when I say so"), "auto": N_("automatically")},
    Rescue: {"stream": N_("as they come"), "whole": N_("as a whole")},
}
"""The English names of values that mean something else in another setting, by the kind that declares them."""


def choice(value: str | None) -> str:
    """A value in words; None is the choice of none, and what has no words stands for itself."""
    match value:
        case None:
            return _("None")
        case "auto":
            return DialogLabels.language_auto
        case "en":
            return DialogLabels.language_en
        case "de":
            return DialogLabels.language_de
        case "switch":
            return DialogLabels.policy_switch
        case "fail":
            return DialogLabels.policy_fail
        case "wait":
            return DialogLabels.policy_wait
        case "keyring":
            return _("The system's keyring")
    return value
