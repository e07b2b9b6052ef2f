"""An app that a member signs in to, as apps do it, and whose token can be taken back."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx

from tests.journeys.browser import allow
from tests.servers import PASSWORD, Client, Server

OOB = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = "read write follow push"


class App:
    """Registered at a server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        made = httpx.post(
            f"{server.url}/api/v1/apps",
            json={"client_name": "Deck", "redirect_uris": OOB, "scopes": SCOPES},
        ).json()
        self.known = {"client_id": made["client_id"], "client_secret": made["client_secret"]}

    def sign_in(self, name: str) -> Client:
        """A member who is there already."""
        asked = {"response_type": "code", "redirect_uri": OOB, "scope": SCOPES}
        where = urlencode({"client_id": self.known["client_id"], **asked})
        code, _ = allow(f"{self.server.url}/oauth/authorize?{where}", name, PASSWORD)
        form = {**self.known, "grant_type": "authorization_code", "redirect_uri": OOB, "code": code}
        issued = httpx.post(f"{self.server.url}/oauth/token", data=form).json()
        return self.server.client(name, issued["access_token"])

    def revoke(self, client: Client) -> None:
        form = {**self.known, "token": client.token}
        assert httpx.post(f"{self.server.url}/oauth/revoke", data=form).status_code == 200
