"""Feeds, each vendor with traps of its own."""

from collections.abc import Callable

import pytest

from tests.support.vendorpages import files, mail_date
from tests.support.vendorscene import VendorScene
from trayapp.core.evidence.page_report import Impact, PageHealth, PageStage
from trayapp.core.light.reasons import Code
from trayapp.core.light.severity import Light

Make = Callable[[str], VendorScene]


class TestXai:
    """An item for each part that an incident touches."""

    @pytest.mark.parametrize("guid", ["INC1", "INC2"])
    async def test_an_incident_of_two_parts(self, scene: Make, guid: str) -> None:
        page = scene("xai")
        body = files("xai", "major", page.clock.now())["/feed.xml"].decode()
        item = body[body.index("<item>") : body.index("</channel>")]
        other = item.replace("Chat (Web)", "Voice").replace("/chat/", "/voice/").replace("INC1", guid)
        report = await page.serve({"/feed.xml": body.replace(item, item + other).encode()})
        assert [(part.id, part.name) for part in report.components] == [("chat", "Chat (Web)"), ("voice", "Voice")]
        together = {one.id: one.components for one in report.incidents}
        assert together == ({"INC1": ("chat", "voice")} if guid == "INC1" else {"INC1": ("chat",), "INC2": ("voice",)})
        assert [page.opinion(name).light for name in ("chat", "voice", "login", "*")] == [
            Light.RED, Light.RED, Light.GREEN, Light.RED,
        ]  # fmt: skip

    async def test_one_part_of_an_incident_is_over(self, scene: Make) -> None:
        page = scene("xai")
        now = page.clock.now()
        body, over = (files("xai", state, now)["/feed.xml"].decode() for state in ("major", "resolved"))
        item = over[over.index("<item>") : over.index("</channel>")]
        await page.serve({"/feed.xml": body.replace("<item>", item.replace("/chat/", "/voice/") + "<item>").encode()})
        assert [page.opinion(name).light for name in ("chat", "voice")] == [Light.RED, Light.GREEN]

    async def test_it_began_with_its_first_update_and_not_months_before(self, scene: Make) -> None:
        page = scene("xai")
        now = page.clock.now()
        (told,) = (await page.show("resolved")).incidents
        assert (told.started_at, told.updated_at, told.resolved_at) == (now - 600, now - 300, now - 300)

    async def test_another_name_of_its_own(self, scene: Make) -> None:
        page = scene("xai")
        page.page_id = "https://status.acme.example"
        assert (await page.show("healthy")).health is PageHealth.OK


class TestAzure:
    """Lists what is going on, in no fixed form."""

    async def test_what_is_listed_is_open(self, scene: Make) -> None:
        page = scene("azure")
        (told,) = (await page.show("major")).incidents
        assert (told.name, told.stage, told.impact) == ("Issues in West US", PageStage.INVESTIGATING, Impact.UNKNOWN)
        assert told.started_at == page.clock.now() - 600
        opinion = page.opinion("chat")
        assert (opinion.light, opinion.incidents) == (Light.GREY, (told,)), "neither well nor trouble, and listed"

    @pytest.mark.parametrize(
        ("categories", "words", "light"),
        [
            (["SQL Database", "West US"], "Connections fail.", Light.GREEN),
            (["Azure DevOps", "Azure Monitor"], "", Light.GREEN),
            (["SQL Database", "Azure OpenAI Service"], "", Light.GREY),
            (["Azure Monitor"], "Azure OpenAI answers late.", Light.GREY),
            (["Azure AI services"], "", Light.GREY),
            (["Network Infrastructure", "West US"], "", Light.GREY),
            (["SQL Database", "Network Infrastructure"], "", Light.GREY),
            (["Microsoft Entra ID"], "", Light.GREY),
            (["West US", "Global"], "", Light.GREY),
            ([], "SQL Database fails.", Light.GREY),
        ],
    )
    async def test_what_names_other_services_alone_is_listed_and_no_more(
        self, scene: Make, categories: list[str], words: str, light: Light
    ) -> None:
        page = scene("azure")
        named = "".join(f"<category>{name}</category>" for name in categories)
        body = files("azure", "major", page.clock.now())[""].decode()
        body = body.replace("<category>Chat</category>", f"{named}<description>{words}</description>")
        await page.serve({"": body.encode()})
        opinion = page.opinion("*")
        assert opinion.light is light
        assert opinion.reasons[0].code == Code.PAGE_INCIDENT

    async def test_other_markup_is_not_quiet(self, scene: Make) -> None:
        page = scene("azure")
        report = await page.serve({"": b"<Error><Code>AccessDenied</Code></Error>"})
        assert (report.health, report.reason) == (PageHealth.UNREADABLE, "shape")


class TestAny:
    @pytest.mark.parametrize("part", ["chat", "*"])
    async def test_the_page_as_a_whole(self, scene: Make, part: str) -> None:
        page = scene("feed")
        lights = []
        for state in ("healthy", "major"):
            await page.show(state)
            lights.append(page.opinion(part).light)
        assert lights == [Light.GREEN, Light.RED]

    async def test_an_old_item_that_never_says_how_it_stands(self, scene: Make) -> None:
        page = scene("feed")
        body = files("azure", "major", page.clock.now())[""]
        old = mail_date(page.clock.now() - 8 * 86_400).encode()
        fresh = mail_date(page.clock.now() - 600).encode()[:-4] + b" Z"
        assert (await page.serve({"": body})).incidents
        assert (await page.serve({"": body.replace(fresh, old)})).incidents == ()

    async def test_an_item_without_a_time_leaves_nothing_well(self, scene: Make) -> None:
        page = scene("feed")
        body = files("azure", "major", page.clock.now())[""]
        report = await page.serve({"": body.replace(b"pubDate", b"nothing")})
        assert (report.health, report.reason) == (PageHealth.INCOMPLETE, "records")
        assert page.opinion("chat").light is Light.GREY

    @pytest.mark.parametrize(
        ("titles", "light"),
        [
            (("Chat recovered", "Chat went down"), Light.GREEN),
            (("Chat went down", "Chat recovered"), Light.GREY),
            (("Chat went down",), Light.GREY),
        ],
    )
    async def test_of_the_items_of_one_incident_the_newer_has_the_say(
        self, scene: Make, titles: tuple[str, ...], light: Light
    ) -> None:
        """Better Stack publishes the end of an incident as another item with its id, the newest first."""
        page = scene("feed")
        items = "".join(
            f"<item><title>{title}</title><guid>https://status.acme.example/#aaa1</guid>"
            f"<pubDate>{mail_date(page.clock.now() - 60 * number)}</pubDate></item>"
            for number, title in enumerate(titles, 1)
        )
        await page.serve({"": f"<rss><channel><title>Acme</title>{items}</channel></rss>".encode()})
        assert page.opinion("*").light is light


_ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Acme status</title><entry><title type="html">{title}</title>'
    "<id>https://status.acme.example/incidents/01M1</id><updated>{older}</updated><content><![CDATA[<b>Status: "
    "Investigating</b><br/>Looking.<ul><li>Chat (Full outage)</li></ul>]]></content></entry><entry><title>Over</title>"
    "<id>https://status.acme.example/incidents/01M1</id><updated>{newer}</updated><content><![CDATA[<b>Status: {stage}"
    "</b><br/>Words.]]></content></entry></feed>"
)


@pytest.mark.parametrize(
    ("stage", "newer_s", "light"),
    [
        ("Resolved", 60.0, Light.GREEN),
        # The last word is that it is not over.
        ("Resolved", 900.0, Light.RED),
        ("Monitoring", 60.0, Light.GREY),
    ],
)
async def test_an_entry_for_each_update(scene: Make, stage: str, newer_s: float, light: Light) -> None:
    page = scene("feed")
    now = page.clock.now()
    body = _ATOM.format(title="Errors", older=_iso(page, now - 600), newer=_iso(page, now - newer_s), stage=stage)
    (told,) = (await page.serve({"": body.encode()})).incidents
    assert told.started_at == now - max(600, newer_s)
    assert page.opinion("Chat").light is light


async def test_a_title_with_marks(scene: Make) -> None:
    page = scene("feed")
    now = _iso(page, page.clock.now())
    title = "&lt;b&gt;Chat&lt;/b&gt; &amp;amp; login fail"
    body = _ATOM.format(title=title, older=now, newer=_iso(page, page.clock.now() - 60), stage="Monitoring")
    assert [one.name for one in (await page.serve({"": body.encode()})).incidents] == ["Chat & login fail"]


def _iso(page: VendorScene, at: float) -> str:
    return page.clock.wall(at).isoformat(timespec="seconds")
