"""Pulumi's engine in miniature: the verbs that it calls on a provider, in its order, for a few resources in one state.

What matters here is what the real one does: a resource is checked with its earlier inputs, a replaced one again without
them; what the program no longer declares is deleted last, and not at all after a failure; what `--target` leaves out is
not checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from auth0_sessions.errors import Auth0SessionsError
from auth0_sessions.lifecycle.record import State
from auth0_sessions.lifecycle.verbs import Verbs

Inputs = dict[str, Any]


class RunFailedError(Exception):
    """A run ended early; what it had done until then is in the state."""


@dataclass
class Resource:
    """A resource in the state: its inputs and its record."""

    inputs: Inputs
    record: dict[str, Any]


@dataclass
class Engine:
    """A stack: its state by URN, in the order of creation. Each run has a provider process of its own.

    `refused` holds the problems of the last run's checks.
    """

    start: Callable[[], Verbs]
    state: dict[str, Resource] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def up(
        self,
        program: Mapping[str, Inputs],
        *,
        aliases: Mapping[str, str] | None = None,
        targets: Collection[str] | None = None,
        replace: Collection[str] = (),
        ignored: Collection[str] = (),
        is_refreshed: bool = False,
    ) -> None:
        """Run a program; `aliases` has the earlier URN of a renamed resource, `ignored` the ignored inputs.

        Raises:
            RunFailedError: A verb failed.

        """
        verbs, self.refused = self.start(), []
        if is_refreshed:
            self._refresh(verbs)
        for new, old in (aliases or {}).items():
            if old in self.state and new not in self.state:
                self.state[new] = self.state.pop(old)
        with _failing():
            for urn, inputs in program.items():
                if targets is None or urn in targets:
                    self._register(verbs, urn, inputs, is_replaced=urn in replace, ignored=ignored)
            for urn in reversed([urn for urn in self.state if urn not in program]):
                if targets is None or urn in targets:
                    verbs.delete(self.state[urn].record)
                    del self.state[urn]

    def _register(self, verbs: Verbs, urn: str, given: Inputs, *, is_replaced: bool, ignored: Collection[str]) -> None:
        old = self.state.get(urn)
        if old is not None:
            given = {**given, **{name: old.inputs[name] for name in ignored if name in old.inputs}}
        inputs = self._checked(verbs, given, {} if old is None or is_replaced else old.inputs)
        if old is None:
            self.state[urn] = Resource(inputs, _stored(verbs.create(inputs)))
            return
        diff = None if is_replaced else verbs.diff(old.record, inputs)
        if diff is not None and not diff.replaces:
            record = _stored(verbs.update(old.record, inputs)) if diff.changes else old.record
            self.state[urn] = Resource(inputs, record)
            return
        if not is_replaced:
            inputs = self._checked(verbs, given, {})
        verbs.delete(old.record)
        del self.state[urn]
        self.state[urn] = Resource(inputs, _stored(verbs.create(inputs)))

    def _checked(self, verbs: Verbs, given: Inputs, olds: Inputs) -> Inputs:
        checked = verbs.check(given, olds)
        self.refused = [problem.reason for problem in checked.problems]
        if self.refused:
            raise RunFailedError(*self.refused)
        return checked.inputs

    def refresh(self) -> None:
        """Read what every tenant has."""
        with _failing():
            self._refresh(self.start())

    def _refresh(self, verbs: Verbs) -> None:
        for one in self.state.values():
            state = verbs.refresh(one.record)
            one.inputs, one.record = {**one.inputs, **state.inputs(one.inputs)}, _stored(state)

    def destroy(self) -> None:
        """Delete everything, the newest first, as the engine does without dependencies between resources."""
        verbs = self.start()
        with _failing():
            for urn in reversed(list(self.state)):
                verbs.delete(self.state[urn].record)
                del self.state[urn]


@contextmanager
def _failing() -> Iterator[None]:
    """Let a verb that fails end the run."""
    try:
        yield
    except Auth0SessionsError as error:
        raise RunFailedError(str(error)) from error


def _stored(state: State) -> dict[str, Any]:
    """Return a record as it is in the state: JSON."""
    stored: dict[str, Any] = json.loads(json.dumps(state.to_props()))
    return stored
