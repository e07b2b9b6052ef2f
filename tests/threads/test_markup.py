"""Written text to HTML: what the reader sees, and what nobody can smuggle in."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weft.threads.markup import Format, MentionTarget, render, scan
from weft.threads.sanitize import clean_html, html_to_text
from weft.threads.tokens import fold_tag, tokens

PLAIN, MARKDOWN = Format.PLAIN, Format.MARKDOWN
WHO = {
    "bob": MentionTarget("https://here.example/@bob", "bob", "bob"),
    "eve@far.example": MentionTarget("https://far.example/@eve", "eve", "eve@far.example"),
    "bob@far.example:8443": MentionTarget("https://far.example/@bob", "bob", "bob@far.example"),
}
BOB = '<span class="h-card" translate="no"><a href="https://here.example/@bob" class="u-url mention">@<span>bob</span></a></span>'
EVE = '<span class="h-card" translate="no"><a href="https://far.example/@eve" class="u-url mention">@<span>eve</span></a></span>'


def html(source: str, markup: Format = PLAIN) -> str:
    return render(source, markup, WHO, lambda tag: f"https://here.example/tags/{tag}")


def bare(url: str, scheme: str, shown: str, tail: str = "") -> str:
    shape = "ellipsis" if tail else ""
    return (
        f'<a href="{url}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{scheme}</span><span class="{shape}">{shown}</span>'
        f'<span class="invisible">{tail}</span></a>'
    )


def tag(shown: str, folded: str) -> str:
    return f'<a href="https://here.example/tags/{folded}" class="mention hashtag" rel="tag">#<span>{shown}</span></a>'


@pytest.mark.parametrize("markup", Format)
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", ""),
        ("hello", "<p>hello</p>"),
        ("one\ntwo\n\nthree", "<p>one<br />two</p><p>three</p>"),
        ("one\r\n\r\n\r\ntwo", "<p>one</p><p>two</p>"),
        ("hi @bob!", f"<p>hi {BOB}!</p>"),
        ("(@BOB, @eve@FAR.example.)", None),
        ("@nobody and a@bob.example", "<p>@nobody and a@bob.example</p>"),
        ("see x.example/@bob", "<p>see x.example/@bob</p>"),
        ("#Straße, #1 #2nd", f"<p>{tag('Straße', 'strasse')}, #1 {tag('2nd', '2nd')}</p>"),
        ("#हिन्दी #日本語。", f"<p>{tag('हिन्दी', 'हिन्दी')} {tag('日本語', '日本語')}。</p>"),
        ("a#b c/#d &#39; C#", "C#"),
        (
            "(https://www.example.com/a_(b)).",
            f"<p>({bare('https://www.example.com/a_(b)', 'https://www.', 'example.com/a_(b)')}).</p>",
        ),
        (
            "https://example.com/0123456789/0123456789/#frag",
            f"<p>{bare('https://example.com/0123456789/0123456789/#frag', 'https://', 'example.com/0123456789/0123456', '789/#frag')}</p>",
        ),
        ("https:// http://. ftp://x.example", "<p>https:// http://. ftp://x.example</p>"),
        ("javascript://x.example/%0aalert(1)", "<p>javascript://x.example/%0aalert(1)</p>"),
        ('1 < 2 > 0 & "x"', '<p>1 &lt; 2 &gt; 0 &amp; "x"</p>'),
    ],
)
def test_plain_words_look_alike_in_both_formats(
    source: str, expected: str | None, markup: Format
) -> None:
    made = html(source, markup).replace("&quot;", '"')
    if expected == "C#":
        assert "<a" not in made
    elif expected is None:
        assert made == f"<p>({BOB}, {EVE}.)</p>"
    else:
        assert made == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code></p>"),
        ("# Head\ntext", "<p><strong>Head</strong></p><p>text</p>"),
        ("#nospace", f"<p>{tag('nospace', 'nospace')}</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("> a\n> b", "<blockquote><p>a<br />b</p></blockquote>"),
        ("```py\n@bob <b> #x\n```", "<pre><code>@bob &lt;b&gt; #x\n</code></pre>"),
        ("`@bob #x https://x.example`", "<p><code>@bob #x https://x.example</code></p>"),
        (
            "[@bob](https://x.example/?a&b)",
            '<p><a href="https://x.example/?a&amp;b" target="_blank" rel="nofollow noopener">@bob</a></p>',
        ),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:text/html,hi)", "<p>[x](data:text/html,hi)</p>"),
        ("<b onclick=x>y</b>", "<p>&lt;b onclick=x&gt;y&lt;/b&gt;</p>"),
        ("<script>\nx\n</script>", "<p>&lt;script&gt;<br />x<br />&lt;/script&gt;</p>"),
        ("\\#no \\@bob \\*x\\*", "<p>#no @bob *x*</p>"),
        ("**@bob**", f"<p><strong>{BOB}</strong></p>"),
        (
            "*https://x.example/_a_*",
            f"<p><em>{bare('https://x.example/_a_', 'https://', 'x.example/_a_')}</em></p>",
        ),
        (
            "<https://x.example/_a_>",
            f"<p>{bare('https://x.example/_a_', 'https://', 'x.example/_a_')}</p>",
        ),
        ("text\n---\n    indented", "<p>text<br />---<br />indented</p>"),
        ("snake_case_word &copy;", "<p>snake_case_word ©</p>"),
    ],
)
def test_markdown(source: str, expected: str) -> None:
    assert html(source, MARKDOWN) == expected


def test_images_are_links_not_pictures() -> None:
    made = html("![alt](https://x.example/y.png)", MARKDOWN)
    assert "<img" not in made
    assert 'href="https://x.example/y.png"' in made


def test_two_people_of_one_name_are_told_apart() -> None:
    made = html("@bob @bob@far.example:8443")
    assert "@<span>bob</span>" in made
    assert "@<span>bob@far.example</span>" in made


@pytest.mark.parametrize("markup", Format)
def test_scan_finds_what_render_writes(markup: Format) -> None:
    found = scan(
        "@bob @Bob @eve@FAR.example #Tag #tag https://x.example/a#b @bob@127.0.0.2:8443", markup
    )
    assert [mention.key for mention in found.mentions] == [
        "bob",
        "eve@far.example",
        "bob@127.0.0.2:8443",
    ]
    assert found.tags == ["Tag"]
    assert found.urls == ["https://x.example/a#b"]


def test_scan_sees_nothing_in_code_and_links_by_target() -> None:
    found = scan("`@bob` [#x](https://x.example)\n```\n#y\n```", MARKDOWN)
    assert (found.mentions, found.tags, found.urls) == ([], [], ["https://x.example"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("ＡＩ", "ai"),
        ("café", "cafe\u0301"),
        ("#Weft", "weft"),
        ("ﬁn", "FIN"),
    ],
)
def test_tags_that_are_one(one: str, other: str) -> None:
    assert fold_tag(one) == fold_tag(other)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_tag(fold_tag(text)) == fold_tag(text)


SIGNS = st.text(alphabet="@#:/.-_ab1 \n*`[]()<>!~&\\é＃.com" + "https", max_size=60)
PIECES = st.lists(
    st.sampled_from(["@bob", "#tag", "https://x.example/", "**", "`", "[", "](", ")", "\n", "> ",
                     "- ", "<b>", "~~", "\\", "&amp;", "@eve@far.example", "```\n", '"', "'"]),
    max_size=25,
).map("".join)  # fmt: skip


@given(SIGNS | PIECES | st.text(), st.sampled_from(Format))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_the_html_is_safe_and_complete(source: str, markup: Format) -> None:
    made = html(source, markup)
    # The cleaner for strangers' HTML changes nothing but how it writes the same things.
    again = clean_html(made)
    assert html_to_text(again) == html_to_text(made)
    assert again.count("<a ") == made.count("<a ")
    named = scan(source, markup)
    assert made.count('class="mention hashtag"') >= len(named.tags)
    for token in tokens(source):
        assert source[token.start : token.end] == token.raw


@pytest.mark.parametrize("markup", Format)
@pytest.mark.parametrize(
    "piece",
    ["[", "![", "**a ", "``x", "> ", "- ", "@", "#", "https://", "<https://", "[a](b ", "*_",
     "@a@", "~~a~", "1. ", "https://a.b(", "@a.-", "&", "\\"],
)  # fmt: skip
def test_no_text_takes_long(piece: str, markup: Format) -> None:
    source = (piece * 20_000)[:20_000]
    began = time.process_time()
    scan(source, markup)
    html(source, markup)
    assert time.process_time() - began < 3
