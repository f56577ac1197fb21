"""What one run of the tray program rests on: the user's own, or the demo's."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, NamedTuple

from trayapp.clock import Clock
from trayapp.paths import Home

if TYPE_CHECKING:
    from trayapp.app.ui_thread import UiThread
    from trayapp.core.snapshot import DemoScene
    from trayapp.engine.engine import Engine
    from trayapp.engine.loading import Loaded


class Run(NamedTuple):
    """What the program runs on.

    `demo`: how its tool fares, in a demo. `welcome`: nobody has seen this program's icon yet. `page`: of the settings,
    to be opened. `load` brings settings and catalogue and keeps up what stands behind them; None: the user's own files.
    `end`: ends the program when it returns, for a run that has an end.
    """

    home: Home
    clock: Clock
    verbose: bool = False
    demo: "Callable[[], DemoScene] | None" = None
    welcome: bool = False
    page: str = ""
    load: "Callable[[], AbstractAsyncContextManager[Loaded]] | None" = None
    end: "Callable[[Engine, UiThread], Coroutine[Any, Any, None]] | None" = None
