"""What can go wrong in front of a person.

A `Problem` carries a code and parameters, no prose: `trayapp.text.problems` gives every code a title and a
message that says what to do, in each language. Each boundary makes its problems in one place.
"""

from collections.abc import Mapping

Param = str | int | float | None


class Problem(Exception):
    """An error that a person can meet.

    `code` names the words in `trayapp.text.problems`; `params` fill their gaps. Never put a secret in them.
    """

    def __init__(self, code: str, **params: Param) -> None:
        super().__init__(code)
        self.code = code
        self.params: Mapping[str, Param] = params

    def __str__(self) -> str:
        gaps = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({gaps})"


def problems_of(failure: BaseException) -> tuple[Problem, ...]:
    """What a person can be told about `failure`: itself, or those that it carries as `problems`; else nothing."""
    several = tuple(problem for problem in getattr(failure, "problems", ()) if isinstance(problem, Problem))
    return several or ((failure,) if isinstance(failure, Problem) else ())
