from __future__ import annotations

from tensorir.dialects.registry import OPS
from tensorir.ir.module import Executable, Function, Global
from tensorir.ir.region import Region, clone
from tensorir.text import parse

TEXT = """
global @data : tensor<2xf32> = dense<[1, 2]>
global @made : tensor<2xf32> = {
  %0 = global.load {symbol = @data, type = tensor<2xf32>} : () -> tensor<2xf32>
  yield %0 : tensor<2xf32>
}
executable @e target("cpu") (%x: tensor<2xf32>) -> (tensor<2xf32>) {
  yield %x : tensor<2xf32>
}
func @main(%x: tensor<2xf32>) -> (tensor<2xf32>) {
  %0 = flow.launch %x {executable = @e, types = [tensor<2xf32>]} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
"""


def test_every_symbol_says_its_region() -> None:
    module = parse(TEXT, OPS)
    assert {s.name: s.region is not None for s in module.all_symbols()} == {
        "data": False,
        "made": True,
        "e": True,
        "main": True,
    }
    assert [op.NAME for op in module.walk()] == ["global.load", "flow.launch"]
    for symbol in module.all_symbols():
        if symbol.region is not None:
            assert symbol.with_region(symbol.region) is symbol
            assert symbol.with_region(other := clone(symbol.region)).region is other


def test_regions_are_mapped_by_kind() -> None:
    module = parse(TEXT, OPS)
    seen: list[Region] = []

    def note(region: Region) -> Region:
        seen.append(region)
        return region

    assert module.map_regions(note) is module
    assert len(seen) == 3
    seen.clear()
    assert module.map_regions(note, Global, Executable) is module
    assert seen == [module.globals[1].region, module.executables[0].region]
    mapped = module.map_regions(clone, Function)
    assert mapped.functions[0] is not module.functions[0]
    assert (mapped.globals, mapped.executables) == (module.globals, module.executables)
