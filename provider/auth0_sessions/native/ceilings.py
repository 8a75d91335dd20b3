"""The ceilings of a stack in the plugin, which checks the resources of every language."""

from __future__ import annotations

from collections.abc import Iterable

from auth0_sessions.lifecycle.tenant import Log
from auth0_sessions.model.ceiling import StackCeiling, lowered
from auth0_sessions.model.settings import LOGIN_LIFETIMES
from auth0_sessions.native.codec import TO_CAMEL, Props
from auth0_sessions.program.ceiling import POLICY


def under_ceilings(given: Props, urn: str, ceilings: Iterable[StackCeiling], log: Log) -> Props:
    """Return a resource's inputs under ceilings, and log what they lower. A policy's child has them already."""
    *_, kind, name = urn.split("::")
    applying = [] if kind.split("$")[-2:-1] == [POLICY] else [one for one in ceilings if not one.spares(name)]
    values = dict(given.values)
    for setting in [setting for setting in LOGIN_LIFETIMES if applying and setting in values]:
        values[setting], by = lowered(setting, values[setting], applying)
        if by is not None:
            was = "[secret]" if setting in given.secrets else given.values[setting]
            log.info(f"{TO_CAMEL[setting]} is lowered from {was} to {values[setting]} by {by.phrase}.")
    return Props(values, given.secrets)
