"""The table as Python data: which features a call may use, and what each status becomes."""

import pytest

from tensorir.native import Features, cpu_features, kernels
from tensorir.native._kernels import lib
from tensorir.native.table import DTYPES, given_features, status_error

AVX512 = Features.X86_AVX2 | Features.X86_AVX512


def test_a_call_may_use_what_the_machine_has() -> None:
    assert given_features(None) == cpu_features()
    assert given_features(Features.NONE) == Features.NONE
    for feature in Features:
        if feature & cpu_features():
            assert given_features(feature) == feature
        else:
            with pytest.raises(ValueError, match="features: this CPU lacks"):
                given_features(feature)


def test_a_feature_without_a_name_is_refused_too() -> None:
    with pytest.raises(ValueError, match="features: this CPU lacks"):
        given_features(Features(1 << 40))


def test_a_kernel_runs_where_all_its_features_are() -> None:
    for kernel in kernels():
        assert kernel.runs_with(kernel.features)
        assert kernel.runs_with(Features(15))
        for feature in Features:
            if feature & kernel.features:
                assert not kernel.runs_with(Features(15) & ~feature)


def test_wider_kernels_need_what_narrower_ones_need() -> None:
    needed = {kernel.isa: kernel.features for kernel in kernels()}
    assert needed["ref"] == needed["generic"] == Features.NONE
    assert {needed[isa] for isa in needed if isa not in ("ref", "generic")} <= {Features.X86_AVX2, AVX512}


def test_an_unknown_status_says_so() -> None:
    assert str(status_error("pack", 99)) == "pack: unknown status"
    assert isinstance(status_error("pack", lib.TIR_STATUS_NO_KERNEL), NotImplementedError)


@pytest.mark.parametrize(("name", "bits"), [("f16", 16), ("bf16", 16), ("f32", 32), ("i8", 8), ("u64", 64)])
def test_names_of_element_types_say_their_bits(name: str, bits: int) -> None:
    assert DTYPES[name].itemsize * 8 == bits
