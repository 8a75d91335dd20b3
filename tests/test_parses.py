"""Text becomes minutes once at each boundary: four lifetimes on their way from a tenants file to an update, counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from auth0_sessions import SessionPolicy, TenantFleet
from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.audit import audit
from auth0_sessions.fleet.file import read_tenants_file
from auth0_sessions.lifecycle.session import Session
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.settings import DEFAULTS, LOGIN_LIFETIMES
from auth0_sessions.model.spelling import camel_case
from fakes import FakeLog, FakeTenant
from mocked import run

DOMAIN = "acme.auth0.com"
FIRST = dict(zip(LOGIN_LIFETIMES, ("8h", "1h", "4h", "30m"), strict=True))
SECOND: dict[str, Any] = dict(zip(LOGIN_LIFETIMES, ("PT9H", "120m", "300m", "PT31M"), strict=True))
CANONICAL = dict(zip(LOGIN_LIFETIMES, ("9h", "2h", "5h", "31m"), strict=True))
REST = {"domain": DOMAIN, "plan": "enterprise"}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Counter[object]:
    """How often each text was parsed. No two lifetimes of this file have the same text."""
    counter: Counter[object] = Counter()
    parse = Lifetime.parse

    def counting(value: object, **limits: Any) -> Lifetime:
        counter[value] += 1
        return parse(value, **limits)

    monkeypatch.setattr(Lifetime, "parse", counting)
    return counter


def once(*texts: str) -> dict[str, int]:
    """Return the count of texts that were each parsed once."""
    return dict.fromkeys(texts, 1)


def tenants_file(folder: Path, lifetimes: Mapping[str, str]) -> Path:
    """Write a file with one tenant."""
    entry = {"domain": DOMAIN, **{camel_case(name): text for name, text in lifetimes.items()}}
    path = folder / "tenants.json"
    path.write_text(json.dumps({"plan": "enterprise", "profile": "balanced", "tenants": {"acme": entry}}))
    return path


def session_of(tenant: FakeTenant) -> Session:
    """Return a provider process that knows this tenant."""
    return Session(log=FakeLog(), sources=lambda _: [], connect=lambda *_: lambda: tenant)


def test_a_program_parses_once(parsed: Counter[object], tmp_path: Path) -> None:
    """From the file to the resource of a fleet's tenant, each lifetime is parsed once and sent as canonical text."""
    file = read_tenants_file(tenants_file(tmp_path, SECOND))
    engine = run(lambda: TenantFleet("fleet", tenants=file.tenants, plan=file.plan, profile=file.profile))
    assert parsed == once(*SECOND.values())
    sent = engine.sent("fleet-acme-lifetime")
    assert {name: sent[name] for name in LOGIN_LIFETIMES} == CANONICAL


def test_a_policy_parses_once(parsed: Counter[object]) -> None:
    """A policy of its own does as a fleet's does."""
    run(lambda: SessionPolicy("acme", domain=DOMAIN, plan="enterprise", profile="balanced", **SECOND))
    assert parsed == once(*SECOND.values())


def test_an_audit_parses_once(parsed: Counter[object], tmp_path: Path) -> None:
    """An audit reads what a tenants file declares once."""
    file = read_tenants_file(tenants_file(tmp_path, SECOND))
    audit({"x": file}, read=lambda domain, _: TenantSessions(domain, DEFAULTS, frozenset()))
    assert parsed == once(*SECOND.values())


def test_a_check_parses_once(parsed: Counter[object]) -> None:
    """A check reads each of its inputs once, and of the last run's at most those that it speaks of, once."""
    session_of(FakeTenant()).check({**REST, **SECOND}, {})
    assert parsed == once(*SECOND.values())
    parsed.clear()
    session_of(FakeTenant()).check({**REST, **SECOND}, {**REST, **FIRST})
    assert once(*SECOND.values()).items() <= parsed.items() <= once(*SECOND.values(), *FIRST.values()).items()


def test_every_verb_parses_once(parsed: Counter[object]) -> None:
    """Create, diff, update, refresh and delete read each lifetime that they are handed at most once.

    What a tenant reports is in a record as minutes, so an old record costs nothing.
    """
    session = session_of(FakeTenant())
    first, second = (session.check({**REST, **values}, {}).inputs for values in (FIRST, SECOND))
    parsed.clear()

    state = json.loads(json.dumps(session.create(first).to_props()))
    assert parsed == once(*FIRST.values())
    parsed.clear()

    assert session.diff(state, second).inputs.keys() == set(LOGIN_LIFETIMES)
    assert parsed == once(*CANONICAL.values())
    parsed.clear()

    state = json.loads(json.dumps(session.update(state, second).to_props()))
    assert parsed == once(*CANONICAL.values())
    parsed.clear()

    session_of(FakeTenant()).refresh(state)
    session_of(FakeTenant()).delete(state)
    assert parsed == {}
