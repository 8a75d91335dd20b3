"""Completes a list of tenants with what each live tenant has, so that a fleet built from it writes nothing."""

from __future__ import annotations

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
from auth0_sessions.model.choices import Enforce, OverLimit
from auth0_sessions.model.judgment import Judgment, judge
from auth0_sessions.model.lifetime import MAX_MINUTES
from auth0_sessions.model.picking import Chosen, pick
from auth0_sessions.model.plans import PLAN_LIMITS, Plan
from auth0_sessions.model.profiles import PROFILES, Profile, ProfileLimits
from auth0_sessions.model.settings import ABSOLUTE_AND_IDLE, LOGIN_LIFETIMES, text

MODE = "session_cookie_mode"
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
_ALLOWS_ALL = (f"Profile {Profile.BALANCED} was added where none was given; it allows every value.",)
_IN_CONFIGURATION = (
    "The list is in the stack's configuration. To manage its tenants from this file, save it in the project's folder "
    "and name it with `pulumi config set auth0-sessions:tenants FILE`."
)
_UNREAD = ("`pulumi up` would give it the values of its profile and plan. Export again, or remove the entry.",)

_CONTEXTS = {"client_id": "vars", SECRET: "secrets"}
"""Part of a credential set -> where a GitHub Actions workflow keeps it."""

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

    def text(self, *, in_json: bool | None) -> str:
        """Return the completed file, in JSON or not; None for the form that it already has.

        Raises:
            InputError: It cannot be completed.

        """
        is_json = self.document.is_json if in_json is None else in_json
        return self.document.json() if is_json else self.document.text()

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
    made = Export(
        Document(file.path, file.keys) if file.path else Document(Path(source), _BESIDE_PROFILE, file.tenants),
        {entry.name: entry.values["domain"] for entry in entries},
        has_labels=any("credentials" in entry.values for entry in entries),
    )
    tenants = [entry.place for entry in entries]
    for entry, answer in zip(entries, read_many(tenants, read, _kept, on_progress), strict=True):
        if isinstance(answer, str):
            made.unread[entry.name] = answer
            made.document.say_of(entry.name, (f"Not read: {answer}", *_UNREAD))
        else:
            _complete(made, entry, answer, file, only_set=only_set)
    is_open = any("profile" not in entry.values for entry in entries)
    if is_open and file.keys == _BESIDE_PROFILE:
        made.document.set_beside("profile", str(NO_CEILING.name))
    made.document.say_first((*(_ONLY_SET if only_set else _ALL), *_MEANING, *(_ALLOWS_ALL if is_open else ())))
    if file.path is None:
        made.notes.append(_IN_CONFIGURATION)
    if planless := [entry.name for entry in entries if "plan" not in entry.values]:
        made.notes.append(f"No plan is set for {', '.join(planless)}. A fleet needs the plan of each tenant.")
    return made


def workflow_lines(file: TenantsFile, source: str) -> list[str]:
    """Return the lines of a GitHub Actions workflow's `env` that its tenants' credentials need, each label once.

    Raises:
        InputError: The file has problems, all of which are reported.

    """
    labels = dict.fromkeys(entry.values.get("credentials") for entry in _entries(file, source))
    named = [in_environment({}, label).names for label in labels]
    pairs = [(names[part], context) for names in named for part, context in _CONTEXTS.items()]
    return [f"{name}: ${{{{ {context}.{name} }}}}" for name, context in pairs]


def _entries(file: TenantsFile, source: str) -> list[Entry]:
    """Return the tenants of a file; those without a profile get one only from the file or its stack."""
    is_named = file.profile is not None or file.stack
    defaults = file.defaults if is_named else replace(file.defaults, profile=None)
    entries = read_entries(file.tenants, defaults)
    if problems := entries.all_problems:
        raise InputError(listed(source, problems))
    return list(entries.tenants.values())


def _kept(_: int, answer: Answer) -> TenantSessions | str:
    return answer if isinstance(answer, TenantSessions) else str(answer)


def _complete(made: Export, entry: Entry, found: TenantSessions, file: TenantsFile, *, only_set: bool) -> None:
    """Complete one tenant's entry, and note what a fleet would write nevertheless."""
    spelled = partial(made.document.key_of, entry.name)
    profile: ProfileLimits = entry.values.get("profile", NO_CEILING)
    declared = _declared(found, only_set=only_set)
    judged = [
        judge(name, minutes, plan=entry.plan or _SMALLEST, ceiling=profile.ceiling(name))
        for name, minutes in declared.items()
    ]
    rows: dict[str, str | None] = dict.fromkeys(LOGIN_LIFETIMES)
    phrases: defaultdict[str, list[str]] = defaultdict(list)
    for one in judged:
        rows[one.setting] = text(one.minutes)
        for phrase in _phrases(entry, found, one, spelled):
            phrases[phrase].append(one.setting)
    if MODE in found.values and (MODE not in found.defaulted or MODE in entry.values):
        rows[MODE] = str(found.values[MODE])
    if MODE in rows and MODE in found.defaulted:
        phrases[_DEFAULT].append(MODE)
    if any(one.cap for one in judged):
        rows["over_limit"] = OverLimit.WARN.value
        phrases[_AS_IT_IS].append("over_limit")
    if "profile" not in entry.values and file.keys != _BESIDE_PROFILE:
        rows["profile"] = str(NO_CEILING.name)
    if any(one.ceiling for one in judged):
        rows["profile"] = str(NO_CEILING.name)
        phrases[_OTHER.format(profile.name)].append("profile")
        profile = NO_CEILING
    made.document.complete(entry.name, rows)
    made.document.say_of(
        entry.name, (f"{', '.join(map(spelled, keys))}: {phrase}." for phrase, keys in phrases.items())
    )
    left = list(_left(entry, found, profile, declared, spelled))
    made.document.say_of(entry.name, left)
    made.notes.extend(f"{entry.name}: {sentence}" for sentence in left)


def _declared(found: TenantSessions, *, only_set: bool) -> dict[str, int]:
    """Return the lifetimes that an entry can declare, in minutes."""
    left_out = found.defaulted if only_set else ()
    minutes = {name: int(found.values[name]) for name in LOGIN_LIFETIMES if name in found.values}
    return {name: value for name, value in minutes.items() if name not in left_out and 0 < value <= MAX_MINUTES}


def _left(
    entry: Entry,
    found: TenantSessions,
    profile: ProfileLimits,
    declared: Mapping[str, int],
    spelled: Callable[[str], str],
) -> Iterator[str]:
    """Yield what the file cannot express: what a fleet would write, and what the tenant reports unusably."""
    chosen = Chosen(entry.plan or Plan.ENTERPRISE, profile, entry.values.get("enforce", Enforce.EXACT))
    picked = pick(chosen, declared, OverLimit.WARN)
    for name in LOGIN_LIFETIMES:
        if name in found.unusable:
            yield f"The tenant reports {spelled(name)} as {found.unusable[name]}."
        elif (would := picked.applied(name, value := int(found.values[name]))) != value:
            yield f"`pulumi up` would write {spelled(name)} {text(would)}; the tenant has {text(value)}."
    if MODE in found.unusable:
        yield f"The tenant reports {spelled(MODE)} as {found.unusable[MODE]}."


def _phrases(entry: Entry, found: TenantSessions, judged: Judgment, spelled: Callable[[str], str]) -> Iterator[str]:
    """Yield what a comment says of one lifetime."""
    if judged.setting in found.defaulted:
        yield _DEFAULT
    if judged.cap is not None:
        yield judged.above_cap if entry.plan else _ONLY.format(text(judged.cap))
    for absolute, idle in ABSOLUTE_AND_IDLE:
        if judged.setting == idle and judged.minutes > int(found.values.get(absolute, judged.minutes)):
            yield _USELESS.format(spelled(absolute))
