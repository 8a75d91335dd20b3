"""A mocked engine: how a program's resources look without a provider."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
from pulumi.runtime import mocks

from auth0_sessions.lifecycle.record import respelled
from auth0_sessions.model.lifetime import Lifetime
from auth0_sessions.model.settings import LIFETIMES
from auth0_sessions.native.codec import RESOURCE, TO_CAMEL, TO_SNAKE

MINUTES = 480
"""What every managed lifetime is reported as."""


def in_snake_case(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource's properties under the names of Python, whichever front end they are from."""
    return respelled(values, lambda name: TO_SNAKE.get(name, name))


class Engine(pulumi.runtime.Mocks):
    """Answers as our provider would at a create, and remembers what was registered."""

    def __init__(self) -> None:
        self.registered: dict[str, mocks.MockResourceArgs] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Note a resource and return its outputs."""
        self.registered[args.name] = args
        outputs = self.outputs(in_snake_case(args.inputs))
        if args.typ == RESOURCE:
            outputs = respelled(outputs, lambda name: TO_CAMEL.get(name, name))
        return args.inputs.get("domain", args.name), outputs

    def outputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outputs of a resource, in snake_case."""
        managed = [name for name in LIFETIMES if name in inputs]
        minutes = {f"{name}_minutes": MINUTES for name in managed}
        own = dict.fromkeys(managed, MINUTES) if inputs.get("enforce") == "at-most" else None
        held = {name: str(min(Lifetime.parse(inputs[name]), Lifetime(MINUTES))) for name in own or {}}
        return {**inputs, **minutes, **held, "own": own, "previous": {}, "superseded": {}}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Answer a function, of which there is none."""
        raise NotImplementedError(args.token)

    def sent(self, name: str) -> dict[str, Any]:
        """Return a resource's inputs in snake_case, without the provider and without what is None."""
        inputs = in_snake_case(self.registered[name].inputs)
        return {key: value for key, value in inputs.items() if value is not None and key != "__provider"}

    def run(
        self,
        program: Callable[[], Any],
        *,
        stack: str = "production",
        config: Mapping[str, str] | None = None,
        preview: bool = False,
    ) -> None:
        """Run a program in a run of its own, with this configuration and no other."""
        pulumi.runtime.set_mocks(self, project="test", stack=stack, preview=preview)
        pulumi.runtime.set_all_config(dict(config or {}))
        try:
            pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]  # The SDK has no types here.
        finally:
            pulumi.runtime.set_all_config({})


def run(
    program: Callable[[], Any],
    *,
    stack: str = "production",
    config: Mapping[str, str] | None = None,
    preview: bool = False,
) -> Engine:
    """Run a program as a new engine would, and return the engine."""
    engine = Engine()
    engine.run(program, stack=stack, config=config, preview=preview)
    return engine
