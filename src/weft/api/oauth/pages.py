"""The few pages a browser sees on its way to an app: sign in, say yes, copy a code, or learn why
not. Plain HTML, no scripts, light and dark, fit for a phone.
"""

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from urllib.parse import urlsplit

from litestar import Response

from weft.kernel.site import Site
from weft.people.apps import App
from weft.people.model import Account

_STYLE = """
:root{color-scheme:light dark;--paper:#fbf9f4;--card:#fff;--ink:#1d2324;--soft:#5c625f;
--line:#e4ded1;--dye:#0c6a63;--on-dye:#fff;--bad:#a3261c}
@media(prefers-color-scheme:dark){:root{--paper:#15191a;--card:#1c2223;--ink:#e7e9e5;
--soft:#9aa5a2;--line:#2b3435;--dye:#6fcabd;--on-dye:#06211f;--bad:#ff9d90}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--paper);
color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:26rem;background:var(--card);border:1px solid var(--line);
border-radius:1rem;padding:1.75rem}
h1{font-size:1.3rem;line-height:1.3;margin:0 0 .75rem}
p{margin:.5rem 0}
.soft{color:var(--soft);font-size:.9rem}
label{display:block;margin:1rem 0 .25rem;font-weight:600}
input{width:100%;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);
border-radius:.6rem;padding:.7rem .8rem}
button{width:100%;min-height:2.9rem;margin-top:1.1rem;font:inherit;font-weight:600;cursor:pointer;
border:1px solid var(--dye);border-radius:.6rem;background:var(--dye);color:var(--on-dye)}
button.plain{background:none;color:var(--ink);border-color:var(--line);margin-top:.6rem}
button.link{width:auto;min-height:0;margin:0;padding:0;border:0;background:none;color:var(--dye);
text-decoration:underline;font-weight:400}
:focus-visible{outline:3px solid var(--dye);outline-offset:2px}
ul{padding-inline-start:1.2rem;margin:.5rem 0}
.bad{color:var(--bad);font-weight:600}
.who{display:flex;gap:.7rem;align-items:center;margin:1rem 0}
.who img{width:3rem;height:3rem;border-radius:50%}
.who span{overflow-wrap:anywhere}
code{display:block;overflow-wrap:anywhere;user-select:all;background:var(--paper);
border:1px solid var(--line);border-radius:.6rem;padding:.8rem;font-size:1rem}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_WORDS = {
    "read": "Read everything that you can read",
    "write": "Post and change things in your name",
    "follow": "Follow, block and mute in your name",
    "push": "Send you notifications",
    "profile": "See who you are",
    "admin": "Administer this server",
}


def page(
    title: str, body: str, *, status: int = 200, leads_to: str = "", images: str = ""
) -> Response[str]:
    """A page that may run nothing and load nothing but its own style and one face.

    ``leads_to``: where its form ends in the end. Browsers apply ``form-action`` to the redirect
    after a form as well, so the app's address must be allowed.
    """
    action = " ".join(filter(None, ("'self'", _source(leads_to))))
    shown = " ".join(filter(None, ("'self'", _source(images))))
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )
    return Response(
        html,
        status_code=status,
        media_type="text/html",
        headers={
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}';"
            f" img-src {shown}; form-action {action}; frame-ancestors 'none'; base-uri 'none'",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        },
    )


def _source(uri: str) -> str:
    """A CSP source for an address: its origin, or its scheme for an app's own scheme."""
    parts = urlsplit(uri)
    if parts.scheme in ("http", "https"):
        # What stands before an @ is no part of an origin; quotes and semicolons would be ours.
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}" if not set(host) & set("';, ") else ""
    return f"{parts.scheme}:" if parts.scheme and parts.scheme != "urn" else ""


def hidden(values: Mapping[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in values.items()
    )


def sign_in(
    site: Site, app: App, keep: Mapping[str, str], *, name: str = "", problem: str = ""
) -> Response[str]:
    """Ask for name and password. ``keep``: what the form carries along."""
    told = f'<p class="bad" role="alert">{escape(problem)}</p>' if problem else ""
    body = (
        f"<h1>Sign in to {escape(site.domain)}</h1>"
        f'<p class="soft">to continue to {escape(app.name)}</p>{told}'
        f'<form method="post" action="/oauth/authorize">{hidden(keep)}'
        '<label for="name">E-mail address or handle</label>'
        f'<input id="name" name="name" value="{escape(name)}" autocomplete="username"'
        f' autocapitalize="none" spellcheck="false" required{"" if name else " autofocus"}>'
        '<label for="password">Password</label>'
        '<input id="password" name="password" type="password" autocomplete="current-password"'
        f' required{" autofocus" if name else ""}><button name="do" value="sign_in">Sign in</button></form>'
    )
    return page("Sign in", body, status=401 if problem else 200)


def consent(
    app: App, me: Account, face: str, scopes: str, keep: Mapping[str, str], leads_to: str
) -> Response[str]:
    """Ask whether the app may act for this member."""
    asks = "".join(f"<li>{escape(words)}</li>" for words in _in_words(scopes))
    site = f'<p class="soft">{escape(app.website)}</p>' if app.website else ""
    carried = hidden(keep)
    body = (
        f"<h1>May {escape(app.name)} use your account?</h1>{site}"
        f'<div class="who"><img src="{escape(face)}" alt=""><span>'
        f"{escape(me.display_name)}<br><span class=soft>@{escape(me.acct)}</span></span></div>"
        f"<p>It asks to:</p><ul>{asks}</ul>"
        f'<form method="post" action="/oauth/authorize">{carried}'
        '<button name="do" value="allow">Yes, allow it</button>'
        '<button class="plain" name="do" value="deny">No</button>'
        '<p class="soft">Not you? '
        '<button class="link" name="do" value="sign_out">Use another account</button></p></form>'
    )
    return page(f"Allow {app.name}?", body, leads_to=leads_to, images=face)


def show_code(app: App, code: str) -> Response[str]:
    """For apps that have no address of their own (out of band)."""
    body = (
        f"<h1>Copy this code into {escape(app.name)}</h1>"
        f"<code>{escape(code)}</code>"
        '<p class="soft">It works once, for ten minutes. Give it to nobody else.</p>'
    )
    return page("Your code", body)


def wrong(text: str, status: int = 400) -> Response[str]:
    """Something that sends nobody anywhere: the address to go back to cannot be trusted."""
    return page(
        "This did not work", f"<h1>This did not work</h1><p>{escape(text)}</p>", status=status
    )


def _in_words(scopes: str) -> list[str]:
    said: list[str] = []
    for scope in scopes.split():
        top, _, part = scope.partition(":")
        words = _WORDS.get(top, scope)
        said.append(f"{words} ({part.replace('_', ' ')})" if part else words)
    return said
