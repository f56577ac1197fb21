"""What the running instance answers over its socket, whether it has a tray or not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from trayapp.control.server import ControlServer
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import Until
from trayapp.engine.engine import Engine
from trayapp.errors import Problem


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
        self, engine: Engine, broadcast: Broadcast, *, show: Callable[[], None] | None, end: Callable[[], None]
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
                "snapshot": self._snapshot,
                "round": self._round,
                "switch": self._switch,
                "check": self._check,
                "local": self._local,
                "reload": self._reload,
                "show": self._do(self._show),
                "quit": self._do(self._end),
            },
            {"watch": self._watch},
        )

    def _do(self, action: Callable[[], None] | None) -> Callable[[dict[str, Any]], Any]:
        """A handler that answers whether there was something to do."""

        async def handle(request: dict[str, Any]) -> bool:
            if action is not None:
                action()
            return action is not None

        return handle

    async def _snapshot(self, request: dict[str, Any]) -> Any:
        """The picture of now; with `services` and `max_age_s`, None unless it rests on samples that fresh."""
        max_age_s = request.get("max_age_s")
        if max_age_s is not None and not self._engine.is_fresh(self._watched(request), float(max_age_s)):
            return None
        return msgspec.to_builtins(self._engine.snapshot())

    async def _round(self, request: dict[str, Any]) -> Any:
        """The picture after everything older than `max_age_s` was asked again, out of the one budget."""
        services = self._watched(request)
        await self._engine.refresh(services, float(request["max_age_s"]), float(request["timeout_s"]))
        return msgspec.to_builtins(self._engine.snapshot())

    def _watched(self, request: dict[str, Any]) -> tuple[str, ...]:
        """The services of the request. Raises Problem("not_watched")."""
        services = tuple(map(str, request.get("services") or ()))
        for one in services:
            if self._engine.judgement.service(one) is None:
                raise Problem("not_watched", name=one)
        return services

    async def _watch(self, request: dict[str, Any]) -> AsyncIterator[Any]:
        self._broadcast.publish(self._engine.snapshot())
        async for snapshot in self._broadcast.follow():
            yield msgspec.to_builtins(snapshot)

    async def _check(self, request: dict[str, Any]) -> bool:
        self._engine.check_now()
        return True

    async def _reload(self, request: dict[str, Any]) -> bool:
        await self._engine.reload()
        return True

    async def _switch(self, request: dict[str, Any]) -> Any:
        providers = tuple(map(str, request.get("providers") or ())) or None
        match request.get("to"):
            case "local":
                done = await self._engine.switch.to_local(providers, Until(request.get("until", Until.BACK)))
            case "cloud":
                done = await self._engine.switch.to_cloud(providers)
            case other:
                raise Problem("control_unknown", name=f"switch {other}")
        return msgspec.to_builtins(done)

    async def _local(self, request: dict[str, Any]) -> Any:
        switch = self._engine.switch
        match request.get("what"):
            case "check":
                return msgspec.to_builtins(await switch.check_target())
            case "start":
                return msgspec.to_builtins(await switch.start_target())
            case "stop":
                await switch.target.stop()
                return msgspec.to_builtins(switch.target_status)
            case other:
                raise Problem("control_unknown", name=f"local {other}")
