"""Which rules nobody would miss: each small change of the code that decides, and whether a test notices it.

    python -m tests.bench.mutants [FILE or FOLDER...] [--tests PATH...] [--log FILE] [--typed] [--every N]

Without a FILE it changes all of `core/light`, `core/evidence` and `core/incident`. The changes are mutmut's, which is
installed into a cache folder the first time, as for `python -m tests.clients`, and two of ours, see
`mutmut_sources.py`. Those that the type checker refuses (an argument or a value that becomes None or is dropped) and
other spellings of a code are left out; `--typed` makes them, too, two and a half times as many.

A change is tried with those of the tests that run through its lines, the quickest first; by default of all in
`tests/unit/core`. A process is forked for each. All of it takes about an hour on one core. With `--log`, every answer
is written down at once, and what was noticed in an earlier run is not tried again. `--every 20` tries one in twenty,
drawn the same way every time: a look at how it stands.

Printed per file: mutants, how many were noticed, how many of these because the tests came to no end, how many survived,
and how many of these without a reason. The reasons stand in `survivors.toml` beside this file. The exit code is 1 where
a survivor has none, or a reason has no survivor.
"""

import argparse
import ast
import functools
import json
import math
import os
import random
import subprocess
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.clients.install import Package, installed
from tests.support.mutants import Judged, collected, forked, graft, judged, module_of, ran

MUTMUT = Package("pypi", "mutmut", "3.8.1")
HERE = Path(__file__).parent
SURVIVORS = HERE / "survivors.toml"
CORE = Path("trayapp/core")
PACKAGES = (CORE / "light", CORE / "evidence", CORE / "incident")
# Whoever takes rules out by a list does so in processes of its own, where no change of ours is.
TESTS = ("tests/unit/core", "--ignore=tests/unit/core/test_rules_taken_out.py")
# So many times what the tests took without a change; a try costs more where a change sends all through longer ways.
PATIENCE, PATIENCE_S = 5.0, 10.0


class Mutant(NamedTuple):
    """A change. `line`: where it begins. `was`, `becomes`: the lines that differ. `nth`: of those that read alike."""

    file: str
    function: str
    line: int
    was: str
    becomes: str
    source: str
    nth: int = 1

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.file, self.function, self.was, self.becomes + (f" #{self.nth}" if self.nth > 1 else "")


def mutants(files: Sequence[Path], typed: bool) -> list[Mutant]:
    """All changes of the files. Raises CalledProcessError where mutmut gives up."""
    python = installed(MUTMUT).programs / "python"
    command = [str(python), str(HERE / "mutmut_sources.py"), *(["--typed"] if typed else []), *map(str, files)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    every = [Mutant(**json.loads(line)) for line in said.splitlines()]
    alike: Counter[tuple[str, ...]] = Counter()
    for place, mutant in enumerate(every):
        alike[mutant.key] += 1
        every[place] = mutant._replace(nth=alike[mutant.key])
    return every


class Coverage:
    """Which tests run through which lines, and how long they take.

    Raises RuntimeError where a test fails as it is, or the run comes to no end.
    """

    def __init__(self, items: list[pytest.Item], files: Iterable[str]) -> None:
        said, status = forked(partial(_cover, items, list(files)), float("inf"))
        if status:
            raise RuntimeError(said.decode())
        told = json.loads(said)
        self._lines: dict[str, dict[str, list[int]]] = told["lines"]
        self._took_s: list[float] = told["took_s"]
        self._items = items
        if told["failing"]:
            raise RuntimeError(f"fail without any change: {[items[n].nodeid for n in told['failing']]}")

    def of(self, mutant: Mutant) -> tuple[list[pytest.Item], float]:
        """The tests of a change, the quickest first and before them those of its file, and the seconds they take."""
        lines = self._lines.get(mutant.file, {})
        numbers = {n for line in _lines(mutant) for n in lines.get(str(line), ())}
        own = f"test_{Path(mutant.file).name}"
        order = sorted(numbers, key=lambda n: (self._items[n].path.name != own, self._took_s[n]))
        return [self._items[n] for n in order], sum(self._took_s[n] for n in order)


@functools.cache
def _statements(file: str) -> list[tuple[int, int]]:
    """From which line to which each statement goes, without the block that it opens; the outer ones first.

    The head of a function is run once, when it is made: whatever runs it runs its block.
    """
    tree = ast.parse(Path(file).read_text())
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    return [(each.lineno, _head(each)) for each in sorted(statements, key=lambda each: each.lineno)]


def _head(statement: ast.stmt) -> int:
    body = getattr(statement, "body", None) or getattr(statement, "cases", None)
    first = body[0] if body else None
    if first is None or isinstance(statement, ast.FunctionDef):
        return statement.end_lineno or statement.lineno
    begins: int = first.pattern.lineno if isinstance(first, ast.match_case) else first.lineno
    return max(statement.lineno, begins - 1)


def _lines(mutant: Mutant) -> range:
    """The lines of what is changed, of which the one that counts as run may be any."""
    within = [(first, last) for first, last in _statements(mutant.file) if first <= mutant.line <= last]
    first, last = within[-1] if within else (mutant.line, mutant.line)
    return range(first, last + 1)


def _cover(items: list[pytest.Item], files: list[str], write: int) -> None:
    sys.path += [str(path) for path in MUTMUT.folder.glob("lib/python*/site-packages")]
    import coverage

    cover = coverage.Coverage(data_file=None, include=files, config_file=False)
    cover.start()
    modules = [module for name, module in sys.modules.items() if name.startswith("trayapp.")]
    caches = [each for module in modules for each in vars(module).values() if hasattr(each, "cache_clear")]
    took_s, failing = [], []
    cover.switch_context("0")
    began = time.process_time()
    for number, (_, failed) in enumerate(ran(items)):
        ended = time.process_time()
        took_s.append(round(ended - began, 4))
        began = ended
        if failed:
            failing.append(number)
        # What one test has had worked out, the next one would not run through.
        for cache in caches:
            cache.cache_clear()
        cover.switch_context(str(number + 1))
    cover.stop()
    data = cover.get_data()
    lines = {
        str(Path(file).relative_to(Path.cwd())): {
            line: [int(each) for each in contexts if each.isdecimal()]
            for line, contexts in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    with os.fdopen(write, "w", closefd=False) as out:
        json.dump({"lines": lines, "took_s": took_s, "failing": failing}, out)


class Log:
    """What earlier runs with the same file found out, and this one does."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self.noticed: dict[tuple[str, ...], Judged] = {}
        for line in file.read_text().splitlines() if file is not None and file.exists() else ():
            said = json.loads(line)
            if said["by"] is not None:
                self.noticed[tuple(said["key"])] = Judged(said["by"], said["timed_out"])

    def add(self, mutant: Mutant, judged: Judged) -> None:
        if self._file is not None:
            with self._file.open("a") as file:
                file.write(json.dumps({"key": mutant.key, "by": judged.by, "timed_out": judged.timed_out}) + "\n")


def reasons(file: Path = SURVIVORS) -> dict[tuple[str, ...], str]:
    """Why nobody need notice a change, by its key."""
    told: dict[tuple[str, ...], str] = {}
    for group in tomllib.loads(file.read_text()).get("survivors", ()):
        for each in group["changes"]:
            place, _, change = each.partition(": ")
            file, function = place.split()
            was, _, becomes = change.partition(" => ")
            told[str(CORE / file), function, was, becomes] = group["why"]
    return told


def tried(every: Sequence[Mutant], log: Log, items: list[pytest.Item]) -> dict[Mutant, Judged]:
    """What became of each."""
    found = {mutant: log.noticed[mutant.key] for mutant in every if mutant.key in log.noticed}
    coverage = Coverage(items, {mutant.file for mutant in every})
    for mutant in every:
        if mutant not in found:
            tests, took_s = coverage.of(mutant)
            change = partial(graft, module_of(Path(mutant.file)), mutant.source)
            found[mutant] = judged(change, tests, PATIENCE_S + PATIENCE * took_s)
            log.add(mutant, found[mutant])
    return found


def table(found: dict[Mutant, Judged], why: dict[tuple[str, ...], str]) -> Iterator[str]:
    """The figures per file and of all, and every survivor without a reason."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant, answer in found.items():
        for name in (mutant.file, "all"):
            counts[name]["mutants"] += 1
            counts[name]["noticed"] += answer.by is not None
            counts[name]["no end"] += answer.timed_out
            counts[name]["reasons"] += answer.by is None and mutant.key in why
            counts[name]["without"] += answer.by is None and mutant.key not in why
    yield f"{'':44}{'mutants':>9}{'noticed':>9}{'no end':>9}{'survive':>9}{'without a reason':>18}"
    for name, count in sorted(counts.items(), key=lambda one: (one[0] == "all", one[0])):
        share, survive = 100 * count["noticed"] / count["mutants"], count["reasons"] + count["without"]
        told = f"{count['mutants']:9}{share:8.1f}%{count['no end']:9}{survive:9}{count['without']:18}"
        yield f"{name.removeprefix('trayapp/core/'):44}{told}"
    for mutant, answer in found.items():
        if answer.by is None and mutant.key not in why:
            yield f"\n{mutant.file}:{mutant.line} {mutant.function}\n  - {mutant.was}\n  + {mutant.becomes}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("places", nargs="*", type=Path, default=list(PACKAGES))
    parser.add_argument("--tests", nargs="+", default=list(TESTS))
    parser.add_argument("--log", type=Path)
    parser.add_argument("--typed", action="store_true")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    asked = parser.parse_args(arguments)
    files = [file for place in asked.places for file in (sorted(place.glob("*.py")) if place.is_dir() else [place])]
    every = mutants(files, asked.typed)
    every = random.Random(5).sample(every, math.ceil(len(every) / asked.every))
    found: dict[Mutant, Judged] = {}

    def work(items: list[pytest.Item]) -> None:
        found.update(tried(every, Log(asked.log), items))

    if code := collected(asked.tests, work):
        return code
    why = reasons()
    print("\n".join(table(found, why)))
    survived = {mutant.key for mutant, answer in found.items() if answer.by is None}
    idle = [key for key in why if key[0] in map(str, files) and key not in survived and asked.every == 1]
    for file, function, was, becomes in idle:
        print(f"\nA reason for what is noticed, or is no more: {file} {function}\n  - {was}\n  + {becomes}")
    return 1 if idle or survived - why.keys() else 0


if __name__ == "__main__":
    sys.exit(main())
