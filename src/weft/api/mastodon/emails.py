"""Confirming an e-mail address: https://docs.joinmastodon.org/methods/emails/

This server sends no mail, so an address counts as confirmed from the beginning; whom to let in
is for the admins to say (the setting ``registrations``).
"""

from litestar import get, post

from weft.api.auth import scope
from weft.kernel.errors import Forbidden


@post("/api/v1/emails/confirmations", status_code=200, guards=[scope("write:accounts")])
async def send_again() -> None:
    """There is nothing left to confirm."""
    raise Forbidden("This method is only available while the e-mail is awaiting confirmation")


@get("/api/v1/emails/check_confirmation", guards=[scope("read:accounts")])
async def is_confirmed() -> bool:
    """Whether the member's address is confirmed."""
    return True


ROUTES = [send_again, is_confirmed]
