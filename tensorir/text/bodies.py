"""Reads and prints scalar bodies as a sequence of named steps. A shared value is written once, so the text stays
linear.

(a0: f32, a1: f32) { v0 = mul a0, a1; v1 = const 1.0 : f32; v2 = cast v0 : f16; yield v2 }

`index 1` is the position along iteration dim 1; `bitcast v0 : i32` is written like a cast.
"""

from __future__ import annotations

from collections.abc import Mapping

from tensorir.ir.diagnostic import InferError
from tensorir.ir.dtype import DType
from tensorir.ir.scalar import SCALAR_FNS, Scalar, ScalarBody, apply, arg, bitcast, cast, const, iteration_index
from tensorir.text.encodings import dtype
from tensorir.text.lexer import Lexer, did_you_mean
from tensorir.text.literals import integer, number, number_text


def body_text(body: ScalarBody) -> str:
    """Prints a scalar body. It does not recurse, so the depth is not limited."""
    names: dict[int, str] = {}
    steps: list[str] = []
    for node in body.nodes():
        declared = 0 <= node.index < len(body.args) and body.args[node.index] == node.dtype
        if node.fn == "arg" and declared:
            names[id(node)] = f"a{node.index}"
            continue
        operands = ", ".join(names[id(o)] for o in node.operands)
        match node.fn:
            case "arg":  # a type other than the body's is invalid, but it prints
                right = f"arg {node.index} : {node.dtype.name}"
            case "const":
                right = f"const {number_text(node.value)} : {node.dtype.name}"
            case "index":
                right = f"index {node.index}"
            case "cast" | "bitcast":
                right = f"{node.fn} {operands} : {node.dtype.name}"
            case fn:
                right = f"{fn} {operands}"
        names[id(node)] = name = f"v{len(steps)}"
        steps.append(f"{name} = {right}; ")
    args = ", ".join(f"a{i}: {t.name}" for i, t in enumerate(body.args))
    return f"({args}) {{ {''.join(steps)}yield {names[id(body.result)]} }}"


def body(lex: Lexer) -> ScalarBody:
    """Reads a scalar body. Raises ParseError for unknown names and for operands that do not fit."""
    lex.expect("(")
    if lex.accept(")"):
        return steps(lex, {})
    first = lex.take("name", "the name of an argument")
    return arguments(lex, first)


def arguments(lex: Lexer, first: str) -> ScalarBody:
    """Reads a body from the colon behind its first argument's name on."""
    args: dict[str, DType] = {}
    name = first
    while True:
        lex.expect(":")
        if name in args:
            raise lex.error(f"two arguments are called {name}")
        args[name] = dtype(lex)
        if lex.accept(")"):
            return steps(lex, args)
        lex.expect(",", "or ')'")
        name = lex.take("name", "the name of an argument")


def steps(lex: Lexer, args: Mapping[str, DType]) -> ScalarBody:
    """Reads a body from its brace on."""
    known = {name: arg(i, type) for i, (name, type) in enumerate(args.items())}
    lex.expect("{")
    while not lex.accept("yield"):
        start = lex.start
        name = lex.take("name", "a step (name = function …) or yield")
        if name in known:
            raise lex.error(f"{name} is defined twice", start)
        lex.expect("=")
        start = lex.start
        try:
            known[name] = _right(lex, known)
        except InferError as e:
            raise lex.error(str(e), start) from None
        if not lex.accept(";"):
            raise lex.error(f"expected ';' after a step, found {lex.found()}")
    result = _operand(lex, known)
    lex.expect("}")
    return ScalarBody(tuple(args.values()), result)


def _right(lex: Lexer, known: dict[str, Scalar]) -> Scalar:
    start = lex.start
    fn = lex.take("name", "the name of a function")
    match fn:
        case "const":
            value = number(lex)
            lex.expect(":")
            return const(value, dtype(lex))
        case "arg":
            index = integer(lex)
            lex.expect(":")
            return arg(index, dtype(lex))
        case "index":
            return iteration_index(integer(lex, "the number of an iteration dim"))
        case "cast" | "bitcast":
            operand = _operand(lex, known)
            lex.expect(":")
            return (cast if fn == "cast" else bitcast)(operand, dtype(lex))
        case _ if fn not in SCALAR_FNS:
            raise lex.error(f"unknown function '{fn}'{did_you_mean(fn, (*SCALAR_FNS, 'const', 'index'))}", start)
        case _:
            operands = [_operand(lex, known)]
            while lex.accept(","):
                operands.append(_operand(lex, known))
            return apply(fn, *operands)


def _operand(lex: Lexer, known: dict[str, Scalar]) -> Scalar:
    start = lex.start
    name = lex.take("name", "the name of an argument or step")
    if name not in known:
        raise lex.error(f"{name} is not defined{did_you_mean(name, known)}", start)
    return known[name]
