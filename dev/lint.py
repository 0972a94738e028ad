"""``make lint``: ruff, pylint-odoo, rules about imports and names of methods."""

import ast
import collections
import pathlib
import re
import subprocess

from . import paths, python_env
from .progress import say

# Folder, package that must not be imported there, why.
BORDERS = (
    ("lib", "odoo", "lib/ is plain Python"),
    ("models", "requests", "models/ talk to TikTok through lib/ only"),
)
# What is installed with the addon; the rest of the checkout is not Odoo code.
ADDON = (
    *("__init__.py", "__manifest__.py", "const.py", "hooks.py", "utils.py"),
    *("controllers", "lib", "models", "report", "tests", "wizards"),
)


def main(_arguments: list[str]) -> int:
    """Run every check, even after one has failed; return 1 if any did."""
    python = str(python_env.ensure())
    addon = [name for name in ADDON if (paths.ROOT / name).exists()]
    pylint = ["-m", "pylint", "--rcfile=.pylintrc", "--score=n", *addon]
    checks = {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "pylint-odoo": pylint if "__manifest__.py" in addon else ["-c", ""],
    }
    failed = [name for name, check in checks.items() if not _run([python, *check])]
    failed += ["import borders"] * (not _borders_hold())
    failed += ["methods of models"] * (not _methods_are_found())
    say(f"lint: {', '.join(failed)} failed" if failed else "lint: all clean")
    return bool(failed)


def _run(command: list[str]) -> bool:
    return subprocess.run(command, cwd=paths.ROOT, check=False).returncode == 0


def _borders_hold() -> bool:
    crossings = [
        f"{path.relative_to(paths.ROOT)}:{number}: imports {package}; {why}"
        for folder, package, why in BORDERS
        for path in sorted((paths.ROOT / folder).rglob("*.py"))
        for number in _imports(path, package)
    ]
    for crossing in crossings:
        say(crossing)
    return not crossings


def _imports(path: pathlib.Path, package: str) -> list[int]:
    """Return the numbers of the lines of ``path`` that import ``package``."""
    pattern = re.compile(rf"\s*(from\s+{package}\b|import\s+.*\b{package}\b)")
    lines = path.read_text().splitlines()
    return [number for number, line in enumerate(lines, 1) if pattern.match(line)]


def _methods_are_found() -> bool:
    """Report what ``hidden_methods`` finds in the addon."""
    files = [
        path
        for folder in ("models", "wizards")
        for path in sorted((paths.ROOT / folder).glob("*.py"))
    ]
    hidden = hidden_methods(files)
    for line in hidden:
        say(line)
    return not hidden


def hidden_methods(files: list[pathlib.Path]) -> list[str]:
    """Name the methods of models that another one of their name makes unreachable.

    The parts of a model in several files do not see each other's names.
    """
    owners = collections.defaultdict(list)
    for path in files:
        for part in ast.parse(path.read_text()).body:
            for method in _plain_methods(part):
                place = f"{path.parent.name}/{path.name}:{method.lineno}"
                owners[_model(part), method.name].append(place)
    return [
        f"{' and '.join(places)}: only one {name} of {model} is reached"
        for (model, name), places in owners.items()
        if len(places) > 1
    ]


def _plain_methods(part: ast.stmt) -> list[ast.FunctionDef]:
    """Return the methods of a class that do not go on with ``super``."""
    return [
        row
        for row in getattr(part, "body", ())
        if isinstance(part, ast.ClassDef)
        and isinstance(row, ast.FunctionDef)
        and "super()" not in ast.unparse(row)
    ]


def _model(part: ast.ClassDef) -> str:
    """Return the name of the model that a class defines or extends."""
    return next(
        (
            ast.literal_eval(row.value)
            for row in part.body
            if isinstance(row, ast.Assign)
            and row.targets[0].id in ("_name", "_inherit")
            and isinstance(row.value, ast.Constant)
        ),
        part.name,
    )
