"""Every module says what it is for and what it offers, and stays short."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.tidy.repository import PRODUCT, Module, modules_below

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def test_every_module_has_a_docstring() -> None:
    silent = [
        module.name
        for module in modules_below(*PRODUCT, "proto", "tests")
        if module.tree.body and ast.get_docstring(module.tree) is None
    ]
    assert not silent


def test_every_module_of_the_product_lists_what_it_offers() -> None:
    assert not [module.name for module in modules_below(*PRODUCT) if lacks_all(module)]


def test_what_a_module_offers_exists() -> None:
    assert not [
        f"{module.name}: {name}"
        for module in modules_below(*PRODUCT)
        for name in sorted(offered_names(module) - bound_names(module))
        if not has_lazy_names(module)
    ]


def test_no_file_is_too_long() -> None:
    assert not [
        f"{module.name}: {module.lines} lines"
        for module in modules_below(*PRODUCT, "proto", "tests")
        if module.lines > FILE_LINES_MAX
    ]


def test_no_function_is_too_long() -> None:
    assert not [
        f"{module.name}:{function.lineno}: {function.name}: {length_of(function)} lines"
        for module in modules_below(*PRODUCT, "proto", "tests")
        for function in functions_of(module)
        if length_of(function) > FUNCTION_LINES_MAX
    ]


def test_no_test_sleeps() -> None:
    assert not [
        f"{module.name}:{call.lineno}"
        for module in modules_below("tests")
        for call in ast.walk(module.tree)
        # The one place that waits for what another process does, with a limit.
        if module.name != "tests/support/deadline.py"
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {"time.sleep", "sleep"}
    ]


def lacks_all(module: Module) -> bool:
    """Tell whether a module binds names and does not say which ones it offers."""
    says_more_than_its_purpose = len(module.tree.body) > 1
    return says_more_than_its_purpose and "__all__" not in bound_names(module)


def offered_names(module: Module) -> set[str]:
    """Return the names in `__all__`."""
    for statement in module.tree.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            return set(ast.literal_eval(statement.value))
    return set()


def bound_names(module: Module) -> set[str]:
    """Return the names that a module binds at its top level, also inside `if` and `try`."""
    return {name for statement in module.tree.body for name in names_bound_by(statement)}


def names_bound_by(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that one statement binds."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in names)
        case ast.If() | ast.Try() | ast.With():
            inner = [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt)]
            yield from (name for child in inner for name in names_bound_by(child))
        case _:
            yield from (
                target.id
                for target in ast.walk(statement)
                if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
            )


def has_lazy_names(module: Module) -> bool:
    """Tell whether a module makes names when they are first asked for."""
    return "__getattr__" in bound_names(module)


def functions_of(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield all functions and methods, also inner ones."""
    yield from (child for child in ast.walk(module.tree) if isinstance(child, FUNCTIONS))


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has, its docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1
