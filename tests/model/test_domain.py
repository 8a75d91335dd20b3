"""The tenant's domain."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth0_sessions.errors import DomainError
from auth0_sessions.model.domain import base_url, canonical_domain, is_loopback

CANONICAL = """
acme.eu.auth0.com acme.auth0.com acme.sus.auth0.com login.acme-corp.co.uk xn--bcher-kva.example 1st.example
localhosts.example http://127.0.0.1:8400/acme http://localhost http://127.0.0.1 http://127.8.9.1:1/a/b-c_d.e~f
http://[::1]:8400/acme http://127.0.0.1:65535 localhost:8400
"""

ACCEPTED = {
    **{domain: domain for domain in CANONICAL.split()},
    "https://acme.eu.auth0.com": "acme.eu.auth0.com",
    "https://acme.eu.auth0.com/": "acme.eu.auth0.com",
    "HTTPS://ACME.EU.AUTH0.COM/": "acme.eu.auth0.com",
    "Acme.EU.Auth0.com/": "acme.eu.auth0.com",
    "  acme.eu.auth0.com\n": "acme.eu.auth0.com",
    f"{'a' * 63}.auth0.com": f"{'a' * 63}.auth0.com",
    "http://127.0.0.1:8400/acme/": "http://127.0.0.1:8400/acme",
    "HTTP://LOCALHOST:8400/Acme": "http://localhost:8400/Acme",
    "https://127.0.0.1:8400/acme": "127.0.0.1:8400/acme",
}

REFUSED = """
/ https:// http:// ://acme.auth0.com acme https://acme acme. .auth0.com acme..auth0.com acme.auth0.com.
-acme.auth0.com acme-.auth0.com ac_me.auth0.com acme.auth0.com:443 acme.auth0.com/api/v2
https://acme.auth0.com/authorize?x=1 acme.auth0.com?x acme.auth0.com#x acme.auth0.com// https://https://acme.auth0.com
ftp://acme.auth0.com javascript://acme.auth0.com http://acme.auth0.com HTTP://ACME.AUTH0.COM/ http://10.0.0.1
http://192.168.1.1:8400/acme 10.0.0.1 0.0.0.0 http://0.0.0.0:8400 http://[::]:8400 http://[::ffff:127.0.0.1]
http://[::2] http://2130706433 http://0x7f.0.0.1 http://0177.0.0.1 http://127.1 http://127.0.0.1.nip.io
http://127.0.0.1.evil.example/acme http://127.0.0.256 http://127.0.0.01 http://localhost.evil.example
http://localhost. http://evil-localhost.example http://127.0.0.1:0 http://127.0.0.1:65536
http://127.0.0.1:99999 http://127.0.0.1: http://127.0.0.1:80:80
http://127.0.0.1:8400/a?x=1 http://127.0.0.1:8400/a#x http://127.0.0.1:8400/a%2e http://127.0.0.1:8400//a
http://127.0.0.1:8400/a// user@acme.auth0.com https://user:hunter2@acme.auth0.com http://127.0.0.1:8400@evil.example
http://localhost@evil.example/
"""

ODD = (
    *("", " ", "ac me.auth0.com", "acme.auth0.com\nevil.example", "acme.auth0.com\r\nHost: evil.example"),
    *("acme.auth0.com\x00", "acme.auth0.com\\evil", "b\u00fccher.example", "\u0430cme.auth0.com"),
    *("acme\u3002auth0\u3002com", "\u24b6cme.auth0.com", "http://\uff11\uff12\uff17.0.0.1"),
    *("http://loc\u0251lhost", "http://localho\u017ft", "\u212acme.auth0.com", "acme.auth0.com\u200b"),
    *("\ud800.auth0.com", f"{'a' * 64}.auth0.com", f"{'a.' * 130}com", "a" * 1_000, None, True, 42, 4.2),
    *(b"acme.auth0.com", ["acme.auth0.com"], {"domain": "acme.auth0.com"}),
)


@pytest.mark.parametrize(("given_domain", "expected"), ACCEPTED.items())
def test_accepted(given_domain, expected):
    """`https://`, uppercase in the host, spaces and one trailing slash are removed; what is canonical stays."""
    assert [canonical_domain(domain) for domain in (given_domain, expected, base_url(expected))] == [expected] * 3


@pytest.mark.parametrize("value", [*REFUSED.split(), *ODD])
def test_refused(value):
    """Anything that is not a tenant domain, or must not receive secrets, is rejected with what to write."""
    with pytest.raises(DomainError) as refused:
        canonical_domain(value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("http://acme.auth0.com", "Write 'acme.auth0.com'"),
        ("https://acme.auth0.com/api/v2", "Write 'acme.auth0.com'"),
        ("http://localhost.evil.example", "Write 'localhost.evil.example'"),
        ("b\u00fccher.example", "characters that are not allowed in an Auth0 domain"),
        ("acme", "is not a tenant domain"),
        ("https://user:hunter2@acme.auth0.com", "not include a user name or password"),
        (None, "is not a domain"),
    ],
)
def test_advice(value, advice):
    """A refusal says what is wrong with this value and what to write, and repeats no password."""
    with pytest.raises(DomainError, match=advice) as refused:
        canonical_domain(value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("domain", "url", "loopback"),
    [
        ("acme.eu.auth0.com", "https://acme.eu.auth0.com", False),
        ("http://127.0.0.1:8400/acme", "http://127.0.0.1:8400/acme", True),
        ("127.0.0.1:8400/acme", "https://127.0.0.1:8400/acme", True),
        ("http://localhost", "http://localhost", True),
        ("http://[::1]:8400", "http://[::1]:8400", True),
    ],
)
def test_address(domain, url, loopback):
    """The address follows from the domain: TLS everywhere but on a loopback host that says otherwise."""
    assert (url, loopback) == (base_url(domain), is_loopback(domain))


@pytest.mark.thorough
@settings(settings.get_profile("thorough"))
@given(
    st.one_of(
        st.text(),
        st.text("abz019.-:/@[]%\u0130\u00df\n"),
        st.from_regex(r"(https?://)?(127\.0\.0\.1|localhost|\[::1\])[:/.@a0-9]*", fullmatch=True),
        st.from_regex(r"(https?://)?[A-Za-z0-9.-]{1,20}(:[0-9]{1,6})?(/[a-z./]*)?", fullmatch=True),
        st.integers(),
        st.none(),
        st.binary(),
        st.lists(st.text()),
    )
)
def test_nothing_else_is_raised_and_canonical_is_stable(value):
    """Any value gives a canonical domain or a `DomainError`; plain HTTP is for loopback only."""
    try:
        domain = canonical_domain(value)
    except DomainError:
        return
    assert domain == canonical_domain(domain)
    assert domain.isascii()
    assert is_loopback(domain) or base_url(domain) == f"https://{domain}"
