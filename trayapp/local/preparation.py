"""One climb up the whole ladder: start the server if it is ours to start, load the model, have one token generated."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from trayapp.errors import Problem
from trayapp.local import embedded
from trayapp.local.child import Child
from trayapp.local.client import Client, LocalKey
from trayapp.local.ladder import POLL_S, Rung, Standing, load, look, one_token, until_loaded
from trayapp.local.listing import Model
from trayapp.settings.schema import Local
from trayapp.settings.servers import Server

# The connection breaks a moment before the process is reaped.
DEATH_S = 1.0


class PreparationLimits(Struct, frozen=True):
    """Real seconds. `cold_s`: start, load and first token together, as long as Ollama itself allows for a load
    (OLLAMA_LOAD_TIMEOUT: 5 minutes). `warm_s`: one token of a loaded model, with room for somebody else's question
    that is being answered just now. `pauses_s`: before a server that died is started again, for the first time, the
    second and so on; the last repeats."""

    cold_s: float = 300.0
    warm_s: float = 30.0
    pauses_s: tuple[float, ...] = (1.0, 5.0, 30.0, 120.0, 600.0)


class PreparationStep(StrEnum):
    """What is being done now."""

    STARTING = "starting"
    LOADING = "loading"
    VERIFYING = "verifying"


class Ready(Struct, frozen=True):
    """The measured result, real seconds. `cold_s`: None when nothing had to be started or loaded. `through`: as in
    `Standing`."""

    model: Model
    cold_s: float | None
    first_token_s: float
    through: str | None = None


class Preparation:
    """One run. `url` and `child` are what it found or started, `rung` is the highest that held when it failed.

    `started`: the child is this run's own, and its caller's to stop when the run fails. `obstacle`: what it is waiting
    for to go away.
    """

    def __init__(
        self,
        settings: Local,
        server: Server,
        *,
        url: str | None,
        wanted: str | None,
        child: Child | None,
        key: LocalKey | None,
        verified: bool,
        log_file: Path,
        limits: PreparationLimits,
        tell: Callable[[PreparationStep], None],
    ) -> None:
        self._settings = settings
        self._server = server
        self._wanted = wanted
        self._key = key
        self._verified = verified
        self._log_file = log_file
        self._limits = limits
        self._tell = tell
        self.url = url
        self.child = child
        self.started = False
        self.rung = Rung.START
        self.obstacle: Problem | None = None

    async def run(self) -> Ready:
        """Climb. Raises the `Problem` of the rung that does not hold; the caller limits the time of the whole."""
        begun = time.monotonic()
        try:
            server, model = await self._reach()
            assert self.url is not None
            async with Client(self.url, self._key) as client:
                cold = self.started or model.loaded is False or (model.loaded is None and not self._verified)
                if cold:
                    self._tell(PreparationStep.LOADING)
                    await load(client, server, model.name, self._limits.cold_s)
                    await one_token(client, model.name, self._limits.cold_s)
                cold_s = time.monotonic() - begun if cold else None
                self.rung = Rung.LOADED
                self._tell(PreparationStep.VERIFYING)
                # A model that is loaded by name only, swapped out or mapped from a slow disk, is cold once more.
                limit_s = self._limits.warm_s if cold or self._verified else self._limits.cold_s
                first_token_s = await one_token(client, model.name, limit_s)
                # Only a loaded model has a context size; Ollama tells it from now on.
                standing = self._settled(await look(client, self._server, self._wanted))
        except Problem as problem:
            raise await self._death_or(problem) from problem
        assert standing.model is not None
        return Ready(standing.model, cold_s, first_token_s, standing.through)

    async def _reach(self) -> tuple[Server, Model]:
        """Up to the rung `model`, started on the way if need be."""
        if self.url is not None:
            async with Client(self.url, self._key) as client:
                standing = await look(client, self._server, self._wanted)
            gone = standing.problem is not None and standing.problem.code == "local_unreachable"
            if not (gone and (self._settings.start or self._server.embedded)):
                return await self._loaded(standing)
            if self.child is not None:
                await self.child.stop()
        self._tell(PreparationStep.STARTING)
        if self._server.embedded:
            await self._start_embedded()
        else:
            await self._start_command()
        return await self._loaded(await self._awaited())

    async def _loaded(self, standing: Standing) -> tuple[Server, Model]:
        if standing.busy:
            assert self.url is not None
            assert standing.server is not None
            self._tell(PreparationStep.LOADING)
            async with Client(self.url, self._key) as client:
                await until_loaded(client, standing.server, self._limits.cold_s)
                standing = await look(client, self._server, self._wanted)
        standing = self._settled(standing)
        assert standing.server is not None
        assert standing.model is not None
        return standing.server, standing.model

    def _settled(self, standing: Standing) -> Standing:
        self.rung = max(self.rung, standing.rung)
        if standing.problem is not None:
            raise standing.problem
        return standing

    async def _start_embedded(self) -> None:
        path = await asyncio.to_thread(embedded.model_file, self._settings)
        self.child = await embedded.start(path, self._settings.context, self._log_file)
        self.started = True
        while (line := await self.child.announcement()) is not None:
            word, _, url = line.partition(" ")
            if word == "ready":
                self.url = url
                return
            self._tell(PreparationStep.LOADING)
        await self.child.wait()
        raise self.child.exited()

    async def _start_command(self) -> None:
        assert self.url is not None
        host = urlsplit(self.url).netloc
        environment = {name: value.replace("{host}", host) for name, value in self._server.environment.items()}
        self.child = await Child.start(self._settings.start, self._log_file, environment=environment)
        self.started = True

    async def _awaited(self) -> Standing:
        """The first standing worth judging: servers may answer strangely, or not at all, before they are up."""
        assert self.url is not None
        async with Client(self.url, self._key) as client:
            while True:
                standing = await look(client, self._server, self._wanted)
                if standing.rung >= Rung.SERVER:
                    return standing
                self.obstacle = standing.problem if standing.rung is Rung.REACHABLE else None
                if self.child is not None and self.child.exit_code is not None:
                    if self.child.exit_code != 0:
                        raise self.child.exited()
                    # It handed over to a service, as `lms server start` does; that one is not ours to stop.
                    self.child, self.started = None, False
                await asyncio.sleep(POLL_S)

    async def _death_or(self, problem: Problem) -> Problem:
        """The death of our own child explains a broken connection better than the connection does."""
        if problem.code in ("local_unreachable", "local_cut") and self.child is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DEATH_S):
                    await self.child.wait()
                    return self.child.exited()
        return problem
