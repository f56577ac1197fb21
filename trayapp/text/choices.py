"""The words for values that a setting offers to choose from."""

from trayapp.text.labels import DialogLabels
from trayapp.text.language import N_, _

_WORDS: dict[str, str] = {
    "ollama": "Ollama",
    "openai-compatible": N_("OpenAI-compatible server"),
    "embedded": N_("Built-in llama.cpp"),
    "keyring": N_("The system's keyring"),
}


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
    return _(_WORDS[value]) if value in _WORDS else value
