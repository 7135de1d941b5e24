"""Scalar bodies as code of a map step; kernels/vector/map.h defines the code.

A body's nodes become values of machine types: f32, f64 and integers of 8 to 64 bits. A value of f16 or bf16 is
computed in f32 and rounded after every operation, one of i1, i4 or u4 is a byte that is wrapped after every operation;
that is how the interpreter computes them too, so results are the same.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from attrs import frozen

from tensorir.interp.conversions import rounded
from tensorir.ir.dtype import DType, f16, f32, f64, i4, i8, u4, u8, u16, u32, u64
from tensorir.ir.scalar import SCALAR_FNS, Scalar, ScalarBody
from tensorir.native.table import ELEMENT_TYPES

_FIRST, _SECOND = ("add", "sub", "mul"), ("add", "sub", "rsub", "mul", "max", "min")

MACHINE_FNS = (
    *("move", "round_f16", "round_bf16", "odd", "fma_odd", "wrap_i4"),
    *(f"{first}_{second}" for first in _FIRST for second in _SECOND),
)
"""What instructions compute beyond `SCALAR_FNS`, in the order of the C header."""

FUNCTION_NUMBERS = {name: number for number, name in enumerate((*SCALAR_FNS, *MACHINE_FNS))}

MAX_REGISTERS = 800
"""A map step has memory for so many registers of 16 elements; with far fewer they are longer."""

_UNSIGNED = {8: u8, 16: u16, 32: u32, 64: u64}
_SIGN_DOES_NOT_MATTER = frozenset(
    {"add", "sub", "mul", "neg", "and", "or", "xor", "shl", "ctpop", "ctlz", "cttz", "eq", "ne", "select"}
)
_NEVER_ROUNDED = frozenset(
    {"neg", "abs", "copysign", "max", "min", "maxnum", "minnum", "rem", "floor", "ceil", "trunc", "round", "roundeven"}
)
_NEVER_WRAPPED = frozenset({"and", "or", "xor", "max", "min", "rem", "shr"})
"""What these functions make of numbers of a type is such a number."""

_COMPARISONS = frozenset(name for name, fn in SCALAR_FNS.items() if fn.result is not None)


@frozen(eq=False)
class Value:
    """What a register holds at some time: an operand (`operand` ≥ 0), an index (of the loop `loop`), a constant
    (`bits`) or the result of an instruction."""

    bytes: int
    operand: int = -1
    loop: int = -1
    bits: int | None = None
    fn: str = ""
    dtype: DType = u8
    source: DType | None = None
    operands: tuple[Value, ...] = ()

    @property
    def computed(self) -> bool:
        return self.fn != ""


class _Machine:
    """Makes values, each only once."""

    def __init__(self) -> None:
        self.instructions: list[Value] = []
        self._known: dict[object, Value] = {}

    def operand(self, number: int, dtype: DType) -> Value:
        return self._value(("operand", number), lambda: Value(dtype.itemsize, operand=number))

    def index(self, loop: int) -> Value:
        return self._value(("index", loop), lambda: Value(8, loop=loop))

    def const(self, value: float, dtype: DType) -> Value:
        """A constant of a machine type."""
        if dtype.is_float:
            bits = int.from_bytes(struct.pack("<f" if dtype is f32 else "<d", value), "little")
        else:
            bits = int(value) & ((1 << dtype.bits) - 1)
        return self._value(("const", dtype.itemsize, bits), lambda: Value(dtype.itemsize, bits=bits))

    def apply(self, fn: str, dtype: DType, *operands: Value, source: DType | None = None) -> Value:
        """An instruction on operands of a machine type; of a cast, `source`."""
        if dtype.is_integer and fn in _SIGN_DOES_NOT_MATTER:
            dtype = _UNSIGNED[dtype.bits]
        made = 1 if fn in _COMPARISONS else dtype.itemsize
        if fn == "odd":
            made = 4 if dtype is f64 else 8
        key = (fn, dtype, source, *map(id, operands))

        def make() -> Value:
            value = Value(made, fn=fn, dtype=dtype, source=source, operands=operands)
            self.instructions.append(value)
            return value

        return self._value(key, make)

    def _value(self, key: object, make: Callable[[], Value]) -> Value:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = make()
        return found


def machine_type(dtype: DType) -> DType:
    """The type in which elements of `dtype` are computed."""
    if dtype.bits == 16 and dtype.is_float:
        return f32
    if dtype.bits < 8:
        return i8 if dtype.kind == "signed" else u8
    return dtype


class _Lowering:
    """Computes the nodes of bodies as values of the machine."""

    def __init__(self, operands: Sequence[DType]) -> None:
        self.machine = _Machine()
        self._operands = operands
        self._values: dict[int, Value] = {}

    def body(self, body: ScalarBody) -> Value:
        """The body's result as it is stored."""
        for node in body.nodes():
            if id(node) not in self._values:
                self._values[id(node)] = self._node(node, [self._values[id(o)] for o in node.operands])
        return self._stored(self._values[id(body.result)], body.result.dtype)

    def _node(self, node: Scalar, operands: list[Value]) -> Value:
        m, dtype = self.machine, node.dtype
        match node.fn:
            case "arg":
                return self._loaded(m.operand(node.index, self._operands[node.index]), dtype)
            case "index":
                return m.index(node.index)
            case "const" if dtype.is_float:
                return m.const(float(rounded(np.asarray(node.value, np.float64), dtype.numpy)), machine_type(dtype))
            case "const":
                return m.const(int(node.value), machine_type(dtype))
            case "cast":
                return self._cast(operands[0], node.operands[0].dtype, dtype)
            case "bitcast":
                return self._bitcast(operands[0], node.operands[0].dtype, dtype)
            case "select":
                # Any value but 0 is true for the machine, and a stored i1 is 0 or 1.
                return m.apply("select", _UNSIGNED[machine_type(dtype).bits], *operands)
            case fn if fn in _COMPARISONS:
                return m.apply(fn, machine_type(node.operands[0].dtype), *operands)
            case "fma" if dtype.bits == 16:
                wide = (m.apply("cast", f64, o, source=f32) for o in operands)
                return self._of_f64(m.apply("fma_odd", f64, *wide), dtype)
            case _ if dtype.is_float:
                value = m.apply(node.fn, machine_type(dtype), *operands)
                return value if node.fn in _NEVER_ROUNDED else self._rounded(value, dtype)
            case fn:
                return self._integer(fn, dtype, operands)

    def _integer(self, fn: str, dtype: DType, operands: list[Value]) -> Value:
        m, machine = self.machine, machine_type(dtype)
        if fn == "abs" and machine.kind == "unsigned":
            return operands[0]
        if dtype.bits >= 8 or fn in _NEVER_WRAPPED:
            return m.apply(fn, machine, *operands)
        if fn in ("ctpop", "ctlz", "cttz"):
            low = m.apply("and", u8, operands[0], m.const((1 << dtype.bits) - 1, u8))
            if fn == "cttz":
                low = m.apply("or", u8, low, m.const(1 << dtype.bits, u8))
            count = m.apply(fn, u8, low)
            if fn == "ctlz":
                count = m.apply("sub", u8, count, m.const(8 - dtype.bits, u8))
            return self._wrapped(count, dtype)
        return self._wrapped(m.apply(fn, machine, *operands), dtype)

    def _rounded(self, value: Value, dtype: DType) -> Value:
        """A number of f16 or bf16 that is held in f32."""
        return self.machine.apply(f"round_{dtype}", f32, value) if dtype.bits == 16 else value

    def _wrapped(self, value: Value, dtype: DType) -> Value:
        """A byte as a number of i1, i4 or u4."""
        if dtype.bits >= 8:
            return value
        if dtype is i4:
            return self.machine.apply("wrap_i4", i8, value)
        return self.machine.apply("and", u8, value, self.machine.const((1 << dtype.bits) - 1, u8))

    def _loaded(self, value: Value, dtype: DType) -> Value:
        if dtype.is_float and dtype.bits == 16:
            return self.machine.apply("cast", f32, value, source=dtype)
        if dtype is i4 or dtype is u4:  # of the byte in memory only the low four bits count
            return self._wrapped(value, dtype)
        return value

    def _stored(self, value: Value, dtype: DType) -> Value:
        if value.fn == "cast" and value.source is dtype:  # it was loaded; the way back would make other NaNs
            return value.operands[0]
        if dtype.is_float and dtype.bits == 16:
            return self.machine.apply("cast", dtype, value, source=f32)
        if dtype is i4:
            return self.machine.apply("and", u8, value, self.machine.const(15, u8))
        return value

    def _of_f64(self, value: Value, dtype: DType) -> Value:
        """Rounds f64 to a narrower float once."""
        if dtype is f32:
            return self.machine.apply("cast", f32, value, source=f64)
        return self._rounded(self.machine.apply("odd", f64, value), dtype)

    def _cast(self, value: Value, source: DType, dtype: DType) -> Value:
        m, have, want = self.machine, machine_type(source), machine_type(dtype)
        if dtype.kind == "bool":
            return m.apply("ne", have, value, m.const(0, have))
        if not dtype.is_float:
            return self._to_integer(value, have, dtype)
        if have is f64:
            return value if dtype is f64 else self._of_f64(value, dtype)
        if have is f32:
            return m.apply("cast", f64, value, source=f32) if dtype is f64 else self._rounded(value, dtype)
        if dtype.bits == 16 and dtype is not f16:
            wide = m.apply("odd", have, value) if have.bits == 64 else m.apply("cast", f64, value, source=have)
            return self._of_f64(wide, dtype)
        # f16: an integer that f32 rounds is beyond f16's largest number in any case.
        return self._rounded(m.apply("cast", want, value, source=have), dtype)

    def _to_integer(self, value: Value, have: DType, dtype: DType) -> Value:
        m, want = self.machine, machine_type(dtype)
        if have.is_float:
            found = m.apply("cast", want, value, source=have)
            if dtype.bits >= 8:
                return found
            low, high = dtype.range
            return m.apply("max", want, m.apply("min", want, found, m.const(high, want)), m.const(low, want))
        if have.bits == want.bits:
            return self._wrapped(value, dtype)
        narrow = have.bits > want.bits
        source = _UNSIGNED[have.bits] if narrow else have
        return self._wrapped(m.apply("cast", _UNSIGNED[want.bits], value, source=source), dtype)

    def _bitcast(self, value: Value, source: DType, dtype: DType) -> Value:
        return self._loaded(self._stored(value, source), dtype)


def body_code(bodies: Sequence[ScalarBody], inputs: Sequence[DType], results: Sequence[DType]) -> tuple[int, ...] | str:
    """The words of a map step that stores the results of `bodies`, whose arguments are elements of the inputs and
    perhaps of the results (their values before); or the reason why the machine can't run them."""
    lowering = _Lowering((*inputs, *results))
    roots = [lowering.body(body) for body in bodies]
    return _encoded(lowering.machine, roots, len(inputs), len(results))


def _encoded(machine: _Machine, roots: list[Value], inputs: int, results: int) -> tuple[int, ...] | str:
    steps = _with_results(machine.instructions, roots, inputs)
    operands = inputs + results
    used = [o for value, _ in steps for o in value.operands]
    loops = sorted({o.loop for o in used if o.loop >= 0})
    constants = list({id(o): o for o in used if o.bits is not None}.values())
    first = operands + len(loops) + len(constants)
    places = {id(o): o.operand for o in used if o.operand >= 0}
    places |= {id(o): operands + loops.index(o.loop) for o in used if o.loop >= 0}
    places |= {id(o): operands + len(loops) + i for i, o in enumerate(constants)}
    words: list[int] = []
    count = _allocated(steps, places, first)
    if first + count > MAX_REGISTERS:
        return f"{first + count} values are alive at once; a map step holds {MAX_REGISTERS}"
    for value, out in steps:
        a, b, c = (*(places[id(o)] for o in value.operands), 0, 0, 0)[:3]
        source = ELEMENT_TYPES[value.source.name] if value.source is not None else 0
        words.append(FUNCTION_NUMBERS[value.fn] | ELEMENT_TYPES[value.dtype.name] << 16 | source << 24)
        word = a | b << 16 | c << 32 | (places[id(value)] if out < 0 else out) << 48
        words.append(word)
    widest = max([8 if loops else 1, *(v.bytes for v, _ in steps), *(o.bytes for o in used)])
    header = (len(loops), len(constants), count, widest, len(steps))
    pairs = (word for o in constants for word in (o.bytes, o.bits or 0))
    return tuple(word - (1 << 64) if word >= 1 << 63 else word for word in (*header, *loops, *pairs, *words))


def _in_pairs(steps: list[Value], roots: list[Value]) -> tuple[list[Value], list[Value]]:
    """Joins two functions of floats where nothing else reads what is between them."""
    uses = Counter([*(id(o) for v in steps for o in v.operands), *map(id, roots)])
    made: dict[int, Value] = {}
    joined: set[int] = set()
    for value in steps:
        operands = tuple(made.get(id(o), o) for o in value.operands)
        fn = value.fn
        if value.dtype.is_float and fn in _SECOND:
            # `max` and `min` are not turned around: of two zeros, or two NaNs, they give the same one as before.
            for place in (0, 1) if fn in _FIRST else (0,):
                inner, other = operands[place], operands[1 - place]
                if inner.fn in _FIRST and inner.dtype is value.dtype and uses[id(value.operands[place])] == 1:
                    fn = f"{inner.fn}_{'rsub' if fn == 'sub' and place == 1 else fn}"
                    operands = (*inner.operands, other)
                    joined.add(id(inner))
                    break
        made[id(value)] = Value(value.bytes, fn=fn, dtype=value.dtype, source=value.source, operands=operands)
    kept = [v for v in made.values() if id(v) not in joined]
    return kept, [made.get(id(root), root) for root in roots]


def _with_results(instructions: list[Value], roots: list[Value], inputs: int) -> list[tuple[Value, int]]:
    """The instructions that are needed, each with the result that it writes, or -1.

    Law: nothing reads an operand after a result was written, because a result may be the memory of an input. So a
    result is written by the instruction that computes it if no operand is read behind it, otherwise by a move."""
    needed: set[int] = set()
    stack = list(roots)
    while stack:
        value = stack.pop()
        if id(value) not in needed:
            needed.add(id(value))
            stack.extend(value.operands)
    steps, roots = _in_pairs([v for v in instructions if id(v) in needed], roots)
    copies: list[Value] = []
    sources: list[Value] = []
    for root in roots:
        move = Value(root.bytes, fn="move", dtype=_UNSIGNED[8 * root.bytes], operands=(root,))
        if root.operand >= 0 and len(roots) > 1:
            copies.append(move)
            move = Value(root.bytes, fn="move", dtype=move.dtype, operands=(move,))
        sources.append(move)
    steps += copies
    last = max((i for i, v in enumerate(steps) if any(o.operand >= 0 for o in v.operands)), default=-1)
    position = {id(v): i for i, v in enumerate(steps)}
    written: dict[int, int] = {}
    moves: list[tuple[Value, int]] = []
    for number, move in enumerate(sources):
        source = move.operands[0]
        if source.computed and position[id(source)] >= last and id(source) not in written:
            written[id(source)] = inputs + number
        else:
            moves.append((move, inputs + number))
    return [(v, written.get(id(v), -1)) for v in steps] + moves


def _allocated(steps: list[tuple[Value, int]], places: dict[int, int], first: int) -> int:
    """Gives each computed value a register from `first` on, unless it is computed into a result; returns how many there
    are. A register is free again once its value was read for the last time; at once if elements are as wide."""
    last = {id(o): i for i, (value, _) in enumerate(steps) for o in value.operands}
    free: list[int] = []
    count = 0
    for i, (value, out) in enumerate(steps):
        dying = {places[id(o)]: o for o in value.operands if last[id(o)] == i and places[id(o)] >= first}
        equal = [place for place, o in dying.items() if o.bytes == value.bytes]
        later = [place for place, o in dying.items() if o.bytes != value.bytes]
        # A register that several operands share keeps the width of its value, so all of them agree.
        free += equal
        if out >= 0:
            places[id(value)] = out
        elif free:
            places[id(value)] = free.pop()
        else:
            places[id(value)] = first + count
            count += 1
        if out < 0 and id(value) not in last:
            free.append(places[id(value)])
        free += later
    return count
