"""The table: one list, well-formed names, the best line first; and the C functions' own checks."""

import re
from pathlib import Path
from typing import Any

import pytest

from tensorir.native import Features, cpu_features, kernels, select_mmt4d
from tensorir.native._kernels import ffi, lib
from tensorir.native.table import DTYPES, ELEMENT_TYPES, status_error

TABLES = Path(__file__).parents[2] / "kernels" / "table"
F32 = ("f32", "f32", "f32")


def test_names_follow_the_grammar() -> None:
    names = [kernel.name for kernel in kernels()]
    assert len(set(names)) == len(names)
    for kernel in kernels():
        types = "".join(kernel.types)
        tile = "x".join(map(str, kernel.tile)) + kernel.rhs_order if kernel.tile else "any"
        assert kernel.name == f"tir_{kernel.op}_{types}_{tile}_{kernel.isa}"


@pytest.mark.skipif(not TABLES.is_dir(), reason="an installed package has no C sources")
@pytest.mark.parametrize("op", ["mmt4d", "pack", "unpack"])
def test_every_line_is_listed(op: str) -> None:
    """What the machine's architecture has is exactly what the file says, in its order."""
    text = re.sub(r"/\*.*?\*/", "", (TABLES / f"{op}.inc").read_text(encoding="utf-8"), flags=re.DOTALL)
    isas = [line.rsplit(",", 1)[1].strip(" )") for line in text.splitlines() if line.startswith("TIR_")]
    listed = [kernel.isa for kernel in kernels() if kernel.op == op]
    has_x86 = "avx2" in listed
    assert listed == [isa for isa in isas if has_x86 or isa in ("generic", "ref")]


def test_each_op_ends_in_a_reference_for_everything() -> None:
    for op in ("mmt4d", "pack", "unpack"):
        by_types: dict[tuple[str, ...], str] = {}
        for kernel in kernels():
            if kernel.op == op:
                by_types[kernel.types] = kernel.isa
        assert set(by_types.values()) == {"ref"}


def test_selection_takes_the_first_line_that_fits() -> None:
    for kernel in kernels():
        if kernel.op != "mmt4d" or not kernel.tile:
            continue
        m0, n0, k0 = kernel.tile
        assert select_mmt4d(F32, (m0, n0, k0), features=kernel.features) == kernel
        assert select_mmt4d(F32, (m0, n0, k0), features=Features(15)) == kernel
        assert select_mmt4d(F32, (m0, n0, k0), rhs_order="nk", features=Features(15)).isa == "ref"
        if kernel.features:
            assert select_mmt4d(F32, (m0, n0, k0), features=Features.NONE).isa == "ref"
            without = kernel.features & ~Features.X86_AVX2
            assert not kernel.runs_with(without)
            assert select_mmt4d(F32, (m0, n0, k0), features=without).isa == "ref"
    assert select_mmt4d(F32, (3, 5, 7)).isa == "ref"


def test_every_element_type_has_its_array_type() -> None:
    """The C header lists the element types; the tables use them."""
    assert ELEMENT_TYPES.keys() == DTYPES.keys()
    assert {name for kernel in kernels() if kernel.op == "mmt4d" for name in kernel.types} <= set(ELEMENT_TYPES)


def test_selection_errors() -> None:
    with pytest.raises(NotImplementedError, match="no kernel for element type f31"):
        select_mmt4d(("f31", "f32", "f32"), (8, 16, 16))
    for name in ELEMENT_TYPES.keys() - {"f32"}:
        with pytest.raises(NotImplementedError, match="no kernel for these types"):
            select_mmt4d((name, "f32", "f32"), (8, 16, 16))
    with pytest.raises(ValueError, match="rhs_order"):
        select_mmt4d(F32, (8, 16, 16), rhs_order="kk")
    with pytest.raises(ValueError, match="mmt4d: a size"):
        select_mmt4d(F32, (8, 0, 16))


def test_features_of_this_machine() -> None:
    """The wider set is never there without the narrower one."""
    found = cpu_features()
    if found & Features.X86_AVX512:
        assert found & Features.X86_AVX2
    assert any(kernel.runs_with(found) for kernel in kernels())


STATUSES = {name: getattr(lib, name) for name in dir(lib) if name.startswith("TIR_STATUS_")}


def test_status_messages_differ() -> None:
    assert sorted(STATUSES.values()) == list(range(len(STATUSES)))
    messages = [ffi.string(lib.tir_status_message(status)) for status in range(len(STATUSES) + 1)]
    assert len(set(messages)) == len(messages)
    assert messages[0] == b"ok"
    assert messages[-1] == b"unknown status"
    assert lib.tir_kernel_at(-1) == ffi.NULL
    assert lib.tir_kernel_at(lib.tir_kernel_count()) == ffi.NULL


PYTHON_ERRORS = {
    "TIR_STATUS_BAD_SIZE": (
        ValueError,
        "mmt4d: a size is negative or does not fit the others, or a size or stride is too large",
    ),
    "TIR_STATUS_BAD_POINTER": (ValueError, "mmt4d: a pointer is NULL or not aligned to its element"),
    "TIR_STATUS_BAD_TYPE": (ValueError, "mmt4d: unknown element type, element size, order or flag"),
    "TIR_STATUS_NO_KERNEL": (NotImplementedError, "mmt4d: no kernel for these types"),
}
"""For each status but OK that a kernel may return."""


@pytest.mark.parametrize("name", PYTHON_ERRORS)
def test_what_python_says_of_a_status(name: str) -> None:
    """The exception says which call failed and why."""
    error = status_error("mmt4d", STATUSES[name])
    assert (type(error), str(error)) == PYTHON_ERRORS[name]


MEMORY: Any = ffi.new("float[]", 64)
HUGE = 2**62
STRIDES = (HUGE, -HUGE, 2**63 - 1, -(2**63))


def mmt4d_params(**changes: Any) -> Any:
    params: Any = ffi.new("tir_mmt4d_params *")
    good: dict[str, Any] = {
        **dict.fromkeys(("lhs", "rhs", "out"), MEMORY),
        **dict.fromkeys(("batch", "m1", "n1", "k1", "m0", "n0", "k0"), 1),
        **dict.fromkeys(("lhs_type", "rhs_type", "out_type"), lib.TIR_TYPE_f32),
        "cpu_features": int(cpu_features()),
    }
    for name, value in (good | changes).items():
        setattr(params, name, value)
    return params


ODD: Any = ffi.cast("char *", MEMORY) + 2

MMT4D_STRIDES = [
    *(("batch", f"{operand}_batch_stride") for operand in ("lhs", "rhs", "out")),
    *(("m1", "lhs_stride"), ("n1", "rhs_stride"), ("m1", "out_stride_m"), ("n1", "out_stride_n")),
]
"""Which size each stride belongs to: it counts where that is more than 1."""


def said(value: object) -> str:
    """The name of a case, without addresses: it is the same in every process."""
    return re.sub(r" 0x[0-9a-f]+", "", repr(value))


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (0, {}),
        *[(1, {name: -1}) for name in ("batch", "m1", "n1", "k1", "m0", "n0", "k0")],
        *[(1, {name: 0}) for name in ("m0", "n0", "k0")],
        *[(0, {name: 0}) for name in ("batch", "m1", "n1", "k1")],
        (1, {"k1": HUGE, "m0": 4}),
        (1, {"k1": HUGE, "n0": 4}),
        (1, {"k1": 0, "m0": HUGE, "n0": HUGE}),
        *[(1, {size: 3, stride: far}) for size, stride in MMT4D_STRIDES for far in STRIDES],
        *[(0, {stride: far}) for _, stride in MMT4D_STRIDES for far in STRIDES],
        (1, {"batch": 2, "out_batch_stride": 2**56, "m1": 2, "out_stride_m": -(2**56)}),
        (0, {"batch": 0, "m1": 3, "lhs_stride": HUGE}),
        *[(2, {name: ffi.NULL}) for name in ("lhs", "rhs", "out")],
        *[(2, {name: ODD}) for name in ("lhs", "rhs", "out")],
        *[(0, {name: ffi.NULL, "k1": 0}) for name in ("lhs", "rhs")],
        (0, {"lhs": ffi.NULL, "k1": 0, "m1": 2, "lhs_stride": HUGE}),
        (0, {"rhs": ffi.NULL, "k1": 0, "batch": 2, "rhs_batch_stride": HUGE}),
        (2, {"out": ffi.NULL, "k1": 0}),
        (0, {"out": ffi.NULL, "lhs": ffi.NULL, "rhs": ODD, "m1": 0}),
        *[(3, {name: 99}) for name in ("lhs_type", "rhs_type", "out_type", "rhs_order")],
        (3, {"flags": 2}),
        (0, {"flags": 1}),
    ],
    ids=said,
)
def test_mmt4d_statuses(status: int, changes: dict[str, Any]) -> None:
    params = mmt4d_params(**changes)
    assert lib.tir_mmt4d(params) == status
    index = lib.tir_mmt4d_kernel(params)
    assert index == -status if status else index >= 0


def copy_params(kind: str, **changes: Any) -> Any:
    params: Any = ffi.new(f"tir_{kind}_params *")
    names = ("batch", "d0", "d1", "plain_stride0", "plain_stride1", "o0", "o1", "packed_stride0", "packed_stride1")
    good: dict[str, Any] = {
        **dict.fromkeys((*names, "t0", "t1"), 1),
        "element_bytes": 4,
        "plain": MEMORY,
        "packed": MEMORY + 32,
        "cpu_features": int(cpu_features()),
    }
    for name, value in (good | changes).items():
        setattr(params, name, value)
    return params


PLAIN_STRIDES = [("batch", "plain_batch_stride"), ("d0", "plain_stride0"), ("d1", "plain_stride1")]
PACKED_STRIDES = [("batch", "packed_batch_stride"), ("o0", "packed_stride0"), ("o1", "packed_stride1")]
ROOM = {"o0": 3, "o1": 3}  # for three rows and columns
STILL = {"packed_stride0": 0, "packed_stride1": 0}  # tiles on top of each other: there is little memory

COPY_STATUSES: list[tuple[int, int, dict[str, Any]]] = [
    (0, 0, {}),
    *[(1, 1, {name: -1}) for name in ("batch", "d0", "d1", "o0", "o1", "t0", "t1")],
    *[(1, 1, {name: 0}) for name in ("o0", "o1", "t0", "t1")],
    *[(0, 0, {name: 0}) for name in ("batch", "d0", "d1")],
    (1, 1, {"d0": 3, "t0": 2}),
    (1, 1, {"o0": HUGE, "t0": 4}),
    (1, 1, {"t0": HUGE, "t1": HUGE}),
    *[(2, 2, {name: ffi.NULL}) for name in ("plain", "packed")],
    *[(2, 2, {name: ODD}) for name in ("plain", "packed")],
    (0, 0, {"plain": ffi.NULL, "d0": 0}),
    (2, 0, {"packed": ffi.NULL, "d0": 0}),
    (0, 0, {"packed": ffi.NULL, "d0": 0, "o0": 0}),
    *[(3, 3, {"element_bytes": size}) for size in (0, 3, 16, -1)],
    *[(1, 1, ROOM | {size: 3, stride: far}) for size, stride in PLAIN_STRIDES for far in STRIDES],
    *[(1, 1, {size: 3, stride: far}) for size, stride in PACKED_STRIDES for far in STRIDES],
    *[(0, 0, {stride: far}) for _, stride in (*PLAIN_STRIDES, *PACKED_STRIDES) for far in STRIDES],
    # Tiles of padding beyond the only row: none of them is at a multiple of the stride.
    *[(0, 0, ROOM | STILL | {stride: far}) for _, stride in PLAIN_STRIDES for far in STRIDES],
    # An empty matrix, and tiles of padding: nothing is computed from the matrix.
    *[(0, 0, {"plain": ffi.NULL, "d0": 0, "batch": 2, "plain_batch_stride": far}) for far in (1, *STRIDES)],
    *[(0, 0, {"plain": ffi.NULL, "d1": 0, "d0": 1, stride: far}) for _, stride in PLAIN_STRIDES for far in STRIDES],
]


@pytest.mark.parametrize(("packs", "unpacks", "changes"), COPY_STATUSES, ids=said)
def test_copy_statuses(packs: int, unpacks: int, changes: dict[str, Any]) -> None:
    for status, params, call, kernel in (
        (packs, copy_params("pack", **changes), lib.tir_pack, lib.tir_pack_kernel),
        (unpacks, copy_params("unpack", **changes), lib.tir_unpack, lib.tir_unpack_kernel),
    ):
        assert call(params) == status
        index = kernel(params)
        assert index == -status if status else index >= 0


def test_tiles_beyond_the_matrix_are_padding() -> None:
    """More tiles than needed: C fills them."""
    memory: Any = ffi.new("float[]", [5.0] * 12)
    params = copy_params("pack", packed=memory, plain=MEMORY, o0=3, o1=2, t0=2, packed_stride0=4, packed_stride1=2)
    MEMORY[0] = 9.0
    assert lib.tir_pack(params) == 0
    assert list(memory) == [9.0] + [0.0] * 11
    params.padding = 0x3F800000
    assert lib.tir_pack(params) == 0
    assert list(memory) == [9.0] + [1.0] * 11


@pytest.mark.parametrize("call", [lib.tir_mmt4d, lib.tir_pack, lib.tir_unpack])
def test_null_params(call: Any) -> None:
    assert call(ffi.NULL) == lib.TIR_STATUS_BAD_POINTER
