"""A tenant's domain: its canonical spelling and base URL."""

from __future__ import annotations

import ipaddress
import re

from auth0_sessions.errors import DomainError, shown

_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_LOOPBACK = re.compile(
    r"(?P<host>localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?P<port>:[0-9]{1,5})?(?P<path>(?:/[A-Za-z0-9._~-]+)*)"
)
_ALLOWED = "Give the tenant's domain as in 'acme.eu.auth0.com'."


def canonical_domain(value: object) -> str:
    """Return the canonical spelling of a tenant's domain.

    `https://`, uppercase letters and a trailing slash are removed. `http://` is kept, but only allowed for a
    loopback host, which may also have a port and a path prefix (`http://127.0.0.1:8400/acme`).

    Raises:
        DomainError: The value is not a domain, or secrets must not be sent to it.

    """
    if not isinstance(value, str):
        message = f"{shown(value)} is not a domain. {_ALLOWED}"
        raise DomainError(message)
    if "@" in value:
        message = f"A domain must not include a user name or password. {_ALLOWED}"
        raise DomainError(message)
    scheme, rest = _split(value)
    plain = scheme == "http"
    if _is_loopback(rest):
        return f"http://{rest}" if plain else rest
    if plain and _HOST.fullmatch(rest):
        message = f"{shown(value)} would send secrets in the clear: http:// is for loopback hosts only. Write {rest!r}."
        raise DomainError(message)
    if not _HOST.fullmatch(rest):
        raise DomainError(_refusal(value, rest))
    return rest


def _split(value: str) -> tuple[str, str]:
    """Return the scheme (or "") and the rest, with the host in lowercase."""
    text = value.strip().removesuffix("/")
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    host, slash, path = rest.partition("/")
    if (separator and scheme.lower() not in ("http", "https")) or not value.isascii():
        return "", text
    return scheme.lower(), f"{host.lower()}{slash}{path}"


def base_url(domain: str) -> str:
    """Return the base URL of a canonical domain, without a trailing slash."""
    return domain if domain.startswith("http://") else f"https://{domain}"


def is_loopback(domain: str) -> bool:
    """Return whether a canonical domain is a loopback address."""
    return _is_loopback(domain.removeprefix("http://"))


def _is_loopback(rest: str) -> bool:
    match = _LOOPBACK.fullmatch(rest)
    if not match or not 0 < int((match["port"] or ":1")[1:]) < 65_536:  # noqa: PLR2004  The range of TCP ports.
        return False
    try:
        return match["host"] in ("localhost", "[::1]") or ipaddress.IPv4Address(match["host"]).is_loopback
    except ipaddress.AddressValueError:
        return False


def _refusal(value: str, rest: str) -> str:
    if not value.isascii():
        return f"{shown(value)} has characters that are not allowed in an Auth0 domain. {_ALLOWED}"
    host = rest.split("/", maxsplit=1)[0]
    if host != rest and _HOST.fullmatch(host):
        return f"{shown(value)} has a path; give only the domain. Write {host!r}."
    return f"{shown(value)} is not a tenant domain. {_ALLOWED}"
