"""All mutants of a file, by mutmut's operators and two of ours; run by the Python that has mutmut, not by the house's.

    python mutmut_sources.py [--typed] FILE...

prints one JSON object a line: file, function, line, was, becomes, source. mutmut's own runner is not used: it starts
pytest anew for each mutant, which takes seconds of which all but a moment is collecting, and it leaves properties out.
Our operators take out what a rule consists of: the branch behind an `if`, and
a call made for its effect. With `--typed` those of mutmut's are used, too, whose mutants the type checker refuses, or
that spell a code otherwise.
"""

import json
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import libcst
from mutmut.mutation import file_mutation, mutators

PROPERTY, HIDDEN = "    @property\n", "    # @property\n"


def branch_taken_out(node: Any) -> Iterator[Any]:
    yield node.with_changes(test=libcst.Name("False"), whitespace_before_test=libcst.SimpleWhitespace(" "))


def call_taken_out(node: Any) -> Iterator[Any]:
    if isinstance(node.value, libcst.Call):
        yield node.with_changes(value=libcst.Name("None"))


OURS = [(libcst.If, branch_taken_out), (libcst.Expr, call_taken_out)]
TYPED = {
    mutators.operator_string,
    mutators.operator_dict_arguments,
    mutators.operator_arg_removal,
    mutators.operator_lambda,
    mutators.operator_assignment,
}


def mutants(file: Path, typed: bool) -> Iterator[dict[str, object]]:
    """Every mutant inside a function or method of the file, once."""
    original = file.read_text()
    theirs = [(node, operator) for node, operator in mutators.mutation_operators if typed or operator not in TYPED]
    file_mutation.mutation_operators = [*theirs, *OURS]
    module, mutations, *_ = file_mutation.create_mutations(str(file), original.replace(PROPERTY, HIDDEN))
    places = {id(place.function): place for place in _places(module)}
    seen = set()
    for mutation in mutations:
        place = places.get(id(mutation.contained_by_top_level_function))
        if place is None:
            continue
        changed = file_mutation.deep_replace(place.function, mutation.original_node, mutation.mutated_node)
        source = original.replace(place.text(place.function), place.text(changed), 1)
        if source == original or source in seen:
            continue
        seen.add(source)
        line, was, becomes = _difference(original, source)
        yield {
            "file": str(file), "function": place.name, "line": line, "was": was, "becomes": becomes, "source": source,
        }  # fmt: skip


class _Place(NamedTuple):
    """A function and the class around it, None at the top: to write one of them anew is quicker than the file."""

    function: Any
    owner: Any

    @property
    def name(self) -> str:
        name: str = self.function.name.value
        return name if self.owner is None else f"{self.owner.name.value}.{name}"

    def text(self, function: Any) -> str:
        """How the function reads in its file."""
        if self.owner is None:
            code: str = libcst.Module([function]).code
        else:
            body = self.owner.body.with_changes(body=[function], header=libcst.TrailingWhitespace(), footer=[])
            bare = libcst.ClassDef(self.owner.name, body)
            code = libcst.Module([bare]).code.split("\n", 1)[1]
        return code.replace(HIDDEN, PROPERTY)


def _places(module: Any) -> Iterator[_Place]:
    for statement in module.body:
        if isinstance(statement, libcst.FunctionDef):
            yield _Place(statement, None)
        elif isinstance(statement, libcst.ClassDef):
            yield from (_Place(each, statement) for each in statement.body.body if isinstance(each, libcst.FunctionDef))


def _difference(old: str, new: str) -> tuple[int, str, str]:
    """The first line that differs, and from there to the last one what it was and what it becomes."""
    was, becomes = old.splitlines(), new.splitlines()
    first = next(n for n, (a, b) in enumerate(zip_longest(was, becomes)) if a != b)
    last = next(n for n, (a, b) in enumerate(zip_longest(was[::-1], becomes[::-1])) if a != b)
    last = min(last, len(was) - first - 1, len(becomes) - first - 1)
    return first + 1, _said(was[first : len(was) - last]), _said(becomes[first : len(becomes) - last])


def _said(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)


if __name__ == "__main__":
    named = [Path(each) for each in sys.argv[1:] if each != "--typed"]
    for each in named:
        for mutant in mutants(each, "--typed" in sys.argv):
            sys.stdout.write(json.dumps(mutant) + "\n")
