"""Private D-Bus daemons: nothing of the machine's own session can hear or answer."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.processes import end

_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@dataclass
class PrivateBus:
    """A running bus. It starts no services by itself."""

    address: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the daemon; every connection breaks."""
        end(self.process)


@contextlib.contextmanager
def private_bus(folder: Path) -> Iterator[PrivateBus]:
    """A bus of its own, its configuration and log in `folder`."""
    configuration = folder / "bus.conf"
    configuration.write_text(_CONFIGURATION)
    reader, writer = os.pipe()
    with (folder / "bus.log").open("ab") as log:
        process = subprocess.Popen(
            ["dbus-daemon", f"--config-file={configuration}", "--nofork", f"--print-address={writer}"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(writer,),
        )
    os.close(writer)
    try:
        with os.fdopen(reader) as answer:
            address = answer.readline().strip()
        assert address, (folder / "bus.log").read_text()
        yield PrivateBus(address, process)
    finally:
        end(process)


@pytest.fixture
def session_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateBus]:
    """A private session bus, and `DBUS_SESSION_BUS_ADDRESS` points to it."""
    with private_bus(tmp_path) as bus:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        yield bus


@pytest.fixture
def system_bus(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateBus]:
    """A private bus in the place of the system's."""
    with private_bus(tmp_path_factory.mktemp("system-bus")) as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        yield bus
