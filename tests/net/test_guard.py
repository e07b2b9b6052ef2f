"""What a stranger may not make us connect to. Each line was once a way around somebody's guard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.net.client import Client
from weft.net.guard import Guard, OutboundRefused, is_public

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.1",
    "198.17.255.255",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a01:4f8::1",
    "2001:4860:4860::8888",
    "64:ff9b::808:808",  # 8.8.8.8 seen from a network that has IPv6 only
]

NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",  # IPv4-compatible 127.0.0.1
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",  # IPv4-mapped
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",  # IPv4-translated
    "64:ff9b::127.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",  # local-use NAT64
    "100::1",  # discard
    "2001::1",  # Teredo
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",  # benchmarks
    "2001:10::1",  # ORCHID
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",  # 6to4 127.0.0.1
    "2002:808:808::",
    "3fff::1",
    "2a01:4f8::5efe:10.0.0.1",  # ISATAP
    "2a01:4f8::200:5efe:10.0.0.1",
    "5f00::1",  # segment routing
    "fc00::1",
    "fd00:ec2::254",  # AWS metadata
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700:4700::1111%eth0",
    "fec0::1",  # site-local
    "ff02::1",
    "",
    "localhost",
    "1.1.1",
    "1.1.1.1.",
    "01.1.1.1",
    "0x1.1.1.1",
    " 1.1.1.1",
    "1.1.1.1/32",
    "16843009",
]

# Addresses that must never lead to a request, whatever DNS says.
TRICKS = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0X7F.1/",
    "https://0x/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://127.0.0.01/",
    "https://127.0.0.1./",
    "https://evil.example.1/",
    "https://1.1.1.256/",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1%25eth0]/",
    "https://[fe80::1%eth0]/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://LocalHost:443/",
    "https://localhost./",
    "https://intranet/",
    "https://example.com./",
    "https://example..com/",
    "https://.example.com/",
    "https://-example.com/",
    "https://１２７.０.０.１/",  # full-width digits
    "https://127。0。0。1/",  # ideographic full stops
    "https://①②⑦.⓪.⓪.①/",
    "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "https://127%2e0%2e0%2e1/",
    "https://%31%32%37.0.0.1/",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://:@example.com/",
    "https://@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1\\@example.com/",
    "https://example.com\\@127.0.0.1/",
    "https://127.0.0.1\t/",
    "https://127.0.0.1\n.example.com/",
    " https://example.com/",
    "https://exa mple.com/",
    "https://example.com/\r\nX-Evil: 1",
    "https://example.com\x00.127.0.0.1/",
    "https:///127.0.0.1/",
    "https:127.0.0.1",
    "https://",
    "//example.com/",
    "/etc/passwd",
    "",
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com:443/_GET",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "ws://example.com/",
    "https://example.com:22/",
    "https://example.com:25/",
    "https://example.com:0/",
    "https://example.com:6667/",
    "https://example.com:6000/",
    "https://example.com:65536/",
    "https://example.com:-1/",
    "https://example.com:port/",
    f"https://{'a' * 64}.example.com/",
    f"https://{'a.' * 130}example.com/",
    f"https://example.com/{'a' * 2048}",
    f"https://example.com/{'ä' * 1000}",
]

# Names that anybody can point where they like.
REBOUND = {
    "localtest.example.com": "127.0.0.1",
    "metadata.google.internal": "169.254.169.254",
    "six.example.com": "::1",
    "mapped.example.com": "::ffff:10.0.0.1",
    "zone.example.com": "fe80::1%lo",
    "odd.example.com": "127.1",
}


@pytest.mark.parametrize("ip", PUBLIC)
def test_public_addresses_are_reached(ip: str) -> None:
    assert is_public(ip)


@pytest.mark.parametrize("ip", NOT_PUBLIC)
def test_everything_else_is_not(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.anyio
@pytest.mark.parametrize("url", TRICKS)
async def test_no_trick_leads_to_a_request(url: str) -> None:
    async with Client(user_agent="test") as client:
        with pytest.raises(OutboundRefused):
            await client.get(url, accept="*/*")


@pytest.mark.anyio
@pytest.mark.parametrize("host", REBOUND)
async def test_a_name_is_judged_by_its_address(host: str) -> None:
    async with Client(user_agent="test", resolve=REBOUND) as client:
        with pytest.raises(OutboundRefused):
            await client.post(f"https://{host}/inbox", b"{}", "application/activity+json")


@pytest.mark.parametrize(
    ("given_url", "requested"),
    [
        ("https://example.com", "https://example.com"),
        ("HTTPS://Example.COM/Users/1#main-key", "https://example.com/Users/1"),
        ("https://example.com:8443/a?b=c%20d", "https://example.com:8443/a?b=c%20d"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://a_b.example.com/", "https://a_b.example.com/"),
        ("https://1.1.1.1/", "https://1.1.1.1/"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
    ],
)
def test_honest_addresses_pass(given_url: str, requested: str) -> None:
    assert str(Guard().check_url(given_url)) == requested


def test_what_the_admin_allows_is_reached_and_nothing_beside_it() -> None:
    guard = Guard(["127.0.0.0/8", "fd12::/16"], allow_http=True)
    guard.check_address("127.0.0.7")
    guard.check_address("fd12::1")
    assert guard.check_url("http://alpha:8080/").port == 8080
    for ip in ("10.0.0.1", "::1", "::ffff:127.0.0.1", "fd13::1"):
        with pytest.raises(OutboundRefused):
            guard.check_address(ip)


@given(st.text() | st.from_regex(r"https?://[\[\]:%@.\w-]{0,40}(/.*)?", fullmatch=True))
def test_any_text_is_an_address_or_refused(url: str) -> None:
    guard = Guard()
    try:
        checked = guard.check_url(url)
    except OutboundRefused:
        return
    assert guard.check_url(str(checked)) == checked
    assert checked.scheme == "https"
    assert not checked.user
