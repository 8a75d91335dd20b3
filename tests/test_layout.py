"""The layout of the package: a flat pipeline in which imports run one way only."""

import ast
from pathlib import Path

import pytest

import auth0_sessions

PACKAGE = Path(auth0_sessions.__file__).parent
TESTS = Path(__file__).parent

ORDER = [
    "errors",
    "lifetime",
    "settings",
    "plans",
    "profiles",
    "domain",
    "wire",
    "labelled",
    "credentials",
    "retry",
    "refusals",
    "client",
    "state",
    "inputs",
    "operations",
    "policy",
    "roster",
    "fleet",
    "tenants_file",
    "tenant",
    "audit",
    "engine",
    "program",
    "provider",
    "process",
    "dynamic",
    "components",
    "sandbox",
    "cli",
]
"""Every module, each after all that it imports. The order is the flow of the data: text -> minutes -> ... -> state."""

MAY_IMPORT = {
    "pulumi": {"engine", "program", "provider", "dynamic", "components"},
    "requests": {"client"},
    "tenacity": {"retry"},
    "pydantic": {"labelled", "roster", "audit"},
    "yaml": {"tenants_file"},
    "jinja2": {"audit"},
    "markupsafe": {"audit"},
    "grpc": {"engine"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox"},
    "typer": {"cli"},
    "rich": {"cli"},
}
"""The modules that know a foreign package; no other module may."""

MAY_READ_ENVIRONMENT = {"credentials", "engine"}

# These speak to Pulumi and are tested through what uses them: the provider's process and the resource.
TESTED_BY = {
    "engine": "test_provider_host.py",
    "process": "test_provider_host.py",
    "program": "test_dynamic.py",
    "provider": "test_dynamic.py",
}


def files_of(module):
    """Return the source files of a module or of a subpackage."""
    folder = PACKAGE / module
    return sorted(folder.glob("*.py")) if folder.is_dir() else [PACKAGE / f"{module}.py"]


def trees_of(module):
    """Return the syntax trees of a module or of a subpackage."""
    return [ast.parse(file.read_text()) for file in files_of(module)]


def imports_of(module):
    """Return the dotted names that a module imports, at the top and inside functions, those for types included."""
    names = set()
    for tree in trees_of(module):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{module} has a relative import"
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def own_imports_of(module):
    """Return the modules of this package that a module imports."""
    dotted = (name.split(".") for name in imports_of(module))
    return {parts[1] for parts in dotted if parts[0] == "auth0_sessions" and len(parts) > 1} - {module}


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


def modules_there():
    """Return the modules and subpackages on disk."""
    files = {file.stem for file in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    return files | {folder.parent.name for folder in PACKAGE.glob("*/__init__.py")}


def test_every_module_has_its_place():
    """The list holds every module of the package, and nothing else."""
    assert sorted(ORDER) == sorted(modules_there())


@pytest.mark.parametrize("module", ORDER)
def test_imports_run_one_way(module):
    """A module imports earlier modules only."""
    assert own_imports_of(module) <= set(ORDER[: ORDER.index(module)])


def test_the_sandbox_is_a_witness():
    """The fake tenant shares no code with what it is a witness for."""
    assert set() == own_imports_of("sandbox")


@pytest.mark.parametrize("foreign", MAY_IMPORT)
def test_foreign_packages(foreign):
    """A foreign package is known only where it belongs."""
    knowing = {module for module in ORDER if any(name.split(".")[0] == foreign for name in imports_of(module))}
    assert knowing <= MAY_IMPORT[foreign]


@pytest.mark.parametrize("module", [module for module in ORDER if module not in MAY_READ_ENVIRONMENT])
def test_the_environment_is_read_in_one_place(module):
    """Only the search for credentials and the switch for tracebacks look at the environment."""
    source = [node for tree in trees_of(module) for node in ast.walk(tree)]
    attributes = {node.attr for node in source if isinstance(node, ast.Attribute)}
    assert {"environ", "environb", "getenv"}.isdisjoint(attributes)
    assert not {name for name in imports_of(module) if name.startswith("os.")} & {"os.environ", "os.getenv"}


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_public_names_have_docstrings(file):
    """Every module, public class, function and method says what it is."""
    mute = [name for name, node in public_nodes(ast.parse(file.read_text())) if not ast.get_docstring(node)]
    assert mute == []


@pytest.mark.parametrize("module", ORDER)
def test_every_module_has_its_tests(module):
    """The tests of a module are in the file of its name."""
    expected = TESTED_BY.get(module, f"test_{module}.py")
    assert (TESTS / expected).is_file()


@pytest.mark.parametrize("file", sorted(TESTS.rglob("test_*.py")), ids=lambda file: file.name)
def test_every_test_states_its_rule(file):
    """Every test opens with a docstring that states its rule."""
    tests = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef))
    mute = [node.name for node in tests if node.name.startswith("test_") and not ast.get_docstring(node)]
    assert mute == []


@pytest.mark.parametrize("name", auth0_sessions.__all__)
def test_public_names_can_be_had(name):
    """Every name that the package promises can be imported from it."""
    assert getattr(auth0_sessions, name) is not None
