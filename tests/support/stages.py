"""A tenant in memory, and the operations on it."""

from typing import Any

from auth0_sessions.lifecycle.operations import Operations
from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.model.choices import Enforce, OnDelete
from auth0_sessions.model.settings import Value
from fakes import FakeLog, FakeTenant

DOMAIN = "acme.eu.auth0.com"


def declared(
    *, on_delete: Any = OnDelete.RETAIN, plan: Any = None, enforce: Any = Enforce.EXACT, **wanted: Any
) -> Declared:
    """Return what a program asks for."""
    return Declared(DOMAIN, wanted, plan, on_delete=on_delete, enforce=enforce)


class Stage:
    """A tenant on which these settings were written, the operations on it, and what they said."""

    def __init__(self, **stored: Value) -> None:
        self.tenant, self.log = FakeTenant(**stored), FakeLog()
        self.operations = Operations(self.tenant, self.log)

    def managed(self, program: Declared) -> State:
        """Create a resource, and forget the calls and words of that."""
        state = self.operations.create(program)
        self.forget()
        return state

    def forget(self) -> None:
        """Forget calls and words."""
        self.tenant.forget_calls()
        self.log.warnings.clear()
        self.log.infos.clear()
