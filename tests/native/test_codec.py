"""Names and values between the core and the engine: an inverse pair, with secrets and unknowns kept."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from auth0_sessions.host.sealed import secret
from auth0_sessions.lifecycle.record import OUTPUTS
from auth0_sessions.model.inputs import INPUTS, UNKNOWN
from auth0_sessions.model.settings import SETTINGS
from auth0_sessions.native.codec import TO_CAMEL, TO_SNAKE, from_wire, to_wire
from provider_process import plain, struct

NAMES = (*INPUTS, *OUTPUTS)
TEXTS = st.text().filter(lambda text: text != rpc.UNKNOWN)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=5
)
SETTING_MAPS = st.dictionaries(st.sampled_from(list(SETTINGS)), SCALARS)


def output(**members) -> dict:
    """Return an output value as the engine sends it."""
    return {rpc._special_sig_key: rpc._special_output_value_sig, **members}


def test_every_property_has_one_name_on_each_side():
    """No two properties share a name on the wire, where names are in camelCase, and the two tables are inverse."""
    assert {TO_SNAKE[camel]: camel for camel in TO_SNAKE} == TO_CAMEL
    assert ({*TO_CAMEL}, len(TO_SNAKE)) == ({*NAMES}, len(NAMES))
    assert [camel for camel in TO_SNAKE if "_" in camel or not camel[0].islower()] == []


@given(st.dictionaries(st.sampled_from([name for name in NAMES if name not in ("previous", "superseded")]), VALUES))
def test_what_is_written_is_read_again(values):
    """Reading is the inverse of writing, for any plain value."""
    assert from_wire(to_wire(values)).values == values


@given(SETTING_MAPS, SETTING_MAPS)
def test_settings_inside_properties_are_spelled_too(previous, superseded):
    """The keys of `previous` and `superseded` are settings: camelCase on the wire, snake_case here."""
    values = {"previous": previous, "superseded": superseded}
    wire: Any = to_wire(values)
    assert set(wire["previous"]) == {TO_CAMEL[name] for name in previous}
    assert from_wire(wire).values == values


def test_a_record_of_the_dynamic_resource_is_read_as_it_is():
    """snake_case names, outer and nested, need no mapping; other keys are unchanged."""
    record = {"session_lifetime": "8h", "previous": {"idle_session_lifetime": 15}, "__provider": "x"}
    assert from_wire(struct(record)).values == record


@pytest.mark.parametrize(
    ("wire", "value"),
    [(8.0, 8), (8.5, 8.5), (-0.0, 0), (math.inf, math.inf), (2.0**53, 2**53)],
)
def test_whole_numbers_are_integers_again(wire, value):
    """Numbers travel as floats; a whole one is an integer here, so that no message shows `8.0`."""
    read = from_wire(struct({"plan": wire})).values["plan"]
    assert (read, type(read)) == (value, type(value))


def test_unknown_values_stay_unknown():
    """The engine's marker for unknown values becomes ours, also for an output without a value."""
    wire = struct({"domain": rpc.UNKNOWN, "plan": output()})
    assert from_wire(wire).values == {"domain": UNKNOWN, "plan": UNKNOWN}
    assert to_wire({"domain": UNKNOWN})["domain"] == rpc.UNKNOWN


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        (secret("8h"), "8h"),
        (secret(secret("8h")), "8h"),
        (output(value="8h", secret=True), "8h"),
        ({"inside": secret(1)}, {"inside": 1}),
        ([secret(1), 2], [1, 2]),
    ],
)
def test_a_secret_is_noted_and_unwrapped(wire, value):
    """A property is recorded as secret by name, even if only a nested value is secret."""
    read = from_wire(struct({"sessionLifetime": wire, "plan": output(value="free", secret=False)}))
    assert read.values == {"session_lifetime": value, "plan": "free"}
    assert read.secrets == {"session_lifetime"}


@pytest.mark.parametrize(
    ("name", "values", "sent"),
    [
        ("credentials", {"credentials": "acme", "superseded": {}}, {"credentials": secret("acme"), "superseded": {}}),
        ("sesionLifetime", {"sesionLifetime": "8h"}, {"sesionLifetime": secret("8h")}),
        ("plan", {"plan": None}, {"plan": None}),
    ],
    ids=["a label hides no setting", "a mistyped name", "None would be shown as unknown"],
)
def test_what_else_is_sent_as_a_secret(name, values, sent):
    """What came as a secret leaves as one, unless it is None."""
    assert plain(to_wire(values, {name})) == sent
