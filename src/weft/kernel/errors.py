"""The one error type: what the caller may read, the HTTP status, and the cause for the log."""


class WeftError(Exception):
    """Something refused on purpose.

    ``text`` is shown to whoever asked, so it never holds a secret or says that a hidden thing
    exists. ``status`` is the HTTP status. ``cause`` goes to the log only.
    """

    status = 400

    def __init__(self, text: str, status: int | None = None, cause: str = "") -> None:
        super().__init__(text)
        self.text = text
        if status is not None:
            self.status = status
        self.cause = cause


class NotFound(WeftError):
    """Nothing there, or nothing that the asker may know of: the two look the same."""

    status = 404

    def __init__(self, text: str = "Record not found", cause: str = "") -> None:
        super().__init__(text, cause=cause)


class Forbidden(WeftError):
    """Known to the asker, but not theirs to do."""

    status = 403

    def __init__(self, text: str = "This action is not allowed", cause: str = "") -> None:
        super().__init__(text, cause=cause)


class Invalid(WeftError):
    """Well-formed input that breaks a rule; the text names the field and the rule."""

    status = 422
