from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.ai.knowledge import feeds
from weft.kernel.errors import Invalid

HERE = "https://shop.example/feed"

RSS = b"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>The shop</title><link>https://shop.example</link>
<item><title>New &amp;amp; fresh</title><link>/bread</link><guid>b1</guid>
<description>short</description><content:encoded>&lt;h2&gt;Rye&lt;/h2&gt;&lt;p&gt;It is &lt;b&gt;dark&lt;/b&gt;.&lt;/p&gt;</content:encoded></item>
<item><description>No title &lt;script&gt;evil()&lt;/script&gt;</description><link>javascript:alert(1)</link></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><entry><id>urn:1</id>
<title type="html">One</title><link rel="self" href="https://x.example/self"/><link href="https://x.example/1"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><h3>Head</h3><p>Ovens &lt;hot&gt;</p></div></content>
</entry></feed>"""
JSON = b"""{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[
{"id":7,"url":"https://j.example/7","title":"Seven","content_text":"a < b"},{"id":"8"}]}"""


def test_the_three_kinds_are_read() -> None:
    rss = feeds.read(RSS, HERE)
    assert rss.title == "The shop"
    first, second = rss.entries
    assert (first.id, first.title, first.url) == ("b1", "New & fresh", "https://shop.example/bread")
    assert "## Rye" in first.text
    assert "It is dark." in first.text
    assert second.url is None
    assert "evil" not in second.text

    atom = feeds.read(ATOM, HERE).entries[0]
    assert (atom.id, atom.title, atom.url) == ("urn:1", "One", "https://x.example/1")
    assert "### Head" in atom.text
    assert "Ovens <hot>" in atom.text

    (seven,) = feeds.read(JSON, HERE).entries
    assert (seven.id, seven.title, seven.text.strip()) == ("7", "Seven", "a < b")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><rss><channel><item><title>&c;</title></item></channel></rss>"""
FILE = b"""<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title>
</item></channel></rss>"""


@pytest.mark.parametrize(
    "hostile",
    [BOMB, FILE, b"<a>" * 100_000, b"<html/>", b"", b"{", b'{"version":"1","items":[]}'],
    ids=["bomb", "file", "deep", "html", "nothing", "half", "json"],
)
def test_what_is_hostile_or_no_feed_is_refused(hostile: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(Invalid):
        feeds.read(hostile, HERE)
    assert time.process_time() - begun < 2


def test_only_the_newest_entries_are_taken() -> None:
    items = b"".join(b"<item><title>%d</title></item>" % n for n in range(500))
    found = feeds.read(b"<rss><channel>" + items + b"</channel></rss>", HERE)
    assert [entry.title for entry in found.entries] == [str(n) for n in range(feeds.ENTRIES_MAX)]


@given(st.binary(max_size=400), st.sampled_from([RSS, ATOM, JSON]), st.integers(0, 400))
def test_any_bytes_are_read_or_refused(noise: bytes, feed: bytes, at: int) -> None:
    for raw in (noise, feed[:at] + noise + feed[at:]):
        with suppress(Invalid):
            for entry in feeds.read(raw, HERE).entries:
                assert entry.url is None or entry.url.startswith("http")
