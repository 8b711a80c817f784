"""Terms: the sums of products that most of a network's work is made of."""

from __future__ import annotations

import pytest

from netledger.core.work import ACTIONS, ROLES, Term, accumulate


@pytest.mark.parametrize("biased", [False, True])
def test_k_products_need_k_minus_1_additions(biased: bool) -> None:
    terms = accumulate(products=54, outputs=2, biased=biased)
    assert terms[:2] == (Term("multiply", "product", 54), Term("add", "accumulate", 52))
    assert terms[2:] == ((Term("add", "bias", 2),) if biased else ())


def test_one_product_needs_no_addition() -> None:
    assert accumulate(5, 5, biased=False)[1].count == 0


def test_every_action_and_role_is_a_few_plain_words() -> None:
    assert all(name.replace(" ", "").isalpha() and name.islower() for name in (*ACTIONS, *ROLES))
    assert all(ROLES.values()), "Say in core/work.py why such an operation happens."
