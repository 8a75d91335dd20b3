"""Tenants in stack and project files: either a file is refused, or it means what Pulumi itself reads in it."""

from __future__ import annotations

import json
import string
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import local_engine
from auth0_sessions import cli
from auth0_sessions.errors import InputError
from auth0_sessions.fleet.file import TenantsFile, read_tenants_file, tenants_of
from auth0_sessions.fleet.stack import BESIDE
from auth0_sessions.model.scalars import read_object
from typed import Terminal

PROJECT = "name: demo\nruntime: yaml\n"
DOMAIN = "domain: acme.auth0.com"

Rows = list[tuple[str, str, str]]

OF_ONE_WORD = r"""
0042 34 1_0 08 0x1F 0b11 0o17 +7 -0 1. .5 1e3 1__0 .inf -.INF .nan true True TRUE yes no on y tRUE ~ null Null nULL ""
'' "0042" '34' 2024-01-01 2024-1-1 2024-13-01 2001-12-14t21:59:43Z 12:30 1.2.3 8h 0x 0b2 0o8 << = a:b '\u0041' "\x41"
é 😀 ?a -a 0.1e400 1e 99999999999999999999
"""
OF_MORE = '2001-12-14 21:59:43.10;2001-12-14 21:59:43 Z;!!str 34;! 34;! "34";|-\n      34;"a\\\n      b";a  b;- 1'
WRITTEN = (*OF_ONE_WORD.split(), *OF_MORE.split(";"))
"""Scalars as they may stand in a file."""

TEXTS = ("acme", "8h", "yes", "12:30", "'0042'", '"true"', "1.2.3", "!!str 34", "|-\n      34", "é", "'a: b'")
"""Scalars that are text."""

PIECES = (": ", "\n", "\n    ", "\r\n", "{", "}", "[", "]", ", ", "&a ", "*a", "<<: ", "acme")
PLAIN = st.text(st.sampled_from("0123456789_.:+-eExXobTt~naulfINFh"), min_size=1, max_size=8)
QUOTED = st.text(st.characters(codec="utf-8"), max_size=8).map(json.dumps)
ODD = st.sampled_from(WRITTEN) | PLAIN | QUOTED
NAMES = st.sampled_from(
    ["0042", "34", "'34'", "true", "~", "secure", "tenants", "yes", "1_0", "2024-01-01", '"\u00e9"', "a b"]
)
KEYS = st.sampled_from(["domain", "plan", "credentials", "formerly", "secure", "'7'", "ceiling"])


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Rows, str]:
    """Draw tenants, each a name, a key and its value, and a value beside them; few of the scalars are odd."""
    odd = draw(st.integers(0, 6))
    rows = [
        (
            draw(NAMES) if odd == 2 * n else f"tenant{n}",
            draw(KEYS),
            draw(ODD) if odd == 2 * n + 1 else draw(st.sampled_from(TEXTS)),
        )
        for n in range(draw(st.integers(1, 3)))
    ]
    return rows, draw(ODD) if odd == 6 else draw(st.sampled_from(TEXTS))


class Files(Terminal):
    """A project and a stack in a folder, and the real CLI that reads its configuration."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.write("Pulumi.yaml", PROJECT)
        self.pulumi("stack", "init", "dev")

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.work / name
        path.write_text(text, newline="")
        return path

    def of_pulumi(self) -> TenantsFile | None:
        """Return what a fleet at `up` makes of the configuration, or None if Pulumi or the fleet refuses it."""
        ran = self.tried("pulumi", "config", "--json", "--show-secrets", "--stack", "dev")
        return meaning(json.loads(ran.stdout), self.work) if ran.returncode == 0 else None

    def of_the_file(self) -> TenantsFile | None:
        """Return what `validate`, `audit` and `export` make of the stack's file, or None if they refuse it."""
        try:
            return read_tenants_file(self.work / "Pulumi.dev.yaml")
        except InputError:
            return None


def meaning(found: Mapping[str, Any], folder: Path) -> TenantsFile | None:
    """Return the configuration that a program gets, read as a fleet does."""
    values = {key.removeprefix("auth0-sessions:"): row["value"] for key, row in found.items()}
    try:
        listed = tenants_of(values["tenants"], folder)
        beside = {key: read_object(values.get(key), key) if key == "profiles" else values.get(key) for key in BESIDE}
        own = {key: getattr(listed, key) for key in BESIDE if getattr(listed, key) is not None}
        ceiling = read_object(values.get("ceiling"), "ceiling")
        return TenantsFile(listed.tenants, **{**beside, **own}, ceiling=ceiling, stack="dev")
    except (InputError, KeyError):
        return None


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A project and a stack in a folder."""
    return Files(tmp_path_factory.mktemp("files"))


def config(*rows: str) -> str:
    """Return a stack's file."""
    return "config:\n" + "".join(f"  auth0-sessions:{row}\n" for row in rows)


def entry(scalar: str) -> str:
    """Return a tenant with a label."""
    return f"tenants:\n    acme:\n      {DOMAIN}\n      credentials: {scalar}"


def test_every_scalar_is_text_for_pulumi_too(files: Files, make_engine: Callable[..., Any]) -> None:
    """A label that is not refused is the label that a program gets; one run of the CLI and one `up` read them all."""
    read = {}
    for scalar in WRITTEN:
        files.write("Pulumi.dev.yaml", config(entry(scalar)))
        if found := files.of_the_file():
            read[scalar] = found.tenants["acme"]["credentials"]
    rows = "".join(f"\n    t{n}:\n      credentials: {scalar}" for n, scalar in enumerate(read))
    files.write("Pulumi.dev.yaml", config(f"tenants:{rows}"))
    found = files.of_pulumi()
    assert found is not None
    assert [found.tenants[f"t{n}"]["credentials"] for n in range(len(read))] == list(read.values())
    assert [scalar for scalar in ("0042", "true", "1_0", "2024-01-01") if scalar in read] == []
    assert [scalar for scalar in ("yes", "no", "12:30", '"0042"', "tRUE", "!!str 34") if scalar not in read] == []

    engine, seen = make_engine(), {}
    engine.program = lambda: seen.update(value=pulumi.Config("auth0-sessions").get("tenants"))
    (engine.folder / "work" / "Pulumi.dev.yaml").write_text(config(f"tenants:{rows}"))
    assert engine.preview().ok
    assert tenants_of(seen["value"], files.work).tenants == found.tenants


@pytest.mark.every_case
@pytest.mark.parametrize("kind", ["value", "name", "nested", "project"])
def test_a_file_is_refused_or_means_what_pulumi_reads(files: Files, kind: str, request: pytest.FixtureRequest) -> None:
    """Whatever scalars, names and nested forms it has; where Pulumi refuses it, nothing runs on it."""
    compared = Counter[str]()

    @settings(max_examples=max(25, request.config.getoption("--examples") // 10))
    @given(drawn=drawn(), flow=st.booleans())
    def held(drawn: tuple[Rows, str], *, flow: bool) -> None:
        text = FORMS[kind](*drawn, flow)
        files.write("Pulumi.yaml", PROJECT + text if kind == "project" else PROJECT)
        files.write("Pulumi.dev.yaml", "config: {}\n" if kind == "project" else text)
        found = files.of_the_file()
        theirs = None if found is None else files.of_pulumi()
        assert theirs in (found, None)
        compared["refused" if found is None else "refused by Pulumi" if theirs is None else "same"] += 1

    held()
    assert compared["same"] > compared["refused by Pulumi"], compared


def as_value(texts: Rows, beside: str, _flow: bool) -> str:  # noqa: FBT001  One signature for all forms.
    """Return a stack's file with scalars as whole values."""
    text = json.dumps({texts[0][0]: {"idle": "1h", "source": texts[0][2]}})
    return config(entry("a"), f"plan: {beside}", f"config:enforce: {texts[-1][2]}", f"profiles: {json.dumps(text)}")


def as_name(texts: Rows, beside: str, _flow: bool) -> str:  # noqa: FBT001
    """Return a stack's file with scalars as names and profiles."""
    names = "".join(f"\n    {name}: {{{DOMAIN}}}" for name, _, _ in texts)
    return config(f"tenants:{names}", f"profiles: {{{texts[0][0]}: {{ceiling: {one_line(beside)}}}}}")


def nested(texts: Rows, beside: str, flow: bool) -> str:  # noqa: FBT001
    """Return a stack's file with entries as blocks or in braces, with anchors, aliases and merges."""
    if flow:
        rows = ", ".join(f"{name}: {{{key}: {one_line(value)}}}" for name, key, value in texts)
        return config(f"tenants: {{{rows}}}", f"ceiling: {{idle: 1h, reason: {one_line(beside)}}}")
    rows = "".join(f"\n    {name}: &a{n}\n      {key}: {value}" for n, (name, key, value) in enumerate(texts))
    return config(f"tenants:{rows}\n    other:\n      <<: *a0\n      plan: {beside}\n    same: *a{len(texts) - 1}")


def in_project(texts: Rows, beside: str, flow: bool) -> str:  # noqa: FBT001
    """Return a project's configuration, with and without `value`."""
    rows = "".join(f"\n        {name}:\n          {key}: {one_line(value)}" for name, key, value in texts)
    tenants = f"tenants: {{value: {{acme: {{{DOMAIN}}}}}}}" if flow else f"tenants:\n      value:{rows}"
    return config(tenants, f"plan: {one_line(beside)}", f"enforce: {{value: {one_line(texts[0][2])}}}")


FORMS = {"value": as_value, "name": as_name, "nested": nested, "project": in_project}


def one_line(scalar: str) -> str:
    """Return a scalar that braces can hold, or another one."""
    return "a" if set(scalar) & set("\n,") or scalar[:1] in "|?-" else scalar


@pytest.mark.thorough
def test_any_text_is_refused_or_means_what_pulumi_reads(files: Files, request: pytest.FixtureRequest) -> None:
    """Also a text that is hardly YAML."""
    pieces = [*string.printable, *WRITTEN, *PIECES]

    @settings(max_examples=request.config.getoption("--examples") // 10)
    @given(st.lists(st.sampled_from(pieces), max_size=12).map("".join))
    def held(text: str) -> None:
        files.write("Pulumi.yaml", PROJECT)
        files.write("Pulumi.dev.yaml", config(f"tenants:\n    acme:\n      {DOMAIN}\n    {text}"))
        found = files.of_the_file()
        if found is not None:
            assert files.of_pulumi() in (found, None)

    held()


def test_a_stack_s_resolved_configuration_is_read(
    tmp_path: Path, auth0_sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--stack` sees the project's values and decrypts the stack's, so an audit has the credentials that `up` has."""
    secret = "resolved-canary-secret"
    acme = auth0_sandbox.add_tenant("acme", plan="enterprise")
    files = Files(tmp_path)
    files.write("Pulumi.yaml", f"{PROJECT}config:\n  auth0-sessions:plan: {{value: enterprise}}\n")
    key = "auth0-sessions:tenants.acme"
    for path, value in ((f"{key}.domain", acme.domain), (f"{key}.credentials", "own")):
        files.pulumi("config", "set", "--path", path, value)
    for part in ("clientId", "clientSecret"):
        path = f"auth0-sessions:credentials.own.{part}"
        files.pulumi("config", "set", "--secret", "--path", path, secret)
    files.pulumi("config", "set", "auth0-sessions:profile", "strict", "--secret")
    for name, value in files.environment.items():
        monkeypatch.setenv(name, value)

    runner = CliRunner()
    refused = runner.invoke(cli.app, ["audit", "--tenants", str(files.work / "Pulumi.dev.yaml")])
    assert (refused.exit_code, "give `--stack NAME` instead" in refused.output) == (2, True)
    audit = ["audit", "--stack", "dev", "--cwd", str(files.work), "--format", "json"]
    ran = runner.invoke(cli.app, audit)
    (tenant,) = json.loads(ran.stdout)["tenants"]
    assert (tenant["plan"], tenant["profile"], acme.calls[-1]) == ("enterprise", "strict", "GET /tenants/settings")
    assert secret not in ran.output
    unknown = runner.invoke(cli.app, ["validate", "--stack", "gone", "--cwd", str(files.work)])
    assert (unknown.exit_code, "`pulumi config` cannot read stack gone" in unknown.output) == (2, True)


IN_A_FOLDER = f"{PROJECT}main: src\n"
PROGRAM = "resources:\n  fleet:\n    type: auth0-sessions:TenantFleet\noutputs:\n  report: ${fleet.report}\n"


@pytest.mark.front_ends("dynamic", "native")
def test_main_does_not_move_the_tenants_file_for_a_program(
    make_engine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that the configuration names is in the folder of Pulumi.yaml, although the program runs below it."""
    engine = make_engine()
    engine.program = lambda: engine.api.TenantFleet.from_config("fleet")
    work = engine.folder / "work"
    (work / "Pulumi.yaml").write_text(IN_A_FOLDER.replace("demo", "sessions"))
    (work / "src").mkdir()
    monkeypatch.chdir(work / "src")
    assert_found_above(work, engine.preview)


@pytest.mark.usefixtures("yaml_host")
def test_main_does_not_move_the_tenants_file_for_a_component(tmp_path: Path) -> None:
    """The plugin, which runs in the program's folder, finds the file there, too."""
    local_engine.place_plugin(tmp_path)
    files = Files(tmp_path)
    files.write("Pulumi.yaml", IN_A_FOLDER)
    (files.work / "src").mkdir()
    files.write("src/Main.yaml", PROGRAM)
    stack = local_engine.open_stack(None, tmp_path, environment=files.environment)
    assert_found_above(files.work, lambda: local_engine.run(stack, "preview"))


def assert_found_above(work: Path, preview: Callable[[], local_engine.Run]) -> None:
    """Check that a fleet and `validate` read the file in the folder of Pulumi.yaml, and no other."""
    (work / "Pulumi.dev.yaml").write_text(config("tenants: tenants.yaml", "plan: free"))
    listed = "acme: {domain: acme.auth0.com, profile: nist-aal3}\n"
    (work / "tenants.yaml").write_text(listed)
    (work / "src" / "tenants.yaml").write_text(listed.replace("nist-aal3", "strict"))
    ran = preview()
    assert ran.ok, ran.output
    assert ("| nist-aal3 |" in ran.output, "| strict |" in ran.output) == (True, False)
    file = read_tenants_file(work / "Pulumi.dev.yaml")
    assert (file.path, file.tenants["acme"]["profile"]) == (work / "tenants.yaml", "nist-aal3")
