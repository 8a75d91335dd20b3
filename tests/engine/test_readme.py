"""What the README shows is what happens."""

from __future__ import annotations

import re

import pytest

import local_engine
from auth0_sessions.lifetime import Lifetime
from auth0_sessions.plans import PLAN_LIMITS, Plan
from auth0_sessions.settings import LIFETIMES, SETTINGS

README = (local_engine.ROOT / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_ten_lines_run_on_the_real_engine(engine, tenant):
    """The program that people copy does what it says, on the engine, with the tenant's domain put in."""
    program = PYTHON[0].replace("acme.eu.auth0.com", tenant.domain)
    assert len([line for line in program.splitlines() if line and not line.startswith("import pulumi")]) == 10
    engine.program = lambda: exec(compile(program, "README.md", "exec"), {})  # noqa: S102  Our own README.
    assert engine.up().ok
    assert tenant.settings == {"session_lifetime": 43_200, "idle_session_lifetime": 90}


def test_the_example_of_many_tenants_runs_on_the_real_engine(engine, auth0_sandbox):
    """Each tenant through a provider of its own."""
    tenants = [auth0_sandbox.add_tenant(name) for name in ("acme", "globex")]
    program = PYTHON[1].replace("{name}.eu.auth0.com", f"{auth0_sandbox.url}/{{name}}")
    engine.program = lambda: exec(compile(program, "README.md", "exec"), {})  # noqa: S102  Our own README.
    assert engine.up().ok
    assert [one.settings["idle_session_lifetime"] for one in tenants] == [15, 15]


def test_every_python_block_is_python():
    """No block is left that nobody has compiled."""
    assert len(PYTHON) == 3
    for block in PYTHON:
        compile(block, "README.md", "exec")


@pytest.mark.parametrize("name", LIFETIMES)
def test_the_table_of_caps_is_the_data_s(name):
    """Minutes, hours and days in the README are those of the tables."""
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{name}` | ") and "hours" in line]
    limits = [PLAN_LIMITS[plan].cap(SETTINGS[name].limit) for plan in (Plan.ESSENTIAL, Plan.ENTERPRISE)]
    cells = [f"{Lifetime(m)} = {m // 60:,} hours = {m:,} minutes" for m in (SETTINGS[name].default, *limits)]
    assert row == f"| `{name}` | {' | '.join(cells)} |"


def test_the_three_self_service_plans_share_a_column():
    """The table has one column for three plans because their caps are equal."""
    one, *others = [PLAN_LIMITS[plan] for plan in (Plan.ESSENTIAL, Plan.PROFESSIONAL, Plan.FREE)]
    for other in others:
        assert (one.absolute_minutes, one.idle_minutes) == (other.absolute_minutes, other.idle_minutes)
