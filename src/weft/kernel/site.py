"""This server's name and the addresses it gives to things."""

from __future__ import annotations

from msgspec import Struct


class Site(Struct, frozen=True):
    """``domain`` is what stands behind the @ in handles; ``base`` is where it is reached,
    ``https://domain`` unless it runs on loopback without TLS.

    ActivityPub ids hold no username, so that a rename keeps every link alive.
    """

    domain: str
    base: str

    def actor_uri(self, account_id: int) -> str:
        return f"{self.base}/ap/users/{account_id}"

    def post_uri(self, post_id: int) -> str:
        return f"{self.base}/ap/posts/{post_id}"

    def profile_url(self, username: str) -> str:
        return f"{self.base}/@{username}"

    def post_url(self, username: str, post_id: int) -> str:
        return f"{self.base}/@{username}/{post_id}"

    def tag_url(self, tag: str) -> str:
        return f"{self.base}/tags/{tag}"

    def blob_url(self, key: str) -> str:
        return f"{self.base}/media/{key}"
