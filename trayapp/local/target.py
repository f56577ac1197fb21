"""The one-click target: how far it is, and what makes it ready."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from trayapp.clock import Clock
from trayapp.core.switching.route import Endpoint
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.errors import Problem
from trayapp.local import embedded
from trayapp.local.address import base_url
from trayapp.local.child import Child
from trayapp.local.client import Client, LocalKey
from trayapp.local.ladder import Rung, Standing, look
from trayapp.local.listing import Model
from trayapp.local.preparation import Preparation, PreparationLimits, PreparationStep, Ready
from trayapp.local.spoken import spoken
from trayapp.local.timings import Timing, Timings
from trayapp.paths import Home
from trayapp.settings import servers
from trayapp.settings.schema import Local
from trayapp.settings.servers import Server
from trayapp.tasks import Tasks

Progress = Callable[[PreparationStep], None]

LIVED_S = 600.0
"""Steady seconds after which a server that dies is not one that cannot live: then the pauses begin anew."""
SHORT_PAUSE_S = 5.0
"""What is started again within this is on its way; tools wait for it. Longer, and it has failed until then."""
_STATE_OF_STEP = {
    PreparationStep.STARTING: TargetState.STARTING,
    PreparationStep.LOADING: TargetState.LOADING,
    PreparationStep.VERIFYING: TargetState.LOADING,
}


class LocalTarget:
    """The configured local server and model.

    `status.state` is `ready` when a click needs `ready_s` seconds and nothing else: measured since the model was
    loaded (`first_token_s` is then set), estimated from the last time, or None when it was never tried. `down` with
    the code `local_not_running` means that `prepare` will start it.

    A server that we started and that dies is started again, after a pause that grows as long as it keeps dying; `stop`
    ends that as well.
    """

    def __init__(
        self,
        settings: Local,
        clock: Clock,
        home: Home,
        on_change: Callable[[TargetStatus], None],
        limits: PreparationLimits | None = None,
        *,
        key: LocalKey | None = None,
    ) -> None:
        self._settings = settings
        self._find_key = key
        self._server = None if settings.server is None else servers.known()[settings.server]
        self._clock = clock
        self._on_change = on_change
        self._limits = limits or PreparationLimits()
        self._log_file = home.data / "log" / "local-server.log"
        self._timings = Timings(home.data / "local-timings.json")
        self._tasks = Tasks("local")
        self._one_at_a_time = asyncio.Lock()
        self._looking = False
        self._deadline: asyncio.Timeout | None = None
        self._stops = 0
        self._child: Child | None = None
        self._born_at = 0.0
        self._deaths = 0
        self._reviving: int | None = None
        self._soon = False
        self._embedded_url: str | None = None
        self._failed: tuple[Rung, Problem] | None = None
        self._verified_s: float | None = None
        self._through: str | None = None
        self._listened = False
        # The one that is used: the configured one, or else what the server had when it was last seen.
        self._model = self._wanted
        self._status = self._plain(TargetState.NONE if self._server is None else TargetState.DOWN)

    @property
    def status(self) -> TargetStatus:
        return self._status

    async def check(self) -> TargetStatus:
        """Look again, as cheaply as it gets: no generation, no load, no start. While `prepare` works: its status."""
        if self._server is None or (self._one_at_a_time.locked() and not self._looking):
            return self._status
        async with self._one_at_a_time:
            self._looking = True
            try:
                self._publish(await self._checked(self._server))
            finally:
                self._looking = False
        return self._status

    async def prepare(self, progress: Progress | None = None) -> TargetStatus:
        """Start it if it is ours to start, load the model, have one token generated, and be `ready`.

        Raises the `Problem` that is in the way, after ending what this call started; `local_stopped` after `stop`,
        `local_timeout` at the cold limit. A cancelled call leaves everything as it was.
        """
        server = self._server
        if server is None:
            raise Problem("local_no_target")

        def tell(step: PreparationStep) -> None:
            # A ready target stays ready while it is asked once more.
            if step is not PreparationStep.VERIFYING or self._status.state is not TargetState.READY:
                self._publish(self._plain(_STATE_OF_STEP[step]))
            if progress is not None:
                progress(step)

        stops = self._stops
        async with self._one_at_a_time:
            before = self._status
            try:
                url = await self._address()
            except Problem as problem:
                self._publish(self._of_problem(problem, TargetState.FAILED))
                raise
            run = Preparation(
                self._settings,
                server,
                url=url,
                wanted=self._wanted,
                child=self._child,
                key=self._find_key,
                verified=self._verified_s is not None,
                log_file=self._log_file,
                limits=self._limits,
                tell=tell,
            )
            try:
                ready = await self._timed(run, stops)
            except BaseException as error:
                if run.started and run.child is not None:
                    await run.child.stop()
                if isinstance(error, Problem) and error.code != "local_stopped":
                    self._fail(run.rung, error)
                else:
                    self._publish(before)
                raise
            self._adopt(run, ready)
            if run.started:
                self._listened = False
            key = self._key(ready.model.name)
            known = self._timings.get(key)
            cold_s = known.cold_s if ready.cold_s is None else ready.cold_s
            await asyncio.to_thread(self._timings.put, key, Timing(cold_s, ready.first_token_s, known.speaks))
            if run.url is not None:
                async with Client(run.url, self._find_key) as client:
                    await self._listen(client, ready.model)
            self._publish(self._ready(ready.model))
            return self._status

    async def stop(self) -> bool:
        """Break off `prepare`, and end the server if we started it; False when there was nothing of ours to end."""
        busy = self._break_off() or self._reviving is not None
        self._reviving, self._soon = None, False
        async with self._one_at_a_time:
            ours = await self._end_child()
            self._failed = None
            if self._server is not None:
                self._publish(await self._checked(self._server))
        return ours or busy

    async def close(self) -> None:
        """End everything of ours; the target is not used again."""
        self._break_off()
        async with self._one_at_a_time:
            await self._end_child()
        await self._tasks.close()

    async def _timed(self, run: Preparation, stops: int) -> Ready:
        try:
            async with asyncio.timeout(self._limits.cold_s if stops == self._stops else 0) as self._deadline:
                return await run.run()
        except TimeoutError as error:
            if stops != self._stops:
                raise Problem("local_stopped") from error
            limit_s = round(self._limits.cold_s)
            raise run.obstacle or Problem("local_timeout", url=run.url or self._model, limit_s=limit_s) from error
        finally:
            self._deadline = None

    def _break_off(self) -> bool:
        self._stops += 1
        if self._deadline is None or self._deadline.expired():
            return False
        self._deadline.reschedule(asyncio.get_running_loop().time())
        return True

    def _adopt(self, run: Preparation, ready: Ready) -> None:
        self._failed = None
        self._verified_s = ready.first_token_s
        self._through = ready.through
        if run.started and run.child is not None:
            self._child = run.child
            self._born_at = self._clock.now()
            self._reviving = None
            self._tasks.spawn(self._mourn(run.child), "child")
        if self._is_embedded:
            self._embedded_url = run.url

    async def _mourn(self, child: Child) -> None:
        """Say it at once when the server that we started dies, and start it again.

        A start command that ends well may have handed over to a service, as `lms server start` does: then it is for
        a look to find out.
        """
        code = await child.wait()
        async with self._one_at_a_time:
            if self._child is not child or self._server is None:
                return
            self._child = None
            self._embedded_url = None
            if code == 0:
                self._publish(await self._checked(self._server))
                return
            self._fail(Rung.START, child.exited())
        if self._clock.now() - self._born_at > LIVED_S:
            self._deaths = 0
        await self._revive()

    async def _revive(self) -> None:
        """Start it again, and again, until it lives, somebody else has done so, or it was stopped."""
        mine = self._reviving = self._deaths
        while self._reviving == mine:
            pauses = self._limits.pauses_s
            pause_s = pauses[min(self._deaths, len(pauses) - 1)]
            self._deaths += 1
            mine = self._reviving = self._deaths
            self._soon = pause_s <= SHORT_PAUSE_S
            self._publish(self._not_running())
            try:
                await self._clock.sleep(pause_s)
            finally:
                self._soon = False
            if self._reviving != mine:
                return
            # Its own status says what is in the way.
            with contextlib.suppress(Problem):
                await self.prepare()

    async def _end_child(self) -> bool:
        child, self._child = self._child, None
        if child is None:
            return False
        self._embedded_url = None
        self._verified_s = None
        await child.stop()
        return True

    async def _address(self) -> str | None:
        """Where to ask; None while the embedded server does not run. Raises what is wrong with the settings."""
        if not self._is_embedded:
            return base_url(self._settings)
        if self._embedded_url is None:
            await asyncio.to_thread(embedded.model_file, self._settings)
        return self._embedded_url

    async def _checked(self, server: Server) -> TargetStatus:
        try:
            url = await self._address()
        except Problem as problem:
            return self._of_problem(problem, TargetState.FAILED)
        if url is None:
            self._verified_s = None
            return self._not_running()
        try:
            async with Client(url, self._find_key) as client:
                standing = await look(client, server, self._wanted)
                if standing.rung < Rung.SERVER:
                    self._listened = False
                elif standing.problem is None and standing.model is not None:
                    await self._listen(client, standing.model)
                return self._of_standing(standing)
        except Problem as problem:
            # The keyring's, before anybody was asked.
            return self._of_problem(problem, TargetState.FAILED)

    async def _listen(self, client: Client, model: Model) -> None:
        """Find out what the server speaks, once for each time that it comes up. Where it does not say, it speaks what
        it spoke last; a look must not wait for that again and again."""
        if self._listened:
            return
        self._listened = True
        with contextlib.suppress(Problem):
            speaks = await spoken(client)
            key = self._key(model.name)
            known = self._timings.get(key)
            if known.speaks != speaks:
                await asyncio.to_thread(self._timings.put, key, replace(known, speaks=speaks))

    def _of_standing(self, standing: Standing) -> TargetStatus:
        if standing.rung < Rung.LOADED:
            self._verified_s = None
        if standing.rung is Rung.START and self._settings.start:
            return self._not_running()
        if standing.problem is not None:
            down = standing.rung is Rung.START
            return self._of_problem(standing.problem, TargetState.DOWN if down else TargetState.FAILED)
        if standing.busy:
            return self._plain(TargetState.LOADING)
        if self._failed is not None and standing.rung <= self._failed[0]:
            return self._of_problem(self._failed[1], TargetState.FAILED)
        self._failed = None
        assert standing.model is not None
        self._through = standing.through
        return self._ready(standing.model)

    def _ready(self, model: Model) -> TargetStatus:
        self._model = model.name
        timing = self._timings.get(self._key(model.name))
        estimate_s = timing.first_token_s if model.loaded else timing.cold_s
        return replace(
            self._plain(TargetState.READY),
            context=model.context,
            ready_s=estimate_s if self._verified_s is None else self._verified_s,
            first_token_s=self._verified_s,
            through=self._through,
        )

    def _not_running(self) -> TargetStatus:
        if self._failed is not None:
            return self._of_problem(self._failed[1], TargetState.STARTING if self._soon else TargetState.FAILED)
        status = self._of_problem(Problem("local_not_running"), TargetState.DOWN)
        return replace(status, ready_s=self._timings.get(self._key(status.model)).cold_s)

    def _fail(self, rung: Rung, problem: Problem) -> None:
        self._failed = (rung, problem)
        self._verified_s = None
        self._publish(self._of_problem(problem, TargetState.FAILED))

    def _of_problem(self, problem: Problem, state: TargetState) -> TargetStatus:
        return replace(self._plain(state), code=problem.code, params=dict(problem.params))

    def _plain(self, state: TargetState) -> TargetStatus:
        return TargetStatus(
            state,
            server=self._settings.server,
            model=self._model,
            url=self._url_known,
            server_name=None if self._server is None else self._server.name,
            speaks=(Endpoint.CHAT_COMPLETIONS, *self._timings.get(self._key(self._model)).speaks),
        )

    @property
    def _is_embedded(self) -> bool:
        return self._server is not None and self._server.embedded

    @property
    def _url_known(self) -> str | None:
        if self._is_embedded:
            return self._embedded_url
        try:
            return None if self._server is None else base_url(self._settings)
        except Problem:
            return None

    @property
    def _wanted(self) -> str | None:
        if self._is_embedded:
            return Path(self._settings.file).name if self._settings.file else None
        return None if self._server is None else self._settings.model

    def _key(self, model: str | None) -> str:
        place = self._settings.file if self._is_embedded else self._url_known
        return f"{self._settings.server} {place} {model}"

    def _publish(self, status: TargetStatus) -> None:
        changed, self._status = status != self._status, status
        if changed:
            self._on_change(status)
