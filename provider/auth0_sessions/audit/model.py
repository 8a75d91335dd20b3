"""The published form of an audit; `docs/audit.schema.json` is generated from these classes."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from itertools import groupby
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from auth0_sessions.model.plans import Plan
from auth0_sessions.model.profiles import Force


class Rule(StrEnum):
    """Why something is a finding."""

    ABOVE_CAP = "above_cap"
    ABOVE_BASELINE = "above_baseline"
    NOT_AS_DECLARED = "not_as_declared"
    UNUSABLE = "unusable"


class Status(StrEnum):
    """The result for a tenant."""

    MEETS = "meets"
    FINDINGS = "findings"
    UNREACHABLE = "unreachable"


_BEST_FIRST = (Status.MEETS, Status.UNREACHABLE, Status.FINDINGS)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)


class Finding(_Row):
    """One setting of one tenant that is not as it should be."""

    setting: str = Field(description="The setting, by its name in the Management API.")
    rule: Rule = Field(
        description="Above the plan's cap, above the baseline, not as the tenants file declares, or not a usable value."
    )
    message: str = Field(description="What the value is, and what it should be.")
    change: str = Field(description="What fixes it: `pulumi up`, the tenants file, the Dashboard or the API.")
    times_allowed: float = Field(
        1.0, ge=0, description="The lifetime divided by what is allowed or declared; 1.0 if neither is a figure."
    )
    force: Force | None = Field(
        None,
        description="How binding the baseline's source makes its figure; null if it does not say.",
    )
    is_in_use: bool = Field(
        default=True,
        description="False for a lifetime of the kind of session that the tenant's cookie mode does not create.",
    )

    @property
    def tag(self) -> str:
        """How binding it is, as standards write it; empty if the source does not say."""
        return self.force.upper() if self.force else ""

    @property
    def severity(self) -> tuple[bool, bool, float]:
        """The sort key: is the kind of session in use, does the source require the figure, and how far above it."""
        return self.is_in_use, self.force is Force.SHALL, self.times_allowed


class AuditedLifetime(_Row):
    """One lifetime of one tenant. All figures are minutes."""

    setting: str = Field(description="The setting, by its name in the Management API.")
    minutes: int | None = Field(
        ge=0, description="What the tenant reports, in minutes; null if that is not a lifetime."
    )
    text: str = Field(description="The same in days, hours and minutes, or `unusable`.")
    is_default: bool = Field(description="True if it was never set, so that Auth0's default applies.")
    cap_minutes: int | None = Field(description="The most that the plan allows; null if no plan is set.")
    share_of_cap: float | None = Field(ge=0, description="1.0 for all of the cap, more for a value above it.")
    baseline_minutes: int | None = Field(
        description="The most that the baseline allows, never more than the cap; null if it sets no limit."
    )
    declared_minutes: int | None = Field(description="What the tenants file sets; null if it leaves it to the profile.")


class AuditedTenant(_Row):
    """The result for one tenant."""

    name: str = Field(description="The tenant's short name in the tenants file.")
    source: str = Field("", description="The tenants file that lists it.")
    domain: str
    plan: Plan | None = Field(description="As in the tenants file; Auth0's API does not expose the plan.")
    profile: str = Field(description="The baseline: the name of a built-in profile, or of one of your own.")
    profile_from: str = Field(description="Where the profile is set.")
    ceiling: str | None = Field(None, description="The stack's ceiling, with its reason; null if none applies.")
    status: Status
    error: str | None = Field(description="Why an unreachable tenant could not be read, and what to do.")
    lifetimes: list[AuditedLifetime] = Field(description="The four lifetimes; empty if unreachable.")
    session_cookie_mode: str | None = Field(
        description="The kind of session that the tenant creates; null if it was not read or is not a known kind."
    )
    findings: list[Finding] = Field(description="Those of the worst setting first.")
    notes: list[str] = Field(description="Remarks that are not findings.")

    def rules(self, setting: str) -> list[Rule]:
        """Return why a setting is a finding."""
        return [finding.rule for finding in self.findings if finding.setting == setting]

    @property
    def advice(self) -> list[list[Finding]]:
        """Its findings, grouped by what to change."""
        return [list(group) for _, group in groupby(self.findings, lambda finding: (finding.setting, finding.change))]

    @property
    def worst(self) -> Finding | None:
        """Its worst finding."""
        return max(self.findings, key=lambda finding: finding.severity, default=None)

    @property
    def severity(self) -> tuple[Any, ...]:
        """The sort key: the status, its worst finding, and how many there are."""
        return _BEST_FIRST.index(self.status), *(self.worst.severity if self.worst else ()), len(self.findings)


class Audit(_Row):
    """The session lifetimes of each tenant in some files, and whether they meet the baseline."""

    model_config = ConfigDict(json_schema_extra={"$schema": "https://json-schema.org/draft/2020-12/schema"})

    version: Literal[1] = Field(1, description="Increases when readers of the JSON have to change.")
    generated_at: AwareDatetime = Field(description="UTC.")
    source: str = Field(description="The tenants file, or all of them, separated by commas.")
    tenants: list[AuditedTenant] = Field(description="In the order of the files.")

    @property
    def worst_first(self) -> list[AuditedTenant]:
        """The tenants as reports list them; those that are equally bad stay in the order of the files."""
        return sorted(self.tenants, key=lambda tenant: tenant.severity, reverse=True)

    @property
    def shared_baseline(self) -> str | None:
        """The profile that is the baseline of all tenants, and what named it, in one sentence; None if they differ."""
        if len({tenant.profile for tenant in self.tenants}) != 1:
            return None
        named_by = ", ".join(dict.fromkeys(tenant.profile_from for tenant in self.tenants))
        of = "the tenant" if len(self.tenants) == 1 else f"all {len(self.tenants)} tenants"
        return f"Baseline of {of}: profile {self.tenants[0].profile}, from {named_by}."

    @property
    def remarks(self) -> list[str]:
        """What applies to several tenants, in sentences: the baseline that all share, and the stack's ceiling."""
        found = [self.shared_baseline] if self.shared_baseline else []
        for ceiling, count in Counter(tenant.ceiling for tenant in self.tenants if tenant.ceiling).items():
            found.append(f"{ceiling[0].upper()}{ceiling[1:]} applies to {count} of {len(self.tenants)} tenants.")
        return found

    @property
    def has_many_files(self) -> bool:
        """True if the tenants come from more than one file."""
        return len({tenant.source for tenant in self.tenants}) > 1

    def count(self, status: Status) -> int:
        """Return how many tenants have this result."""
        return sum(tenant.status == status for tenant in self.tenants)

    @property
    def is_fine(self) -> bool:
        """True if every tenant was read and meets its baseline."""
        return self.count(Status.MEETS) == len(self.tenants)

    @property
    def verdict(self) -> str:
        """The result, in one sentence."""
        total, meeting = len(self.tenants), self.count(Status.MEETS)
        if total == 0:
            return "No tenant was audited."
        if meeting == total:
            return "The tenant meets its baseline." if total == 1 else f"All {total} tenants meet their baseline."
        findings, unreachable = self.count(Status.FINDINGS), self.count(Status.UNREACHABLE)
        if total == 1:
            return "The tenant has findings." if findings else "The tenant could not be read."
        verb = "have" if findings > 1 else "has"
        rest = [f"{findings} {verb} findings"] if findings else []
        rest += [f"{unreachable} could not be read"] if unreachable else []
        verb = "meets its" if meeting == 1 else "meet their"
        return f"{meeting} of {total} tenants {verb} baseline; {' and '.join(rest)}."
