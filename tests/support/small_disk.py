"""The program on a disk of its own that fills up, or turns read-only, and is well again.

`namespace.play` runs it with a STORY, and with mounts of its own.
"""

import asyncio
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.commands import run
from tests.support.scene import NO_KEY, OVERLOADED, Acme, Scene
from trayapp.core.incident.incident import IncidentStage
from trayapp.core.light.severity import Finding, Light
from trayapp.core.notify.banner import Banner, BannerStage
from trayapp.store.database import pieces_to_read
from trayapp.store.history import read_history

SIZE = "4m"


class Disk:
    """A file system in memory, mounted at `at`."""

    def __init__(self, at: Path) -> None:
        self.at = at
        at.mkdir()
        self._mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs")

    def _mount(self, *arguments: str) -> None:
        subprocess.run(["mount", *arguments, str(self.at)], check=True)

    def fill(self) -> None:
        try:
            with (self.at / "ballast").open("wb", buffering=0) as ballast:
                while True:
                    ballast.write(b"\0" * 4096)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise

    def make_room(self) -> None:
        (self.at / "ballast").unlink()

    def freeze(self) -> None:
        self._mount("-o", "remount,ro")

    def thaw(self) -> None:
        self._mount("-o", "remount,rw")


def told(scene: Scene) -> list[BannerStage]:
    """What popped up, in order."""
    return [one.stage for one in scene.announcements if isinstance(one, Banner) and one.pops_up]


async def falls(scene: Scene) -> None:
    await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
    scene["acme"].api(OVERLOADED)
    await scene.until(lambda s: told(scene) == [BannerStage.DOWN], "news")


async def until_forgetful(scene: Scene) -> None:
    """The program cannot write, and goes on: everybody who asks is told so once, and what to do about it.

    Memory and history share the disk: what it refuses to both is said of the memory alone. What little room is left may
    be enough for the one and not for the other, now and then.
    """
    refused = ({"store_unwritable"}, {"journal_unwritable"})
    await scene.until(lambda s: {code for code, _ in s.problems} in refused, "the disk's trouble")
    ended = await run("status")
    said = ended.out + ended.err
    titles = ("Nothing can be remembered", "The history cannot be written")
    assert sum(said.count(title) for title in titles) == 1, ended
    assert str(scene.home.store_file) in said or str(scene.home.journal_file) in said, ended


async def until_over(scene: Scene) -> None:
    scene["acme"].api(NO_KEY)
    await scene.until(lambda s: told(scene) == [BannerStage.DOWN, BannerStage.OVER], "the end of it")


async def fills_up(disk: Disk, apart: Path) -> None:
    async with Scene(Acme(page=False), Acme("bolt", page=False)) as scene, scene.listening():
        await falls(scene)
        before = pieces_to_read(Path(shutil.copytree(scene.home.data, apart)) / scene.home.store_file.name)
        assert before, "what is told was stored before"
        disk.fill()
        scene["acme"].api(NO_KEY)
        await scene.until(lambda s: scene.verdict().finding is Finding.RECOVERING, "recovering")
        await until_forgetful(scene)
        shutil.rmtree(apart)
        kept = pieces_to_read(Path(shutil.copytree(scene.home.data, apart)) / scene.home.store_file.name)
        assert kept.keys() == before.keys()
        disk.make_room()
        await scene.until(lambda s: not s.problems, "room")
        await until_over(scene)
        await scene.stop()
        await scene.start()
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        assert told(scene) == [BannerStage.DOWN, BannerStage.OVER]
        await scene.engine.write_journal()
        past = read_history(scene.home.journal_file, None, None, scene.clock.now(), lambda at: 0.0)
        assert [one.stage for one in past.incidents] == [IncidentStage.OVER], "told from its beginning to its end"
        lived = [(one.service, one.finding) for one in scene.transitions]
        assert sorted((one.service, one.finding) for one in past.changes) == sorted(lived), "nothing is missing"


async def turns_read_only(disk: Disk, apart: Path) -> None:
    async with Scene(Acme(page=False), Acme("bolt", page=False)) as scene:
        await falls(scene)
        await scene.stop()
        disk.freeze()
        await scene.start()
        async with scene.listening():
            await until_forgetful(scene)
            await scene.until(lambda s: scene.verdict().finding is Finding.DOWN, "down")
            disk.thaw()
            await scene.until(lambda s: not s.problems, "a disk that can be written")
            await until_over(scene)


async def main(story: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        disk = Disk(Path(folder) / "disk")
        os.environ["LLM_AMPEL_HOME"] = str(disk.at / "home")
        try:
            await {"full": fills_up, "read_only": turns_read_only}[story](disk, Path(folder) / "apart")
        finally:
            subprocess.run(["umount", "--lazy", str(disk.at)], check=True)


if __name__ == "__main__":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    asyncio.run(main(sys.argv[1]))
