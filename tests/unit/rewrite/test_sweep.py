from __future__ import annotations

from tensorir.dialects.linalg import Transpose
from tensorir.dialects.tensor import Cast
from tensorir.ir.builder import RegionBuilder
from tensorir.ir.dtype import f32, f64
from tensorir.ir.module import Function, Module
from tensorir.ir.op import Op
from tensorir.ir.region import Region
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.rewrite.sweep import sweep
from tensorir.rewrite.symbols import map_regions


def chain(count: int) -> Region:
    b = RegionBuilder()
    value = b.arg(TensorType((2, 3), f32), "x")
    for _ in range(count):
        value = b.add(Transpose(value, (1, 0))).result
    return b.finish([value])


def test_same_object_when_nothing_changes() -> None:
    region = chain(4)
    assert sweep(region, lambda op, operands: None) is region
    assert sweep(region, lambda op, operands: op) is region


def test_new_argument_types_reach_every_result() -> None:
    region = chain(3)
    after = sweep(region, lambda op, operands: None, (Value(TensorType((2, 3), f64)),))
    assert [o.result.type for o in after.ops] == [TensorType(s, f64) for s in ((3, 2), (2, 3), (3, 2))]


def test_users_see_the_replacement() -> None:
    def visit(op: Op, operands: tuple[Value, ...]) -> Value | None:
        return operands[0] if isinstance(op, Cast) else None

    b = RegionBuilder()
    x = b.arg(TensorType((2, 3), f32))
    region = b.finish([b.add(Transpose(b.add(Cast(x, (2, 3))).result, (1, 0))).result])
    after = sweep(region, visit)
    assert [type(o) for o in after.ops] == [Transpose]
    assert after.ops[0].operands == (x,)
    assert after.yields == region.yields  # equal types: the results of users stay the same values


def test_map_regions_visits_a_shared_region_once() -> None:
    shared = chain(2)
    seen: list[Region] = []

    def visit(region: Region) -> Region:
        seen.append(region)
        return Region(region.args, region.ops, region.yields)

    module = Module((Function("a", shared), Function("b", shared)))
    after = map_regions(module, visit)
    assert seen == [shared]
    assert after.functions[0].body is after.functions[1].body


def test_map_regions_returns_the_module_itself_when_nothing_changes() -> None:
    module = Module((Function("a", chain(2)),))
    assert map_regions(module, lambda region: region) is module
