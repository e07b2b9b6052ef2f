"""Every fault as ``{"error": "…"}``, in Mastodon's words where clients look for them.

What went wrong inside goes to the log under a short number that the caller is told as well; a
traceback never leaves the house.
"""

import secrets
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from weft.kernel.errors import WeftError

log = structlog.get_logger(__name__)

_WORDS = {404: "Record not found", 413: "The request is too large"}


class OAuthError(WeftError):
    """RFC 6749 §5.2: a code for programs, a sentence for people."""

    def __init__(self, code: str, description: str, status: int = 400, cause: str = "") -> None:
        super().__init__(description, status, cause)
        self.code = code


def refused(_request: Request[Any, Any, Any], fault: WeftError) -> Response[dict[str, Any]]:
    """Something said no on purpose."""
    if fault.cause or fault.status >= 500:
        log.info("api.refused", status=fault.status, text=fault.text, cause=fault.cause)
    body: dict[str, Any] = {"error": fault.text}
    headers: dict[str, str] = {}
    if isinstance(fault, OAuthError):
        body = {"error": fault.code, "error_description": fault.text}
    elif fault.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Weft", error="invalid_token"'
    details = getattr(fault, "details", None)
    if details is not None:
        body["details"] = details
    return _answer(body, fault.status, headers)


def unreadable(_request: Request[Any, Any, Any], fault: Exception) -> Response[dict[str, Any]]:
    """Parameters or a body of the wrong shape."""
    problems: list[str] = []
    if isinstance(fault, ValidationException) and isinstance(fault.extra, list):
        for problem in fault.extra:
            if isinstance(problem, dict):
                key, message = problem.get("key", ""), problem.get("message", "")
                problems.append(f"{key}: {message}" if key else str(message))
    told = "; ".join(problems) or (str(fault) if isinstance(fault, msgspec.MsgspecError) else "")
    return _answer({"error": f"Validation failed: {told}".rstrip(": ")}, 422)


def http_fault(request: Request[Any, Any, Any], fault: HTTPException) -> Response[dict[str, Any]]:
    """What the framework refuses: unknown paths, methods, broken JSON."""
    cause = fault.__cause__
    if isinstance(cause, msgspec.ValidationError) and "`$.data" in str(cause):
        # A field of the body that is called as one of our dependencies is ("keys"): the
        # framework takes it for that, and its fault for ours.
        return unreadable(request, cause)
    if fault.status_code >= 500:
        return unknown(request, fault)
    words = _WORDS.get(fault.status_code) or HTTPStatus(fault.status_code).phrase
    if fault.status_code == 400:
        words = "The request could not be read"
    return _answer({"error": words}, fault.status_code, dict(fault.headers or {}))


def too_deep(_request: Request[Any, Any, Any], _fault: RecursionError) -> Response[dict[str, Any]]:
    """JSON of a thousand levels: only a body from outside is nested like that."""
    return _answer({"error": "The request is nested too deep"}, 400)


def not_text(
    _request: Request[Any, Any, Any], _fault: UnicodeDecodeError
) -> Response[dict[str, Any]]:
    """Bytes that are no UTF-8: only a body from outside holds such; ours are checked when written."""
    return _answer({"error": "The request is not UTF-8"}, 400)


def unknown(request: Request[Any, Any, Any], fault: Exception) -> Response[dict[str, Any]]:
    """A fault of ours."""
    number = secrets.token_hex(4)
    log.error(
        "api.fault",
        number=number,
        method=request.scope.get("method"),
        path=request.scope.get("path"),
        exc_info=fault,
    )
    return _answer({"error": f"Something went wrong on this server (number {number})"}, 500)


def _answer(
    body: dict[str, Any], status: int, headers: dict[str, str] | None = None
) -> Response[dict[str, Any]]:
    return Response(body, status_code=status, headers=headers, media_type="application/json")


HANDLERS: ExceptionHandlersMap = {
    WeftError: refused,
    ValidationException: unreadable,
    msgspec.MsgspecError: unreadable,
    HTTPException: http_fault,
    RecursionError: too_deep,
    UnicodeDecodeError: not_text,
    Exception: unknown,
}
"""For the app's ``exception_handlers``."""
