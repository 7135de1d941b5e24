"""How fast MLIR text is read and written, compared with IREE's and xDSL's own parsers in one run.

The text is a chain of elementwise generics, as other producers write them. Figures are microseconds per op, minimum and
median.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from importlib import import_module
from time import perf_counter
from typing import Any

from tensorir import mlir
from tensorir.mlir.reader.document import parse_document

ROUNDS = 5

OP = """  %{n} = linalg.generic {{indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}}
      ins(%{p} : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {{
  ^bb0(%in: f32, %out: f32):
    %s = arith.mulf %in, %in : f32
    linalg.yield %s : f32
  }} -> tensor<4x8xf32>
"""


def text(ops: int) -> str:
    """Returns a function of `ops` generics, each three ops of text."""
    body = "".join(OP.format(n=i + 1, p=i) for i in range(ops))
    return f"""#map = affine_map<(d0, d1) -> (d0, d1)>
func.func @f(%0: tensor<4x8xf32>) -> tensor<4x8xf32> {{
  %e = tensor.empty() : tensor<4x8xf32>
{body}  return %{ops} : tensor<4x8xf32>
}}
"""


def readers() -> dict[str, Callable[[str], Any]]:
    """Returns the parsers that are installed."""
    found: dict[str, Callable[[str], Any]] = {"tensorir, tree": parse_document, "tensorir, program": mlir.parse}
    try:
        ir: Any = import_module("iree.compiler.ir")

        def iree(source: str) -> Any:
            with ir.Context():
                return ir.Module.parse(source)

        found["IREE (C++)"] = iree
    except ImportError:
        print("IREE is not installed")
    try:
        context: Any = import_module("xdsl.context").Context
        dialects: Any = import_module("xdsl.dialects").get_all_dialects()
        parser: Any = import_module("xdsl.parser").Parser

        def xdsl(source: str) -> Any:
            ctx = context()
            for name, factory in dialects.items():
                ctx.register_dialect(name, factory)
            return parser(ctx, source).parse_module()

        found["xDSL"] = xdsl
    except ImportError:
        print("xDSL is not installed")
    return found


def seconds(function: Callable[[str], Any], source: str) -> float:
    start = perf_counter()
    function(source)
    return perf_counter() - start


def seconds_to_write(source: str) -> float:
    module = mlir.parse(source)
    start = perf_counter()
    mlir.print_mlir(module)
    return perf_counter() - start


def main() -> None:
    """Prints one table per size."""
    by_name = readers()
    for ops in (1_000, 10_000):
        source = text(ops)
        times: dict[str, list[float]] = {name: [] for name in by_name}
        for _ in range(ROUNDS):  # interleaved, so that a slow moment of the machine affects all of them
            for name, function in by_name.items():
                times[name].append(seconds(function, source))
        times["tensorir, write"] = [seconds_to_write(source) for _ in range(ROUNDS)]
        print(f"{ops} generics ({3 * ops} ops of text), µs per generic: least, median")
        for name, found in times.items():
            print(f"  {name:20} {min(found) / ops * 1e6:8.1f} {statistics.median(found) / ops * 1e6:8.1f}")


if __name__ == "__main__":
    main()
