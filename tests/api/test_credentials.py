"""Where the credentials of a tenant come from."""

import json

import pytest

from auth0_sessions.api.credentials import (
    CONFIG_KEYS,
    LABELED_CONFIG_KEY,
    SCOPES,
    SECRET_CONFIG_KEYS,
    ClientCredentials,
    check_label,
    default_domain,
    find_credentials,
    in_config,
    in_environment,
    in_labeled_config,
    sources,
)
from auth0_sessions.api.tokens import ApiToken
from auth0_sessions.errors import CredentialsError, InputError

DOMAIN = "acme.eu.auth0.com"
CANARY = "canary-S3CR3T"


@pytest.fixture(autouse=True)
def any_token(monkeypatch):
    """Let every token be for every tenant: which one it is for is tested with the tokens."""
    monkeypatch.setattr("auth0_sessions.api.credentials.hold_to_tenant", lambda *_: None)


CLIENT = {"AUTH0_CLIENT_ID": "env-id", "AUTH0_CLIENT_SECRET": "env-secret"}
CONFIG = {"auth0:clientId": "config-id", "auth0:clientSecret": "config-secret"}
PARTS = {
    "client_id": f"{CANARY}-id",
    "client_secret": f"{CANARY}-cs",
    "api_token": f"{CANARY}-at",
    "audience": "https://a/",
}


def found(config=None, environ=None, label=None, *, explicit=False):
    """Return the credentials that a configuration and an environment lead to."""
    return find_credentials(sources(config or {}, label, explicit=explicit, environ=environ or {}), DOMAIN)


def labeled(**entries):
    """Return a configuration that holds the secret object of labeled sets, as JSON text."""
    return {LABELED_CONFIG_KEY: json.dumps(entries)}


def error_of(*arguments, **options):
    """Return the text of the refusal where no credentials are found."""
    with pytest.raises(CredentialsError) as refused:
        found(*arguments, **options)
    return str(refused.value)


def identity(credentials):
    """Return what the tenant would see of credentials."""
    if isinstance(credentials, ApiToken):
        return credentials.token
    return credentials.client_id, credentials.client_secret, credentials.audience


@pytest.mark.parametrize(
    ("config", "environ", "label", "explicit", "expected"),
    [
        ({}, CLIENT, None, False, ("env-id", "env-secret", None)),
        ({}, {**CLIENT, "AUTH0_AUDIENCE": "https://x/"}, None, False, ("env-id", "env-secret", "https://x/")),
        ({}, {"AUTH0_API_TOKEN": "env-token"}, None, False, "env-token"),
        (CONFIG, {}, None, False, ("config-id", "config-secret", None)),
        ({**CONFIG, "auth0:audience": "https://x/"}, {}, None, False, ("config-id", "config-secret", "https://x/")),
        ({"auth0:apiToken": "config-token"}, {}, None, False, "config-token"),
        (CONFIG, CLIENT, None, False, ("env-id", "env-secret", None)),
        ({"auth0:apiToken": "config-token"}, CLIENT, None, False, ("env-id", "env-secret", None)),
        (CONFIG, CLIENT, None, True, ("config-id", "config-secret", None)),
        ({}, CLIENT, None, True, ("env-id", "env-secret", None)),
        ({}, {"AUTH0_ACME_API_TOKEN": "env-acme"}, "acme", False, "env-acme"),
        ({}, {"AUTH0_ACME_EU_2_API_TOKEN": "env-acme"}, "acme-eu-2", False, "env-acme"),
        (labeled(acme={"apiToken": "config-acme"}), {}, "acme", False, "config-acme"),
        (labeled(acme={"apiToken": "config-acme"}), {"AUTH0_ACME_API_TOKEN": "env-acme"}, "acme", False, "env-acme"),
        (
            labeled(acme={"clientId": "i", "clientSecret": "s", "audience": "https://x/"}),
            {},
            "acme",
            False,
            ("i", "s", "https://x/"),
        ),
        (labeled(acme={"client_id": "i", "client_secret": "s"}), {}, "acme", False, ("i", "s", None)),
        (labeled(acme={"apiToken": "one"}, other={"apiToken": "two"}), {}, "other", False, "two"),
    ],
)
def test_order(config, environ, label, explicit, expected):
    """The order is explicit `Provider`, environment, configuration; the first complete set wins."""
    assert expected == identity(found(config, environ, label, explicit=explicit))


@pytest.mark.parametrize("incomplete", [{"AUTH0_CLIENT_ID": "env-id"}, {"AUTH0_CLIENT_SECRET": "env-secret"}])
def test_sets_are_never_mixed(incomplete):
    """Half a set in one place is passed over as a whole, its audience too; nothing of it joins the next place's."""
    environ = {**incomplete, "AUTH0_AUDIENCE": "https://env/"}
    assert identity(found(CONFIG, environ)) == ("config-id", "config-secret", None)


@pytest.mark.parametrize(
    ("config", "environ"),
    [
        ({"auth0:clientSecret": "config-secret"}, {"AUTH0_CLIENT_ID": "env-id"}),
        ({"auth0:clientId": "config-id"}, {"AUTH0_CLIENT_SECRET": "env-secret"}),
    ],
)
def test_two_halves_make_no_set(config, environ):
    """An ID from one source and a secret from another are not a complete set."""
    text = error_of(config, environ)
    assert "the client secret is missing" in text
    assert "the client id is missing" in text


def test_a_token_goes_before_a_client():
    """Where one place has both, the ready-made token is used and no login is made."""
    assert identity(found(environ={**CLIENT, "AUTH0_API_TOKEN": "env-token"})) == "env-token"


@pytest.mark.parametrize("blank", ["", " ", "\n", "\t "])
def test_blank_is_not_set(blank):
    """A variable that contains only spaces counts as not set."""
    environ = {**CLIENT, "AUTH0_API_TOKEN": blank}
    assert identity(found(environ=environ)) == ("env-id", "env-secret", None)


@pytest.mark.parametrize("around", [" {}", "{}\n", "\t{} \r\n"])
def test_space_around_is_cut(around):
    """A line break at the end of a secret, as files and shells leave it, is not part of it."""
    environ = {name: around.format(value) for name, value in CLIENT.items()}
    assert identity(found(environ=environ)) == ("env-id", "env-secret", None)


@pytest.mark.parametrize("inside", ["a b", "a\nb", "a\r\nX-Evil: 1", "a\x00b", "\u00fc", "\u2028x", "\ud800"])
@pytest.mark.parametrize("part", ["CLIENT_ID", "CLIENT_SECRET", "API_TOKEN"])
def test_what_no_header_can_hold_is_refused(part, inside):
    """A secret with a space or a line break inside is refused before it can turn up in a library's error."""
    environ = {**CLIENT, f"AUTH0_{part}": f"{CANARY}{inside}"}
    text = error_of(environ=environ)
    assert f"The {part.lower()} from environment" in text
    assert CANARY not in text


@pytest.mark.parametrize("part", ["CLIENT_ID", "CLIENT_SECRET", "AUDIENCE"])
def test_a_malformed_half_set_is_passed_over(part):
    """What is wrong with a set that is not complete anyway does not keep a later complete set from winning."""
    environ = {f"AUTH0_{part}": "two words"}
    assert identity(found(CONFIG, environ)) == ("config-id", "config-secret", None)


@pytest.mark.parametrize("label", ["acme", "client", "api", "0"])
def test_labels_never_fall_back(label):
    """With a label the unlabeled sets do not count, nor do those of other labels."""
    config = {**CONFIG, "auth0:apiToken": "config-token", **labeled(other={"apiToken": "t"})}
    environ = {**CLIENT, "AUTH0_API_TOKEN": "t", "AUTH0_OTHER_API_TOKEN": "t"}
    assert f"entry '{label}'" in error_of(config, environ, label)


def test_without_a_label_labeled_sets_do_not_count():
    """The unlabeled set is never taken from a label's."""
    error_of(labeled(acme={"apiToken": "t"}), {"AUTH0_ACME_API_TOKEN": "t"})


def test_an_explicit_provider_looks_at_no_configuration_of_a_stack():
    """An explicit `Provider` has its own properties and the environment, and nothing else."""
    places = [source.place for source in sources(CONFIG, None, explicit=True, environ={})]
    assert places == [
        "the explicit Provider's client_id and client_secret, or api_token",
        "environment AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or AUTH0_API_TOKEN",
    ]


@pytest.mark.parametrize("label", [None, "acme"])
@pytest.mark.parametrize("explicit", [False, True])
def test_every_place_is_listed(label, explicit):
    """Where nothing is found, every place that was looked at is named, with the tenant and the scopes."""
    places = sources({}, label, explicit=explicit, environ={})
    text = error_of(label=label, explicit=explicit)
    assert [DOMAIN, *SCOPES] == [word for word in (DOMAIN, *SCOPES) if word in text]
    assert [source.place for source in places] == [source.place for source in places if source.place in text]
    assert "`pulumi refresh` and `pulumi destroy` use the configuration of the last `pulumi up`" in text


def test_where_no_configuration_is_read_none_is_explained():
    """The command line looks at the environment only, and says nothing of the configuration that `refresh` uses."""
    with pytest.raises(CredentialsError) as refused:
        find_credentials([in_environment({}, None)], DOMAIN)
    assert "pulumi" not in str(refused.value)


def test_labeled_places():
    """The places of a label are named as one has to write them."""
    text = error_of(label="acme-eu")
    assert "AUTH0_ACME_EU_CLIENT_ID and AUTH0_ACME_EU_CLIENT_SECRET, or AUTH0_ACME_EU_API_TOKEN" in text
    assert "auth0-sessions:credentials, entry 'acme-eu'" in text


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
@pytest.mark.parametrize("label", [None, "acme"])
def test_no_secret_in_the_error_of_an_incomplete_set(missing, label):
    """What was found of an incomplete set is not repeated."""
    parts = {part: value for part, value in PARTS.items() if part not in (missing, "api_token")}
    infix = f"{label.upper()}_" if label else ""
    environ = {f"AUTH0_{infix}{part.upper()}": value for part, value in parts.items()}
    config = {CONFIG_KEYS[part]: value for part, value in parts.items()} | labeled(acme=parts)
    assert CANARY not in error_of(config, environ, label)


@pytest.mark.parametrize(
    "thing",
    [
        ApiToken(CANARY, "here"),
        ClientCredentials("id", CANARY, None, "here"),
        in_environment({"AUTH0_API_TOKEN": CANARY}, None),
        in_config({"auth0:apiToken": CANARY}, "here", None, "auth0:audience"),
        in_labeled_config(labeled(acme={"apiToken": CANARY}), "acme"),
    ],
)
def test_no_secret_in_a_repr(thing):
    """Printing an object never reveals the secret in it."""
    assert CANARY not in f"{thing!r} {thing}"


@pytest.mark.parametrize("config", [labeled(), labeled(other={"apiToken": "t"}), labeled(acme={}), {}])
def test_no_entry_for_the_label(config):
    """A label without an entry, or with an empty one, is a place where nothing was found."""
    assert "entry 'acme' (not set)" in error_of(config, {}, "acme")


@pytest.mark.parametrize("label", ["acme", "acme-eu", "2", "-"])
def test_label(label):
    """A label has small letters, digits and hyphens."""
    assert label == check_label(label)


@pytest.mark.parametrize("label", ["", " ", "Acme", "acme_eu", "acme eu", "acme\n", "\u00e4", "a.b", None, 1, ["a"]])
def test_bad_label(label):
    """Anything else is refused, with an example of what to write."""
    with pytest.raises(InputError, match="such as acme"):
        check_label(label)


@pytest.mark.parametrize("secret", [f"{CANARY}_x", {"clientSecret": CANARY}, [CANARY]])
def test_a_secret_given_as_label_is_not_repeated(secret):
    """Somebody who takes `credentials` for the secret itself does not read it in an error."""
    with pytest.raises(InputError) as refused:
        check_label(secret)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    ("config", "environ", "expected"),
    [
        ({}, {}, None),
        ({"auth0:domain": "c.auth0.com"}, {}, "c.auth0.com"),
        ({"auth0:domain": "c.auth0.com"}, {"AUTH0_DOMAIN": "e.auth0.com"}, "e.auth0.com"),
        ({"auth0:domain": "c.auth0.com"}, {"AUTH0_DOMAIN": ""}, "c.auth0.com"),
        ({"auth0:domain": 5}, {}, None),
    ],
)
def test_default_domain(config, environ, expected):
    """The domain of resources that name none is `AUTH0_DOMAIN`, else `auth0:domain`."""
    assert expected == default_domain(config, environ=environ)


def test_the_process_environment_is_the_default(monkeypatch):
    """By default, a lookup uses the process's environment."""
    monkeypatch.setenv("AUTH0_API_TOKEN", "process-token")
    monkeypatch.setenv("AUTH0_DOMAIN", "p.auth0.com")
    assert identity(find_credentials(sources({}, None, explicit=False), DOMAIN)) == "process-token"
    assert default_domain({}) == "p.auth0.com"


def test_secret_keys_are_all_named():
    """The keys that must be secret are those that hold a secret: `clientSecret`, `apiToken` and the labeled object."""
    assert {"auth0:clientSecret", "auth0:apiToken", "auth0-sessions:credentials"} == set(SECRET_CONFIG_KEYS)
