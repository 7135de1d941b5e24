"""Wrong arrays end in one clear error, and nothing is written; odd but right ones work."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tensorir.native import Features, cpu_features, mmt4d, pack, unpack

from . import oracle

F32 = np.float32


def small_integers(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Floats whose sums of products are exact."""
    return rng.integers(-9, 10, shape).astype(F32)


def operands() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "lhs": small_integers(rng, (2, 3, 4, 4)),
        "rhs": small_integers(rng, (5, 3, 4, 4)),
        "out": np.full((2, 5, 4, 4), 7, F32),
    }


def unaligned(array: np.ndarray) -> np.ndarray:
    memory = np.zeros(array.nbytes + 1, np.uint8)
    view = memory[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


def sealed(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


MMT4D_ERRORS: list[tuple[str, type[Exception], str, Callable[[dict[str, Any]], dict[str, Any]]]] = [
    ("not an array", TypeError, "lhs: expected a numpy array, got list", lambda d: {"lhs": d["lhs"].tolist()}),
    ("dtype of lhs", TypeError, "lhs: expected dtype float32, got float64", lambda d: {"lhs": d["lhs"].astype("f8")}),
    ("dtype of rhs", TypeError, "rhs: expected dtype float32, got int32", lambda d: {"rhs": d["rhs"].astype("i4")}),
    ("dtype of out", TypeError, "out: expected dtype float32, got float16", lambda d: {"out": d["out"].astype("f2")}),
    (
        "byte order",
        TypeError,
        "rhs: expected native byte order",
        lambda d: {"rhs": d["rhs"].astype(d["rhs"].dtype.newbyteorder())},
    ),
    ("rank of lhs", ValueError, "lhs: expected rank 4", lambda d: {"lhs": d["lhs"][0]}),
    ("rank of rhs", ValueError, "rhs: expected rank 4", lambda d: {"rhs": d["rhs"][None]}),
    ("rank of out", ValueError, "out: expected rank 4", lambda d: {"out": d["out"][0]}),
    ("K1", ValueError, "rhs: expected K1 = 3", lambda d: {"rhs": d["rhs"][:, :2]}),
    ("K0", ValueError, "rhs: expected K0 = 4", lambda d: {"rhs": d["rhs"][:, :, :3]}),
    ("M1", ValueError, "out: expected M1 = 2", lambda d: {"out": d["out"][:1]}),
    ("N1", ValueError, "out: expected N1 = 5", lambda d: {"out": d["out"][:, :4]}),
    ("M0", ValueError, "out: expected M0 = 4", lambda d: {"out": d["out"][:, :, :3]}),
    ("N0", ValueError, "out: expected N0 = 4", lambda d: {"out": d["out"][..., :3]}),
    (
        "empty tile",
        ValueError,
        "tile sizes of at least 1",
        lambda d: {"lhs": d["lhs"][:, :, :0], "out": d["out"][:, :, :0]},
    ),
    ("read-only out", ValueError, "out: expected a writable array", lambda d: {"out": sealed(d["out"])}),
    ("unaligned out", ValueError, "out: expected elements aligned", lambda d: {"out": unaligned(d["out"])}),
    (
        "split tiles of out",
        ValueError,
        r"out: expected contiguous \[M0\]\[N0\] tiles",
        lambda d: {"out": np.zeros((2, 5, 4, 8), F32)[..., ::2]},
    ),
    (
        "out on lhs",
        ValueError,
        "out: expected memory of its own, got an array that overlaps lhs",
        lambda d: {"lhs": d["out"][:, :3]},
    ),
    (
        "out on rhs",
        ValueError,
        "out: expected memory of its own, got an array that overlaps rhs",
        lambda d: {"out": d["rhs"].reshape(-1)[80:].reshape(2, 5, 4, 4)},
    ),
    (
        "out on itself",
        ValueError,
        "out: expected elements apart",
        lambda d: {"out": np.lib.stride_tricks.as_strided(d["out"], strides=(0, 64, 16, 4))},
    ),
    ("order", ValueError, "rhs_order: expected one of", lambda d: {"rhs_order": "mk"}),
    ("features", ValueError, "features: this CPU lacks", lambda d: {"features": Features(1 << 40)}),
]


@pytest.mark.parametrize(("error", "message", "change"), [pytest.param(*case[1:], id=case[0]) for case in MMT4D_ERRORS])
def test_mmt4d_errors(error: type[Exception], message: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    arguments: dict[str, Any] = operands()
    before = arguments["out"].copy()
    memory = arguments["out"]
    arguments |= change(arguments)
    with pytest.raises(error, match=message):
        mmt4d(arguments.pop("lhs"), arguments.pop("rhs"), arguments.pop("out"), **arguments)
    assert (memory == before).all()


def half_of_a_wider_one(array: np.ndarray) -> np.ndarray:
    return np.repeat(array, 2, -1)[..., ::2]


def k1_backwards(array: np.ndarray) -> np.ndarray:
    return array[:, ::-1].copy()[:, ::-1]


@pytest.mark.parametrize("change", [unaligned, np.asfortranarray, half_of_a_wider_one, k1_backwards])
def test_inputs_that_c_cannot_walk_are_copied(change: Callable[[np.ndarray], np.ndarray]) -> None:
    given = operands()
    out = np.zeros_like(given["out"])
    mmt4d(change(given["lhs"]), change(given["rhs"]), out)
    assert (out == oracle.mmt4d(given["lhs"], given["rhs"], None, "kn", np.dtype(F32))).all()


def test_interleaved_arrays_are_apart() -> None:
    """Inputs and output may share a buffer as long as no element is shared."""
    given = operands()
    memory = np.zeros((2, 2, 240), F32)
    lhs = memory[:, 0, :48].reshape(2, 3, 4, 4)
    lhs[...] = given["lhs"]
    out = memory[:, 1, :80].reshape(2, 5, 4, 4)
    mmt4d(given["lhs"], given["rhs"], given["out"])
    mmt4d(lhs, given["rhs"], out)
    assert (out == given["out"]).all()
    assert np.may_share_memory(lhs, out)


def test_one_right_side_for_a_batch() -> None:
    """A stride of zero repeats an input."""
    given = operands()
    lhs = np.stack([given["lhs"], given["lhs"] + 1])
    out = np.zeros((2, 2, 5, 4, 4), F32)
    mmt4d(lhs, np.broadcast_to(given["rhs"], (2, *given["rhs"].shape)), out)
    for b in range(2):
        assert (out[b] == oracle.mmt4d(lhs[b], given["rhs"], None, "kn", np.dtype(F32))).all()


@pytest.mark.parametrize("shape", [(0, 3, 5), (2, 3, 0), (0, 0, 0)])
def test_nothing_to_do(shape: tuple[int, int, int]) -> None:
    m1, k1, n1 = shape
    ran = mmt4d(np.ones((m1, k1, 4, 4), F32), np.ones((n1, k1, 4, 4), F32), np.ones((m1, n1, 4, 4), F32))
    assert ran.op == "mmt4d"


SOURCE = np.arange(15, dtype=F32).reshape(3, 5)
COPY_ERRORS: list[tuple[str, type[Exception], str, dict[str, Any]]] = [
    ("not an array", TypeError, "source: expected a numpy array", {"source": [1.0]}),
    (
        "byte order",
        TypeError,
        "source: expected native byte order",
        {"source": SOURCE.astype(SOURCE.dtype.newbyteorder())},
    ),
    ("objects", TypeError, "source: expected numbers", {"source": SOURCE.astype(object)}),
    ("strings", TypeError, "source: expected numbers", {"source": SOURCE.astype("S4")}),
    ("records", TypeError, "source: expected numbers", {"source": np.zeros((3, 5), "i2,i2")}),
    ("wide", TypeError, "source: expected numbers", {"source": SOURCE.astype("c16")}),
    ("dtypes", TypeError, "out: expected dtype float64 as of source", {"source": SOURCE.astype("f8")}),
    ("scalar", ValueError, "source: expected rank 1", {"source": np.zeros((), F32), "inner_dims": ()}),
    ("rank of out", ValueError, r"out: expected rank 2 \+ 1", {"inner_dims": (0,)}),
    ("inner_dims twice", ValueError, "inner_dims: expected distinct", {"inner_dims": (1, 1)}),
    ("inner_dims beyond", ValueError, "inner_dims: expected distinct", {"inner_dims": (0, 2)}),
    ("inner_dims below", ValueError, "inner_dims: expected distinct", {"inner_dims": (0, -1)}),
    ("outer_perm short", ValueError, "outer_perm: expected all 2", {"outer_perm": (0,)}),
    ("outer_perm twice", ValueError, "outer_perm: expected distinct", {"outer_perm": (0, 0)}),
    ("outer sizes", ValueError, r"out: expected outer sizes \(2, 2\)", {"out": np.zeros((2, 3, 2, 4), F32)}),
    (
        "permuted sizes",
        ValueError,
        r"out: expected outer sizes \(2, 1\)",
        {"inner_dims": (1, 0), "out": np.zeros((1, 2, 4, 3), F32), "outer_perm": (1, 0)},
    ),
    ("empty tile", ValueError, "out: expected tile sizes", {"out": np.zeros((2, 2, 0, 4), F32)}),
    (
        "split tile",
        ValueError,
        "out: expected contiguous tiles",
        {"out": np.zeros((2, 2, 2, 8), F32)[..., ::2]},
    ),
    ("unaligned out", ValueError, "out: expected elements aligned", {"out": unaligned(np.zeros((2, 2, 2, 4), F32))}),
    ("read-only out", ValueError, "out: expected a writable array", {"out": sealed(np.zeros((2, 2, 2, 4), F32))}),
    ("padding", ValueError, "padding: expected a value of dtype float32", {"padding": "x"}),
    ("features", ValueError, "features: this CPU lacks", {"features": Features(1 << 40)}),
]


@pytest.mark.parametrize(("error", "message", "change"), [pytest.param(*case[1:], id=case[0]) for case in COPY_ERRORS])
def test_pack_errors(error: type[Exception], message: str, change: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {"source": SOURCE, "out": np.full((2, 2, 2, 4), 7, F32), "inner_dims": (0, 1)} | change
    out = arguments["out"].copy()
    with pytest.raises(error, match=message):
        pack(
            arguments.pop("source"),
            arguments["out"],
            **{key: value for key, value in arguments.items() if key != "out"},
        )
    assert (arguments["out"] == out).all()


@pytest.mark.parametrize(
    ("value", "dtype"), [(300, "u1"), (-1, "u4"), (0.5, "i4"), (np.nan, "i4"), (2**64, "u8"), (2, "?")]
)
def test_padding_that_the_dtype_cannot_hold(value: float, dtype: str) -> None:
    with pytest.raises(ValueError, match="padding: expected a value of dtype"):
        pack(np.zeros(3, dtype), np.zeros((1, 4), dtype), inner_dims=(0,), padding=value)


def test_copy_onto_itself_is_refused() -> None:
    memory = np.zeros((4, 4), F32)
    with pytest.raises(ValueError, match="out: expected memory of its own, got an array that overlaps source"):
        pack(memory, memory.reshape(2, 2, 2, 2), inner_dims=(0, 1))
    with pytest.raises(ValueError, match="out: expected memory of its own, got an array that overlaps source"):
        unpack(memory.reshape(2, 2, 2, 2), memory, inner_dims=(0, 1))
    twice = np.lib.stride_tricks.as_strided(np.zeros(4, F32), (4, 4), (0, 4))
    with pytest.raises(ValueError, match="out: expected elements apart"):
        unpack(np.zeros((2, 2, 2, 2), F32), twice, inner_dims=(0, 1))


def test_unpack_errors() -> None:
    with pytest.raises(TypeError, match="source: expected dtype float32 as of out"):
        unpack(np.zeros((2, 2, 2, 4)), np.zeros((3, 5), F32), inner_dims=(0, 1))
    with pytest.raises(ValueError, match=r"source: expected outer sizes \(2, 2\) for out of shape"):
        unpack(np.zeros((2, 1, 2, 4), F32), np.zeros((3, 5), F32), inner_dims=(0, 1))
    with pytest.raises(ValueError, match="out: expected a writable array"):
        unpack(np.zeros((2, 2, 2, 4), F32), sealed(np.zeros((3, 5), F32)), inner_dims=(0, 1))


def test_operands_that_are_copied_first() -> None:
    """Sources with unaligned elements, or tiles that are not contiguous."""
    expected = oracle.pack(SOURCE, (0, 1), (2, 4), (0, 1), 0)
    out = np.zeros(expected.shape, F32)
    pack(unaligned(SOURCE), out, inner_dims=(0, 1))
    assert (out == expected).all()
    for change in (unaligned, np.asfortranarray):
        back = np.zeros_like(SOURCE)
        unpack(change(expected), back, inner_dims=(0, 1))
        assert (back == SOURCE).all()


def test_strides_beyond_the_address_space_are_refused() -> None:
    """No array has them but one that was made from another by hand; nothing is read then."""
    given = operands()
    far = np.lib.stride_tricks.as_strided(given["lhs"][:1], given["lhs"].shape, (2**61, *given["lhs"].strides[1:]))
    with pytest.raises(ValueError, match=r"mmt4d: .* a size or stride is too large"):
        mmt4d(far, given["rhs"], given["out"])
    assert (given["out"] == 7).all()


def test_features_are_checked_against_the_machine() -> None:
    assert cpu_features() & ~Features(15) == 0
