"""A team's own profiles, from configuration, a tenants file or a program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from auth0_sessions.errors import InputError, shown, visible
from auth0_sessions.model.lifetime import parse_each
from auth0_sessions.model.profiles import PROFILE_KEYS, PROFILES, ProfileLimits
from auth0_sessions.model.scalars import read_object

_OTHER_KEYS = ("ceiling", "source")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_EXAMPLE = 'as in {"our-baseline": {"absolute": "12h", "idle": "30m", "source": "Security handbook 4.2"}}'


def read_profiles(raw: object) -> tuple[dict[str, ProfileLimits], list[str]]:
    """Return the available profiles, including the built-in ones, and all problems with a team's own.

    A team's profiles are an object by name, as in `_EXAMPLE`, or its JSON text; None for no profiles.
    """
    try:
        given = read_object(raw, "profiles") if isinstance(raw, str) else raw
    except InputError as error:
        return dict(PROFILES), [str(error)]
    if given is None:
        return dict(PROFILES), []
    if not isinstance(given, Mapping):
        return dict(PROFILES), [f"profiles should be an object, {_EXAMPLE}."]
    known = dict(PROFILES)
    problems: list[str] = []
    for key, entry in given.items():
        name = str(key)
        profile, wrong = _read(name, entry)
        problems.extend(f"profile {shown(name)}: {problem}" for problem in wrong)
        if profile is not None and name not in PROFILES:
            known[name] = profile
    return known, problems


def _read(name: str, entry: object) -> tuple[ProfileLimits | None, list[str]]:
    """Return the valid part of one profile, and the problems with it."""
    problems: list[str] = []
    if name in PROFILES:
        problems.append("is built in and cannot be redefined; choose another name.")
    elif not _NAME.fullmatch(name):
        problems.append("a name can only have lowercase letters, digits, and '-'.")
    if not isinstance(entry, Mapping):
        return None, [*problems, f"should be an object, {_EXAMPLE}."]
    allowed = (*PROFILE_KEYS, *_OTHER_KEYS)
    unknown = [key for key in entry if key not in allowed]
    problems.extend(f"{visible(str(key))}: unknown key; allowed: {', '.join(allowed)}." for key in unknown)
    minutes, wrong = parse_each(entry, PROFILE_KEYS)
    problems.extend(wrong)
    ceiling = entry.get("ceiling", True)
    if not isinstance(ceiling, bool) and ceiling not in ("true", "false"):
        problems.append(f"ceiling is {shown(ceiling)}; allowed: true, false.")
    if all(entry.get(key) is None for key in PROFILE_KEYS):
        problems.append(f"has no lifetime; give at least one of {', '.join(PROFILE_KEYS)}.")
    source = str(entry.get("source") or "your own profile")
    is_ceiling = ceiling not in (False, "false")
    lifetimes: dict[str, Any] = {field: minutes.get(key) for key, field in PROFILE_KEYS.items()}
    return ProfileLimits(name=name, source=source, is_ceiling=is_ceiling, **lifetimes), problems
