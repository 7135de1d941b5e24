"""tile.map: scalar bodies at each position of some loops."""

from __future__ import annotations

from tensorir.dialects.tile import Map
from tensorir.targets.opencl.bodies import Bodies
from tensorir.targets.opencl.elements import value_type
from tensorir.targets.opencl.writer import Operand, Writer


def write_map(w: Writer, op: Map, operands: list[Operand]) -> None:
    sizes = [w.value(s) for s in op.shape.results]
    starts = [w.value(s) for s in op.starts.results] if op.starts is not None else []
    outs = operands[len(op.inputs) :]
    in_order, at_once = sizes[: op.sequential], sizes[op.sequential :]
    # Where a fold stays at its place, a work item may follow it to its end; otherwise all go on together.
    stays = not any(out.along(loop) for out in outs for loop in range(op.sequential))
    if w.items > 1 and stays:
        with w.shared(at_once) as places, w.serial(in_order) as times:
            _position(w, op, operands, [*times, *places], starts)
        return
    with w.serial(in_order) as times:
        with w.shared(at_once) as places:
            _position(w, op, operands, [*times, *places], starts)
        if in_order:
            w.meet()


def _position(w: Writer, op: Map, operands: list[Operand], positions: list[str], starts: list[str]) -> None:
    """Evaluates all bodies before anything is written."""
    read = {node.index for body in op.bodies for node in body.nodes() if node.fn == "arg"}
    elements = [""] * len(operands)
    for i in sorted(read):
        elements[i] = w.name("x")
        w.line(f"const {value_type(operands[i].dtype)} {elements[i]} = {operands[i].load(positions)};")
    used = {d for body in op.bodies for d in body.iteration_dims}
    indices = {d: f"{starts[d]} + {positions[d]}" for d in used}
    made = Bodies(w.line, w.fails).values(op.bodies, elements, indices, w.name("v"))
    for out, value in zip(operands[len(op.inputs) :], made, strict=True):
        w.line(out.store(positions, value))
