"""Private Key JWT: an application proves itself with a short-lived JWT that its private key signs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from auth0_sessions.errors import CredentialsError, shown

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256")
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFE = timedelta(seconds=60)
"""Auth0 allows five minutes, and recommends as little as possible."""


@dataclass(frozen=True)
class SigningKey:
    """An RSA key that signs assertions."""

    key: Any = field(repr=False)
    algorithm: str

    @classmethod
    def read(cls, pem: str, name: str, algorithm: str = ALGORITHMS[0], algorithm_name: str = "") -> SigningKey:
        r"""Read a key in PEM form, with line breaks or `\n` for them; the names are those of the variables or keys.

        Raises:
            CredentialsError: The key or the algorithm is unusable. The message does not repeat the key.

        """
        # Only applications with a key should have to wait for the library.
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

        if algorithm not in ALGORITHMS:
            message = f"{algorithm_name} is {shown(algorithm)}; allowed: {', '.join(ALGORITHMS)}."
            raise CredentialsError(message)
        try:
            key: Any = load_pem_private_key(pem.replace("\\r", "").replace("\\n", "\n").encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, RSAPrivateKey):
            message = (
                f"{name} is not an unencrypted RSA private key in PEM form, from '-----BEGIN PRIVATE KEY-----' to the "
                r"'END' line, with line breaks or '\n' for them. Its value is not shown. Set it again."
            )
            raise CredentialsError(message)
        return cls(key, algorithm)

    def assertion(self, client_id: str, url: str, now: datetime) -> dict[str, str]:
        """Return the part of a token request that proves an application's identity to a tenant, once."""
        import jwt  # noqa: PLC0415  Only applications with a key should have to wait for the library.

        claims = {"iss": client_id, "sub": client_id, "aud": f"{url}/", "iat": now, "exp": now + LIFE}
        signed = jwt.encode({**claims, "jti": str(uuid.uuid4())}, self.key, self.algorithm)
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}
