"""What the real gateway and the real switch do is in the journal: by whose hand, and how much was answered locally."""

from tests.loopback.engine.test_auto_mode import FINE, LOCAL, desk
from tests.loopback.engine.test_switch import ask, ready_scene
from tests.support.scene import NO_KEY, OVERLOADED, Acme, Scene
from tests.support.until import until
from trayapp.core.journal.batch import By
from trayapp.core.journal.history import History
from trayapp.core.light.severity import Light
from trayapp.core.switching.breaker import BACK_SPAN_S, OPEN_S
from trayapp.core.switching.route import To
from trayapp.store.history import read_history


async def history(scene: Scene) -> History:
    await scene.engine.write_journal()
    return read_history(scene.home.journal_file, None, None, scene.clock.now(), lambda at: 0.0)


async def test_a_switch_by_hand_and_what_was_answered_meanwhile() -> None:
    async with ready_scene(Acme("acme")) as scene:
        switch = scene.engine.switch
        token = switch.tokens.add("editor")
        await ask(scene, token)
        scene["acme"].api(OVERLOADED)
        await scene.until(lambda s: s.judgement.light is Light.RED, "red")
        await switch.to_local()
        for _ in range(2):
            await ask(scene, token)
        await scene.until(lambda s: len(s.local_answers) == 2, "the answers to be counted")
        scene["acme"].api(NO_KEY)
        await scene.until(lambda s: s.offer.back == ("acme",), "the offer home")
        await switch.to_cloud()
        past = await history(scene)
    moves = [(one.provider, one.to, one.by, one.answered) for one in past.switches]
    assert moves == [("acme", To.LOCAL, By.HAND, 0), ("acme", To.CLOUD, By.HAND, 2)]
    assert [(one.provider, one.answers) for one in past.local_answers] == [("acme", 2)]


async def test_what_happened_is_on_the_disk_at_once_and_needs_nobody_to_ask() -> None:
    async with desk() as one:
        file = one.scene.home.journal_file
        await until(file.exists, "a journal")
        await one.scene.engine.switch.to_local(("acme",))

        def moves() -> list[tuple[To, By]]:
            past = read_history(file, None, None, one.scene.clock.now(), lambda at: 0.0)
            return [(move.to, move.by) for move in past.switches]

        # The clock stands at its pace: no tick has come by.
        assert await until(moves, "the switch on the disk") == [(To.LOCAL, By.HAND)]


async def test_what_moves_by_itself_is_told_apart() -> None:
    async with desk() as one:
        one.provider(OVERLOADED)
        for _ in range(4):
            assert await one.ask() == LOCAL
        await one.scene.until(lambda s: s.offer.moved == ("acme",), "an open breaker")
        one.clock.leap(OPEN_S)
        one.provider(FINE)
        for _ in range(3):
            await one.ask()
            one.clock.leap(BACK_SPAN_S / 2 + 1.0)
        await one.scene.until(lambda s: not s.offer.moved, "the way home")
        past = await history(one.scene)
    assert [(move.to, move.by) for move in past.switches] == [(To.LOCAL, By.ITSELF), (To.CLOUD, By.ITSELF)]
    assert [answers.answers for answers in past.local_answers] == [4]
    (month,) = past.months
    assert month.good >= 3
