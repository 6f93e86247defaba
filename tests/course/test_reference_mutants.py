"""Which operators `make mutants` exchanges in the reference solutions."""

import pytest

pytest.importorskip("cosmic_ray", reason="`make mutants` installs Cosmic Ray for itself")


@pytest.mark.parametrize(
    ("operator", "kept"),
    [
        ("core/ReplaceBinaryOperator_BitOr_BitAnd", True),
        ("core/ReplaceUnaryOperator_Delete_Invert", True),
        ("core/ReplaceUnaryOperator_Delete_Not", True),
        ("core/AddNot", True),
        ("core/ReplaceBinaryOperator_Add_Sub", True),
        ("core/ReplaceBinaryOperator_Add_BitOr", False),
        ("core/ReplaceUnaryOperator_USub_Invert", False),
        ("core/ReplaceComparisonOperator_Eq_Is", False),
        ("core/ReplaceComparisonOperator_Eq_IsNot", False),
    ],
)
def test_operators_that_a_student_could_mean_are_exchanged(operator: str, kept: bool) -> None:
    from mutation.references import _makes_sense

    assert _makes_sense(operator) is kept
