"""Finds, in Python source, whatever runs what was stored: pickles and their relatives, eval(), a shell.

It reads the syntax tree, so how an import is written makes no difference.
"""

from __future__ import annotations

import ast

MODULES = {"pickle", "_pickle", "pickletools", "marshal", "shelve", "dill", "cloudpickle", "joblib", "runpy", "code"}
HARMLESS = {"joblib": {"Parallel", "delayed", "parallel_config"}}  # which run tasks; its load() reads a pickle
CALLS = {"eval", "exec", "compile", "__import__", "system", "popen", "read_pickle", "to_pickle"}
OF_MODULES = {"system": "os", "popen": "os"}


def executing(source: str) -> list[str]:
    """What this source does that runs what was stored, each with its line: "3: import pickle"."""
    found = [node for node in ast.walk(ast.parse(source)) if _imports(node) or _calls(node) or _asks(node)]
    return [f"{getattr(node, 'lineno', 0)}: {ast.unparse(node)}" for node in found]


def _imports(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] in MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        top = node.module.split(".")[0]
        names = {alias.name for alias in node.names}
        builtin = top in ("builtins", "os") and bool(names & CALLS)
        return builtin or (top in MODULES and not names <= HARMLESS.get(top, set()))
    return False


def _calls(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    if isinstance(function, ast.Name):
        return function.id in CALLS or _names_a_module(function.id, node)
    if isinstance(function, ast.Attribute):
        of = function.value.id if isinstance(function.value, ast.Name) else ""
        if function.attr in ("read_pickle", "to_pickle") or (of == "builtins" and function.attr in CALLS):
            return True
        return OF_MODULES.get(function.attr) == of or _names_a_module(function.attr, node)
    return False


def _names_a_module(function: str, call: ast.Call) -> bool:
    """import_module("pickle")"""
    first = call.args[0] if call.args else None
    named = isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.split(".")[0] in MODULES
    return function == "import_module" and named


def _asks(node: ast.AST) -> bool:
    """allow_pickle=True, weights_only=False, shell=True: anything but the constant that is harmless."""
    harmless = {"allow_pickle": False, "shell": False, "weights_only": True}
    if not isinstance(node, ast.keyword) or node.arg not in harmless:
        return False
    return not (isinstance(node.value, ast.Constant) and node.value.value is harmless[node.arg])
