"""Writes that fail: what may have taken effect is put back, or the error lists what the tenant may have."""

from functools import partial

import pytest

from auth0_sessions.errors import (
    BadRequestError,
    CredentialsError,
    RateLimitError,
    TenantUnreachableError,
    UnexpectedAnswerError,
)
from auth0_sessions.model.choices import OnDelete
from auth0_sessions.model.settings import AUTH0_DEFAULTS
from stages import Stage, declared

SHARED = "anonymous_session_lifetime"
"""The setting inside an object that other features share: a write of it needs one GET, and putting it back none."""

RECORDED = {"session_lifetime": 480, SHARED: 90}
PROGRAM = {"session_lifetime": 60, SHARED: 30, "idle_session_lifetime": 30}
OPERATIONS = {
    "create": lambda scene, _: scene.operations.create(declared(**PROGRAM)),
    "update": lambda scene, record: scene.operations.update(record, declared(**PROGRAM)),
    "delete": lambda scene, record: scene.operations.delete(record),
}
LOST = [TenantUnreachableError, partial(UnexpectedAnswerError, status=502), partial(RateLimitError, status=429)]
REFUSED = [partial(BadRequestError, status=400), CredentialsError, TenantUnreachableError]


def lost(error):
    """Return an error of a write that the tenant may have applied."""
    error.may_have_written = True
    return error


def begin():
    """Return a tenant with a record that a delete resets, and this record."""
    scene = Stage()
    return scene, scene.managed(declared(on_delete=OnDelete.RESET, **RECORDED))


@pytest.mark.parametrize("verb", OPERATIONS)
@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_write_is_put_back(verb, kind, took_effect):
    """All of it, with one attempt; the error stays the same, and the tenant has what the record says."""
    (scene, record), error = begin(), lost(kind("gone"))
    scene.tenant.failures = [(error, took_effect)]
    with pytest.raises(type(error), match=r"^gone$") as raised:
        OPERATIONS[verb](scene, record)
    assert raised.value is error
    write = {name: AUTH0_DEFAULTS[name] for name in RECORDED} if verb == "delete" else PROGRAM
    before = {name: RECORDED.get(name, AUTH0_DEFAULTS[name]) for name in write}
    assert scene.tenant.calls == ["GET", write, before]
    assert scene.tenant.put_backs == 1
    assert scene.tenant.stored == {**RECORDED, **before}


@pytest.mark.parametrize("verb", OPERATIONS)
@pytest.mark.parametrize("kind", REFUSED)
def test_a_refused_write_is_not_put_back(verb, kind):
    """A write that the tenant cannot have applied changed nothing, so there is nothing to undo."""
    (scene, record), error = begin(), kind("no")
    scene.tenant.failures = [(error, False)]
    with pytest.raises(type(error), match=r"^no$"):
        OPERATIONS[verb](scene, record)
    assert (len(scene.tenant.calls), scene.tenant.stored) == (2, RECORDED)


@pytest.mark.parametrize("verb", OPERATIONS)
@pytest.mark.parametrize("second", [lost(TenantUnreachableError("no")), BadRequestError("no", status=400)])
def test_a_put_back_that_fails_lists_the_old_values(verb, second):
    """The error of the write is what is raised, with what the tenant may have, what it had, and what to do about it."""
    (scene, record), error = begin(), lost(TenantUnreachableError("gone"))
    scene.tenant.failures = [(error, True), (second, False)]
    with pytest.raises(TenantUnreachableError) as raised:
        OPERATIONS[verb](scene, record)
    assert raised.value is error
    has, had = ("7d", "8h") if verb == "delete" else ("1h", "8h")
    assert str(error).startswith("gone The write may have taken effect, and restoring the earlier values also failed.")
    assert f"The tenant may have session_lifetime {has}, " in str(error)
    assert f"; it had session_lifetime {had}, " in str(error)
    assert "Run `pulumi refresh`" in str(error)
    assert len(scene.tenant.calls) == 3


def test_a_value_that_the_api_does_not_accept_cannot_be_put_back():
    """The error lists it, because the tenant may have had it all the same."""
    scene, program = Stage(session_lifetime=600_000), {"session_lifetime": 60}
    scene.tenant.failures = [(lost(TenantUnreachableError("gone")), True)]
    with pytest.raises(TenantUnreachableError, match=r"it had session_lifetime 416d16h\."):
        scene.operations.create(declared(**program))
    assert scene.tenant.calls == ["GET", program]
