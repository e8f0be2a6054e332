"""How long functions and modules are: python -m bench.sizes

Prints JSON: number, median and 90th percentile of functions' lines (docstring and decorators not
counted), the longest function, and the longest module; tests and migrations apart.
"""

import ast
import json
import statistics
from collections.abc import Iterator
from pathlib import Path

APPS = ("clinic", "core", "inventory", "patients", "billing", "clinical_docs", "audit")
APART = {"tests", "migrations"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> Iterator[Path]:
    for app in APPS:
        yield from (p for p in Path(app).rglob("*.py") if not APART & set(p.parts))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function's name and the lines from its signature to its end."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield f"{path}:{node.name}", lines_of(node)


def lines_of(node: Function) -> int:
    total = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    has_docstring = ast.get_docstring(node) is not None
    return total - ((first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0)


def main() -> None:
    sizes = dict(one for path in modules() for one in functions(path))
    lengths = {str(path): len(path.read_text().splitlines()) for path in modules()}
    longest, module = max(sizes, key=sizes.__getitem__), max(lengths, key=lengths.__getitem__)
    facts = {
        "functions": len(sizes),
        "median": statistics.median(sizes.values()),
        "p90": statistics.quantiles(sizes.values(), n=10)[-1],
        "longest": [longest, sizes[longest]],
        "modules": len(lengths),
        "module_median": statistics.median(lengths.values()),
        "longest_module": [module, lengths[module]],
    }
    print(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main()
