"""The program with other rules: a changed source in the place of a module's, and whether tests notice it.

The tests are collected once. Each change is made and tried in a process forked from that, which costs milliseconds
where starting pytest anew costs seconds.
"""

import ast
import functools
import gc
import importlib
import inspect
import math
import os
import random
import resource
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

# What conftest and plugins put around every test: of no use to one that does no more than to compute.
AROUND_EVERY_TEST = frozenset(
    {"own_home", "homes", "no_unexpected_log", "event_loop_policy", "tmp_path_factory", "monkeypatch", "request"}
)
# A mutant that never ends may fill its memory meanwhile.
_MEMORY_BYTES = 6 << 30


def module_of(file: Path) -> ModuleType:
    """The module of a source file, given from the top of the repository."""
    module = importlib.import_module(".".join(file.with_suffix("").parts))
    # Once, and not in each process that is forked.
    parsed(Path(module.__file__ or ""))
    return module


def graft(module: ModuleType, source: str) -> None:
    """Let the module behave as if it had been imported from `source`: functions, properties, methods, constants.

    Every function keeps its identity and gets other code, so that who imported it sees the change. A constant is
    exchanged wherever it was imported by its name. Raises whatever `source` raises when it is run, and LookupError for
    a change that cannot be made so (a class's own fields, an import).
    """
    before, after = parsed(Path(module.__file__ or "")), Parsed(source)
    for old, new in zip(before.tree.body, after.tree.body, strict=True):
        if before.text(old) == after.text(new):
            continue
        if isinstance(new, ast.FunctionDef):
            _exchange_code(vars(module)[new.name], _made(module, new)[new.name])
        elif isinstance(old, ast.ClassDef) and isinstance(new, ast.ClassDef):
            for inner, changed in zip(old.body, new.body, strict=True):
                if before.text(inner) != after.text(changed):
                    _graft_method(module, new, changed)
        elif isinstance(new, ast.Assign | ast.AnnAssign):
            _graft_constants(module, source)
        else:
            raise LookupError(ast.unparse(new))


class Parsed:
    """A source, and what it says line by line: cheaper to compare than trees."""

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)
        self._lines = source.splitlines()

    def text(self, statement: ast.stmt) -> list[str]:
        return self._lines[statement.lineno - 1 : statement.end_lineno]


@functools.cache
def parsed(file: Path) -> Parsed:
    return Parsed(file.read_text())


def _made(module: ModuleType, statement: ast.stmt) -> dict[str, Any]:
    """What a statement makes in the module's own world, which stays as it is."""
    world = dict(vars(module))
    exec(compile(ast.Module([statement], []), str(module.__file__), "exec", dont_inherit=True), world)
    return world


def _graft_method(module: ModuleType, owner: ast.ClassDef, method: ast.stmt) -> None:
    if not isinstance(method, ast.FunctionDef):
        raise LookupError(ast.unparse(method))
    bare = ast.copy_location(ast.ClassDef(owner.name, [], [], [method], []), owner)
    _exchange_code(vars(vars(module)[owner.name])[method.name], vars(_made(module, bare)[owner.name])[method.name])


def _graft_constants(module: ModuleType, source: str) -> None:
    """All of them: one may follow from another."""
    made: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(source, str(module.__file__), "exec", dont_inherit=True), made)
    for name, new in made.items():
        old = vars(module).get(name)
        if isinstance(old, dict) and not name.startswith("__") and old != new:
            old.clear()
            old.update(new)
        elif isinstance(new, int | float | str | tuple | frozenset) and old != new:
            for other in list(sys.modules.values()):
                if other.__name__.startswith(("trayapp.", "tests.")) and vars(other).get(name) is old:
                    setattr(other, name, new)


def _exchange_code(into: Any, made: Any) -> None:
    old, new = _function(into), _function(made)
    old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__


def _function(made: Any) -> FunctionType:
    """What stands behind a property, a class method, a cache."""
    while not isinstance(made, FunctionType):
        made = made.fget if isinstance(made, property) else made.__wrapped__
    return made


@dataclass(frozen=True)
class Judged:
    """`by`: the test that noticed, or what kept the change from being made; None where nothing did."""

    by: str | None
    timed_out: bool = False


def judged(change: Callable[[], None], items: Sequence[pytest.Item], limit_s: float) -> Judged:
    """Make the change and run the tests until one fails, in a process of its own, for `limit_s` at most.

    These are seconds of the processor: how busy the machine is makes no difference.
    """

    def run(write: int) -> None:
        change()
        for item, failed in ran(items):
            if failed:
                os.write(write, item.nodeid.encode()[:1000])
                return

    said, status = forked(run, limit_s)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return Judged("time", timed_out=True)
    return Judged(said.decode() or (f"a process that ended with {status}" if status else None))


def ran(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, bool]]:
    """Run the tests: each with whether it failed.

    One that takes nothing but its parameters is called as it is: all that is around a test takes forty times as long
    as a pure one does.
    """
    failed: list[str] = []

    class Ear:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                failed.append(report.nodeid)

    if items:
        items[0].config.pluginmanager.register(Ear())
    for item in items:
        failed.clear()
        call = _pure_call(item)
        if call is None:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            yield item, bool(failed)
        else:
            yield item, _fails(call)


def _pure_call(item: pytest.Item) -> Callable[[], object] | None:
    """The test by itself; None where it needs a fixture."""
    if not isinstance(item, pytest.Function):
        return None
    given = item.callspec.params if hasattr(item, "callspec") else {}
    taken = inspect.signature(item.obj).parameters
    pure = given.keys() >= set(taken) and AROUND_EVERY_TEST | given.keys() >= set(item.fixturenames)
    return functools.partial(item.obj, **{name: given[name] for name in taken}) if pure else None


def _fails(call: Callable[[], object]) -> bool:
    random.seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            call()
        except pytest.skip.Exception:
            return False
        except BaseException:  # noqa: BLE001 - pytest.fail raises one, and whatever it is, the test noticed
            return True
    return False


def forked(run: Callable[[int], None], limit_s: float) -> tuple[bytes, int]:
    """What `run` wrote to the descriptor that it is given, in a silent process, and how that ended.

    An exception is what it wrote, and 1 how it ended.
    """
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        if math.isfinite(limit_s):
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit_s), math.ceil(limit_s) + 1))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        try:
            run(write)
        except BaseException as error:  # noqa: BLE001 - the forked process must end here, whatever happens
            os.write(write, f"{type(error).__name__}: {error}".encode()[:1000])
            os._exit(1)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as told:
        said = told.read()
    return said, os.waitpid(pid, 0)[1]


def collected(arguments: Iterable[str], work: Callable[[list[pytest.Item]], None]) -> int:
    """Collect the tests that pytest's arguments name and let `work` have them. Gives pytest's exit code."""

    class Collector:
        @pytest.hookimpl(tryfirst=True)
        def pytest_configure(self, config: pytest.Config) -> None:
            import hypothesis  # pytest wants to be there first

            # As many examples as ever, but what has failed once is enough: no simpler example is looked for.
            phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
            usual = hypothesis.settings.get_profile("any_machine")
            hypothesis.settings.register_profile("mutants", usual, phases=phases, database=None)

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtestloop(self, session: pytest.Session) -> bool:
            if session.testsfailed:
                raise session.Interrupted("some tests cannot be collected")
            # What is there already is no garbage: looking for some in it would copy all of it into every process.
            gc.freeze()
            work(session.items)
            return True

    options = ("-q", "-s", "--no-header", "--no-summary", "--tb=native", "--hypothesis-profile=mutants")
    return int(pytest.main([*options, *arguments], plugins=[Collector()]))
