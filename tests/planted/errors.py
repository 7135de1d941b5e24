"""The errors: one line of a source in another, wrong form."""

from __future__ import annotations

from attrs import frozen

EXECUTE, RUNTIME = "kernels/execute", "tensorir/runtime"


@frozen
class Planted:
    """`text`, which `file` has once, becomes `wrong`."""

    name: str
    file: str
    text: str
    wrong: str


ERRORS = (
    Planted(
        "memory of the arena is given away one command too early",
        f"{EXECUTE}/arena.c",
        "other->last < buffer->first",
        "other->last <= buffer->first",
    ),
    Planted(
        "a gap of the arena is too small by a line",
        f"{EXECUTE}/arena.c",
        "other->offset - offset >= room)",
        "other->offset - offset >= room - TIR_LINE)",
    ),
    Planted(
        "shared memory ends with its first buffer",
        f"{EXECUTE}/image.c",
        "if (b->last > home->last) home->last = b->last;",
        "",
    ),
    Planted(
        "no wait between commands",
        f"{EXECUTE}/pool.c",
        "  wait_for_pieces((uint32_t)begun);\n",
        "  (void)wait_for_pieces;\n",
    ),
    Planted(
        "the last unit is as large as the others",
        f"{EXECUTE}/unit.c",
        "left < grid->block[d] ? left : grid->block[d]",
        "grid->block[d] + 0 * left",
    ),
    Planted(
        "the fault of a step is dropped",
        f"{EXECUTE}/unit.c",
        "    if (status != TIR_STATUS_OK)\n      return blame",
        "    if (status != TIR_STATUS_OK && worker->number < 0)\n      return blame",
    ),
    Planted(
        "the fault of the last unit is reported",
        f"{EXECUTE}/unit.c",
        "fault.unit < frame->fault.unit",
        "fault.unit > frame->fault.unit",
    ),
    Planted(
        "the threads of a call are ignored",
        f"{EXECUTE}/pool.c",
        "if (threads < 2 || pieces < 2 ||",
        "if (threads < 1000000 || pieces < 2 ||",
    ),
    Planted(
        "the last piece is lost",
        f"{EXECUTE}/run.c",
        "(left - 1) / launch->piece + 1",
        "left / launch->piece",
    ),
    Planted(
        "a frame is not wound back after a fault",
        f"{EXECUTE}/run.c",
        "if (status != TIR_STATUS_PAUSED && status != TIR_STATUS_HOST) tir",
        "if (status == TIR_STATUS_OK) tir",
    ),
    Planted(
        "units are skipped after a pause",
        f"{EXECUTE}/run.c",
        "launch->first + done * launch->piece;",
        "launch->first + (done + 1) * launch->piece;",
    ),
    Planted(
        "there are no pauses",
        f"{EXECUTE}/run.c",
        "tir_now_coarse() >= launch->deadline)",
        "tir_now_coarse() >= INT64_MAX)",
    ),
    Planted(
        "a worker keeps the buffers of an earlier command",
        f"{EXECUTE}/unit.c",
        "  for (int64_t b = 0; b < program->bindings; b++) {",
        "  if (launch->number > 1) return;\n  for (int64_t b = 0; b < program->bindings; b++) {",
    ),
    Planted(
        "all workers have one scratch",
        f"{EXECUTE}/frame.c",
        "  worker->scratch = memory;",
        "  worker->scratch = memory - number * frame->worker_bytes;",
    ),
    Planted(
        "constants that are too short are accepted",
        f"{EXECUTE}/frame.c",
        "bytes > plan->constant_bytes[b->index]",
        "bytes > INT64_MAX / 2",
    ),
    Planted(
        "the memory limit is ignored",
        f"{EXECUTE}/frame.c",
        "byte_limit >= 0 && all > byte_limit",
        "byte_limit >= INT64_MAX",
    ),
    Planted(
        "ceildiv rounds down",
        f"{EXECUTE}/values.c",
        "a / b + (a % b > 0)",
        "a / b + (a % b > a)",
    ),
    Planted(
        "a forked child has its parent's workers",
        f"{EXECUTE}/pool.c",
        "  pool.started = 0;\n",
        "",
    ),
    Planted(
        "the last bytes are not in a checksum",
        f"{EXECUTE}/checksum.c",
        "  if (bytes > 0) {",
        "  if (bytes > BLOCK) {",
    ),
    Planted(
        "checksums are not compared",
        f"{RUNTIME}/saved/container.py",
        "if checksum(section) != sums",
        "if section is None and checksum(section) != sums",
    ),
    Planted(
        "a frame is reused for other sizes",
        f"{RUNTIME}/executor.py",
        "return (threads, *(sizes[name] for name in self._symbols))",
        "return (threads, *(sizes[name] for name in self._symbols[1:]))",
    ),
    Planted(
        "a frame is reused for another number of threads",
        f"{RUNTIME}/executor.py",
        "return (threads, *(sizes[name] for name in self._symbols))",
        "return (1, *(sizes[name] for name in self._symbols))",
    ),
    Planted(
        "the error of a call is lost",
        f"{RUNTIME}/executor.py",
        "                around(frame, run)\n        except PlanFault as fault:\n"
        "            raise self._error(fault) from None\n",
        "                around(frame, run)\n        except PlanFault:\n            pass\n",
    ),
    Planted(
        "the error of a repeated call is lost",
        f"{RUNTIME}/repeated_call.py",
        "        except PlanFault as fault:\n            raise self.error(fault) from None\n",
        "        except PlanFault:\n            pass\n",
    ),
    Planted(
        "a frame is lost with each error of a call",
        f"{RUNTIME}/executor.py",
        "        finally:\n            self._give_back(sizes, frame)\n        return tuple(results)\n",
        "        self._give_back(sizes, frame)\n        return tuple(results)\n",
    ),
    Planted(
        "a frame is lost with each error of a repeated call",
        f"{RUNTIME}/repeated_call.py",
        "        finally:\n            frames.append(frame)\n        return tuple(results)",
        "        frames.append(frame)\n        return tuple(results)",
    ),
    Planted(
        "a grid has one program for all sizes",
        f"{RUNTIME}/plan.py",
        "tuple(sorted(command.bound.items(), key=lambda item: item[0]))",
        "()",
    ),
    Planted(
        "a buffer ends before its last reader",
        f"{RUNTIME}/plan.py",
        "evolve(self.buffers[b], last=len(self.commands))",
        "evolve(self.buffers[b], last=max(self.buffers[b].last, len(self.commands) - 1))",
    ),
    Planted(
        "a value that is returned twice is made once",
        f"{RUNTIME}/plan.py",
        'if (made.kind, made.index) != ("result", i):',
        'if made.kind != "result":',
    ),
    Planted(
        "the fewest granules of a block are ignored",
        f"{RUNTIME}/image.py",
        'values.apply("max", values.number(fewest), values.apply("ceildiv", granules, wanted))',
        'values.apply("ceildiv", granules, wanted)',
    ),
    Planted(
        "blocks are larger than the grid's",
        f"{RUNTIME}/image.py",
        'values.apply("min", values.of(most, bound), share)',
        'values.apply("max", values.of(most, bound), share)',
    ),
    Planted(
        "valid positions go beyond the total",
        f"{RUNTIME}/values.py",
        'return self._apply("min", self._apply("mul", count, granule), rest)',
        'return self._apply("mul", count, granule)',
    ),
    Planted(
        "scratch lacks a dim",
        f"{RUNTIME}/image.py",
        "_bytes(op.type.shape, op.type.dtype), bound",
        "_bytes(op.type.shape[1:], op.type.dtype), bound",
    ),
    Planted(
        "padding is zero",
        f"{RUNTIME}/image.py",
        "signed_word(element_bits(op.padding, op.outs[0].type.dtype))",
        "0",
    ),
)
