"""Rate limits: a token bucket with the three headers of Auth0's answers.

Source: Auth0's documents on rate limits ("Rate Limit Use Cases" for the headers).
"""

from auth0_sessions.sandbox.plans import Rate


class Bucket:
    """A bucket of requests that fills up at its rate; times are Unix seconds."""

    def __init__(self, rate: Rate, now: float) -> None:
        """Start full."""
        self.rate = rate
        self._level = float(rate.burst)
        self._updated = now

    def take(self, now: float, *, limited: bool = True) -> tuple[bool, dict[str, str]]:
        """Take one request if there is one; return whether there was, and the headers to send.

        Without a limit the bucket is always full: the headers are there and never ask for a wait.
        """
        added = max(0.0, now - self._updated) * self.rate.per_second if limited else self.rate.burst
        self._level = min(float(self.rate.burst), self._level + added)
        self._updated = now
        allowed = self._level >= 1
        self._level -= allowed
        # The reset is the whole second in which the next request is added. With several a second that is
        # often the current one, a wait of zero: clients that trust it retry immediately, forever.
        until_next = (1 - self._level % 1) / self.rate.per_second
        return allowed, ratelimit_headers(self.rate.burst, int(self._level), int(now + until_next))


def ratelimit_headers(limit: int, remaining: int, reset_seconds: int) -> dict[str, str]:
    """Return the three headers; the reset is in Unix seconds."""
    figures = {"limit": limit, "remaining": remaining, "reset": reset_seconds}
    return {f"x-ratelimit-{name}": str(figure) for name, figure in figures.items()}
