"""The report of a fleet: what each tenant gets, and why, as a Markdown table."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.fleet.entries import Defaults, plan_fleet
from auth0_sessions.fleet.report import HEADINGS, Row, report
from auth0_sessions.model.inputs import UNKNOWN
from auth0_sessions.model.settings import LOGIN_LIFETIMES


def fleet_of(*, plan="essential", profile="balanced", **tenants):
    """Plan a fleet of these tenants."""
    return plan_fleet(tenants, Defaults(plan, profile))


def cells_of(row):
    """Return the cells of a Markdown row as GitHub reads them: a backslash takes the meaning from what follows."""
    cells = re.findall(r"((?:\\.|[^|\\])*)\|", row.removeprefix("|"))
    return [re.sub(r"\\(.)", r"\1", cell[1:-1]) for cell in cells]


def row_of(tenant, lifetimes=None, gone_by=UNKNOWN, why=UNKNOWN):
    """Return a tenant's row; without lifetimes, as a preview of its create has it."""
    held = lifetimes or dict.fromkeys(LOGIN_LIFETIMES, UNKNOWN)
    reasons = dict.fromkeys(LOGIN_LIFETIMES, why)
    return Row(tenant.chosen.plan.value, tenant.chosen.profile.name, held, gone_by, reasons, tenant.picked)


def table_of(fleet):
    """Return the report at the preview of a fleet's creates."""
    return report({tenant.name: row_of(tenant) for tenant in fleet.tenants.values()})


def test_the_report():
    """One row for each tenant, in order, with what it gets, how much of the caps that is, and why."""
    fleet = fleet_of(
        acme={"domain": "a.auth0.com"},
        globex={"domain": "b.auth0.com", "plan": "enterprise", "profile": "pci-dss", "sessionLifetime": "12h"},
    )
    header, _, acme, globex = map(cells_of, table_of(fleet).splitlines())
    assert header == list(HEADINGS)
    later = "known after the update"
    assert acme[:-1] == ["acme", "essential", "balanced", "7d", "3d", "3d / 1d", "absolute 23%, idle 100%", later]
    assert acme[-1] == "; ".join(
        f"{value}: profile 'balanced' (Auth0's defaults)" for value in ("absolute 7d", "idle 3d")
    )
    assert globex[:-1] == [
        "globex",
        "enterprise",
        "pci-dss",
        "12h",
        "15m",
        "12h / 15m",
        "absolute <1%, idle <1%",
        later,
    ]


@pytest.mark.parametrize("gone_by", [None, "2026-12-01T00:00:00Z"])
def test_a_row_says_what_was_applied(gone_by):
    """Values, date and reasons are those of the outputs, whatever the program asks for."""
    (acme,) = fleet_of(profile="strict", acme={"domain": "a.auth0.com"}).tenants.values()
    held = dict(zip(LOGIN_LIFETIMES, ("60d", "90m", "2d", "5m"), strict=True))
    cells = cells_of(report({"acme": row_of(acme, held, gone_by, "as it was")}).splitlines()[2])
    shares = "absolute 200%, idle 2%"
    assert cells[3:] == ["60d", "90m", "2d / 5m", shares, gone_by or "-", "as it was; as it was"]


def test_the_report_of_ceilings():
    """Before a tenant's own value is known, a ceiling is no value, and the row says so."""
    fleet = plan_fleet({"acme": {"domain": "a.auth0.com"}}, Defaults("free", "strict", enforce="at-most"))
    cells = cells_of(table_of(fleet).splitlines()[2])
    assert cells[3:6] == ["at most 1d", "at most 1h", "at most 1d / at most 1h"]
    assert cells[-1].startswith("absolute at most 1d: profile 'strict'")


@given(st.lists(st.text(alphabet="a|\\\n\r\x0b ", max_size=6) | st.text(string.printable), min_size=1, unique=True))
def test_a_report_has_a_row_for_each_tenant(names):
    """Whatever the names are, GitHub reads a cell for each heading in each row, the first of them the name."""
    table = table_of(fleet_of(**{name: {"domain": f"t{number}.auth0.com"} for number, name in enumerate(names)}))
    rows = [cells_of(row) for row in table.split("\n")[2:]]
    assert [len(row) for row in rows] == [len(HEADINGS)] * len(names)
    assert [row[0] for row in rows] == [" ".join(name.split()) for name in names]
