"""The layout of the package: folders in one order, and imports that run one way only, indirect ones included."""

import ast
import graphlib
import re
from functools import cache
from pathlib import Path

import pytest

import auth0_sessions

PACKAGE = Path(auth0_sessions.__file__).parent
TESTS = Path(__file__).parent

ORDER = [
    *("errors", "model", "api", "lifecycle", "fleet", "audit", "program", "dynamic", "native", "guardrails"),
    *("sandbox", "cli", "console", "__init__", "__main__"),
]
"""Every folder and top-level module, each after everything it imports."""

DIRECT = {
    "pulumi": {"program", "dynamic", "native"},
    "pulumi_policy": {"guardrails"},
    "grpc": {"program.log", "native", "guardrails.pack"},
    "requests": {"api.connection", "api.exchange"},
    "pydantic": {"api.credential_sets", "audit.model", "sandbox"},
    "pydantic_core": {"api.client"},
    "yaml": {"fleet.document", "fleet.lines", "fleet.loader"},
    "ruamel": {"fleet.document", "fleet.rows"},
    "jinja2": {"audit.page"},
    "markupsafe": {"audit.page"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox.server"},
    "typer": {"cli"},
    "rich": {"cli"},
}
"""Who imports a foreign package: a module, or any of a folder. No other module may."""

WITHOUT = {
    "model": {"pulumi", "grpc", "requests", "pydantic", "yaml"},
    "api": {"pulumi", "grpc", "yaml"},
    "lifecycle": {"pulumi", "grpc", "yaml"},
    "fleet": {"pulumi", "grpc"},
    "audit": {"pulumi", "grpc"},
    "cli": {"pulumi", "grpc"},
    "guardrails": {"pulumi", "requests", "pydantic", "yaml"},
}
"""What a folder does not import, also not through another module of this package."""

MAY_READ_ENVIRONMENT = {"api.credentials", "program.log"}

TESTED_BY = {
    "__init__": "test_layout.py",
    "__main__": "native/test_serve.py",
    "audit.findings": "audit/test_audit.py",
    "audit.model": "audit/test_audit.py",
    "fleet.lines": "fleet/test_document.py",
    "fleet.loader": "fleet/test_file.py",
    "fleet.rows": "fleet/test_document.py",
    "fleet.scalars": "fleet/test_file.py",
    "fleet.stack": "fleet/test_file.py",
    "guardrails": "guardrails/test_pack.py",
    "cli.app": "cli/test_cli.py",
    "cli.look": "cli/test_look.py",
    "cli.plugin": "cli/test_plugin.py",
    "cli.sandbox": "cli/test_cli.py",
    "cli.tables": "cli/test_look.py",
    "native": "native/test_resources.py",
    "native.functions": "native/test_functions.py",
    "native.plugin": "native/test_plugin.py",
    "native.remote": "native/test_plugin.py",
    "native.resources": "native/test_resources.py",
    "program.fleet": "program/test_components.py",
    "native.texts": "native/test_schema.py",
    "program.log": "test_provider_host.py",
    "program.process": "native/test_serve.py",
    "program.policy": "program/test_components.py",
    "program.resource": "test_dynamic.py",
}
"""Modules that are tested through another one, which the file named here imports or starts."""

STARTED = {"auth0_sessions": "__main__", "pulumi.dynamic": "dynamic"}
"""What a test starts as `python -m ...` -> the module that runs then."""


def name_of(file):
    """Return the dotted name of a source file inside the package; a folder's `__init__` is the folder."""
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


FILES = {name_of(file): file for file in sorted(PACKAGE.rglob("*.py"))}
TOOLS = sorted(TESTS.parent.joinpath("tools").glob("*.py"))


def room_of(module):
    """Return the folder or top module that a dotted name belongs to."""
    return module.split(".")[0]


def belongs(module, places):
    """Return whether a module is one of these, or in one of these folders."""
    return bool({module, room_of(module)} & places)


@cache
def tree_of(module):
    """Return the syntax tree of a module."""
    return ast.parse(FILES[module].read_text())


@cache
def imports_of(module):
    """Return the dotted names that a module imports, at the top and inside functions, those for types included."""
    names = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


@cache
def used_by(file):
    """Return the modules of this package that a test file imports or starts, its folder's fixtures included."""
    used = set()
    sources = [source for source in (file, file.with_name("conftest.py")) if file.is_file() and source.is_file()]
    for source in sources:
        for node in ast.walk(ast.parse(source.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, (ast.List, ast.Tuple)):
                words = {str(word.value) for word in node.elts if isinstance(word, ast.Constant)}
                used.update(STARTED[word] for word in words & STARTED.keys())
            used.update(found for name in names if (found := module_of(name)))
    return frozenset(used)


def module_of(name):
    """Return the module of this package that a dotted name is, or that a public name comes from; else None."""
    inner = "__init__" if name == "auth0_sessions" else name.removeprefix("auth0_sessions.")
    found = auth0_sessions._HOMES.get(inner, inner) if name.startswith("auth0_sessions") else None
    return found if found in FILES else None


@cache
def own_imports_of(module):
    """Return the modules of this package that a module imports."""
    dotted = [name.removeprefix("auth0_sessions.") for name in imports_of(module) if name.startswith("auth0_sessions.")]
    owners = [name if name in FILES else name.rpartition(".")[0] or "__init__" for name in dotted]
    return frozenset(owner if owner in FILES else "__init__" for owner in owners) - {module}


@cache
def reached_from(module):
    """Return a module and everything of this package that it imports, directly or through another module."""
    found, queue = set(), [module]
    while queue:
        name = queue.pop()
        if name not in found:
            found.add(name)
            queue.extend(own_imports_of(name))
    return frozenset(found)


def foreign_imports_of(module):
    """Return the foreign packages that a module imports."""
    return {name.split(".")[0] for name in imports_of(module)} - {"auth0_sessions"}


def public_nodes(tree):
    """Return the module and every public class and function in it, methods too."""
    found = [("the module", tree)]
    queue = [(node, "") for node in tree.body]
    while queue:
        node, prefix = queue.pop(0)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            found.append((f"{prefix}{node.name}", node))
            if isinstance(node, ast.ClassDef):
                queue += [(inner, f"{node.name}.") for inner in node.body]
    return found


def test_every_room_has_its_place():
    """The order names every folder and top module of the package, and nothing else."""
    assert sorted(ORDER) == sorted({room_of(module) for module in FILES})


@pytest.mark.parametrize("module", FILES)
def test_imports_run_one_way(module):
    """A module imports from its own folder and from earlier ones only; the public names are for users."""
    allowed = set(ORDER[: ORDER.index(room_of(module)) + 1])
    own = own_imports_of(module) if module.startswith(("cli", "__init__")) else own_imports_of(module) - {"__init__"}
    assert {room_of(name) for name in own} <= allowed


def test_no_circle_of_imports():
    """No module imports itself through others."""
    graph = {module: own_imports_of(module) for module in FILES if module != "__init__"}
    assert list(graphlib.TopologicalSorter(graph).static_order())


def test_the_sandbox_is_a_witness():
    """The fake tenant shares no code with the package that it tests."""
    reached = {room_of(name) for module in FILES if room_of(module) == "sandbox" for name in reached_from(module)}
    assert reached == {"sandbox"}


@pytest.mark.parametrize("foreign", DIRECT)
def test_foreign_packages(foreign):
    """A foreign package is only imported where it belongs, and the table has no unused entries."""
    knowing = {module for module in FILES if foreign in foreign_imports_of(module)}
    assert [module for module in knowing if not belongs(module, DIRECT[foreign])] == []
    assert {place for place in DIRECT[foreign] if not any(belongs(module, {place}) for module in knowing)} == set()


@pytest.mark.parametrize("room", WITHOUT)
def test_what_a_folder_never_reaches(room):
    """A folder does not import what it must not, not even through other modules."""
    modules = [module for module in FILES if room_of(module) == room]
    reached = {name: foreign_imports_of(name) & WITHOUT[room] for module in modules for name in reached_from(module)}
    assert {name: foreign for name, foreign in reached.items() if foreign and name != "__init__"} == {}


@pytest.mark.parametrize("module", [module for module in FILES if module not in MAY_READ_ENVIRONMENT])
def test_the_environment_is_read_in_one_place(module):
    """Only the search for credentials and the switch for tracebacks look at the environment."""
    attributes = {node.attr for node in ast.walk(tree_of(module)) if isinstance(node, ast.Attribute)}
    assert {"environ", "environb", "getenv"}.isdisjoint(attributes)
    assert not {name for name in imports_of(module) if name.startswith("os.")} & {"os.environ", "os.getenv"}


@pytest.mark.parametrize("module", FILES)
def test_public_names_have_docstrings(module):
    """Every module, public class, function and method says what it is."""
    mute = [name for name, node in public_nodes(tree_of(module)) if not ast.get_docstring(node)]
    assert mute == []


MAX_MODULE_LINES, MAX_FUNCTION_LINES = 300, 45


@pytest.mark.parametrize("path", [*FILES.values(), *TOOLS], ids=lambda path: path.name)
def test_modules_and_functions_are_short(path):
    """A module fits on a few screens, and a function on one, its docstring not counted."""
    source = path.read_text()
    functions = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    long = [node.name for node in functions if lines_of(node) > MAX_FUNCTION_LINES]
    assert (len(source.splitlines()) <= MAX_MODULE_LINES, long) == (True, [])


def lines_of(function):
    """Return how many lines a function has without its docstring and its signature."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_the_list_of_tests_has_no_unused_entry():
    """Every module that is tested through another one is there, and has no file of its own that imports it."""
    assert TESTED_BY.keys() - FILES.keys() == set()
    assert {module for module in TESTED_BY if module in used_by(own_tests_of(module))} == set()


def own_tests_of(module):
    """Return the file where the tests of a module belong."""
    return TESTS / FILES[module].relative_to(PACKAGE).with_name(f"test_{module.split('.')[-1]}.py")


@pytest.mark.parametrize("module", [module for module in FILES if room_of(module) != "sandbox"])
def test_every_module_has_its_tests(module):
    """The file of a module's name imports it; one that is tested through another is reached from the file named here.

    A folder's `__init__` without code needs no tests.
    """
    if FILES[module].name == "__init__.py" and len(tree_of(module).body) == 1:
        return
    if module in TESTED_BY:
        used = used_by(TESTS / TESTED_BY[module])
        assert module in used.union(*map(reached_from, used))
    else:
        assert module in used_by(own_tests_of(module))


@pytest.mark.parametrize("file", sorted(TESTS.rglob("test_*.py")), ids=lambda file: file.name)
def test_every_test_states_its_rule(file):
    """Every test opens with a docstring that states its rule."""
    tests = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef))
    mute = [node.name for node in tests if node.name.startswith("test_") and not ast.get_docstring(node)]
    assert mute == []


def test_contributors_find_every_room():
    """CONTRIBUTING.md has a row for every folder and top module, in the order of imports."""
    rows = re.findall(r"^\| `(\w+)/?` \|", (TESTS.parent / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert rows == ORDER


@pytest.mark.parametrize("name", auth0_sessions.__all__)
def test_public_names_can_be_had(name):
    """Every name that the package promises can be imported from it."""
    assert getattr(auth0_sessions, name) is not None
