"""The words for values that a setting offers to choose from."""

from trayapp.text.labels import DialogLabels
from trayapp.text.language import _


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
