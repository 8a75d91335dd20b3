"""The offline checks of the tenants in files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auth0_sessions.errors import listed
from auth0_sessions.fleet.across import in_two_files
from auth0_sessions.fleet.entries import Entry, plan_fleet
from auth0_sessions.fleet.file import TenantsFile
from auth0_sessions.lifecycle.check import Checked, check
from auth0_sessions.model.settings import text
from auth0_sessions.model.spelling import CAMEL_CASE


@dataclass(frozen=True)
class Validation:
    """The result of the checks: how many tenants each file lists, the problems, and the warnings."""

    tenants: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def validate(files: Mapping[str, TenantsFile]) -> Validation:
    """Check the tenants of files, by file name, as a fleet of each would, without calling any tenant."""
    found = Validation()
    domains = []
    for source, file in files.items():
        fleet = plan_fleet(file.tenants, file.defaults)
        problems = fleet.problems
        for tenant in [] if problems else fleet.tenants.values():
            checked = _checked(tenant)
            problems.extend(f"{tenant.name}: {problem.reason}" for problem in checked.problems)
            warnings = [*tenant.picked.warnings, *checked.warnings]
            found.warnings.extend(f"{source}: {tenant.name}: {warning}" for warning in warnings)
            domains.append((checked.declared.domain, source, tenant.name))
        found.tenants[source] = len(fleet.tenants)
        if problems:
            found.problems.append(listed(source, problems))
    found.problems.extend(in_two_files(domains))
    return found


def _checked(tenant: Entry) -> Checked:
    """Check a fleet's declaration for a tenant as its resource would."""
    lifetimes = {name: text(minutes) for name, minutes in tenant.picked.minutes.items()}
    news = {**tenant.rest, **lifetimes, "plan": tenant.chosen.plan.value, "enforce": tenant.chosen.enforce.value}
    return check(news, {}, spelling=CAMEL_CASE)
