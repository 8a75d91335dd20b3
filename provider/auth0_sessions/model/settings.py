"""The field table: one row per session setting of a tenant. Everything else loops over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from auth0_sessions.model.lifetime import Lifetime

Value = int | str
"""A lifetime in minutes, or a cookie mode."""

Values = Mapping[str, Value]
"""Setting name -> value; a missing setting is not managed, or was never written."""


class CookieMode(StrEnum):
    """Which kind of session a tenant creates: `session_cookie.mode` of the Management API."""

    PERSISTENT = "persistent"
    NON_PERSISTENT = "non-persistent"


class Kind(StrEnum):
    """Which sessions a lifetime applies to."""

    PERSISTENT = "persistent"
    NON_PERSISTENT = "non-persistent"
    ANONYMOUS = "anonymous"


class Clock(StrEnum):
    """What a lifetime is counted from: the session's creation, or its last use."""

    ABSOLUTE = "absolute"
    IDLE = "idle"


@dataclass(frozen=True)
class Setting:
    """One session setting of a tenant.

    Attributes:
        default: A tenant's default if the key was never written (OpenAPI of the Management API, 2026-06-25): minutes,
            or a cookie mode, which has neither kind nor clock.
        path: Its path in the Management API's JSON, outermost key first, if that is not just its name.
        words: Its meaning, if kind and clock do not say it all.

    """

    name: str
    default: Value
    kind: Kind | None = None
    clock: Clock | None = None
    path: tuple[str, ...] = ()
    words: str = ""

    @property
    def wire(self) -> tuple[str, ...]:
        """Its path in the Management API's JSON, outermost key first.

        A top-level lifetime is in hours, with a sibling `<key>_in_minutes` for writing; a nested one is in minutes.
        """
        return self.path or (self.name,)

    @property
    def meaning(self) -> str:
        """What it means, in plain words."""
        ends = "inactivity timeout" if self.clock is Clock.IDLE else "absolute expiry"
        return self.words or f"{ends} of {self.kind} sessions"

    @property
    def dashboard(self) -> str:
        """A login lifetime's name in the Dashboard, under Tenant Settings > Advanced > Session Expiration; else ""."""
        clock = "Idle" if self.clock is Clock.IDLE else "Maximum"
        return f"{clock} Session Lifetime ({str(self.kind).title()})" if self.limit else ""

    @property
    def limit(self) -> Clock | None:
        """Which of the plan's caps applies; None if none is published."""
        return None if self.kind is Kind.ANONYMOUS else self.clock

    @property
    def label(self) -> str:
        """The lifetime's name in reports; "persistent" is the usual case and left out."""
        return str(self.clock) if self.kind is Kind.PERSISTENT else f"{self.kind} {self.clock}"

    @property
    def is_shared(self) -> bool:
        """True if its object on the wire has members of other features, which a write has to repeat."""
        return len(self.wire) > 2  # noqa: PLR2004  `session_cookie` holds the mode and nothing else.


SETTINGS: Mapping[str, Setting] = {
    row.name: row
    for row in (
        Setting("session_lifetime", 10_080, Kind.PERSISTENT, Clock.ABSOLUTE),
        Setting("idle_session_lifetime", 4_320, Kind.PERSISTENT, Clock.IDLE),
        Setting("ephemeral_session_lifetime", 4_320, Kind.NON_PERSISTENT, Clock.ABSOLUTE),
        Setting("idle_ephemeral_session_lifetime", 1_440, Kind.NON_PERSISTENT, Clock.IDLE),
        Setting(
            "session_cookie_mode",
            CookieMode.PERSISTENT.value,
            path=("session_cookie", "mode"),
            words="kind of session the tenant creates",
        ),
        Setting(
            "anonymous_session_lifetime",
            43_200,
            Kind.ANONYMOUS,
            Clock.ABSOLUTE,
            ("sessions", "anonymous", "lifetime_in_minutes"),
            "absolute expiry of anonymous sessions (early access at Auth0)",
        ),
    )
}

LIFETIMES = tuple(row.name for row in SETTINGS.values() if row.clock)
LOGIN_LIFETIMES = tuple(row.name for row in SETTINGS.values() if row.limit)
"""The lifetimes that plans cap and that policies, profiles and audits cover."""

LOGIN_SETTINGS = tuple(row.name for row in SETTINGS.values() if row.kind is not Kind.ANONYMOUS)
"""The login lifetimes and the cookie mode."""

ABSOLUTE_AND_IDLE = tuple(zip(LOGIN_LIFETIMES[::2], LOGIN_LIFETIMES[1::2], strict=True))
"""The pairs of lifetimes, neighbors in the table; a session ends at the earlier of the two."""

ABSOLUTE, IDLE = ABSOLUTE_AND_IDLE[0]
"""The two lifetimes of persistent sessions, which reports show first."""

AUTH0_DEFAULTS: Values = {row.name: row.default for row in SETTINGS.values()}


class Reported(dict[str, Value]):
    """A tenant's settings as it reports them; those that were never written are missing.

    Attributes:
        unusable: The settings whose reported value cannot be used, each with why: `"0, which is not a lifetime"`.

    """

    def __init__(self, values: Values | None = None, unusable: Mapping[str, str] | None = None) -> None:
        super().__init__(values or {})
        self.unusable: Mapping[str, str] = unusable or {}

    def problems(self, names: Iterable[str], spell: Callable[[str], str] = str) -> list[str]:
        """Return what is wrong with the values of some settings, for a message."""
        return [f"the tenant reports {spell(name)} as {self.unusable[name]}" for name in names if name in self.unusable]


def with_defaults(found: Values) -> dict[str, Value]:
    """Return every setting of a tenant, with Auth0's default for those that were never written.

    Settings with an unusable value have neither a value nor the default, and are missing.
    """
    unusable = found.unusable if isinstance(found, Reported) else ()
    return {**{name: value for name, value in AUTH0_DEFAULTS.items() if name not in unusable}, **found}


def changes(old: Values, new: Values) -> dict[str, Value]:
    """Return the settings in `new` that differ from `old`; a setting missing from `old` has Auth0's default."""
    before = with_defaults(old)
    return {name: value for name, value in new.items() if before[name] != value}


def text(value: Value) -> str:
    """Return a value as previews and messages show it: `"1d12h"`, or the cookie mode."""
    return str(Lifetime(value)) if isinstance(value, int) else value


def masked(value: Value, *, is_secret: bool) -> str:
    """Return a value for a message, masked if it is a secret."""
    return "[secret]" if is_secret else text(value)
