"""What operations say to their user, in the names of the front end. Secret values are not repeated."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from auth0_sessions.lifecycle.record import Declared, State
from auth0_sessions.lifecycle.tenant import Log
from auth0_sessions.model.settings import SETTINGS, Clock, Values
from auth0_sessions.model.spelling import SNAKE_CASE, Spelling

_RAISED = (
    "A session's absolute expiry is fixed when it is created: existing sessions keep the earlier one, and users get "
    "the longer lifetime at their next login."
)
_LOWERED = (
    "New sessions get the lower limit; an existing session is held to it at its user's next activity, and never "
    "outlives the earlier lifetime, which was fixed when it was created. To end sessions sooner, revoke them "
    "(Enterprise plans)."
)


@dataclass(frozen=True)
class Messages:
    """The messages about one tenant."""

    log: Log
    spelling: Spelling = SNAKE_CASE

    def listed(self, declared: Declared, values: Values) -> str:
        """Return settings and their values as a list."""
        names = [name for name in SETTINGS if name in values]
        return ", ".join(f"{self.spelling.name(name)} {declared.masked(name, values[name])}" for name in names)

    def changed_absolute(self, declared: Declared, changed: Mapping[str, tuple[int, int]]) -> None:
        """Say what raised and lowered absolute lifetimes mean for existing sessions; each has its old and new value."""
        raised: list[str] = []
        lowered: list[str] = []
        for name, (old, new) in changed.items():
            if SETTINGS[name].limit is Clock.ABSOLUTE and old != new:
                said = (
                    f"{self.spelling.name(name)} goes from {declared.masked(name, old)} to {declared.masked(name, new)}"
                )
                (raised if new > old else lowered).append(said)
        for changes, meaning in ((raised, _RAISED), (lowered, _LOWERED)):
            if changes:
                self.log.warning(f"{declared.domain}: {' and '.join(changes)}. {meaning}")

    def kept(self, declared: Declared, held: Declared, names: Collection[str]) -> None:
        """Say which lifetimes keep a tenant's own value, which is shorter than their ceiling."""
        said = [
            f"{self.spelling.name(name)} keeps {held.masked(name, held.wanted[name])}, its own value "
            f"(ceiling {held.masked(name, most)})"
            for name, most in declared.ceilings.items()
            if name in names and held.wanted[name] != most
        ]
        if said:
            self.log.info(f"{declared.domain}: {'; '.join(said)}.")

    def superseded(self, state: State, names: Collection[str]) -> None:
        """Warn of settings that were written, but that the tenant reports otherwise."""
        declared = state.declared
        for name, asked in declared.not_met_by(state.reported).items():
            if name in names:
                reported = declared.masked(name, state.reported[name])
                self.log.warning(
                    f"{declared.domain}: {self.spelling.name(name)} was set to {declared.masked(name, asked)}, but the "
                    f"tenant reports {reported}: its plan does not allow the requested value. Declare {reported}, or "
                    "set the tenant's actual plan so that a preview catches it."
                )

    def drifted(self, declared: Declared, drifted: Values, new: Collection[str]) -> None:
        """Warn of settings that differ without having been written; the record of new ones follows the tenant."""
        for name, value in drifted.items():
            asked = declared.masked(name, declared.wanted[name])
            advice = "The next `pulumi up` will fix it." if name in new else "`pulumi up --refresh` will fix it."
            self.log.warning(
                f"{declared.domain}: {self.spelling.name(name)} was changed to {declared.masked(name, value)} outside "
                f"of Pulumi, but the program declares {asked}. {advice}"
            )

    def put_back_failed(self, declared: Declared, write: Values, before: Values) -> str:
        """Return what a tenant may have after a write with an unknown outcome that could not be taken back."""
        return (
            "The write may have taken effect, and restoring the earlier values also failed. The tenant may have "
            f"{self.listed(declared, write)}; it had {self.listed(declared, before)}. Run `pulumi refresh` before the "
            "next `pulumi up`. If the resource is new, restore the earlier values in the Dashboard first: the next run "
            "records what the tenant has then as its earlier values."
        )
