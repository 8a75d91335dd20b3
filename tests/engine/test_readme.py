"""What the README shows is what happens."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from pulumi import automation

import local_engine
from auth0_sessions.lifetime import Lifetime
from auth0_sessions.plans import PLAN_LIMITS, Plan
from auth0_sessions.profiles import PROFILES
from auth0_sessions.settings import LIFETIMES, SETTINGS

README = (local_engine.ROOT / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def block(words: str) -> str:
    """Return the one Python block of the README that holds these words."""
    (found,) = [text for text in PYTHON if words in text]
    return found


def run_as_program(engine, text: str) -> None:
    """Let the engine run a block of the README."""
    engine.program = lambda: exec(compile(text, "README.md", "exec"), {})  # noqa: S102  Our own README.
    run = engine.up()
    assert run.ok, run.output


def test_the_ten_lines_run_on_the_real_engine(engine, tenant):
    """The program that people copy does what it says, on the engine, with the tenant's domain put in."""
    program = block('on_delete="restore"').replace("acme.eu.auth0.com", tenant.domain)
    assert len([line for line in program.splitlines() if line and not line.startswith("import pulumi")]) == 10
    run_as_program(engine, program)
    assert tenant.settings == {"session_lifetime": 43_200, "idle_session_lifetime": 90}


def test_the_example_of_a_policy_runs_on_the_real_engine(engine, tenant):
    """The argument goes before the profile, and the profile holds for the rest."""
    run_as_program(engine, block("SessionPolicy(").replace("acme.eu.auth0.com", tenant.domain))
    lifetimes = ("session_lifetime", "idle_session_lifetime")
    assert [tenant.settings[name] for name in lifetimes] == [480, 60]


def test_the_example_of_many_tenants_runs_on_the_real_engine(engine, auth0_sandbox):
    """Each tenant through a provider of its own."""
    tenants = [auth0_sandbox.add_tenant(name) for name in ("acme", "globex")]
    run_as_program(engine, block("Provider(").replace("{name}.eu.auth0.com", f"{auth0_sandbox.url}/{{name}}"))
    assert [one.settings["idle_session_lifetime"] for one in tenants] == [15, 15]


def test_the_report_is_the_one_of_a_real_run(tmp_path, auth0_sandbox):
    """The fleet's configuration in the README makes the report in the README."""
    (text,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    config = yaml.safe_load(text)["config"]
    environment = {}
    for name, given in config["auth0-sessions:tenants"].items():
        given["domain"] = auth0_sandbox.add_tenant(name, plan=given.get("plan", "essential")).domain
        environment |= {f"AUTH0_{name.upper()}_CLIENT_ID": name, f"AUTH0_{name.upper()}_CLIENT_SECRET": name}
    program = compile(block("from_config"), "README.md", "exec")
    stack = local_engine.open_stack(
        lambda: exec(program, {}),  # noqa: S102  Our own README.
        tmp_path,
        stack="prod",
        environment=environment,
    )
    for key, value in config.items():
        stack.set_config(key, automation.ConfigValue(value if isinstance(value, str) else json.dumps(value)))
    preview = local_engine.run(stack, "preview")
    assert preview.ok, preview.output
    run = local_engine.run(stack, "up")
    assert run.ok, run.output
    report = stack.outputs()["report"].value
    assert report in README
    assert all(line in preview.output for line in report.splitlines())


def test_every_python_block_is_python():
    """No block is left that nobody has compiled."""
    assert len(PYTHON) == 5
    for text in PYTHON:
        compile(text, "README.md", "exec")


@pytest.mark.parametrize("profile", PROFILES)
def test_the_table_of_profiles_is_the_data_s(profile):
    """Figures and sources in the README are those of the table."""
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{profile}` |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    limits = PROFILES[profile]
    figures = [limits.absolute_minutes, limits.idle_minutes]
    assert cells[1:3] == ["the plan's cap" if minutes is None else str(Lifetime(minutes)) for minutes in figures]
    assert cells[3] == ("no" if limits.is_ceiling else "yes")
    assert cells[4].startswith(limits.source)


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
