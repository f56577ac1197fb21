"""How it stands by the title of a feed's item, for vendors who say so there: over, still going on, or neither.

Over here and not over there is not over, and nor is what is to be over soon.
"""

import re

from trayapp.core.evidence.page_report import PageStage

TAIL_CHARS = 200
"""Of a title: its last clause, in which vendors say how it stands, has a few words."""

# AWS begins with "Service is operating normally" where all is over.
_BEGINS = re.compile(
    r"^\W*((resolved|mitigated)\b(?!\s+(in|for|on|at)\b)|service is operating normally\b)", re.IGNORECASE
)
_ENDS = re.compile(r"(?:^|\s)(resolved|mitigated|restored)\W*$", re.IGNORECASE)
_CLAUSES = re.compile(r"\s[-–—]+\s|[:;,.|\[\]()]")
_NOT_YET = re.compile(
    r"\b(not|never|yet|only|(partial|most|part|near)ly|almost|half|some|to be|be(ing)?|until|once|when|if|await\w*"
    r"|pending|expect\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
# Written when all is over.
_REVIEW = re.compile(
    r"^\W*((preliminary|final)\s+)?(pir\b|post[- ]?(incident|mortem)\b|root[- ]cause analysis|rca\b)", re.IGNORECASE
)
_ON = re.compile(r"\b(continu\w+|ongoing|persist\w*|remain\w*|underway|investigating|still)\b", re.IGNORECASE)
_MONITORS = ((" went down", PageStage.INVESTIGATING), (" recovered", PageStage.RESOLVED))
"""How titles end that Better Stack gives to what its monitors see."""


def by_monitor(title: str) -> PageStage | None:
    """What a monitor has to say in a title that it made itself."""
    ended = title.strip().lower()
    return next((stage for end, stage in _MONITORS if ended.endswith(end)), None)


def is_on(title: str) -> bool:
    """Whether it says that something goes on."""
    return bool(_ON.search(title))


def is_over(title: str) -> bool:
    """Whether it says that all is over, and nothing to the contrary."""
    clauses = [each for each in map(str.strip, _CLAUSES.split(title[-TAIL_CHARS:])) if each]
    last = clauses[-1] if clauses else ""
    ended = bool(_ENDS.search(last)) and not _NOT_YET.search(last)
    return (ended or bool(_BEGINS.search(title) or _REVIEW.search(title))) and not is_on(title)
