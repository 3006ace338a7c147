"""Random well-typed equations survive writing and reading: as text, and as data."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.language.expressions import expressions, sample_environment, typed
from tests.tiers import examples
from wellbeva.core.axes import in_order
from wellbeva.language.ir import Binary, Compare, Logic, Node, Select
from wellbeva.language.to_latex import to_latex
from wellbeva.language.to_text import to_text
from wellbeva.language.traversal import operands, walk
from wellbeva.plan.serialise import FormError, from_data, to_data

ENVIRONMENT = sample_environment()
CHOICES = {name: one.choices for name, one in ENVIRONMENT.symbols.items() if one.choices}


@settings(max_examples=examples(150), deadline=None)
@given(expressions(ENVIRONMENT))
def test_text_read_again_is_the_same_node(built: tuple[str, Node]) -> None:
    _, node = built
    written = to_text(node, axes=ENVIRONMENT.axes, choices=CHOICES)
    assert typed(written, ENVIRONMENT) == node


@settings(max_examples=examples(150), deadline=None)
@given(expressions(ENVIRONMENT))
def test_data_read_again_is_the_same_node(built: tuple[str, Node]) -> None:
    _, node = built
    stored = json.dumps(to_data(node, Node))
    read = from_data(json.loads(stored), Node)
    assert read == node
    assert json.dumps(to_data(read, Node)) == stored


@settings(max_examples=examples(100), deadline=None)
@given(expressions(ENVIRONMENT))
def test_every_node_has_its_axes_in_order_a_span_and_those_of_its_operands(built: tuple[str, Node]) -> None:
    text, root = built
    for node in walk(root):
        assert node.span is not None
        assert 1 <= node.span.column <= len(text)
        assert node.axes == in_order(node.axes, ENVIRONMENT.own)
        if isinstance(node, Binary | Compare | Logic | Select):
            assert set(node.axes) == {axis for child in operands(node) for axis in child.axes}
        if node.dtype != "float":
            assert node.unit.dimensionless


@settings(max_examples=examples(100), deadline=None)
@given(expressions(ENVIRONMENT))
def test_latex_has_balanced_braces(built: tuple[str, Node]) -> None:
    written = to_latex(built[1], axes=ENVIRONMENT.axes, choices=CHOICES)
    bare = written.replace(r"\{", "").replace(r"\}", "")
    depth = 0
    for character in bare:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0
    assert written.count(r"\left") == written.count(r"\right")


JSON = st.recursive(
    st.one_of(st.text(max_size=8), st.integers(-9, 9), st.sampled_from(["Const", "Binary", "Reduce", "float"])),
    lambda inner: st.lists(inner, max_size=7),
    max_leaves=20,
)


@settings(max_examples=examples(150), deadline=None)
@given(JSON)
def test_data_that_is_no_node_is_refused_by_name(data: object) -> None:
    try:
        node = from_data(data, Node)
    except FormError:
        return
    assert to_data(node, Node) == data
