"""The user's files as every command and the tray read them, at the start and again when they have changed."""

from trayapp.engine.loading import Loaded, load_all
from trayapp.paths import Home
from trayapp.text.language import set_language


def load_users_files(home: Home) -> Loaded:
    """Settings and catalogue as they are now; from here on everything is said in the language that they name.

    Nothing else sets the language: before the first reading it is the environment's.
    """
    loaded = load_all(home)
    set_language(loaded.settings.ui.language)
    return loaded
