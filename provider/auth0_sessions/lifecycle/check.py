"""Check: what a program wrote -> canonical inputs, every problem at once, and warnings. Offline; it never raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

from auth0_sessions.api.credentials import check_label
from auth0_sessions.errors import InputError, shown
from auth0_sessions.lifecycle.record import OnDelete, OverLimit
from auth0_sessions.model.domain import canonical_domain
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import Plan, violations
from auth0_sessions.model.plans import cap as cap_of
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LIFETIMES, SETTINGS, CookieMode, Value, Values, text


class _Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""A value that a preview cannot know yet. It passes through a check as it is."""

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one property."""

    property: str
    reason: str


@dataclass(frozen=True)
class Checked:
    """The outcome of a check.

    Attributes:
        inputs: Canonical inputs, with the defaults filled in; what is wrong is kept as it was given.
        problems: Everything that is wrong.
        warnings: What a person should know although nothing is wrong.

    """

    inputs: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def values(self) -> Values:
        """The settings that are known and right, in minutes."""
        return {
            name: Lifetime.parse(value).minutes if name in LIFETIMES else value
            for name, value in self.inputs.items()
            if name in SETTINGS and value is not UNKNOWN and not self._is_wrong(name)
        }

    def choice(self, name: str) -> Any:
        """Return an input other than a setting; None where it is missing, unknown or wrong."""
        value = self.inputs.get(name)
        return None if value is UNKNOWN or self._is_wrong(name) else value

    def _is_wrong(self, name: str) -> bool:
        return any(problem.property == name for problem in self.problems)


def check(
    news: Mapping[str, Any],
    olds: Mapping[str, Any],
    *,
    default_domain: str | None,
    bound_domain: str | None,
    may_move: bool = True,
) -> Checked:
    """Check what a program wrote.

    Args:
        news: The inputs; a value may be `UNKNOWN`.
        olds: The inputs of the last run, empty at the first.
        default_domain: The domain of a resource that names none.
        bound_domain: The only domain that these credentials may be used for, or None.
        may_move: False if the credentials are of one tenant, so that they must not go to the one of the last run.

    """
    checked = Checked({name: value for name, value in news.items() if value is not None})
    checked.inputs.setdefault("over_limit", OverLimit.ERROR.value)
    checked.inputs.setdefault("on_delete", OnDelete.RETAIN.value)
    if default_domain is not None:
        checked.inputs.setdefault("domain", default_domain)
    for name, parse in PARSERS.items():
        _parse(checked, name, parse)
    _check_domain(checked, olds, bound_domain, may_move=may_move and bound_domain is None)
    if not any(name in checked.inputs for name in SETTINGS):
        reason = f"no setting is declared, so there is nothing to manage. Give at least one of {', '.join(SETTINGS)}."
        checked.problems.append(Problem("session_lifetime", reason))
    _check_caps(checked)
    _warn_of_useless_idle(checked)
    _warn_of_changed_absolute(checked, olds)
    return checked


def _parse(checked: Checked, name: str, parse: Callable[[Any], str]) -> None:
    value = checked.inputs.get(name)
    if value is None or value is UNKNOWN:
        return
    try:
        checked.inputs[name] = parse(value)
    except InputError as error:
        checked.problems.append(Problem(name, str(error)))


def _one_of(name: str, choices: type[Choice], advice: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if isinstance(value, str) and value.strip().lower() in list(choices):
            return choices(value.strip().lower()).value
        allowed = ", ".join(repr(choice.value) for choice in choices)
        message = f"{name} is {shown(value)}; allowed: {allowed}. {advice}"
        raise InputError(message)

    return parse


PARSERS: Mapping[str, Callable[[Any], str]] = {
    "domain": canonical_domain,
    **{name: lambda value: str(Lifetime.parse(value)) for name in LIFETIMES},
    "session_cookie_mode": _one_of("session_cookie_mode", CookieMode, "It picks the kind of session Auth0 creates."),
    "plan": _one_of("plan", Plan, "The Dashboard shows it under Settings > Subscription."),
    "over_limit": _one_of("over_limit", OverLimit, "It says what happens to a value above the plan's cap."),
    "on_delete": _one_of("on_delete", OnDelete, "It says what happens to the settings at the end."),
    "credentials": check_label,
}
"""Input -> what reads it and returns its canonical text, or raises `InputError`."""


def _check_domain(checked: Checked, olds: Mapping[str, Any], bound_domain: str | None, *, may_move: bool) -> None:
    if "domain" not in checked.inputs:
        reason = (
            "no tenant is named. Give domain='acme.eu.auth0.com', or a Provider with a domain, or set AUTH0_DOMAIN "
            "or the configuration auth0:domain."
        )
        checked.problems.append(Problem("domain", reason))
    domain, was = checked.choice("domain"), olds.get("domain")
    if domain is None:
        return
    if bound_domain not in (None, domain):
        reason = f"{domain} is not the tenant of this Provider, which speaks to {bound_domain} only. "
        checked.problems.append(Problem("domain", f"{reason}Give {domain} a Provider of its own."))
    elif not may_move and was not in (None, UNKNOWN, domain) and olds.get("on_delete") in _CALLING:
        reason = (
            f"this Provider moved from {was} to {domain} while {was} still waits for its on_delete="
            f"{olds['on_delete']!r}, which would send the new tenant's credentials there. Give {domain} a "
            "Provider and a resource of its own and remove the old ones in a later run, or first run once with "
            f"on_delete='retain' for {was}."
        )
        checked.problems.append(Problem("domain", reason))


_CALLING = (OnDelete.RESTORE, OnDelete.RESET)
"""What makes a delete call the tenant."""


def _check_caps(checked: Checked) -> None:
    plan, over_limit = checked.choice("plan"), checked.choice("over_limit")
    if plan is None or over_limit is None:
        return
    values = checked.values
    for name, limit in violations(Plan(plan), values).items():
        asked, cap = text(values[name]), text(limit)
        what = f"{name} is {asked}; the {plan} plan allows at most {cap}"
        if over_limit == OverLimit.ERROR:
            advice = f"Shorten it, or set over_limit='clamp' to take {cap}"
            if limit < max(cap_of(other, name) or 0 for other in Plan):
                advice += ", or name the tenant's real plan if it is another"
            checked.problems.append(Problem(name, f"{what}. Auth0 would supersede it without saying so. {advice}."))
        elif over_limit == OverLimit.CLAMP:
            checked.inputs[name] = cap
            checked.warnings.append(f"{_tenant(checked)}: {what}: lowered to {cap} (over_limit='clamp').")
        else:
            checked.warnings.append(f"{_tenant(checked)}: {what}. It is sent as it is, and Auth0 may supersede it.")


def _warn_of_useless_idle(checked: Checked) -> None:
    values = checked.values
    for absolute, idle in ABSOLUTE_AND_IDLE:
        if absolute in values and idle in values and _minutes(values[idle]) > _minutes(values[absolute]):
            checked.warnings.append(
                f"{_tenant(checked)}: {idle} ({text(values[idle])}) is longer than {absolute} "
                f"({text(values[absolute])}), so it never ends a session. Shorten it."
            )


def _warn_of_changed_absolute(checked: Checked, olds: Mapping[str, Any]) -> None:
    """Say at preview what an update of an absolute lifetime means for sessions that exist already."""
    if olds.get("domain") == checked.inputs.get("domain"):
        before = {name: minutes for name in LIFETIMES if (minutes := _minutes_once(olds.get(name)))}
        messages = changed_absolute(before, checked.values)
        checked.warnings.extend(f"{_tenant(checked)}: {message}" for message in messages)


def _minutes_once(old: Any) -> int | None:
    """Return the minutes of an input of the last run, which may exceed today's limits; None where it is no lifetime."""
    try:
        return Lifetime.parse(old, max_minutes=None).minutes
    except InputError:
        return None


def changed_absolute(before: Values, after: Values) -> list[str]:
    """Say what raised and lowered absolute lifetimes mean for sessions that exist already: one line for each.

    Args:
        before: The settings as they were; one that is missing is not spoken of.
        after: The settings as they will be.

    """
    pairs = [
        (
            _minutes(after[name]) - _minutes(before[name]),
            f"{name} goes from {text(before[name])} to {text(after[name])}",
        )
        for name, _ in ABSOLUTE_AND_IDLE
        if name in before and name in after
    ]
    told = (
        ([change for by, change in pairs if by > 0], _RAISED),
        ([change for by, change in pairs if by < 0], _LOWERED),
    )
    return [f"{' and '.join(changes)}. {meaning}" for changes, meaning in told if changes]


_RAISED = (
    "A session's absolute expiry is fixed when it is created: sessions that exist already keep the earlier one, and "
    "users get the longer lifetime at their next login."
)
_LOWERED = (
    "A session's absolute expiry is fixed when it is created: an existing session is held to the lower limit at its "
    "user's next activity at the latest, and none outlives the earlier lifetime. To end them sooner, revoke "
    "them (Enterprise plans)."
)


def _minutes(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _tenant(checked: Checked) -> str:
    return str(checked.choice("domain") or "the tenant")
