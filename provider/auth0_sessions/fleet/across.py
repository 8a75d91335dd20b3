"""Problems between the entries of a fleet, or of several files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from auth0_sessions.errors import shown


def renamed_wrongly(formerly: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    """Yield a tenant and a problem if its earlier short name is still in use, or is another tenant's, too."""
    renamed: dict[str, str] = {}
    for name, was in formerly.items():
        if was is None:
            continue
        if was in formerly:
            yield name, f"formerly is {shown(was)}, but there is still a tenant with that name."
        elif (other := renamed.setdefault(was, name)) != name:
            yield name, f"formerly is {shown(was)}, which {other} also gives. Keep one of them."


def in_two_files(tenants: Iterable[tuple[str, str, str]]) -> list[str]:
    """Return a message for each domain that more than one file lists, with the file and short name of each entry."""
    places = _several((domain, f"in {source} as {name}") for domain, source, name in tenants)
    return [f"{domain} is {' and '.join(found)}. Keep one entry per domain." for domain, found in places.items()]


def named_twice(domains: Iterable[tuple[str, str]]) -> list[str]:
    """Return a message for each domain that more than one short name has."""
    names = _several(domains)
    return [f"{', '.join(same)}: all are {domain}. Keep one entry per domain." for domain, same in names.items()]


def _several(named: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the items that share a domain with another item."""
    found = defaultdict(list)
    for domain, name in named:
        found[domain].append(name)
    return {domain: names for domain, names in found.items() if len(names) > 1}
