"""Management API tokens that were made elsewhere: each is for one tenant, and goes to no other."""

import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_sessions.api.tokens import ApiToken, claims_of, hold_to_issuer
from auth0_sessions.errors import CredentialsError

ACME, GLOBEX, CUSTOM = "acme.eu.auth0.com", "globex.eu.auth0.com", "login.acme.com"
LOOPBACK = "http://127.0.0.1:8400/acme"
OPAQUE = "canary-opaque-token"
CANARY_CLAIM = "canary-claim"


def jwt(**claims):
    """Return a token that says these things about itself."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "RS256"}, claims)]
    return b".".join([*parts, b"canary-signature"]).decode()


def refusal(token, domain, *, audience=None, is_bound=False, name="AUTH0_DOMAIN"):
    """Return why a token is not sent to a tenant, or None if it may be; a refusal does not repeat it."""
    found = ApiToken(token, "the test's own place", audience, "the key")
    try:
        hold_to_issuer(found, domain, is_bound=is_bound, domain_name=name)
    except CredentialsError as error:
        text = str(error)
    else:
        return None
    assert "so it was not sent" in text
    assert text.startswith(f"{domain}: the Management API token from the test's own place ")
    assert not [part for part in (*token.split("."), CANARY_CLAIM) if part in text]
    return text


ACME_API, GLOBEX_API, APP = f"https://{ACME}/api/v2/", f"https://{GLOBEX}/api/v2/", "https://app.example/api/"
OF_ACME = {"iss": f"https://{ACME}/", "aud": ACME_API}
OF_LOOPBACK = {"iss": f"{LOOPBACK}/", "aud": f"{LOOPBACK}/api/v2/"}


@pytest.mark.parametrize(
    ("claims", "domain", "audience", "expected"),
    [
        ({"iss": f"https://{ACME}/"}, ACME, None, True),
        (OF_ACME, ACME, None, True),
        (OF_ACME, GLOBEX, None, False),
        ({"iss": f"https://{CUSTOM}/", "aud": ACME_API}, CUSTOM, None, True),
        ({"iss": f"https://{CUSTOM}/", "aud": ACME_API}, ACME, None, True),
        (OF_ACME, CUSTOM, None, False),
        (OF_ACME, CUSTOM, ACME_API, True),
        ({"iss": f"https://{GLOBEX}/", "aud": GLOBEX_API}, CUSTOM, ACME_API, False),
        ({"aud": [f"https://{ACME}/userinfo", ACME_API]}, ACME, None, True),
        ({"aud": [f"https://{ACME}/userinfo"]}, ACME, None, False),
        ({"aud": ACME_API}, f"{ACME}.evil.example", None, False),
        ({"aud": ACME_API.removesuffix("/")}, ACME, None, False),
        ({"iss": f"http://{ACME}/"}, ACME, None, False),
        ({"iss": f"https://{ACME}/{CANARY_CLAIM}"}, ACME, None, False),
        ({"iss": [ACME], "aud": {"x": 1}}, ACME, None, False),
        ({"iss": f"https://{ACME}/", "aud": APP}, ACME, None, False),
        ({"iss": f"https://{ACME}/", "aud": [APP, f"https://{ACME}/userinfo"]}, ACME, None, False),
        (OF_LOOPBACK, LOOPBACK, None, True),
        (OF_LOOPBACK, "http://127.0.0.1:8400/globex", None, False),
    ],
)
def test_a_jwt_goes_to_its_own_tenant(claims, domain, audience, expected):
    """A JWT is sent to the host that issued it, or to the tenant whose API is its audience, and to no other."""
    assert expected == (refusal(jwt(**claims), domain, audience=audience) is None)


@pytest.mark.parametrize(
    ("domain", "audience", "words"),
    [
        (CUSTOM, ACME_API, f"of it, set the key to {ACME_API})"),
        (ACME, APP, f"has the audience '{APP}', not {ACME_API}"),
    ],
)
def test_a_refused_jwt_says_why(domain, audience, words):
    """A token of a custom domain's tenant comes with the audience to set, an application's token with its own."""
    assert words in refusal(jwt(iss=f"https://{ACME}/", aud=audience), domain, is_bound=True)


def test_an_opaque_token_needs_a_domain():
    """A token that does not name a tenant is only sent where a domain is set along with it, and its key is named."""
    assert refusal(OPAQUE, ACME, is_bound=True) is None
    assert "with it (auth0:domain would be), and a token belongs" in refusal(OPAQUE, ACME, name="auth0:domain")
    assert "with it, and a token belongs" in refusal(OPAQUE, ACME, name=None)


@pytest.mark.parametrize("token", [OPAQUE, "a.b.c", "..", "a.b", jwt(), jwt(sub="x"), f"{jwt(iss='x')}.y"])
def test_opaque(token):
    """A token that is not a JWT, or one that says neither issuer nor audience, names no tenant."""
    assert claims_of(token) is None


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)


@given(st.dictionaries(st.sampled_from(["iss", "aud", "sub"]), JSON), st.binary(), st.booleans())
def test_any_token(claims, payload, is_json):
    """Whatever a token says about itself, it may be sent or is refused, and nothing else happens."""
    made = jwt(**claims) if is_json else f"x.{base64.urlsafe_b64encode(payload).decode()}.y"
    with contextlib.suppress(CredentialsError):
        hold_to_issuer(ApiToken(made, "here"), ACME, is_bound=False, domain_name=None)
