"""Programs around one linalg.generic: bodies, maps and iterators as producers write them."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.linalg_programs import Case, literal, type_text


def generic(
    name: str,
    ins: Sequence[str],
    outs: Sequence[str],
    maps: Sequence[str],
    iterators: str,
    body: str,
    *,
    inits: Sequence[str | None] | None = None,
    captured: Sequence[str] = (),
    before: str = "",
    sizes: Sequence[int] = (),
    whole: bool = False,
) -> Case:
    """@main with a linalg.generic over d0, d1, …: `iterators` has a letter p or r per dim, `maps` the results of each.

    `body` names the elements %i0, %i1, … and %o0, …; arguments `captured` are %c0, %c1, …; `inits` are literals that
    outs are filled with, None for an argument (%x0, …)."""
    starts = list(inits) if inits is not None else ["0"] * len(outs)
    arguments = [(f"%a{i}", t) for i, t in enumerate(ins)] + [(f"%c{i}", t) for i, t in enumerate(captured)]
    arguments += [(f"%x{i}", t) for i, (t, start) in enumerate(zip(outs, starts, strict=True)) if start is None]
    signature = ", ".join(f"{n}: {type_text(t)}" for n, t in arguments)
    types = ", ".join(map(type_text, outs))
    lines = [f"func.func @main({signature}) -> ({types}) {{"]
    into: list[str] = []
    for i, (out, start) in enumerate(zip(outs, starts, strict=True)):
        if start is None:
            into.append(f"%x{i}")
            continue
        element = out.split("x")[-1]
        lines += [
            f"  %l{i} = arith.constant {literal(start, element)}",
            f"  %e{i} = tensor.empty() : {type_text(out)}",
            f"  %f{i} = linalg.fill ins(%l{i} : {element}) outs(%e{i} : {type_text(out)}) -> {type_text(out)}",
        ]
        into.append(f"%f{i}")
    dims = ", ".join(f"d{i}" for i in range(len(iterators)))
    written = ", ".join(f"affine_map<({dims}) -> ({m})>" for m in maps)
    kinds = ", ".join({"p": '"parallel"', "r": '"reduction"'}[c] for c in iterators)
    elements = [f"%i{i}: {t.split('x')[-1]}" for i, t in enumerate(ins)]
    elements += [f"%o{i}: {t.split('x')[-1]}" for i, t in enumerate(outs)]
    operands = f"ins({', '.join(f'%a{i}' for i in range(len(ins)))} : {', '.join(map(type_text, ins))}) " if ins else ""
    head = f"linalg.generic {{indexing_maps = [{written}], iterator_types = [{kinds}]}} {operands}"
    results = f"%r:{len(outs)}" if len(outs) > 1 else "%r"
    lines += [line for line in (before.strip(),) if line]
    lines += [f"  {results} = {head}outs({', '.join(into)} : {types}) {{", f"  ^bb0({', '.join(elements)}):"]
    lines += [f"    {line.strip()}" for line in body.strip().split(";")]
    lines += [f"  }} -> {types if len(outs) == 1 else f'({types})'}"]
    names = ", ".join(f"%r#{i}" for i in range(len(outs))) if len(outs) > 1 else "%r"
    lines += [f"  return {names} : {types}", "}"]
    return Case(name, "\n".join(lines) + "\n", tuple(t for _, t in arguments), tuple(sizes), whole)


_YIELD_SUM = "%s = arith.addf %o0, %i0 : f32; linalg.yield %s : f32"

GENERICS: tuple[Case, ...] = (
    generic("transposed", ["3x4xf32"], ["4x3xf32"], ["d1, d0", "d0, d1"], "pp", "linalg.yield %i0 : f32"),
    generic("result_permuted", ["3x4xf32"], ["4x3xf32"], ["d0, d1", "d1, d0"], "pp", "linalg.yield %i0 : f32"),
    generic(
        "unit_dims",
        ["3x1xf32", "1x4xf32"],
        ["3x4xf32"],
        ["d0, 0", "0, d1", "d0, d1"],
        "pp",
        "%s = arith.subf %i0, %i1 : f32; linalg.yield %s : f32",
    ),
    generic(
        "unit_result",
        ["3x4xf32"],
        ["3x1xf32"],
        ["d0, d1", "d0, 0"],
        "pr",
        _YIELD_SUM,
    ),
    generic("unit_result_init", ["3x4xf32"], ["3x1xf32"], ["d0, d1", "d0, 0"], "pr", _YIELD_SUM, inits=[None]),
    generic("all_units", ["3x4xf32"], ["1x1xf32"], ["d0, d1", "0, 0"], "rr", _YIELD_SUM, inits=["2"]),
    generic(
        "outs_read",
        ["3x4xf32"],
        ["3x4xf32"],
        ["d0, d1", "d0, d1"],
        "pp",
        "%s = arith.subf %i0, %o0 : f32; linalg.yield %s : f32",
        inits=[None],
    ),
    generic(
        "two_results",
        ["3x4xf32", "4xf32"],
        ["3x4xf32", "4x3xf32"],
        ["d0, d1", "d1", "d0, d1", "d1, d0"],
        "pp",
        "%s = arith.addf %i0, %i1 : f32; %t = arith.mulf %s, %i0 : f32; linalg.yield %s, %t : f32, f32",
    ),
    generic(
        "index",
        [],
        ["3x4xi64"],
        ["d0, d1"],
        "pp",
        "%i = linalg.index 0 : index; %j = linalg.index 1 : index; %c = arith.constant 10 : index;"
        "%k = arith.muli %i, %c : index; %s = arith.addi %k, %j : index; %t = arith.index_cast %s : index to i64;"
        "linalg.yield %t : i64",
    ),
    generic(
        "iota_affine",
        [],
        ["4xi32"],
        ["d0"],
        "p",
        "%i = linalg.index 0 : index; %s = affine.apply affine_map<(d0) -> (d0 * 3 + 1)>(%i);"
        "%t = arith.index_cast %s : index to i32; linalg.yield %t : i32",
    ),
    generic(
        "captured",
        ["3x4xf32"],
        ["3x4xf32"],
        ["d0, d1", "d0, d1"],
        "pp",
        "%s = arith.mulf %i0, %c0 : f32; %t = arith.addf %s, %k : f32; linalg.yield %t : f32",
        captured=["f32"],
        before="%k = arith.constant 1.5 : f32",
    ),
    generic(
        "embedding",
        ["5xi64"],
        ["5x3xf32"],
        ["d0", "d0, d1"],
        "pp",
        "%m = arith.andi %i0, %k : i64; %i = arith.index_cast %m : i64 to index; %j = linalg.index 1 : index;"
        "%e = tensor.extract %c0[%i, %j] : tensor<8x3xf32>; linalg.yield %e : f32",
        captured=["8x3xf32"],
        before="%k = arith.constant 7 : i64",
    ),
    generic(
        "gather_elements",
        ["5xi32"],
        ["5x3xf32"],
        ["d0", "d0, d1"],
        "pp",
        "%m = arith.andi %i0, %k : i32; %i = arith.index_cast %m : i32 to index; %j = linalg.index 1 : index;"
        "%two = arith.constant 2 : index; %b = arith.subi %two, %j : index;"
        "%e = tensor.extract %c0[%i, %b] : tensor<8x3xf32>; %s = arith.addf %e, %e : f32; linalg.yield %s : f32",
        captured=["8x3xf32"],
        before="%k = arith.constant 7 : i32",
    ),
    generic(
        "reversed",
        [],
        ["4x3xf32"],
        ["d0, d1"],
        "pp",
        "%i = linalg.index 0 : index; %j = linalg.index 1 : index; %three = arith.constant 3 : index;"
        "%b = arith.subi %three, %i : index; %e = tensor.extract %c0[%b, %j] : tensor<4x3xf32>; linalg.yield %e : f32",
        captured=["4x3xf32"],
    ),
    generic(
        "gather_summed",
        ["5x2xi32"],
        ["5xf32"],
        ["d0, d1", "d0"],
        "pr",
        "%m = arith.andi %i0, %k : i32; %i = arith.index_cast %m : i32 to index;"
        "%e = tensor.extract %c0[%i] : tensor<8xf32>; %s = arith.addf %o0, %e : f32; linalg.yield %s : f32",
        captured=["8xf32"],
        before="%k = arith.constant 7 : i32",
    ),
    generic("sum", ["3x4x5xf32"], ["4xf32"], ["d0, d1, d2", "d1"], "rpr", _YIELD_SUM),
    generic("sum_init", ["3x4x5xf32"], ["4xf32"], ["d0, d1, d2", "d1"], "rpr", _YIELD_SUM, inits=["1"]),
    generic("sum_moved", ["3x4x5xf32"], ["5x3xf32"], ["d0, d1, d2", "d2, d0"], "prp", _YIELD_SUM),
    generic("sum_repeated", ["4xf32"], ["4xf32"], ["d0", "d0"], "p", _YIELD_SUM, inits=[None]),
    generic("sum_broadcast", ["4xf32", "3xf32"], ["4xf32"], ["d0", "d1", "d0"], "pr", _YIELD_SUM),
    generic(
        "sum_of_squares",
        ["3x4xf32"],
        ["3xf32"],
        ["d0, d1", "d0"],
        "pr",
        "%q = arith.mulf %i0, %i0 : f32; %s = arith.addf %q, %o0 : f32; linalg.yield %s : f32",
    ),
    generic(
        "sum_negative",
        ["3x4xf32"],
        ["3xf32"],
        ["d0, d1", "d0"],
        "pr",
        "%s = arith.subf %o0, %i0 : f32; linalg.yield %s : f32",
    ),
    generic(
        "max",
        ["3x4xf32"],
        ["3xf32"],
        ["d0, d1", "d0"],
        "pr",
        "%s = arith.maximumf %i0, %o0 : f32; linalg.yield %s : f32",
        inits=["0xFF800000"],
    ),
    generic(
        "max_finite",
        ["3x4xf32"],
        ["3xf32"],
        ["d0, d1", "d0"],
        "pr",
        "%s = arith.maximumf %i0, %o0 : f32; linalg.yield %s : f32",
        inits=["-1"],
    ),
    generic(
        "maxnum",
        ["3x4xf32"],
        ["3xf32"],
        ["d0, d1", "d0"],
        "pr",
        "%s = arith.maxnumf %i0, %o0 : f32; linalg.yield %s : f32",
        inits=["0x7FC00000"],
    ),
    generic(
        "maxnum_below",
        ["3x4xf32"],
        ["3xf32"],
        ["d0, d1", "d0"],
        "pr",
        "%s = arith.maxnumf %i0, %o0 : f32; linalg.yield %s : f32",
        inits=["0xFF800000"],
    ),
    generic(
        "min_unsigned",
        ["3x4xi8"],
        ["3xi8"],
        ["d0, d1", "d0"],
        "pr",
        "%s = arith.minui %o0, %i0 : i8; linalg.yield %s : i8",
        inits=["-1"],
    ),
    generic(
        "product",
        ["3x4xi32"],
        ["4xi32"],
        ["d0, d1", "d1"],
        "rp",
        "%s = arith.muli %o0, %i0 : i32; linalg.yield %s : i32",
        inits=["1"],
    ),
    generic(
        "any",
        ["3x4xi1"],
        ["4xi1"],
        ["d0, d1", "d1"],
        "rp",
        "%s = arith.ori %o0, %i0 : i1; linalg.yield %s : i1",
    ),
    generic(
        "all_bits",
        ["3x4xi32"],
        ["4xi32"],
        ["d0, d1", "d1"],
        "rp",
        "%s = arith.andi %o0, %i0 : i32; linalg.yield %s : i32",
        inits=["-1"],
    ),
    generic(
        "parity",
        ["3x4xi32"],
        ["4xi32"],
        ["d0, d1", "d1"],
        "rp",
        "%s = arith.xori %i0, %o0 : i32; linalg.yield %s : i32",
    ),
    generic(
        "windows_summed",
        ["11xf32", "3xf32"],
        ["4xf32"],
        ["d0 * 2 + d1 * 2", "d1", "d0"],
        "pr",
        _YIELD_SUM,
    ),
    generic(
        "argmax",
        ["3x4xf32"],
        ["3xf32", "3xi64"],
        ["d0, d1", "d0", "d0"],
        "pr",
        "%j = linalg.index 1 : index; %k = arith.index_cast %j : index to i64; %c = arith.cmpf ogt, %i0, %o0 : f32;"
        "%v = arith.select %c, %i0, %o0 : f32; %w = arith.select %c, %k, %o1 : i64; linalg.yield %v, %w : f32, i64",
        inits=["0xFF800000", "0"],
    ),
    generic(
        "online_softmax",
        ["3x4xf32"],
        ["3xf32", "3xf32"],
        ["d0, d1", "d0", "d0"],
        "pr",
        "%m = arith.maximumf %i0, %o0 : f32; %a = arith.subf %o0, %m : f32; %b = math.exp %a : f32;"
        "%c = arith.mulf %o1, %b : f32; %d = arith.subf %i0, %m : f32; %e = math.exp %d : f32;"
        "%f = arith.addf %c, %e : f32; linalg.yield %m, %f : f32, f32",
        inits=["0xFF800000", "0"],
    ),
    generic(
        "weighted_by_index",
        ["3x4xf32"],
        ["3xf32"],
        ["d0, d1", "d0"],
        "pr",
        "%j = linalg.index 1 : index; %k = arith.index_cast %j : index to i32; %w = arith.sitofp %k : i32 to f32;"
        "%p = arith.mulf %i0, %w : f32; %s = arith.addf %o0, %p : f32; linalg.yield %s : f32",
    ),
    generic(
        "matmul",
        ["3x5xf32", "5x4xf32"],
        ["3x4xf32"],
        ["d0, d2", "d2, d1", "d0, d1"],
        "ppr",
        "%p = arith.mulf %i0, %i1 : f32; %s = arith.addf %p, %o0 : f32; linalg.yield %s : f32",
    ),
    generic(
        "matmul_fma",
        ["3x5xf32", "5x4xf32"],
        ["3x4xf32"],
        ["d0, d2", "d2, d1", "d0, d1"],
        "ppr",
        "%s = math.fma %i0, %i1, %o0 : f32; linalg.yield %s : f32",
        inits=[None],
    ),
    generic(
        "matmul_mixed",
        ["3x5xf16", "5x4xf16"],
        ["3x4xf32"],
        ["d0, d2", "d2, d1", "d0, d1"],
        "ppr",
        "%a = arith.extf %i0 : f16 to f32; %b = arith.extf %i1 : f16 to f32;"
        "%p = arith.mulf %a, %b : f32; %s = arith.addf %o0, %p : f32; linalg.yield %s : f32",
    ),
    generic(
        "matmul_narrow_product",
        ["3x5xi8", "5x4xi8"],
        ["3x4xi32"],
        ["d0, d2", "d2, d1", "d0, d1"],
        "ppr",
        "%p = arith.muli %i0, %i1 : i8; %q = arith.extsi %p : i8 to i32;"
        "%s = arith.addi %o0, %q : i32; linalg.yield %s : i32",
    ),
    generic(
        "matmul_dequantized",
        ["3x5xf32", "5x4xi8", "4xf32", "4xi8"],
        ["3x4xf32"],
        ["d0, d2", "d2, d1", "d1", "d1", "d0, d1"],
        "ppr",
        "%a = arith.extsi %i1 : i8 to i32; %z = arith.extsi %i3 : i8 to i32; %b = arith.subi %a, %z : i32;"
        "%c = arith.sitofp %b : i32 to f32; %d = arith.mulf %c, %i2 : f32; %p = arith.mulf %i0, %d : f32;"
        "%s = arith.addf %o0, %p : f32; linalg.yield %s : f32",
    ),
    generic(
        "matmul_mixed_sign",
        ["3x5xi8", "5x4xi8"],
        ["3x4xi32"],
        ["d0, d2", "d2, d1", "d0, d1"],
        "ppr",
        "%a = arith.extui %i0 : i8 to i32; %b = arith.extsi %i1 : i8 to i32;"
        "%p = arith.muli %a, %b : i32; %s = arith.addi %o0, %p : i32; linalg.yield %s : i32",
    ),
    generic(
        "matmul_tiles_kn",
        ["2x3x4x5xf32", "6x3x5x7xf32"],
        ["2x6x4x7xf32"],
        ["d0, d2, d3, d5", "d1, d2, d5, d4", "d0, d1, d3, d4"],
        "pprppr",
        "%p = arith.mulf %i0, %i1 : f32; %s = arith.addf %o0, %p : f32; linalg.yield %s : f32",
    ),
    generic(
        "batch_tiles_kn",
        ["2x2x3x4x5xi8", "2x6x3x5x7xi8"],
        ["2x2x6x4x7xi32"],
        ["d0, d1, d3, d4, d6", "d0, d2, d3, d6, d5", "d0, d1, d2, d4, d5"],
        "ppprppr",
        "%a = arith.extsi %i0 : i8 to i32; %b = arith.extsi %i1 : i8 to i32;"
        "%p = arith.muli %a, %b : i32; %s = arith.addi %o0, %p : i32; linalg.yield %s : i32",
        inits=[None],
    ),
    generic(
        "gelu",
        ["3x4xf32"],
        ["3x4xf32"],
        ["d0, d1", "d0, d1"],
        "pp",
        "%h = arith.constant 0.5 : f32; %q = arith.constant 0.70710678118654752 : f32; %one = arith.constant 1.0 : f32;"
        "%a = arith.mulf %i0, %h : f32; %b = arith.mulf %i0, %q : f32; %c = math.erf %b : f32;"
        "%d = arith.addf %one, %c : f32; %e = arith.mulf %a, %d : f32; linalg.yield %e : f32",
    ),
    generic(
        "attention_scores",
        ["2x3x4xf32", "2x5x4xf32"],
        ["2x3x5xf32"],
        ["d0, d1, d3", "d0, d2, d3", "d0, d1, d2"],
        "pppr",
        "%p = arith.mulf %i0, %i1 : f32; %s = arith.addf %o0, %p : f32; linalg.yield %s : f32",
    ),
    generic(
        "division_unsigned",
        ["3x4xi8", "3x4xi8"],
        ["3x4xi8"],
        ["d0, d1", "d0, d1", "d0, d1"],
        "pp",
        "%one = arith.constant 1 : i8; %d = arith.ori %i1, %one : i8; %q = arith.divui %i0, %d : i8;"
        "linalg.yield %q : i8",
    ),
)
