"""Feeds as files: RSS and Atom of every make, and those that mean harm."""

from datetime import UTC, datetime

import pytest

from trayapp.watch.pages.feed_file import MAX_CHARS, MAX_ITEMS, read_feed, when
from trayapp.watch.pages.fetch import Unfit

RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>Acme</title>{}</channel></rss>'
ITEM = "<item><title>Errors</title><guid>g1</guid></item>"
AT = datetime(2026, 9, 22, 1, 2, 42, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Tue, 22 Sep 2026 01:02:42 GMT", AT),
        ("Tue, 22 Sep 2026 01:02:42 Z", AT),
        ("Tue, 22 Sep 2026 03:02:42 +0200", AT),
        ("22 Sep 2026 01:02:42 UT", AT),
        ("2026-09-22T01:02:42Z", AT),
        ("2026-09-22T03:02:42+02:00", AT),
        (" 2026-09-22T01:02:42.000Z\n", AT),
        ("Aug 28, 10:33 PM UTC", None),
        ("yesterday", None),
        ("", None),
        ("9" * 100_000, None),
        ("Tue, 99 Sep 99999 01:02:42 GMT", None),
    ],
)
def test_times(said: str, at: float | None) -> None:
    assert when(said) == at


def test_rss() -> None:
    feed = read_feed(
        RSS.format(
            "<link>https://a.example</link><item><title>Errors &amp; more</title><link>https://a.example/1</link>"
            "<description><![CDATA[<b>Resolved</b>]]></description><category>outage</category><category>active</category>"
            "<media:thing xmlns:media='m'><title>not this</title></media:thing></item>"
        ).encode()
    )
    assert feed.about == {"title": "Acme", "link": "https://a.example"}
    (item,) = feed.items
    assert item.texts == {
        "title": "Errors & more",
        "link": "https://a.example/1",
        "description": "<b>Resolved</b>",
    }
    assert item.categories == ("outage", "active")


def test_atom() -> None:
    feed = read_feed(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:acme</id><title>Acme</title><link rel="self" href="x"/>'
        b'<link href="https://a.example"/><entry><id>e1</id><link rel="alternate" href="https://a.example/1"/>'
        b'<link rel="edit" href="https://a.example/2"/><title>Errors</title><updated>2026-09-22T01:02:42Z</updated>'
        b'<category term="outage"/><content type="html">&lt;b&gt;Resolved&lt;/b&gt;</content></entry></feed>'
    )
    assert feed.about == {"id": "urn:acme", "title": "Acme", "link": "https://a.example"}
    (item,) = feed.items
    assert item.texts == {
        "id": "e1",
        "link": "https://a.example/1",
        "title": "Errors",
        "updated": "2026-09-22T01:02:42Z",
        "content": "<b>Resolved</b>",
    }
    assert (item.categories, item.at("published", "updated")) == (("outage",), AT)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings(encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>' + RSS.format(ITEM).partition("?>")[2]
    assert read_feed(body.replace("Errors", "Störung").encode(encoding)).items[0].texts["title"] == "Störung"


@pytest.mark.parametrize(
    "body", [b"", b"nothing", b"\0" * 100, RSS.format(ITEM).encode()[:-9], b"<rss>&unknown;</rss>"]
)
def test_what_is_not_well_formed_is_no_feed(body: bytes) -> None:
    with pytest.raises(Unfit, match="xml"):
        read_feed(body)


def test_a_feed_in_an_encoding_that_nobody_knows() -> None:
    with pytest.raises(Unfit, match="xml"):
        read_feed(b'<?xml version="1.0" encoding="klingon-8"?><rss/>')


@pytest.mark.parametrize(
    "body", [b"<html><title>a</title></html>", b"<Error><Code>AccessDenied</Code></Error>", b"<rss/>"]
)
def test_other_xml_is_no_feed(body: bytes) -> None:
    with pytest.raises(Unfit, match="shape"):
        read_feed(body)


def _laughs(title: str) -> str:
    entities = "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    return f'<!DOCTYPE l [<!ENTITY a "ha">{entities}]><rss><channel><title>{title}</title></channel></rss>'


# Each takes seconds or hundreds of megabytes where entities are expanded, or damaged markup is mended by guessing.
HOSTILE = {
    "too large": RSS.format(" " * 500_000).encode(),
    "a billion laughs": _laughs("&j;").encode(),
    "one long entity": b'<!DOCTYPE l [<!ENTITY a "%s">]><rss>%s</rss>' % (b"x" * 50_000, b"&a;" * 50_000),
    "somebody's file": b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel>&a;</channel></rss>',
    "a parameter": b'<!DOCTYPE l [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;]><rss><channel/></rss>',
    "too deep": b"<rss><channel>" + b"<a>" * 160_000,
    "too deep, and closed": b"<rss>" + b"<a>" * 65_000 + b"</a>" * 65_000 + b"</rss>",
    "brackets": b"<" * 450_000,
    "half a section": b"<rss><channel><![CDATA[" + b"<![" * 150_000,
    "attributes": b"<rss " + b" ".join(b'a%d="x"' % n for n in range(40_000)) + b">",
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("what", HOSTILE)
def test_a_feed_that_means_harm_is_refused_at_once(what: str) -> None:
    with pytest.raises(Unfit):
        read_feed(HOSTILE[what])


def test_no_more_is_read_than_anybody_needs() -> None:
    items = "".join(f"<item><title>{n}</title></item>" for n in range(3 * MAX_ITEMS))
    feed = read_feed(RSS.format(items).encode())
    assert [item.texts["title"] for item in feed.items] == [str(n) for n in range(MAX_ITEMS)]
    with pytest.raises(Unfit, match="xml"):
        read_feed(RSS.format(items).encode()[:-9])
    long = f"<item><title>{'x' * (2 * MAX_CHARS)}</title></item>"
    assert len(read_feed(RSS.format(long).encode()).items[0].texts["title"]) == MAX_CHARS
