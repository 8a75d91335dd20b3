"""Private keys of applications, made once for all tests of a process."""

from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

PEM = serialization.Encoding.PEM


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Return an application's key."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def pem_of(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | None = None, *, is_old: bool = False, password: str = ""
) -> str:
    """Return a private key in PEM form, the current or the older one, encrypted if there is a password."""
    form = serialization.PrivateFormat.TraditionalOpenSSL if is_old else serialization.PrivateFormat.PKCS8
    cipher: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        cipher = serialization.BestAvailableEncryption(password.encode())
    return (key or rsa_key()).private_bytes(PEM, form, cipher).decode()


def public_pem() -> str:
    """Return the public key that belongs to `rsa_key`."""
    return rsa_key().public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def ec_pem() -> str:
    """Return a key of a kind that cannot sign assertions."""
    return pem_of(ec.generate_private_key(ec.SECP256R1()))
