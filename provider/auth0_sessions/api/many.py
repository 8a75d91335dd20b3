"""Reading many tenants, several at a time."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from auth0_sessions.api.reader import TenantSessions
from auth0_sessions.errors import Auth0SessionsError

WORKERS = 16
"""How many tenants are read at a time; each has a rate limit and a connection of its own."""

Reader = Callable[[str, str | None], TenantSessions]
"""Reads a tenant: domain and label of its credentials in, sessions out; raises `Auth0SessionsError`."""

Answer = TenantSessions | Auth0SessionsError
"""What a tenant has, or why it could not be read."""

T = TypeVar("T")
_Answers = queue.SimpleQueue[tuple[int, TenantSessions | BaseException]]


def read_many(
    tenants: Sequence[tuple[str, str | None]],
    read: Reader,
    use: Callable[[int, Answer], T],
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> list[T]:
    """Read tenants, each with the label of its credentials, and return what is made of each answer, in their order.

    `use` makes something of a tenant's place and its answer as soon as that is there: an error that is kept would keep
    its connection open. `on_progress` is called with how many tenants are done, of how many.
    """
    on_progress(0, len(tenants))
    answers: _Answers = queue.SimpleQueue()
    waiting = deque(range(len(tenants)))
    for _ in range(min(WORKERS, len(tenants))):
        # Daemons, so that Ctrl-C need not wait until every tenant has answered.
        threading.Thread(target=_work, args=(tenants, waiting, answers, read), daemon=True).start()
    made: dict[int, T] = {}
    try:
        while len(made) < len(tenants):
            place, answer = answers.get()
            if isinstance(answer, BaseException) and not isinstance(answer, Auth0SessionsError):
                raise answer
            made[place] = use(place, answer)
            on_progress(len(made), len(tenants))
    finally:
        waiting.clear()
    return [made[place] for place in range(len(tenants))]


def _work(tenants: Sequence[tuple[str, str | None]], waiting: deque[int], answers: _Answers, read: Reader) -> None:
    """Read tenants until none is left."""
    while True:
        try:
            place = waiting.popleft()
        except IndexError:
            return
        try:
            answers.put((place, read(*tenants[place])))
        except Auth0SessionsError as error:
            answers.put((place, error))
        except Exception as error:  # noqa: BLE001  Whatever happens to one tenant, the others are reported.
            domain, kind = tenants[place][0], type(error).__name__
            message = (
                f"{domain}: {kind}, which is a fault of this program and not of the tenant. Please report what "
                f"`auth0-sessions show {domain}` says."
            )
            answers.put((place, Auth0SessionsError(message)))
        except BaseException as error:  # noqa: BLE001  The thread that waits for the answer raises it.
            answers.put((place, error))
