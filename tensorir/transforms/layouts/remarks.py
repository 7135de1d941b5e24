"""Why the chosen layouts are not better: what tiles would cost, and which op makes a tensor change its layout."""

from __future__ import annotations

from tensorir.dialects.control import If, While
from tensorir.dialects.linalg import Contract
from tensorir.passes.decisions import Refuse
from tensorir.transforms.layouts.choice import Choice
from tensorir.transforms.layouts.forms import why_row_major
from tensorir.transforms.layouts.program import Place, states_intent


def say_why(choice: Choice, refuse: Refuse) -> None:
    """Records a remark for each contraction that is not tiled though it could be, for each op that reads a tensor in
    another layout than it is made in, and for each branch and loop around contractions that are tiled."""
    for place in choice.program.places:
        op = place.op
        if place.initializer:
            continue
        if isinstance(op, Contract) and states_intent(op) and choice.form(op).tiles is None:
            tiled = [f for f in choice.candidates.forms[op] if f.tiles is not None]
            if tiled:
                more = choice.price_of(op, tiled[0]) / 1000
                refuse(op, "cost", f"with tiles {tiled[0].tiles} a call would take about {more:.3g} µs longer")
        if isinstance(op, If | While):
            _say_boundary(choice, op, refuse)
        _say_relaid(choice, place, refuse)
    if not choice.solution.exact:
        last = choice.program.places[-1].op
        width = choice.solution.width
        refuse(last, "width", f"the layouts depend on each other too much (width {width}): a better choice may exist")


def _say_boundary(choice: Choice, op: If | While, refuse: Refuse) -> None:
    contractions = (o for region in op.regions for o in region.walk() if isinstance(o, Contract) and states_intent(o))
    if any(choice.form(o).tiles is not None for o in contractions):
        reason = "what it takes, carries and gives is row-major, so each contraction in it that is tiled packs it anew"
        refuse(op, "boundary", reason)


def _say_relaid(choice: Choice, place: Place, refuse: Refuse) -> None:
    op = place.op
    for i, (tensor, need) in enumerate(zip(choice.program.operands(op), choice.form(op).operands, strict=True)):
        if tensor in choice.program.constants:
            held = choice.read_as(tensor, need)
            if choice.prices_at(place).read(op, i, choice.form(op), held):
                said = "row-major" if held is None else f"as {held}"
                reason = (
                    f"it is kept {said} alone, as others read it, and brought into the tiles {need} where it is read"
                )
                refuse(op, "relayout", reason, op.operand_name(i))
            continue
        maker = choice.program.makers.get(tensor)
        if maker is None or maker.initializer or len(maker.op.results) != 1:
            continue
        made = choice.form(maker.op).result
        if made is None or choice.prices_at(place).relayout(tensor.type, made, need) == 0:
            continue
        if need is None:
            reason = f"it is made as {made}, and read row-major: {why_row_major(op, i, made)}"
        else:
            reason = f"its tiles differ from those needed here: it is made as {made}, and read as {need}"
        refuse(op, "relayout", reason, op.operand_name(i))
