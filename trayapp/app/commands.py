"""The user's wishes, carried from the UI thread to the engine's and their outcomes back."""

import contextlib
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trayapp.app.core_thread import CoreThread
from trayapp.app.settings_view import settings_view
from trayapp.app.spawn import spawn
from trayapp.core.found import Found
from trayapp.core.journal.days import Stretch
from trayapp.core.journal.history import History
from trayapp.core.light.aside import Lasts
from trayapp.core.switching.route import Mode
from trayapp.core.switching.target import TargetStatus
from trayapp.errors import Problem
from trayapp.settings.schema import Key, Local, Settings
from trayapp.ui.bridge import Bridge
from trayapp.ui.commands import (
    ChatTurn,
    Done,
    FailsView,
    FoundServer,
    HistoryView,
    Keep,
    Leave,
    SettingsView,
    Stream,
    ToolAccess,
)

if TYPE_CHECKING:
    from trayapp.clock import Clock
    from trayapp.engine.engine import Engine


DAYS_SHOWN, HOURS_SHOWN = 90, 24
"""In the history's window, and in the panel's strips."""


class _UnderWay(NamedTuple):
    core: CoreThread
    work: Future[Any]

    def stop(self) -> None:
        self.core.cancel(self.work)


class CoreCommands:
    """`ui.commands.Commands` for one engine. `engine` is called in the core thread only."""

    def __init__(
        self,
        core: CoreThread,
        bridge: Bridge,
        engine: "Callable[[], Engine]",
        *,
        end: Callable[[Leave], None],
        on_switched: Callable[[int], None] = lambda tools: None,
    ) -> None:
        self._core = core
        self._bridge = bridge
        self._engine = engine
        self._end = end
        self._on_switched = on_switched

    def _send(self, work: Any, done: Done[Any] | None = None) -> None:
        self._bridge.follow(self._core.submit(work), done)

    # The switch

    def switch_local(self, providers: tuple[str, ...] | None, done: Done[tuple[str, ...]]) -> None:
        async def work() -> tuple[str, ...]:
            switched = await self._engine().switch.to_local(providers)
            self._bridge.call(self._on_switched, switched.tools)
            return switched.providers

        self._send(work, done)

    def switch_cloud(self, providers: tuple[str, ...] | None, done: Done[tuple[str, ...]]) -> None:
        async def work() -> tuple[str, ...]:
            return (await self._engine().switch.to_cloud(providers)).providers

        self._send(work, done)

    def stay_local(self, providers: tuple[str, ...], done: Done[tuple[str, ...]]) -> None:
        async def work() -> tuple[str, ...]:
            return self._engine().switch.stay_local(providers)

        self._send(work, done)

    def switch_mode(self, mode: Mode, done: Done[bool]) -> None:
        async def work() -> bool:
            await self._engine().switch_mode(mode)
            return self._engine().snapshot().lack is None

        self._send(work, done)

    # The light

    def check_now(self) -> None:
        async def work() -> None:
            self._engine().check_now()

        self._send(work)

    def only_when_back(self, incident_id: str, *, on: bool = True) -> None:
        async def work() -> None:
            self._engine().only_when_back(incident_id, on=on)

        self._send(work)

    def set_aside(self, target: str, keep: Keep, done: Done[None]) -> None:
        async def work() -> None:
            from datetime import timedelta

            from trayapp.core.mine.until import tomorrow

            engine = self._engine()
            now = engine.clock.wall(engine.clock.now()).astimezone()
            moments = {Keep.HOUR: now + timedelta(hours=1), Keep.TOMORROW: tomorrow(now)}
            moment = moments.get(keep)
            if moment is None:
                engine.wishes.set_aside(target, Lasts(keep))
            else:
                until = engine.clock.now() + (moment - now).total_seconds()
                engine.wishes.set_aside(target, Lasts.TIME, until)

        self._send(work, done)

    def fails(self, service: str, words: str, done: Done[FailsView]) -> None:
        async def work() -> FailsView:
            from trayapp.core.mine.fails import fails
            from trayapp.settings.symptoms import known

            found = known().find(words)
            after = await self._engine().wishes.fails(service)
            answer = fails(after, service, found)
            if answer is None:
                raise Problem("not_watched", name=service)
            return FailsView(answer, after)

        self._send(work, done)

    def undo_aside(self, target: str, done: Done[None]) -> None:
        async def work() -> None:
            self._engine().wishes.undo_aside(target)

        self._send(work, done)

    # The history

    def view_history(self, done: Done[HistoryView]) -> None:
        async def work() -> HistoryView:
            engine = self._engine()
            from trayapp.control.history_report import names_of

            return HistoryView(await self._history(None, DAYS_SHOWN), names_of(engine.loaded.catalogue))

        self._send(work, done)

    def latest_hours(self, done: Done[Mapping[str, tuple[Stretch, ...]]]) -> None:
        async def work() -> Mapping[str, tuple[Stretch, ...]]:
            import asyncio

            from trayapp.store.history import read_hours

            engine = self._engine()
            await engine.write_journal()
            now = engine.clock.wall(engine.clock.now()).timestamp()
            return await asyncio.to_thread(read_hours, engine.home.journal_file, now, HOURS_SHOWN)

        self._send(work, done)

    def export_history(self, service: str | None, file: Path, done: Done[None]) -> None:
        async def work() -> None:
            import asyncio

            history = await self._history(service, None)
            await asyncio.to_thread(_export, history, file, self._engine().clock)

        self._send(work, done)

    def forget_history(self, service: str | None, done: Done[None]) -> None:
        async def work() -> None:
            if not await self._engine().forget(service):
                raise Problem("journal_not_forgotten", path=str(self._engine().home.journal_file))

        self._send(work, done)

    async def _history(self, service: str | None, days: int | None) -> History:
        """What there is of the latest `days`, for the window, or all of it."""
        import asyncio
        import time
        from datetime import timedelta

        from trayapp.control.history_report import provider_of
        from trayapp.store.history import read_history

        engine = self._engine()
        await engine.write_journal()
        now = engine.clock.wall(engine.clock.now())
        since = None if days is None else now.astimezone().date() - timedelta(days=days - 1)
        return await asyncio.to_thread(
            read_history,
            engine.home.journal_file,
            service,
            since,
            now.timestamp(),
            lambda at: time.localtime(at).tm_gmtoff,
            provider=provider_of(engine.loaded.catalogue, service),
            changes=days is None,
            days=days is not None,
        )

    # The program

    def open_demo(self) -> None:
        spawn("demo")

    def quit(self, leave: Leave) -> None:
        self._end(leave)

    # Settings

    def view_settings(self, done: Done[SettingsView]) -> None:
        async def work() -> SettingsView:
            # Whoever opens the settings may have edited the files a moment ago.
            await self._engine().reload()
            return settings_view(self._engine())

        self._send(work, done)

    def save_settings(self, changes: Mapping[Key, object], done: Done[Settings]) -> None:
        async def work() -> Settings:
            import asyncio

            from trayapp.net.ports import taken
            from trayapp.settings.file import change

            engine = self._engine()
            port = changes.get(("gateway", "port"))
            # On the port of now it is the gateway itself that listens.
            other = port != engine.loaded.settings.gateway.port
            if isinstance(port, int) and other and await asyncio.to_thread(taken, port):
                raise Problem("port_in_use", port=port, key="gateway.port")
            await asyncio.to_thread(change, engine.home, changes)
            await engine.reload()
            return engine.loaded.settings

        self._send(work, done)

    def stored_keys(self, done: Done[Mapping[str, str]]) -> None:
        async def work() -> Mapping[str, str]:
            import asyncio

            return await asyncio.to_thread(self._engine().keys.hosts)

        self._send(work, done)

    def set_key(self, name: str, value: str, done: Done[None]) -> None:
        async def work() -> None:
            engine = self._engine()
            hosts = {slot.name: slot.host for slot in settings_view(engine).keys}
            if name not in hosts:
                raise Problem("unknown_key", name=name, known=", ".join(hosts))
            await engine.keys.set(name, hosts[name], value)

        self._send(work, done)

    def set_local_key(self, local: Local, value: str, done: Done[None]) -> None:
        async def work() -> None:
            from trayapp.settings.local_key import LOCAL_KEY, local_key_host

            engine = self._engine()
            if (host := local_key_host(local)) is None:
                raise Problem("key_plain_http", name=LOCAL_KEY, host=local.url or "")
            await engine.keys.set(LOCAL_KEY, host, value)
            # It may be what was missing.
            await engine.switch.check_target()
            engine.changed()

        self._send(work, done)

    def forget_key(self, name: str, done: Done[None]) -> None:
        async def work() -> None:
            await self._engine().keys.forget(name)

        self._send(work, done)

    # The target and the tools

    def look_at(self, address: str, name: str | None, done: Done[Found]) -> Stream:
        async def work() -> Found:
            from trayapp.watch.detection.endpoint import Known, detect

            loaded = self._engine().loaded
            known = Known(loaded.catalogue, loaded.own, loaded.settings.gateway.port)
            return await detect(address, name, known, self._engine().clock)

        future = self._core.submit(work)
        self._bridge.follow(future, done)
        return _UnderWay(self._core, future)

    def add_service(self, found: Found, replace: bool, done: Done[str]) -> None:
        async def work() -> str:
            import asyncio
            from functools import partial

            from trayapp.settings.own_service import write_service
            from trayapp.text.found import heading

            write = partial(write_service, self._engine().home, found.provider, heading(found), replace=replace)
            path = await asyncio.to_thread(write)
            await self._engine().reload()
            return path

        self._send(work, done)

    def detect(self, done: Done[tuple[FoundServer, ...]]) -> None:
        async def work() -> tuple[FoundServer, ...]:
            from trayapp.local.detect import detect

            return tuple(FoundServer(str(server.server), server.url, tuple(server.models)) for server in await detect())

        self._send(work, done)

    def test_target(self, local: Local, key: str, done: Done[TargetStatus]) -> Stream:
        async def work() -> TargetStatus:
            from trayapp.local.target import LocalTarget
            from trayapp.secrets.local_key import TypedKey, local_key

            engine = self._engine()
            keys = TypedKey(key) if key else engine.keys
            target = LocalTarget(local, engine.clock, engine.home, lambda status: None, key=partial(local_key, keys))
            try:
                return await target.prepare(lambda status: None)
            finally:
                await target.close()

        future = self._core.submit(work)
        self._bridge.follow(future, done)
        return _UnderWay(self._core, future)

    def create_tool(self, name: str, done: Done[ToolAccess]) -> None:
        async def work() -> ToolAccess:
            import asyncio

            engine = self._engine()
            tool = " ".join(name.split())
            token = await asyncio.to_thread(engine.switch.tokens.add, tool)
            await engine.switch.apply()
            engine.changed()
            gateway = engine.loaded.settings.gateway
            return ToolAccess(tool, f"http://127.0.0.1:{gateway.port}/t/{token}/{gateway.openai}/v1", token)

        self._send(work, done)

    def forget_tool(self, name: str, done: Done[None]) -> None:
        async def work() -> None:
            import asyncio

            engine = self._engine()
            await asyncio.to_thread(engine.switch.tokens.forget, name)
            await engine.switch.apply()
            engine.changed()

        self._send(work, done)

    def chat(self, messages: tuple[ChatTurn, ...], on_text: Callable[[str], None], done: Done[None]) -> Stream:
        async def work() -> None:
            from trayapp.local.chat import Message as Turn
            from trayapp.local.chat import stream
            from trayapp.secrets.local_key import local_key

            turns: list[Turn] = [
                Turn(role="user" if turn.role == "user" else "assistant", content=turn.text) for turn in messages
            ]
            status = self._engine().switch.target_status
            async with contextlib.aclosing(stream(status, turns, partial(local_key, self._engine().keys))) as pieces:
                async for piece in pieces:
                    self._bridge.call(on_text, piece)

        future = self._core.submit(work)
        self._bridge.follow(future, done)
        return _UnderWay(self._core, future)


def _export(history: History, file: Path, clock: "Clock") -> None:
    """Raises Problem as `write_atomic` does."""
    import json
    from io import StringIO

    from trayapp.control.history_report import history_csv, history_report
    from trayapp.settings.atomic import write_atomic

    out = StringIO()
    if file.suffix.lower() == ".csv":
        history_csv(history, out)
    else:
        json.dump(history_report(history, clock.wall(clock.now()).timestamp()), out, ensure_ascii=False, indent=2)
    # What was saved there before is not lost to a disk that is full.
    write_atomic(file, out.getvalue().encode())
