"""Which properties of a record are secret because an input is."""

import pytest

from auth0_sessions.host.sealed import sealed, secret
from auth0_sessions.model.inputs import SECRETS
from auth0_sessions.model.settings import LIFETIMES, SETTINGS

REPEATING = ("previous", "superseded", "old_sessions_gone_by")


@pytest.mark.parametrize("name", SETTINGS)
def test_what_repeats_a_secret_setting_is_sealed(name):
    """The setting, its minutes and anything that may repeat its values are sealed; nothing else is. None stays None."""
    record = {name: "x", **dict.fromkeys(REPEATING, "y"), "plan": "free", "domain": "acme.auth0.com"}
    minutes = {f"{one}_minutes": 5 for one in LIFETIMES}
    kept = sealed({**record, **minutes, "credentials": None}, {SECRETS: f"{name},credentials"})
    hidden = {key for key, value in kept.items() if value in (secret("x"), secret("y"), secret(5))}
    assert hidden == {name, *REPEATING, *({f"{name}_minutes"} & minutes.keys())}
    assert (kept[SECRETS], kept["credentials"], kept["plan"]) == (f"{name},credentials", None, "free")


@pytest.mark.parametrize("inputs", [{}, {SECRETS: None}, {SECRETS: ""}])
def test_without_secrets_a_record_stays_as_it_is(inputs):
    """State of a program without secrets has no additional keys."""
    assert sealed({"plan": "free", "previous": {}}, inputs) == {"plan": "free", "previous": {}}
