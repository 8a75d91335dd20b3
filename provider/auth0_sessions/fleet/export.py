"""Completes a list of tenants with what each live tenant has, so that a fleet built from it writes nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from auth0_sessions.api.reader import Answer, ReadTenant, TenantSessions, read_many
from auth0_sessions.api.sources import SECRET, in_environment
from auth0_sessions.errors import InputError, listed
from auth0_sessions.fleet.document import Document
from auth0_sessions.fleet.entries import Entry, read_entries
from auth0_sessions.fleet.file import TenantsFile, read_tenants_file
from auth0_sessions.model.choices import OverLimit
from auth0_sessions.model.judgment import Judgment, judge
from auth0_sessions.model.lifetime import MAX_MINUTES
from auth0_sessions.model.picking import pick
from auth0_sessions.model.plans import PLAN_LIMITS
from auth0_sessions.model.profiles import PROFILES, Profile, ProfileLimits
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LOGIN_LIFETIMES, text

MODE = "session_cookie_mode"
RESOURCE = "auth0-sessions:index:SessionLifetime"
NO_CEILING = PROFILES[Profile.BALANCED]
"""The profile of tenants that fit no other: it allows every value."""

_DEFAULT = "Auth0's default, never set"
_AS_IT_IS = "sends a value above the plan's cap unchanged"
_USELESS = "longer than {}, so it never ends a session"
_ONLY = "only the enterprise plan allows more than {}"
_OTHER = "the tenant has more than '{}' allows"

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
_ALLOWS_ALL = f"Profile {Profile.BALANCED} was added where none was given; it allows every value."
_IN_CONFIGURATION = (
    "The list is in the stack's configuration. To manage its tenants from this file, save it in the project's folder "
    "and name it with `pulumi config set auth0-sessions:tenants FILE`."
)
_UNREAD = "`pulumi up` would give it the values of its profile and plan. Export again, or remove the entry."

_BESIDE_PROFILE = ("tenants",)
"""The place of a list next to which a file can have a profile."""

_SMALLEST = min(PLAN_LIMITS, key=lambda plan: PLAN_LIMITS[plan].absolute_minutes)
"""Without a plan, a value above this plan's caps is allowed to exceed the cap."""


@dataclass(frozen=True)
class Export:
    """The completed file, why tenants could not be read, and in `notes` what the file cannot express."""

    document: Document
    unread: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def check_written(self, path: Path) -> None:
        """Check that a written file is read as it is meant.

        Raises:
            InputError: It is not.

        """
        if read_tenants_file(path).tenants != self.document.tenants:
            message = f"Its tenants in {path.name} would be others."
            raise InputError(message)


def export(
    file: TenantsFile,
    source: str,
    *,
    read: ReadTenant,
    only_set: bool = False,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Export:
    """Read every tenant of a file, several in parallel, and complete the file with what each has.

    Raises:
        InputError: The file has problems, all of which are reported, or cannot be completed.

    """
    entries = _entries(file, source)
    document = Document(file.path, file.keys) if file.path else Document(Path(source), _BESIDE_PROFILE, file.tenants)
    made = Export(document)
    if file.path is None:
        made.notes.append(_IN_CONFIGURATION)
    names_profile = file.profile is not None or file.stack
    without_profile = [] if names_profile else [entry for entry in entries if "profile" not in entry.own]
    document.say([*(_ONLY_SET if only_set else _ALL), *_MEANING, *([_ALLOWS_ALL] if without_profile else [])])
    if file.keys == _BESIDE_PROFILE and without_profile:
        document.set_beside("profile", str(NO_CEILING.name))
        without_profile = []
    for entry, answer in zip(entries, read_many([one.place for one in entries], read, _kept, on_progress), strict=True):
        if isinstance(answer, str):
            made.unread[entry.name] = answer
            document.say([f"Not read: {answer}", _UNREAD], entry.name)
        else:
            _complete(made, entry, answer, only_set=only_set, needs_profile=entry in without_profile)
    if planless := [entry.name for entry in entries if entry.plan is None]:
        made.notes.append(f"No plan is set for {', '.join(planless)}. A fleet needs the plan of each tenant.")
    return made


def import_file(file: TenantsFile, source: str) -> str:
    """Return a file for `pulumi import -f`.

    Raises:
        InputError: The file has problems, all of which are reported.

    """
    rows = [{"type": RESOURCE, "name": entry.name, "id": entry.values["domain"]} for entry in _entries(file, source)]
    return json.dumps({"resources": rows}, indent=2) + "\n"


def workflow_lines(file: TenantsFile, source: str) -> str:
    """Return the lines of a GitHub Actions workflow's `env` that its tenants' credentials need, each label once.

    Raises:
        InputError: The file has problems, all of which are reported.

    """
    lines = []
    for label in dict.fromkeys(entry.values.get("credentials") for entry in _entries(file, source)):
        names = in_environment({}, label).names
        for name, context in ((names["client_id"], "vars"), (names[SECRET], "secrets")):
            lines.append(f"{name}: ${{{{ {context}.{name} }}}}\n")
    return "".join(lines)


def _entries(file: TenantsFile, source: str) -> list[Entry]:
    entries = read_entries(file.tenants, file.defaults)
    if problems := entries.problems:
        raise InputError(listed(source, problems))
    return list(entries.tenants.values())


def _kept(_: int, answer: Answer) -> TenantSessions | str:
    return answer if isinstance(answer, TenantSessions) else str(answer)


def _complete(made: Export, entry: Entry, found: TenantSessions, *, only_set: bool, needs_profile: bool) -> None:
    """Complete one tenant's entry, and note what a fleet would write nevertheless."""
    spelled = partial(made.document.key_of, entry.name)
    declared = _declared(found, only_set=only_set)
    rows: dict[str, str | None] = dict.fromkeys(LOGIN_LIFETIMES)
    keys_of: defaultdict[str, list[str]] = defaultdict(list)
    for name, value, phrases in _rows(entry, found, declared, spelled, needs_profile=needs_profile):
        rows[name] = value
        for phrase in phrases:
            keys_of[phrase].append(spelled(name))
    profile = NO_CEILING if "profile" in rows else entry.chosen.profile
    left = list(_left(entry, found, profile, declared, spelled))
    made.document.complete(entry.name, rows)
    made.document.say([*(f"{', '.join(keys)}: {phrase}." for phrase, keys in keys_of.items()), *left], entry.name)
    made.notes.extend(f"{entry.name}: {sentence}" for sentence in left)


def _declared(found: TenantSessions, *, only_set: bool) -> dict[str, int]:
    """Return the lifetimes that an entry can declare, in minutes."""
    left_out = found.defaulted if only_set else ()
    minutes = {name: int(found.values[name]) for name in LOGIN_LIFETIMES if name in found.values}
    return {name: value for name, value in minutes.items() if name not in left_out and 0 < value <= MAX_MINUTES}


def _rows(
    entry: Entry,
    found: TenantSessions,
    declared: Mapping[str, int],
    spelled: Callable[[str], str],
    *,
    needs_profile: bool,
) -> Iterator[tuple[str, str, list[str]]]:
    """Yield each field that an entry gets, its value, and what a comment says of it."""
    plan, profile = entry.plan or _SMALLEST, entry.chosen.profile
    judged = [judge(name, value, plan=plan, ceiling=profile.ceiling(name)) for name, value in declared.items()]
    for one in judged:
        yield one.setting, text(one.minutes), list(_phrases(entry, found, one, spelled))
    has_default_mode = MODE in found.defaulted
    if MODE in found.values and (not has_default_mode or MODE in entry.values):
        yield MODE, str(found.values[MODE]), [_DEFAULT] if has_default_mode else []
    if any(one.cap for one in judged):
        yield "over_limit", OverLimit.WARN.value, [_AS_IT_IS]
    if any(one.ceiling for one in judged):
        yield "profile", str(NO_CEILING.name), [_OTHER.format(profile.name)]
    elif needs_profile:
        yield "profile", str(NO_CEILING.name), []


def _phrases(entry: Entry, found: TenantSessions, judged: Judgment, spelled: Callable[[str], str]) -> Iterator[str]:
    """Yield what a comment says of one lifetime."""
    if judged.setting in found.defaulted:
        yield _DEFAULT
    if judged.cap is not None:
        yield judged.above_cap if entry.plan else _ONLY.format(text(judged.cap))
    for absolute, idle in ABSOLUTE_AND_IDLE:
        if judged.setting == idle and judged.minutes > int(found.values.get(absolute, judged.minutes)):
            yield _USELESS.format(spelled(absolute))


def _left(
    entry: Entry,
    found: TenantSessions,
    profile: ProfileLimits,
    declared: Mapping[str, int],
    spelled: Callable[[str], str],
) -> Iterator[str]:
    """Yield what the file cannot express: what a fleet would write, and what the tenant reports unusably."""
    picked = pick(replace(entry.chosen, profile=profile, ceilings=()), declared, OverLimit.WARN)
    for name in LOGIN_LIFETIMES:
        if name in found.unusable:
            yield f"The tenant reports {spelled(name)} as {found.unusable[name]}."
            continue
        value = int(found.values[name])
        would = picked.applied(name, value)
        if would != value:
            yield f"`pulumi up` would write {spelled(name)} {text(would)}; the tenant has {text(value)}."
    if MODE in found.unusable:
        yield f"The tenant reports {spelled(MODE)} as {found.unusable[MODE]}."
