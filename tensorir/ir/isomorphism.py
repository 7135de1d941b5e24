"""Equality of programs up to the identity of values, names of private symbols and locations.

Law: `fingerprint(a) == fingerprint(b)` ⇔ `isomorphic(a, b)` (up to hash collisions of 128 bits). The two are
written independently of each other, so that each checks the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, cast

from tensorir.ir.dense import Dense
from tensorir.ir.module import Executable, Function, Global, Module, ModuleSymbol, Parameter
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.scalar import ScalarBody
from tensorir.ir.value import Value


def fingerprint(program: Module | Region) -> str:
    """Hex digest of the content: 32 characters, equal in every process."""
    if isinstance(program, Region):
        return _Fingerprint(None).region(program)
    own = _Fingerprint(program)
    public = sorted((f for f in program.functions if not f.private), key=lambda f: f.name)
    functions = [f"{f.name}={own.symbol(f.name)}" for f in public]
    others = sorted(own.symbol(s.name) for s in (*program.globals, *program.executables, *_private(program)))
    return _digest([*functions, *others])


def isomorphic(a: Module | Region, b: Module | Region) -> bool:
    """True if some renaming of values and private symbols makes `a` and `b` equal."""
    return _Match(a, b).run()


def _private(module: Module) -> list[Function]:
    return [f for f in module.functions if f.private]


def _head(function: Function) -> tuple[object, ...]:
    """The parts of a function besides its body. Having no devices at all and having no device for each argument and
    result are the same. States have names that callers know, as public functions have."""
    args, results = function.arg_devices, function.result_devices
    devices = args if any(args) else (), results if any(results) else ()
    return function.private, function.signless, *devices, function.states, function.of, function.sizes


def _mutable(symbol: Global) -> list[str]:
    return [f"mutable {symbol.logical}"] if symbol.mutable else []


def _digest(parts: Sequence[str]) -> str:
    h = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode()
        h.update(len(data).to_bytes(8, "little") + data)
    return h.hexdigest()


class _Fingerprint:
    """Hashes regions with values numbered in order; a reference to a symbol is hashed as the symbol's own hash."""

    def __init__(self, module: Module | None) -> None:
        self.module = module
        self.symbols: dict[str, str] = {}
        self.done: set[str] = set()
        self.regions: dict[Region, str] = {}
        self.texts: dict[Any, str] = {}

    def symbol(self, name: str) -> str:
        """Returns the hash of a symbol. The symbols that it refers to are hashed first, by a loop, because chains of
        calls may be long."""
        if self.module is None or name not in self.module.symbols:
            return f"@{name}"
        if name in self.symbols:
            return self.symbols[name]
        stack = [name]
        while stack:
            top = stack[-1]
            waiting = [] if top in self.symbols else self._named(self.module.symbols[top])
            if top not in self.symbols:
                self.symbols[top] = f"recursive @{top}"  # while it is being hashed
                stack += [n for n in waiting if n in self.module.symbols and n not in self.symbols]
                continue
            stack.pop()
            if top not in self.done:
                self.done.add(top)
                self.symbols[top] = self._contents(self.module.symbols[top])
        return self.symbols[name]

    def _named(self, symbol: ModuleSymbol) -> list[str]:
        ops = symbol.region.walk() if symbol.region is not None else ()
        states = symbol.states if isinstance(symbol, Function) else ()
        return [*states, *(getattr(op, n) for op in ops for n in op.ATTRIBUTES if n in op.SYMBOLS)]

    def _contents(self, symbol: ModuleSymbol) -> str:
        match symbol:
            case Global(type=type, value=Dense() as value):
                return _digest(["data", str(type), value.digest, *_mutable(symbol)])
            case Global(type=type, value=Parameter() as value):
                return _digest(["parameter", str(type), value.scope, value.key, *_mutable(symbol)])
            case Global(type=type, value=Region() as value):
                return _digest(["initializer", str(type), self.region(value), *_mutable(symbol)])
            case Executable(target=target, body=body):
                return _digest(["executable", target, repr(symbol.sizes), self.region(body)])
            case Function(body=body):
                states = [self.symbol(name) for name in symbol.states]
                return _digest(["function", repr(_head(symbol)), *states, self.region(body)])
            case _:  # pragma: no cover
                raise AssertionError

    def region(self, region: Region) -> str:
        if region in self.regions:
            return self.regions[region]
        numbers = {a: i for i, a in enumerate(region.args)}
        parts = [self.text(a.type) for a in region.args]
        for op in region.ops:
            parts.append(op.NAME)
            parts += [str(numbers.get(v, "undefined")) for v in op.operands]
            parts += [self.attribute(op, name) for name in op.ATTRIBUTES]
            parts += [self.region(r) for r in op.regions]
            for r in op.results:
                numbers[r] = len(numbers)
                parts.append(self.text(r.type))
        parts += ["yield", *(str(numbers.get(y, "undefined")) for y in region.yields)]
        self.regions[region] = _digest([str(len(region.args)), *parts])
        return self.regions[region]

    def attribute(self, op: Op, name: str) -> str:
        value = getattr(op, name)
        return self.symbol(value) if name in op.SYMBOLS else f"{name}={self.text(value)}"

    def text(self, value: Any) -> str:
        if isinstance(value, Dense):
            return value.digest
        # True == 1 == 1.0 and 0.0 == -0.0, but they are different attributes.
        key: Any = (type(value), repr(value) if isinstance(value, float) else value)
        if key not in self.texts:
            self.texts[key] = _text(value)
        return self.texts[key]


def _text(value: object) -> str:
    kind = type(value).__name__
    if isinstance(value, ScalarBody):
        return _body_text(value)
    items = cast("tuple[Any, ...]", value) if isinstance(value, tuple) else ()
    if any(isinstance(item, ScalarBody) for item in items):
        return f"[{', '.join(map(_text, items))}]"
    return f"{value!s}|{kind}"


def _body_text(body: ScalarBody) -> str:
    """Hashes each node once, by number, so that it is linear even for bodies whose tree would be exponential."""
    numbers: dict[int, int] = {}
    parts = [str(t) for t in body.args]
    for node in body.nodes():
        numbers[id(node)] = len(numbers)
        operands = [numbers[id(o)] for o in node.operands]
        parts.append(f"{node.fn} {operands} {node.dtype} {node.index} {node.value!r}")
    return "; ".join(parts)


class _Match:
    """Walks two programs side by side and records which value and symbol of one corresponds to which of the other."""

    def __init__(self, a: Module | Region, b: Module | Region) -> None:
        self.a, self.b = a, b
        self.symbols: dict[tuple[str, str], bool] = {}
        self.regions: dict[tuple[Region, Region], bool] = {}

    def run(self) -> bool:
        a, b = self.a, self.b
        if isinstance(a, Region) or isinstance(b, Region):
            return isinstance(a, Region) and isinstance(b, Region) and self.region(a, b)
        public = [f.name for f in a.functions if not f.private]
        if set(public) != {f.name for f in b.functions if not f.private}:
            return False
        return (
            all(self.symbol(name, name) for name in public)
            and self._pair_off([f.name for f in _private(a)], [f.name for f in _private(b)])
            and self._pair_off([g.name for g in a.globals], [g.name for g in b.globals])
            and self._pair_off([e.name for e in a.executables], [e.name for e in b.executables])
        )

    def _pair_off(self, a: list[str], b: list[str]) -> bool:
        """Pairs private symbols. Isomorphism is an equivalence, so a greedy pairing finds a perfect one if there is
        any."""
        left = list(b)
        for name in a:
            other = next((o for o in left if self.symbol(name, o)), None)
            if other is None:
                return False
            left.remove(other)
        return not left

    def symbol(self, a: str, b: str) -> bool:
        assert isinstance(self.a, Module)
        assert isinstance(self.b, Module)
        x, y = self.a.symbols.get(a), self.b.symbols.get(b)
        if x is None or y is None:
            return x is y and a == b
        if (a, b) not in self.symbols:
            self.symbols[a, b] = True  # while it is being compared; a cycle that closes is consistent
            match x, y:
                case Global(), Global():
                    same = (x.type, x.mutable, x.logical) == (y.type, y.mutable, y.logical)
                    same = same and self._contents(x.value, y.value)
                case Executable(), Executable():
                    same = (x.target, x.sizes) == (y.target, y.sizes) and self.region(x.body, y.body)
                case Function(), Function():
                    same = _head(x) == _head(y) and all(map(self.symbol, x.states, y.states))
                    same = same and self.region(x.body, y.body)
                case _:
                    same = False
            self.symbols[a, b] = same
        return self.symbols[a, b]

    def _contents(self, a: Dense | Region | Parameter, b: Dense | Region | Parameter) -> bool:
        if isinstance(a, Region) and isinstance(b, Region):
            return self.region(a, b)
        return a == b

    def region(self, a: Region, b: Region) -> bool:
        if (a, b) not in self.regions:
            self.regions[a, b] = self._region(a, b)
        return self.regions[a, b]

    def _region(self, a: Region, b: Region) -> bool:
        if a.arg_types != b.arg_types or len(a.ops) != len(b.ops) or len(a.yields) != len(b.yields):
            return False
        env: dict[Value, Value] = dict(zip(a.args, b.args, strict=True))
        for x, y in zip(a.ops, b.ops, strict=True):
            if type(x) is not type(y) or len(x.operands) != len(y.operands) or len(x.results) != len(y.results):
                return False
            if any(env.get(v) is not w for v, w in zip(x.operands, y.operands, strict=True)):
                return False
            if not all(self._attribute(x, y, name) for name in x.ATTRIBUTES):
                return False
            for p, q in zip(x.regions, y.regions, strict=True):  # a loop: regions may be nested deeply
                if not self.region(p, q):
                    return False
            if any(v.type != w.type for v, w in zip(x.results, y.results, strict=True)):
                return False
            env.update(zip(x.results, y.results, strict=True))
        return all(env.get(v) is w for v, w in zip(a.yields, b.yields, strict=True))

    def _attribute(self, x: Op, y: Op, name: str) -> bool:
        a, b = getattr(x, name), getattr(y, name)
        if name in x.SYMBOLS and isinstance(self.a, Module):
            return self.symbol(a, b)
        if type(a) is not type(b):
            return False
        return repr(a) == repr(b) if isinstance(a, float) else a == b  # NaN is NaN, 0.0 is not -0.0
