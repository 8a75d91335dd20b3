"""An in-memory tenant and log, with the types that operations require."""

from collections.abc import Sequence
from datetime import UTC, datetime

from auth0_sessions.api.wire import shared_fields
from auth0_sessions.model.settings import Reported, Value, Values


class FakeTenant:
    """An in-memory tenant that records every call, and can cap what it reports.

    Attributes:
        stored: What was ever written.
        caps: Setting -> the most that is reported.
        calls: "GET", or what was written.
        put_backs: How many writes put earlier values back.
        failures: What the next writes raise, each with whether it takes effect all the same.
        unusable: Setting -> why its reported value cannot be used.
        moment: Its time.

    """

    def __init__(self, **stored: Value) -> None:
        self.stored: dict[str, Value] = dict(stored)
        self.caps: dict[str, int] = {}
        self.calls: list[object] = []
        self.put_backs = 0
        self.failures: list[tuple[BaseException | None, bool]] = []
        self.unusable: dict[str, str] = {}
        self.moment = datetime(2026, 9, 21, 12, 0, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Return its time."""
        return self.moment

    def read(self) -> Reported:
        """Return what was ever written."""
        self.calls.append("GET")
        return self._reported()

    def write(self, values: Values, *, just_read: bool = False) -> Reported:
        """Write settings and return what is reported then; a shared object that was not just read costs a GET."""
        if shared_fields(values) and not just_read:
            self.calls.append("GET")
        self.calls.append(dict(values))
        error, takes_effect = self.failures.pop(0) if self.failures else (None, True)
        if takes_effect:
            self.stored.update(values)
        if error:
            raise error
        # A written setting whose reported value cannot be used counts as written.
        return Reported({**values, **self._reported()}, self.unusable)

    def put_back(self, values: Values) -> None:
        """Write settings again."""
        self.put_backs += 1
        self.write(values, just_read=True)

    def _reported(self) -> Reported:
        usable = {name: value for name, value in self.stored.items() if name not in self.unusable}
        return Reported({name: self._capped(name, value) for name, value in usable.items()}, self.unusable)

    def _capped(self, name: str, value: Value) -> Value:
        return min(value, self.caps.get(name, value)) if isinstance(value, int) else value

    def change_on_the_dashboard(self, **values: Value) -> None:
        """Change settings outside of the program."""
        self.stored.update(values)

    def forget_calls(self) -> Sequence[object]:
        """Return the recorded calls, and clear them."""
        calls, self.calls = self.calls, []
        return calls


class FakeLog:
    """A log that keeps its lines."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.infos: list[str] = []
        self.statuses: list[str] = []

    def warning(self, message: str) -> None:
        """Keep a warning."""
        self.warnings.append(message)

    def info(self, message: str) -> None:
        """Keep an information message."""
        self.infos.append(message)

    def status(self, message: str) -> None:
        """Keep a status line."""
        self.statuses.append(message)
