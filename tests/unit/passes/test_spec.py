from __future__ import annotations

import pytest

from tensorir.ir.diagnostic import TensorIRError
from tensorir.passes.spec import parse_spec, spec_of
from tensorir.pipelines import PASSES, PIPELINES, pipeline
from tensorir.transforms.datatiling.set_encodings import SetEncodings
from tensorir.transforms.simplify.canonicalize import Canonicalize


def test_specs_name_passes_options_and_pipelines() -> None:
    assert parse_spec("set-encodings{min-parallel=64},canonicalize", PASSES, PIPELINES) == (
        SetEncodings(min_parallel=64),
        Canonicalize(),
    )
    assert parse_spec("late", PASSES, PIPELINES) == pipeline("late").passes
    assert parse_spec(" canonicalize , cse ", PASSES, PIPELINES)[0] == Canonicalize()
    assert parse_spec("", PASSES, PIPELINES) == ()


@pytest.mark.parametrize("tiling", ["late", "off"])
@pytest.mark.parametrize("device", ["cpu", "reference", "cpu{features=none}"])
def test_specs_of_pipelines_read_back(tiling: str, device: str) -> None:
    passes = pipeline(tiling, device).passes
    assert parse_spec(spec_of(passes), PASSES, {}) == passes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("set-encoding", "column 1: unknown pass or pipeline 'set-encoding'; did you mean set-encodings"),
        ("cse,canonicalise", "column 5: unknown pass or pipeline 'canonicalise'; did you mean canonicalize"),
        ("cse{x=1}", "cse: no option 'x'; it has: none"),
        ("set-encodings{min-paralel=1}", "did you mean min-parallel?; it has: min-parallel"),
        ("set-encodings{min-parallel=many}", "min-parallel must be of type int, got 'many'"),
        ("set-encodings{min-parallel}", "no option 'min-parallel'"),
        ("set-encodings{min-parallel=1", "column 1: expected name{option=value …}"),
        ("cse;cse", "column 1: expected name{option=value …}, got 'cse;cse'"),
    ],
)
def test_wrong_specs_are_refused(text: str, message: str) -> None:
    with pytest.raises(TensorIRError) as e:
        parse_spec(text, PASSES, PIPELINES)
    assert message in str(e.value)
