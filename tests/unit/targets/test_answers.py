"""What a resolver or the kernels of a device may not answer: each is an error with device, contraction and place."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from attrs import field, frozen

from tensorir.encoding.encoding import ContractionSpace, Encoding
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Choice, Declined, RhsOrder, Tiles
from tensorir.ir.affine import select
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DType, f32, f64
from tensorir.ir.location import Location
from tensorir.ir.op import Op
from tensorir.targets.answers import MAX_TILE, Answers
from tensorir.targets.device import Device
from tensorir.targets.kernels import KernelCall
from tensorir.targets.memory import Memory
from tensorir.targets.target import Target

MATMUL = ContractionSpace((select(3, (0, 2)), select(3, (2, 1)), select(3, (0, 1))), (f32, f32, f32), (None,) * 3)
MATVEC = ContractionSpace((select(2, (0, 1)), select(2, (1,)), select(2, (0,))), (f32, f32, f32), (None,) * 2)
PLACE = Location("a.tir", 3, 5)


@frozen
class Answering:
    """A resolver and kernels that give what a function gives, whatever the question."""

    answer: Callable[[], Any]

    def tiles_for(self, contraction: ContractionSpace) -> Choice:
        return self.answer()

    def select(self, types: tuple[DType, DType, DType], tile: tuple[int, int, int], rhs_order: RhsOrder) -> Any:
        return self.answer()

    def call(self, op: Op, memory: Memory) -> KernelCall | None:
        return None


def asked(answer: Callable[[], Any], contraction: ContractionSpace = MATMUL) -> Choice:
    return Answers(Device(Target("bad", Answering(answer)))).choice(contraction, PLACE)


def _raise() -> Choice:
    return dict[str, Choice]()["no such key"]  # an ordinary mistake in a resolver


NUMBERS = count(1)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda: Tiles(0, 8, 1), f"m0 is 0, expected an int from 1 to {MAX_TILE}"),
        (lambda: Tiles(8, -8, 1), "n0 is -8, expected an int"),
        (lambda: Tiles(8, 8, 1.0), "k0 is 1.0, expected an int"),  # pyright: ignore[reportArgumentType]  # on purpose
        (lambda: Tiles(True, 8, 1), "m0 is True, expected an int"),
        (lambda: Tiles(8, 8, MAX_TILE + 1), f"k0 is {MAX_TILE + 1}, expected an int"),
        (lambda: Tiles(8, 8, 1, "km"), """rhs_order is 'km', expected "nk" or "kn\""""),  # pyright: ignore[reportArgumentType]  # on purpose
        (lambda: Tiles(8, 8, 1, "nk", 1), "swapped is 1, expected True or False"),  # pyright: ignore[reportArgumentType]  # on purpose
        (lambda: (8, 8, 1), "tiles_for gives (8, 8, 1), expected Tiles or Declined"),
        (lambda: None, "tiles_for gives None, expected Tiles or Declined"),
        (lambda: Declined(" "), "it declines with the reason ' '"),
        (lambda: Declined(None), "it declines with the reason None"),  # pyright: ignore[reportArgumentType]  # on purpose
        (_raise, "tiles_for raises KeyError: 'no such key'"),
        (lambda: Tiles(next(NUMBERS), 8, 1), "and then #tiles<"),
    ],
)
def test_a_bad_answer_names_device_contraction_and_place(answer: Callable[[], Any], fault: str) -> None:
    with pytest.raises(TensorIRError) as e:
        asked(answer)
    assert str(e.value).startswith("a.tir:3:5: error: device 'bad': its resolver is wrong: ")
    assert fault in str(e.value)
    assert str(e.value).endswith(f", for {MATMUL}")


def test_a_resolver_is_not_asked_what_its_lowering_cannot_express() -> None:
    choice = asked(_raise, MATVEC)  # asked, it would raise
    assert choice == Declined("mmt4d needs a dim N, this one has none")


@frozen
class AnyRank:
    """A lowering of a device that does matrix times vector."""

    def refusal(self, contraction: ContractionSpace) -> str:
        return "" if contraction == MATVEC else "matrix times vector only"


def test_what_can_be_expressed_is_a_matter_of_the_target() -> None:
    target = Target("gemv", Answering(lambda: Declined("asked")), lowering=AnyRank())
    answers = Answers(Device(target))
    assert answers.choice(MATVEC) == Declined("asked")
    assert answers.choice(MATMUL) == Declined("matrix times vector only")


def test_a_contraction_is_asked_about_once() -> None:
    calls = count()

    def counting() -> Choice:
        next(calls)
        return Tiles(8, 4, 2)

    answers = Answers(Device(Target("d", Answering(counting))))
    layouts = [answers.layout(Encoding(MATMUL, role)) for role in ("lhs", "rhs", "result")]
    assert layouts == [Layout((0, 1), (8, 2), (0, 1)), Layout((1, 0), (4, 2), (1, 0)), Layout((0, 1), (8, 4), (0, 1))]
    assert next(calls) == 2  # the second time to see that the answer stays the same


@frozen
class Recording:
    """Kernels that keep what they were asked."""

    asked: list[object] = field(factory=list[object])

    def select(
        self, types: tuple[DType, DType, DType], tile: tuple[int, int, int], rhs_order: RhsOrder
    ) -> str | Declined:
        self.asked.append((types, tile, rhs_order))
        return "k"

    def call(self, op: Op, memory: Memory) -> KernelCall | None:
        return None


def test_kernels_are_asked_about_the_operands_as_they_will_see_them() -> None:
    kernels = Recording()
    answers = Answers(Device(Target("d", Answering(lambda: Tiles(1, 1, 1)), kernels=kernels)))
    assert answers.kernel((f32, f64, f64), Tiles(2, 4, 8, "kn")) == "k"
    assert answers.kernel((f32, f64, f64), Tiles(2, 4, 8, "nk", swapped=True)) == "k"
    assert kernels.asked == [((f32, f64, f64), (2, 4, 8), "kn"), ((f64, f32, f64), (4, 2, 8), "nk")]


def test_tiles_for_what_no_tiled_form_can_express_are_refused() -> None:
    target = Target("gemv", Answering(lambda: Tiles(8, 4, 2)), lowering=AnyRank())
    with pytest.raises(TensorIRError) as e:
        Answers(Device(target)).choice(MATVEC, PLACE)
    assert "its lowering or resolver is wrong: it gives tiles, but mmt4d needs a dim N" in str(e.value)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (_raise, "select raises KeyError: 'no such key'"),
        (lambda: None, "select gives None, expected a name or Declined"),
        (lambda: "", "select gives '', expected a name or Declined"),
    ],
)
def test_bad_kernels_are_named_too(answer: Callable[[], Any], fault: str) -> None:
    device = Device(Target("bad", Answering(answer), kernels=Answering(answer)))
    with pytest.raises(TensorIRError) as e:
        Answers(device).kernel((f32, f32, f32), Tiles(8, 4, 2), PLACE)
    expected = f"device 'bad': its kernels are wrong: {fault}, for tiles #tiles<8, 4, 2, nk> of f32 × f32 → f32"
    assert str(e.value) == f"a.tir:3:5: error: {expected}"
