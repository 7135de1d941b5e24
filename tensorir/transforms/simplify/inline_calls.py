"""inline-calls: the body of a function in place of each call of it. Everything after it sees no call."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from tensorir.dialects.func import Call
from tensorir.ir.diagnostic import InferError, TensorIRError, UnsupportedError
from tensorir.ir.module import Executable, Function, Global, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.sizes import bind_types, substituted_ops
from tensorir.ir.value import Value
from tensorir.passes.pass_ import Pass, PassContext
from tensorir.rewrite.pattern import Replacement
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import nested

MAX_OPS = 1 << 20
"""A program of more ops after inlining is refused: functions that call each other twice grow exponentially."""


@frozen
class InlineCalls(Pass):
    """Laws: interp(inline(m)) == interp(m); no call and no private function is left.

    Raises UnsupportedError for functions that call themselves, naming the cycle."""

    name: ClassVar[str] = "inline-calls"

    def run(self, module: Module, ctx: PassContext) -> Module:
        order = _callees_first(module)
        _check_growth(module, order)
        work = _Inliner(module)
        for name in order:
            work.functions[name] = work.region(module.lookup(Function, name).body)
        return module.map_regions(work.region, Global, Executable).replace(
            functions=[f.with_region(work.functions[f.name]) for f in module.functions if not f.private]
        )


class _Inliner:
    """`functions`: the bodies in which nothing is called any more."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.functions: dict[str, Region] = {}
        self.region = nested(lambda region: sweep(region, self._visit))

    def _visit(self, op: Op, operands: tuple[Value, ...]) -> Replacement | None:
        if not isinstance(op, Call):
            return None
        body = self.functions[op.callee]
        try:
            sizes = bind_types(body.arg_types, tuple(v.type for v in operands))
        except (InferError, ZeroDivisionError) as e:
            raise TensorIRError(f"{op.NAME}: @{op.callee}: {e}", op.loc) from None
        ops, values = substituted_ops(body, operands, sizes)
        types = tuple(v.type for v in values)
        if types != op.types:
            given, wanted = (", ".join(map(str, t)) for t in (types, op.types))
            raise TensorIRError(f"{op.NAME}: @{op.callee} gives ({given}), not ({wanted})", op.loc)
        return Replacement(ops, values)


def _calls(module: Module, name: str) -> list[Call]:
    return [op for op in module.lookup(Function, name).body.walk() if isinstance(op, Call)]


def _callees_first(module: Module) -> list[str]:
    """All functions, each after those that it calls."""
    done: dict[str, None] = {}
    for root in module.functions:
        path: dict[str, list[Call]] = {}  # the functions being called, outermost first, and the calls left in each
        if root.name not in done:
            path[root.name] = _calls(module, root.name)[::-1]
        while path:
            name = next(reversed(path))
            if not path[name]:
                done[name] = None
                del path[name]
                continue
            call = path[name].pop()
            if call.callee in path:
                names = [*path][[*path].index(call.callee) :]
                cycle = " → ".join(f"@{n}" for n in (*names, call.callee))
                raise UnsupportedError(
                    f"{call.NAME}: functions that call themselves can't be compiled: {cycle}", call.loc
                )
            if call.callee not in done:
                path[call.callee] = _calls(module, call.callee)[::-1]
    return list(done)


def _check_growth(module: Module, order: list[str]) -> None:
    """Raises UnsupportedError if calls make the program larger than MAX_OPS."""
    count: dict[str, int] = {}

    def size(region: Region) -> int:
        return sum(count[o.callee] if isinstance(o, Call) else 1 for o in region.walk())

    for name in order:
        count[name] = size(module.lookup(Function, name).body)
    others = [s.region for s in (*module.globals, *module.executables) if s.region is not None]
    total = sum(count.values()) + sum(map(size, others))
    if total > MAX_OPS and any(_calls(module, name) for name in order):
        raise UnsupportedError(f"with all calls inlined the program has {total} ops, over the limit of {MAX_OPS}")
