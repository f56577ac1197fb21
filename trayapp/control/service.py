"""What the running instance answers over its socket, whether it has a tray or not.

Who puts its answers into words is imported by who needs them: most instances are hardly ever asked, and the words for
the answers of a program that just watches would take 0.4 MB.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from trayapp.control.messages import (
    AsideAnswer,
    AskAside,
    AskFails,
    AskForget,
    AskLight,
    AskLocal,
    AskQuit,
    AskReload,
    AskRound,
    AskShow,
    AskStatus,
    AskSwitch,
    AskWatch,
    AskWrite,
    FailsAnswer,
    LightAnswer,
    StatusAnswer,
    SwitchAnswer,
    TargetAnswer,
)
from trayapp.control.server import ControlServer
from trayapp.core.light.aside import Lasts
from trayapp.core.light.severity import Light
from trayapp.core.mine.until import LONGEST
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import Mode, Until
from trayapp.core.switching.target import TargetState
from trayapp.engine.engine import Engine
from trayapp.errors import Problem
from trayapp.text.language import speaking


class Broadcast:
    """The latest snapshot, for everybody who follows; a slow follower skips what it missed."""

    def __init__(self) -> None:
        self._latest: Snapshot | None = None
        self._news = asyncio.Event()

    def publish(self, snapshot: Snapshot) -> None:
        self._latest = snapshot
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self) -> AsyncIterator[Snapshot]:
        """The latest snapshot at once, then each that is the latest when the last one has been taken."""
        seen: Snapshot | None = None
        while True:
            news = self._news
            if self._latest is not None and self._latest is not seen:
                seen = self._latest
                yield seen
            else:
                await news.wait()


class ControlService:
    """The handlers of one engine. `show`: bring the panel up, None where there is none; `end`: quit the instance."""

    def __init__(
        self, engine: Engine, broadcast: Broadcast, *, show: Callable[[str], None] | None, end: Callable[[], None]
    ) -> None:
        self._engine = engine
        self._broadcast = broadcast
        self._show = show
        self._end = end

    def server(self) -> ControlServer:
        """A socket that answers for this engine; started and closed by the caller."""
        return ControlServer(
            self._engine.home,
            {
                AskStatus: self._status,
                AskRound: self._round,
                AskSwitch: self._switch,
                AskAside: self._aside,
                AskFails: self._fails,
                AskLocal: self._local,
                AskReload: self._reload,
                AskWrite: self._write,
                AskForget: self._forget,
                AskShow: self._bring_up,
                AskQuit: self._quit,
            },
            {AskWatch: self._watch, AskLight: self._light},
            self._doing,
        )

    async def _bring_up(self, ask: AskShow) -> bool:
        if self._show is not None:
            self._show(ask.page)
        return self._show is not None

    async def _quit(self, ask: AskQuit) -> bool:
        self._end()
        return True

    def _doing(self) -> str:
        """The step of a switch that is under way."""
        from trayapp.control import answers

        switch = self._engine.switch
        return answers.target(switch.target_status).line if switch.switching is not None else ""

    async def _status(self, ask: AskStatus) -> StatusAnswer | None:
        services = self._watched(ask.services)
        if ask.max_age_s is not None and not self._engine.is_fresh(services, ask.max_age_s):
            return None
        return self._picture(ask)

    async def _round(self, ask: AskRound) -> StatusAnswer:
        await self._engine.refresh(self._watched(ask.services), ask.max_age_s, ask.timeout_s)
        return self._picture(ask)

    def _picture(self, ask: AskStatus | AskRound) -> StatusAnswer:
        from trayapp.control import answers

        with speaking(ask.language):
            return answers.status(self._engine.snapshot(), ask.services)

    def _watched(self, services: tuple[str, ...]) -> tuple[str, ...]:
        """Themselves. Raises Problem("not_watched")."""
        for service in services:
            if self._engine.judgement.service(service) is None:
                raise Problem("not_watched", name=service)
        return services

    async def _watch(self, ask: AskWatch) -> AsyncIterator[StatusAnswer]:
        from trayapp.control import answers
        from trayapp.control.report import gist

        last: Any = None
        async for snapshot in self._follow():
            with speaking(ask.language):
                answer = answers.status(snapshot)
            news = gist(answer.report), answer.problems
            if news != last:
                last = news
                yield answer

    async def _light(self, ask: AskLight) -> AsyncIterator[LightAnswer]:
        last: Light | None = None
        async for snapshot in self._follow():
            verdict = snapshot.judgement.service(ask.service)
            if verdict is None:
                raise Problem("not_watched", name=ask.service)
            if verdict.light is not last:
                last = verdict.light
                yield LightAnswer(last)

    def _follow(self) -> AsyncIterator[Snapshot]:
        """The snapshot of now, and those after it."""
        self._broadcast.publish(self._engine.snapshot())
        return self._broadcast.follow()

    async def _reload(self, ask: AskReload) -> bool:
        await self._engine.reload()
        return True

    async def _write(self, ask: AskWrite) -> bool:
        await self._engine.write_journal()
        return True

    async def _forget(self, ask: AskForget) -> bool:
        return await self._engine.forget(ask.service)

    async def _switch(self, ask: AskSwitch) -> SwitchAnswer:
        from trayapp.control import answers

        if ask.to in (Mode.AUTO, Mode.MANUAL):
            before = self._engine.snapshot()
            await self._engine.switch_mode(Mode(ask.to))
            with speaking(ask.language):
                return answers.mode(before, self._engine.snapshot())
        providers = ask.providers or None
        if ask.to == "local":
            done = await self._engine.switch.to_local(providers, Until(ask.until))
        else:
            done = await self._engine.switch.to_cloud(providers)
        with speaking(ask.language):
            return answers.switched(done, self._engine.snapshot())

    async def _aside(self, ask: AskAside) -> AsideAnswer:
        from trayapp.control import answers

        engine = self._engine
        if ask.undo:
            engine.wishes.undo_aside(ask.target)
        elif ask.target:
            s = engine.snapshot()
            steady = ask.until - s.wall_offset_s if ask.until is not None else None
            lasts = Lasts(ask.lasts) if ask.lasts else None
            if lasts is Lasts.TIME and not (steady is not None and 0.0 < steady - s.at <= LONGEST.total_seconds()):
                raise Problem("bad_until", text="" if ask.until is None else str(ask.until))
            engine.wishes.set_aside(ask.target, lasts, steady)
        with speaking(ask.language):
            return answers.aside(engine.snapshot())

    async def _fails(self, ask: AskFails) -> FailsAnswer:
        from trayapp.control import answers

        after = await self._engine.wishes.fails(ask.service)
        with speaking(ask.language):
            return answers.fails(after, ask.service, ask.words)

    async def _local(self, ask: AskLocal) -> TargetAnswer:
        from trayapp.control import answers

        switch = self._engine.switch
        match ask.what:
            case "check":
                await switch.check_target()
            case "start":
                await switch.start_target()
            case "stop":
                ended = await switch.target.stop()
                status = switch.target_status
                if not ended and status.state in (TargetState.READY, TargetState.LOADING):
                    raise Problem("local_not_ours", url=status.url)
        with speaking(ask.language):
            return answers.target(switch.target_status)
