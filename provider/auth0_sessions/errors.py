"""All errors of this package, in one tree.

A message says what is wrong and where, what was given, what is allowed, and what to do. It never contains a secret.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SHOWN_CHARACTERS = 80
"""How many characters of a given value a message repeats."""

URN = "<URN>"
"""Stands for a resource's URN in a message; a front end that knows the URN replaces it."""


class Auth0SessionsError(Exception):
    """The base class of all errors that a user can cause or needs to know about.

    Attributes:
        may_have_written: True if a write failed but the tenant may have applied it, in any of the attempts.

    """

    may_have_written: bool = False


class InputError(Auth0SessionsError, ValueError):
    """A value in a program or in configuration cannot be used."""


class LifetimeError(InputError):
    """A text is not a lifetime."""


class DomainError(InputError):
    """A text is not a tenant domain."""


class CredentialsError(Auth0SessionsError):
    """A tenant's credentials are missing, unusable, or for another tenant."""


class TenantUnreachableError(Auth0SessionsError):
    """A tenant did not answer: DNS, TCP, TLS, timeout."""


class CanceledError(Auth0SessionsError):
    """The run was canceled during a call, or while waiting for one."""


class ApiError(Auth0SessionsError):
    """A tenant refused a call.

    Attributes:
        status: The HTTP status; 0 if the response is not valid HTTP.
        error_code: Auth0's `errorCode`, or None if the response has none.

    """

    def __init__(self, message: str, *, status: int, error_code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.error_code = error_code


class BadRequestError(ApiError):
    """400: the tenant does not accept the value."""


class UnauthorizedError(ApiError):
    """401: the tenant does not accept the token, or the client's secret."""


class ForbiddenError(ApiError):
    """403: the token lacks a scope, or the client a grant."""


class RateLimitError(ApiError):
    """429: the tenant was still rate-limited after the last attempt."""


class UnexpectedAnswerError(ApiError):
    """The response is not one that a working Auth0 tenant sends: a redirect, HTML, broken JSON, a lasting 5xx."""


def listed(where: str, problems: Sequence[str]) -> str:
    """Return all problems as one text, with a line for each."""
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"{where} has {count}:", *(f"  - {problem}" for problem in problems)])


def shown(value: object) -> str:
    """Return a value for a message: quoted, without invisible characters, and shortened if long."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  A custom __repr__ may raise anything.
        text = f"<{type(value).__name__}>"
    text = visible(text)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 3]}..."


def visible(text: str) -> str:
    r"""Escape characters that are invisible, control a terminal, or reverse text, as in `\u202e`."""
    return _UNSEEN.sub(
        lambda match: f"\\u{ord(match[0]):04x}" if match[0] < "\U00010000" else f"\\U{ord(match[0]):08x}", text
    )


_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ufff9-\ufffb\ud800-\udfff\ufffe\uffff"
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""What Unicode calls default ignorable, and the blank Braille pattern, but not what shapes letters and emoji."""

_UNSEEN = re.compile(f"[{_CONTROLS}{_IGNORABLE}]")
