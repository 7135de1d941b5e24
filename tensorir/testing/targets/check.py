"""check_target, the conformance test for targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import numpy as np
import numpy.typing as npt
from attrs import define, evolve, field, frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tensorir.api import compile
from tensorir.dialects.linalg import Contract
from tensorir.dialects.packing import Pack, Unpack
from tensorir.encoding.encoding import ROLES, ContractionSpace, Encoding
from tensorir.encoding.layout import Layout
from tensorir.encoding.resolver import Choice, Declined, layout_for
from tensorir.interp import Context, apply_op
from tensorir.ir.diagnostic import TensorIRError
from tensorir.ir.dtype import DType, bf16, f32, f64
from tensorir.ir.isomorphism import isomorphic
from tensorir.ir.module import Module
from tensorir.ir.types import TensorType
from tensorir.ir.value import Value
from tensorir.passes.runner import run_passes
from tensorir.pipelines import pipeline
from tensorir.targets.answers import Answers
from tensorir.targets.device import Device
from tensorir.targets.memory import Memory
from tensorir.targets.target import Target
from tensorir.testing.equivalence import assert_equivalent
from tensorir.testing.programs.random import arguments, programs
from tensorir.testing.targets.family import cases, chain, program, spaces
from tensorir.text import print_module

Array = npt.NDArray[Any]

SHOWN = 5
"""How many findings of one law are listed; the others are only counted."""


@frozen
class Finding:
    """A law that a device breaks, the contraction or program that shows it, and what happened."""

    law: str
    device: str
    case: str
    message: str

    def __str__(self) -> str:
        return f"{self.device}: {self.law}: {self.case}: {self.message}"


def check_target(target: Target | Device, *, examples: int = 25, seed: int = 0) -> None:
    """Fails (AssertionError) unless the target keeps the laws of a target; the message names the contractions at fault.

    A Target is checked as it is and with each sample of its options, a Device as it is. The laws:

    - *answers*: the resolver answers every contraction that the lowering can express, with sound tiles or a reason;
      it answers the same when asked again in another order, and equal contractions alike.
      Its kernels name one for the tiles, or say why there is none.
    - *layouts*: its packs store tensors in the layouts that follow from the tiles, zeros beyond the end, and its
      unpacks undo that.
    - *meaning*: a contraction of any kind, types and sizes, late and off, gives what the interpreter gives, bit for bit
      on integers; so do `examples` random programs.
    - *memory*: the same, where all memory of the device is full of NaN before it is written.
    - *padding*: values in tiles beyond the tensor never affect results, even if they are infinite.
    - *declined*: a program whose contractions are all declined is the one that data-tiling off gives."""
    if found := list(_listed(findings(target, examples=examples, seed=seed))):
        raise AssertionError("\n".join(found))


Progress = Callable[[str], bool]
"""Is told of each program before it is checked, and returns whether it is to be checked."""


def findings(
    target: Target | Device, *, examples: int = 25, seed: int = 0, progress: Progress | None = None
) -> Iterator[Finding]:
    """Yields all findings of `check_target`, as they are found. `progress` may leave programs out, which takes no time;
    random programs come first then, because each of them has many ops."""
    for device in _devices(target):
        check = _Check(device, seed, progress or (lambda case: True))
        yield from check.answers()
        if check.sound:
            yield from check.layouts()
            yield from check.chains()
            yield from check.random_programs(examples)
            yield from check.contractions()


def _devices(target: Target | Device) -> list[Device]:
    if isinstance(target, Device):
        return [target]
    sampled = [Device(target, **{o.name: value}) for o in target.options for value in o.samples]
    return [Device(target), *sampled]


def _listed(found: Iterator[Finding]) -> Iterator[str]:
    seen: Counter[tuple[str, str]] = Counter()
    for f in found:
        seen[f.device, f.law] += 1
        if seen[f.device, f.law] <= SHOWN:
            yield str(f)
    for (device, law), count in seen.items():
        if count > SHOWN:
            yield f"{device}: {law}: and {count - SHOWN} more"


@frozen
class Poisoned:
    """Memory of a device in which every byte is 255: NaN to floats, −1 to integers."""

    memory: Memory

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        array = self.memory.allocate(shape, dtype)
        array.reshape(-1).view(np.uint8).fill(255)
        return array


@define
class _Check:
    device: Device
    seed: int
    progress: Progress
    sound: bool = True
    """Returns whether all answers are valid; otherwise programs would only show the same faults again."""
    choices: dict[ContractionSpace, Choice] = field(factory=dict[ContractionSpace, Choice])

    def answers(self) -> Iterator[Finding]:
        """The law *answers*."""
        asked = list(spaces())
        fresh = deepcopy(self.device.resolver)  # a resolver that caches its answers would agree with itself
        first = Answers(self.device)
        for kind, space in asked:
            try:
                choice = self.choices[space] = first.choice(space)
                if not isinstance(choice, Declined):
                    first.kernel(space.types, choice)
            except TensorIRError as e:
                yield self._found("answers", kind, e.diagnostics[0].message)
                continue
        again = Answers(Device(evolve(self.device.target, resolver=fresh), name=self.device.name))
        for kind, space in reversed(asked):
            equal = ContractionSpace(space.maps, space.types, space.narrow)  # another object
            try:
                second = again.choice(equal)
            except TensorIRError:
                continue  # found above, or an answer that comes and goes
            if space in self.choices and second != self.choices[space]:
                message = f"{self.choices[space]}, and {second} when asked in another order, for {space}"
                yield self._found("answers", kind, message)

    def layouts(self) -> Iterator[Finding]:
        """The law *layouts*: each layout on each element type, with sizes that are not multiples of the tiles."""
        device, done = self._poisoned(), set[tuple[Layout, DType]]()
        for space, choice in self.choices.items():
            for role, dtype in zip(ROLES, space.types, strict=True):
                layout = layout_for(Encoding(space, role), choice)
                if not isinstance(layout, Layout) or (layout, dtype) in done:
                    continue
                done.add((layout, dtype))
                shape = tuple((layout.tile(d) or 1) + 1 for d in range(layout.rank))
                array = (np.arange(np.prod(shape)).reshape(shape) % 7).astype(dtype.numpy)
                parts = (layout.inner_dims, layout.inner_tiles, layout.outer_perm)
                pack = Pack(Value(TensorType(shape, dtype)), *parts)
                unpack = Unpack(pack.result, *parts, shape)
                try:
                    packed = _stored(device, pack, array)
                    np.testing.assert_array_equal(packed, apply_op(pack, (array,), Context(Module(), {}))[0])
                    np.testing.assert_array_equal(_stored(device, unpack, packed), array)
                except (AssertionError, TensorIRError) as e:
                    yield self._found("layouts", f"{role} of {space}", f"{layout} of {dtype}: {_first_lines(e)}")

    def contractions(self) -> Iterator[Finding]:
        """The laws *meaning*, *memory* and *declined* for one contraction at a time."""
        answers = Answers(self.device)
        for case in cases():
            module = program(case)
            written = run_passes(module, pipeline("off", to="encoded").passes).functions[0]
            asked = [op.space() for op in written.body.ops if isinstance(op, Contract)]
            declined = all(isinstance(answers.choice(space), Declined) for space in asked)
            yield from self._program(module, str(case), declined=declined)

    def chains(self) -> Iterator[Finding]:
        """The law *padding*."""
        for dtype in (f32, f64, bf16):
            module = chain(dtype)
            ones = [np.abs(a) + a.dtype.type(1) for a in arguments(module, self.seed)]
            try:
                assert_equivalent(module, compile(module, self._poisoned()), ones)
            except (AssertionError, TensorIRError) as e:
                yield self._found("padding", f"(1 / (x·w))·v in {dtype}", _first_lines(e))

    def random_programs(self, examples: int) -> Iterator[Finding]:
        """The law *meaning* for programs with a contraction among other ops."""
        found: list[Finding] = []

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(programs(), st.integers(0, 1 << 30))
        def run(module: Module, seed: int) -> None:
            self.seed = seed
            found.extend(self._program(module, f"program\n{print_module(module)}", declined=False))

        run()
        yield from found

    def _program(self, module: Module, case: str, *, declined: bool) -> Iterator[Finding]:
        if not self.progress(case):
            return
        try:
            late, off = (compile(module, self.device, tiling) for tiling in ("late", "off"))
            assert_equivalent(module, late, seed=self.seed)
            assert_equivalent(module, off, seed=self.seed)
        except (AssertionError, TensorIRError) as e:
            yield self._found("meaning", case, _first_lines(e))
            return
        if declined and not isomorphic(late.module, off.module):
            yield self._found("declined", case, "late is another program than off, though no contraction is tiled")
        try:
            assert_equivalent(module, compile(module, self._poisoned()), seed=self.seed)
        except (AssertionError, TensorIRError) as e:
            yield self._found("memory", case, _first_lines(e))

    def _poisoned(self) -> Device:
        target = evolve(self.device.target, memory=Poisoned(self.device.memory))
        return Device(target, name=self.device.name)

    def _found(self, law: str, case: str, message: str) -> Finding:
        if law == "answers":
            self.sound = False
        return Finding(law, self.device.name, case, message)


def _stored(device: Device, op: Pack | Unpack, array: Array) -> Array:
    """Returns the device's result of a pack or unpack."""
    inputs, ctx = (array,), Context(Module(), {})
    call = device.kernels.call(op, device.memory)
    return apply_op(op, inputs, ctx)[0] if call is None else call(inputs, ctx)[0]


def _first_lines(e: BaseException) -> str:
    return " ".join(str(e).split("\n")[:3]).strip()
