"""Completes a list of tenants with what each live tenant has, so that a fleet built from it writes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from auth0_sessions.api.reader import Answer, Reader, TenantSessions, read_many
from auth0_sessions.errors import InputError, listed
from auth0_sessions.fleet.document import Document, Row
from auth0_sessions.fleet.entries import NEEDS_DOMAIN, Entry, read_entries
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.fleet.policy import Chosen, pick
from auth0_sessions.model.choices import Enforce, OverLimit
from auth0_sessions.model.judgment import judge
from auth0_sessions.model.lifetime import MAX_MINUTES
from auth0_sessions.model.plans import PLAN_LIMITS, Plan
from auth0_sessions.model.profiles import PROFILES, Profile, ProfileLimits
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LOGIN_LIFETIMES, text

MODE = "session_cookie_mode"
NO_CEILING = PROFILES[Profile.BALANCED]
"""The profile of tenants that fit no other: it allows every value."""

_DEFAULT = "Auth0's default, never set"
_AS_IT_IS = "sends a value above the plan's cap unchanged"
_USELESS = "longer than {}, so it never ends a session"
_ABOVE = "the {} plan allows at most {}"
_ONLY = "only the enterprise plan allows more than {}"
_OTHER = "the tenant has more than '{}' allows"
_PHRASES = (_DEFAULT, _AS_IT_IS, _USELESS, _ABOVE, _ONLY, _OTHER)
_OWN = re.compile("|".join(re.escape(phrase).replace(r"\{\}", r"[^;]+") for phrase in _PHRASES))

_ALL = (
    "What each tenant had when it was read, so that the first `pulumi up` of a fleet from this file writes nothing.",
)
_ONLY_SET = (
    "The settings that were set on each tenant when it was read. A fleet takes the rest from the profile; a comment",
    "above each tenant says what it would write.",
)
_MEANING = (
    "A lifetime here takes precedence over the profile. To tighten a tenant, delete its lifetimes and name a stricter",
    "profile; with `enforce: at-most`, a lifetime that is shorter already stays as it is.",
)
_ALLOWS_ALL = (f"Profile {Profile.BALANCED} was added where none was given; it allows every value.",)
_UNREAD = ("`pulumi up` would give it the values of its profile and plan. Export again, or remove the entry.",)

_BESIDE_PROFILE = ("tenants",)
"""The places where a file can have a profile next to its list."""

_SMALLEST = min(PLAN_LIMITS, key=lambda plan: PLAN_LIMITS[plan].absolute_minutes)
"""Without a plan, a value above this plan's caps is allowed to exceed the cap."""


@dataclass(frozen=True)
class Export:
    """The result of an export: the completed file, each tenant's domain, and why tenants could not be read.

    `has_labels` is True if tenants have their own credentials; `notes` holds what the file cannot express.
    """

    document: Document
    domains: dict[str, str]
    has_labels: bool
    unread: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Live:
    """One tenant of the list, as it was read; `only_set` leaves out Auth0's defaults."""

    entry: Entry
    found: TenantSessions
    only_set: bool

    @property
    def plan(self) -> Plan | None:
        """Its plan, or None if the file sets none."""
        plan: Plan | None = self.entry.values.get("plan")
        return plan

    @property
    def profile(self) -> ProfileLimits | None:
        """The profile that a fleet built from the current file gives it; None if the file sets none."""
        profile: ProfileLimits | None = self.entry.values.get("profile")
        return profile

    @property
    def minutes(self) -> dict[str, int]:
        """Its four lifetimes."""
        return {name: int(self.found.values[name]) for name in LOGIN_LIFETIMES}

    @property
    def declared(self) -> dict[str, int]:
        """The lifetimes to write to its entry."""
        left_out = self.found.defaulted if self.only_set else frozenset()
        return {
            name: value for name, value in self.minutes.items() if name not in left_out and 0 < value <= MAX_MINUTES
        }

    @property
    def above_cap(self) -> dict[str, str]:
        """The lifetimes above the plan's cap, each with a phrase for its comment."""
        found = {name: judge(name, value, plan=self.plan or _SMALLEST) for name, value in self.declared.items()}
        return {
            name: judged.above_cap if self.plan else _ONLY.format(text(judged.cap))
            for name, judged in found.items()
            if judged.cap is not None
        }

    @property
    def is_too_long(self) -> bool:
        """Whether its lifetimes exceed its profile."""
        ceilings = {name: self.profile.ceiling(name) if self.profile else None for name in self.declared}
        return any(ceiling and self.declared[name] > ceiling.minutes for name, ceiling in ceilings.items())

    def still_written(self) -> dict[str, int]:
        """Return what a fleet would write nevertheless."""
        profile = NO_CEILING if self.is_too_long or self.profile is None else self.profile
        enforce = self.entry.values.get("enforce", Enforce.EXACT)
        picked = pick(Chosen(self.plan or Plan.ENTERPRISE, profile, enforce), self.declared, OverLimit.WARN)
        applied = {name: picked.applied(name, minutes) for name, minutes in self.minutes.items()}
        return {name: minutes for name, minutes in applied.items() if minutes != self.minutes[name]}


def export(
    file: TenantsFile,
    source: str,
    *,
    read: Reader,
    only_set: bool = False,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Export:
    """Read every tenant of a file, several in parallel, and complete the file with what each has.

    Raises:
        InputError: The file has problems, all of which are reported, or cannot be completed.

    """
    entries = _entries(file, source)
    made = Export(
        Document(file.path or Path(source), file.keys, _OWN),
        {entry.name: entry.values["domain"] for entry in entries},
        has_labels=any("credentials" in entry.values for entry in entries),
    )
    tenants = [entry.place for entry in entries]
    for entry, answer in zip(entries, read_many(tenants, read, _kept, on_progress), strict=True):
        if isinstance(answer, str):
            made.unread[entry.name] = answer
            made.document.complete(entry.name, {})
            made.document.say_of(entry.name, (f"Not read: {answer}", *_UNREAD))
        else:
            _complete(made, _Live(entry, answer, only_set), file.keys)
    is_open = any("profile" not in entry.values for entry in entries)
    if is_open and file.keys == _BESIDE_PROFILE:
        made.document.set_beside("profile", NO_CEILING.name)
    made.document.say_first((*(_ONLY_SET if only_set else _ALL), *_MEANING, *(_ALLOWS_ALL if is_open else ())))
    if planless := [entry.name for entry in entries if "plan" not in entry.values]:
        made.notes.append(f"No plan is set for {', '.join(planless)}. A fleet needs the plan of each tenant.")
    return made


def _entries(file: TenantsFile, source: str) -> list[Entry]:
    """Return the tenants of a file; those without a profile get one only from the file or its stack."""
    is_named = file.profile is not None or file.stack
    defaults = file.defaults if is_named else replace(file.defaults, profile=None)
    entries = read_entries(file.tenants, defaults, needs=NEEDS_DOMAIN)
    if problems := entries.all_problems:
        raise InputError(listed(source, problems))
    return list(entries.tenants.values())


def _kept(_: int, answer: Answer) -> TenantSessions | str:
    return answer if isinstance(answer, TenantSessions) else str(answer)


def _complete(made: Export, live: _Live, keys: tuple[str, ...]) -> None:
    """Complete one tenant's entry, and note what a fleet would write nevertheless."""
    name = live.entry.name
    spelled = partial(made.document.key_of, name)
    rows: dict[str, Row | None] = dict.fromkeys(LOGIN_LIFETIMES)
    for setting, minutes in live.declared.items():
        rows[setting] = Row(text(minutes), tuple(_phrases(live, setting, spelled)))
    if MODE not in live.found.defaulted or MODE in live.entry.values:
        rows[MODE] = Row(str(live.found.values[MODE]), (_DEFAULT,) if MODE in live.found.defaulted else ())
    if live.above_cap:
        rows["over_limit"] = Row(OverLimit.WARN, (_AS_IT_IS,))
    if live.profile is None and keys != _BESIDE_PROFILE:
        rows["profile"] = Row(NO_CEILING.name)
    elif live.profile is not None and live.is_too_long:
        rows["profile"] = Row(NO_CEILING.name, (_OTHER.format(live.profile.name),))
    made.document.complete(name, rows)
    left = [
        f"`pulumi up` would write {spelled(setting)} {text(minutes)}; the tenant has {text(live.minutes[setting])}."
        for setting, minutes in live.still_written().items()
    ]
    made.document.say_of(name, left)
    made.notes.extend(f"{name}: {sentence}" for sentence in left)


def _phrases(live: _Live, setting: str, spelled: Callable[[str], str]) -> Iterator[str]:
    """Yield the phrases of one lifetime's comment."""
    if setting in live.found.defaulted:
        yield _DEFAULT
    if setting in live.above_cap:
        yield live.above_cap[setting]
    for absolute, idle in ABSOLUTE_AND_IDLE:
        if setting == idle and live.minutes[idle] > live.minutes[absolute]:
            yield _USELESS.format(spelled(absolute))
