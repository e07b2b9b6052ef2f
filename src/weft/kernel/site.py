"""This server's name and the addresses it gives to things."""

from __future__ import annotations

from msgspec import Struct

from weft.kernel.veil import veiled


class Site(Struct, frozen=True):
    """``domain`` is what stands behind the @ in handles; ``base`` is where it is reached,
    ``https://domain`` unless it runs on loopback without TLS.

    ActivityPub ids hold no username, so that a rename keeps every link alive.

    ``veil`` is the key with which files of others are shown at an address of ours; without it
    (commands, or a server without a budget for them) they are shown where they are.
    """

    domain: str
    base: str
    veil: bytes = b""

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

    def remote_url(self, address: str) -> str:
        """Where people here see a file that another server has; it may be one of ours after all, or
        none ("").
        """
        if not self.veil or not address or address.startswith(f"{self.base}/"):
            return address
        return self.base + veiled(self.veil, address)
