"""Which file is tested next, and where: one worker has those that wait for clocks and answers, the others compute.

With `--dist loadfile`. Three workers keep two processors busy so, and none of them waits for the processor for long.
Whoever has nothing left takes from the others. The longest files come first, so that none is left alone at the end.
"""

from collections.abc import Iterable

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

WAITING = ("tests/end2end/", "tests/desktop/", "tests/bus/")
# Half a minute and more, the longest first. Missing here makes nothing wrong, only the last minute lonely.
LONGEST = (
    "tests/end2end/test_own_network_table.py",
    "tests/end2end/test_refused.py",
    "tests/end2end/test_claim.py",
    "tests/end2end/test_own_network.py",
    "tests/end2end/test_night.py",
    "tests/end2end/test_check.py",
    "tests/end2end/test_restart.py",
    "tests/end2end/test_findings.py",
    "tests/end2end/test_night_text.py",
    "tests/end2end/test_history.py",
    "tests/end2end/test_bad_answers.py",
    "tests/bench/test_verdicts_rivals.py",
    "tests/unit/core/test_properties.py",
    "tests/bench/test_verdicts.py",
    "tests/unit/ui/test_pictures.py",
    "tests/unit/core/test_rules_taken_out.py",
    "tests/loopback/local/test_embedded_target.py",
)


def next_file(files: Iterable[str], *, waits: bool) -> str:
    """The file to begin of those that are left: the longest of those that wait, or of the others, if there is one."""

    def rank(file: str) -> tuple[bool, int]:
        return file.startswith(WAITING) != waits, LONGEST.index(file) if file in LONGEST else len(LONGEST)

    return min(files, key=rank)


class Lanes(LoadFileScheduling):  # type: ignore[misc]  # it has no types
    """The first worker is the one that waits."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        file = next_file(self.workqueue, waits=node is self.nodes[0])
        self.workqueue.move_to_end(file, last=False)
        super()._assign_work_unit(node)
