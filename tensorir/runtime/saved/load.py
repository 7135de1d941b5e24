"""Programs from files: mapped, checked, and called as compiled ones are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from tensorir.interp.context import Context
from tensorir.ir.diagnostic import OutOfMemoryError, Remarks, TensorIRError
from tensorir.ir.location import UNKNOWN, Location
from tensorir.ir.module import Module
from tensorir.ir.signature import Signature
from tensorir.native.plans import PlanFault
from tensorir.native.table import Features, cpu_features
from tensorir.runtime.called_function import called_functions
from tensorir.runtime.calls import CallableProgram
from tensorir.runtime.compiled_function import CompiledFunction
from tensorir.runtime.executor import Executor
from tensorir.runtime.options import checked_limit, checked_threads
from tensorir.runtime.saved.container import read
from tensorir.runtime.saved.copies import Copies
from tensorir.runtime.saved.fields import Malformed
from tensorir.runtime.saved.manifest import StoredProgram, decoded

if TYPE_CHECKING:  # loading imports neither ops nor passes
    from tensorir.analysis.layout_decision import Decision
    from tensorir.runtime.explain.source import SourceValue


class LoadedProgram(CallableProgram):
    """A program from a file. Its constants are the file's memory: read-only, and shared by all processes that load it.

    The file must not be written to while the program is in use; replace it by another one instead, as `save` does."""

    def __init__(
        self,
        program: StoredProgram,
        executors: Sequence[Executor],
        memory_limit: int | None,
        num_threads: int | None,
    ) -> None:
        self.device = program.device
        """The text that makes the device for which it was compiled."""
        functions = called_functions((e.function.signature, e) for e in executors)
        super().__init__(functions, program.stats, memory_limit, num_threads, program.states)

    def context(self, sizes: Mapping[str, int]) -> Context:
        return Context(_NO_MODULE, sizes, memory_limit=self.memory_limit)

    def _told(self) -> tuple[str, Decision | None, Remarks, Sequence[SourceValue]]:
        return self.device, None, Remarks(), ()


_NO_MODULE = Module()


def load(path: str | Path, *, memory_limit: int | None = None, num_threads: int | None = None) -> LoadedProgram:
    """Returns the program in a file that `Program.save` wrote.

    `memory_limit`: the most bytes of intermediates that a call may allocate; None means the available memory.
    `num_threads`: how many threads work on a call; None means as many as cores that this process may use.

    Nothing in the file is trusted: calls compare each access to memory with its buffer. Raises TensorIRError, which
    says why, for a file that is not a saved program, is damaged, or was saved for another CPU or by another version."""
    memory_limit, num_threads = checked_limit(memory_limit), checked_threads(num_threads)
    sections = read(path)
    loc = Location(str(path))
    try:
        program = decoded(sections)
        _check_features(program)
        check_functions([f.signature for f in program.functions])
        executors = [_executor(f, program.features) for f in program.functions]
    except Malformed as e:
        raise TensorIRError(f"can't be used: {e}", loc) from None
    return LoadedProgram(program, executors, memory_limit, num_threads)


def check_functions(signatures: Sequence[Signature]) -> None:
    """Raises Malformed for two functions of one name, and unless those for ranges of sizes are as the others are."""
    named: dict[str, Signature] = {}
    for s in signatures:
        if s.sizes is None and named.setdefault(s.name, s) is not s:
            raise Malformed(f"there are two functions @{s.name}")
    for s in signatures:
        if s.sizes is None:
            continue
        if s.name not in named or evolve(s, sizes=None, loc=UNKNOWN) != evolve(named[s.name], loc=UNKNOWN):
            raise Malformed(f"there is no function @{s.name} of the types that it has for {s.sizes}")
        if s.sizes.symbol not in s.symbols:
            raise Malformed(f"@{s.name} has no size {s.sizes.symbol}")


def _check_features(program: StoredProgram) -> None:
    lacking = [f.name for f in Features if f & program.features & ~cpu_features()]
    if lacking:
        raise Malformed(
            f"it was compiled for {program.device}, and this CPU lacks {', '.join(map(str, lacking))}; compile it for "
            "this CPU"
        )


def _executor(function: CompiledFunction, features: Features) -> Executor:
    where = f"@{function.signature.name}"
    copies = Copies(function)
    try:
        made = Executor(function, features, copies, checked=True)
    except (PlanFault, ValueError) as e:
        raise Malformed(f"{where}: {e}") from None
    _check_counts(function)
    copies.check()
    if not function.signature.symbols:
        try:
            made.open({})
        except OutOfMemoryError:
            pass  # a call will say so, unless there is more memory then
        except TensorIRError as e:
            raise Malformed(e.diagnostics[0].message) from None
    return made


def _check_counts(function: CompiledFunction) -> None:
    """Raises Malformed if the plan has more or fewer parts than the signature or the commands."""
    signature, header = function.signature, function.image[:16].tolist()
    for what, word, expected in (
        ("symbols", 4, 1 + len(signature.symbols)),
        ("commands", 12, len(function.commands)),
        ("arguments", 14, len(signature.arg_types)),
        ("results", 15, len(signature.result_types)),
    ):
        if header[word] != expected:
            raise Malformed(f"@{signature.name}: expected {expected} {what} in its plan, found {header[word]}")
    if any(c.moved is not None and c.moved >= sum(header[3:6]) for c in function.commands):
        raise Malformed(f"@{signature.name}: a transfer has a number of bytes that its plan does not know")
