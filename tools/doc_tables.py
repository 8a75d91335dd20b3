"""The tables of the documentation whose figures are in the code; Sphinx puts them where a page names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.plans import PLAN_LIMITS
from auth0_sessions.model.profiles import CONVENIENT_STACKS, PROFILES, ProfileLimits
from auth0_sessions.model.settings import SETTINGS
from fault_matrix import ATTEMPTS, CALLS, FAULTS, Outcome


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(value: object) -> str:
    """Return a value as code."""
    return f"`{value}`"


def length(minutes: int) -> str:
    """Return a length in the units of this package, the Management API and the Dashboard."""
    return f"{code(Lifetime(minutes))} = {minutes / 60:,g} hours = {minutes:,} minutes"


def plans() -> str:
    """Return each plan's caps."""
    rows = (
        (code(plan), length(limits.absolute_minutes), length(limits.idle_minutes), limits.source)
        for plan, limits in PLAN_LIMITS.items()
    )
    return table(("plan", "absolute, at most", "idle, at most", "source"), rows)


def settings() -> str:
    """Return each setting and Auth0's default."""
    rows = (
        (code(name), row.meaning, length(row.default) if isinstance(row.default, int) else code(row.default))
        for name, row in SETTINGS.items()
    )
    return table(("setting", "meaning", "Auth0's default"), rows)


def profiles() -> str:
    """Return each profile's figures and source."""
    headings = ("profile", "absolute", "idle", "non-persistent sessions", "ceiling", "source", "how binding it is")
    rows = (
        (
            code(profile),
            _asked(row.absolute_minutes),
            _asked(row.idle_minutes),
            _non_persistent(row),
            "yes" if row.is_ceiling else "no",
            f"{row.source}, {row.date}",
            row.force,
        )
        for profile, row in PROFILES.items()
    )
    return table(headings, rows)


def _asked(minutes: int | None) -> str:
    return "the plan's cap" if minutes is None else code(Lifetime(minutes))


def _non_persistent(row: ProfileLimits) -> str:
    own = (row.ephemeral_absolute_minutes, row.ephemeral_idle_minutes)
    return "the same" if own == (None, None) else " and ".join(map(_asked, own))


def calls() -> str:
    """Return the operations that each verb calls."""
    rows = (
        (verb, ", ".join(code(name) for name in ATTEMPTS if name in made) or "none") for verb, made in CALLS.items()
    )
    return table(("verb", "calls"), rows)


def faults(*, at_login: bool) -> str:
    """Return what comes of each fault."""
    outcomes = {fault: row.login if at_login else row.call for fault, row in FAULTS.items()}
    rows = (
        (code(fault), "survives" if outcome.is_retried else "fails", _ending(outcome))
        for fault, outcome in outcomes.items()
    )
    return table(("fault", "comes once", "stays: the error ends with"), rows)


def _ending(outcome: Outcome) -> str:
    return outcome.message.format(tenant="TENANT", source="SOURCE", scope="SCOPE").lstrip(": ")


TABLES = {
    "plans": plans(),
    "settings": settings(),
    "profiles": profiles(),
    "convenient_stacks": ", ".join(map(code, CONVENIENT_STACKS)),
    "calls": calls(),
    "faults_at_login": faults(at_login=True),
    "faults_at_call": faults(at_login=False),
}
"""Name in a page -> Markdown."""
