"""The console script without the extra: one line, which never hides a bug of ours."""

import sys

import pytest

from auth0_sessions import cli, console


@pytest.fixture
def without(monkeypatch):
    """What takes a module away, so that importing the command line fails for want of it."""

    def _without(module):
        for name in [name for name in sys.modules if name.startswith("auth0_sessions.cli")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.delattr("auth0_sessions.cli", raising=False)
        monkeypatch.setitem(sys.modules, module, None)

    return _without


@pytest.mark.parametrize("module", ["typer", "rich.console"])
def test_what_is_missing_is_one_line(without, module):
    """The extra is named with the command that installs it, as an error."""
    without(module)
    with pytest.raises(SystemExit) as ended:
        console.main()
    assert ended.value.code == "Error: the command line is an extra. Install it with: pip install 'auth0-sessions[cli]'"


def test_another_missing_module_is_a_fault(without):
    """A missing module that no extra installs is not blamed on the extra."""
    without("auth0_sessions.errors")
    with pytest.raises(ModuleNotFoundError, match=r"auth0_sessions\.errors"):
        console.main()


def test_the_command_line_runs(monkeypatch):
    """With the extra, the command line takes over."""
    ran = []
    monkeypatch.setattr(cli, "main", lambda: ran.append(True))
    console.main()
    assert ran == [True]
