"""How many descriptors there are, and how a lack of them is known."""

import errno
import resource
import socket
import subprocess
import sys

import pytest

from tests.support.descriptors import no_descriptors_left
from trayapp.net.descriptors import ENOUGH, ran_out


@pytest.mark.parametrize(
    ("limits", "got"), [("256:1024", 1024), ("1024:1024", 1024), ("1024:4096", 4096), ("2000:unlimited", ENOUGH)]
)
def test_the_soft_limit_is_raised_to_the_hard_one(limits: str, got: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    limits = limits.replace("unlimited", str(max(hard, 2000)))
    program = (
        "import resource; from trayapp.net.descriptors import raise_limit;"
        "print(raise_limit(), raise_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    command = ["prlimit", f"--nofile={limits}", sys.executable, "-c", program]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.split() == [str(min(got, max(hard, 2000)))] * 3


def test_a_lack_is_known_by_its_number_and_by_trying() -> None:
    assert ran_out(OSError(errno.EMFILE, "too many"))
    wrapped = RuntimeError("something")
    wrapped.__cause__ = OSError(errno.ENFILE, "too many")
    assert ran_out(wrapped)
    refused = OSError(errno.ECONNREFUSED, "nobody")
    unknown = socket.gaierror(socket.EAI_AGAIN, "no resolver")
    assert not ran_out(refused)
    assert not ran_out(unknown)
    with no_descriptors_left():
        assert ran_out(unknown)
    assert not ran_out(unknown)
