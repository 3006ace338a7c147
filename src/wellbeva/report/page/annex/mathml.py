"""Equations as written, set as MathML: browsers show it without fonts, scripts or a network."""

from __future__ import annotations

from xml.sax.saxutils import escape

from wellbeva.language import syntax
from wellbeva.language.functions import ELEMENTWISE

OR, AND, NOT, COMPARE, ADD, MULTIPLY, NEGATE, POWER, ATOM = range(9)
_COMPARE = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥"}
_BINARY = {"add": ("+", ADD), "sub": ("−", ADD), "mul": ("·", MULTIPLY)}
_SPACE = '<mspace width="0.3em"/>'
_LARGE = {"sum": "∑", "product": "∏"}


def equation_to_mathml(name: str, root: syntax.Syntax) -> str:
    """Write an equation as one block of MathML.

    Parameters
    ----------
    name : str
        What the equation gives.
    root : Syntax

    Examples
    --------
    >>> equation_to_mathml("x", syntax.Number(start=0, end=1, value=1.0, written="1"))[:40]
    '<math display="block" xmlns="http://www.'
    """
    inside = f"{_name(name)}<mo>=</mo>{_write(root)[0]}"
    return f'<math display="block" xmlns="http://www.w3.org/1998/Math/MathML"><mrow>{inside}</mrow></math>'


def _name(text: str) -> str:
    return f"<mi>{escape(text)}</mi>" if len(text) > 1 else f'<mi mathvariant="normal">{escape(text)}</mi>'


def _words(text: str) -> str:
    return f"<mtext>{escape(text)}</mtext>"


def _operator(text: str) -> str:
    return f"<mo>{escape(text)}</mo>"


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _fenced(inside: str, left: str = "(", right: str = ")") -> str:
    return _row(f"<mo>{left}</mo>", inside, f"<mo>{right}</mo>")


def _within(node: syntax.Syntax, binding: int) -> str:
    text, own = _write(node)
    return text if own >= binding else _fenced(text)


def _plain(node: syntax.Syntax) -> str:
    return _write(node)[0]


def _write(node: syntax.Syntax) -> tuple[str, int]:  # noqa: C901, PLR0911  (one a kind of node)
    """Return MathML and how tightly it binds."""
    match node:
        case syntax.Number(written=written, unit=unit):
            number = f"<mn>{escape(written)}</mn>"
            return (_row(number, _SPACE, _words(unit)), MULTIPLY) if unit else (number, ATOM)
        case syntax.Name(name=name):
            return _name(name), ATOM
        case syntax.UnarySyntax(op="neg", x=x):
            return _row(_operator("−"), _within(x, NEGATE)), NEGATE
        case syntax.UnarySyntax(x=x):
            return _row(_operator("¬"), _within(x, NOT)), NOT
        case syntax.BinarySyntax(op="div", left=left, right=right):
            return f"<mfrac>{_row(_plain(left))}{_row(_plain(right))}</mfrac>", ATOM
        case syntax.BinarySyntax(op="pow", left=left, right=right):
            return f"<msup>{_row(_within(left, ATOM))}{_row(_plain(right))}</msup>", POWER
        case syntax.BinarySyntax(op=op, left=left, right=right):
            sign, own = _BINARY[op]
            return _row(_within(left, own), _operator(sign), _within(right, own + 1)), own
        case syntax.CompareSyntax(op=comparison, left=left, right=right):
            return _row(_within(left, ADD), _operator(_COMPARE[comparison]), _within(right, ADD)), COMPARE
        case syntax.LogicSyntax(op=logic, left=left, right=right):
            own = AND if logic == "and" else OR
            sign = "∧" if logic == "and" else "∨"
            return _row(_within(left, own), _operator(sign), _within(right, own + 1)), own
        case syntax.IndexSyntax(x=x, items=items):
            under = _words(", ").join(_item(item) for item in items)
            return f"<msub>{_row(_within(x, ATOM))}{_row(under)}</msub>", POWER
        case syntax.CallSyntax():
            return _call(node)
    raise TypeError(type(node).__name__)


def _item(one: syntax.Keyword) -> str:
    (value,) = one.values
    # A label says itself which axis it is on; a number or an expression needs the axis named.
    return _plain(value) if isinstance(value, syntax.Name) else _row(_words(one.name), _operator("="), _plain(value))


def _call(node: syntax.CallSyntax) -> tuple[str, int]:  # noqa: PLR0911  (one a kind of function)
    args = [_plain(one) for one in node.args]
    over = next((keyword for keyword in node.keywords if keyword.name == "over"), None)
    match node.function, len(args):
        case ("sum" | "product" | "min" | "max" | "mean", 1) if over is not None:
            head = _operator(_LARGE[node.function]) if node.function in _LARGE else _name(node.function)
            axes = ", ".join(value.name for value in over.values if isinstance(value, syntax.Name))
            inside = _within(node.args[0], MULTIPLY) if node.function in _LARGE else _fenced(args[0])
            return _row(f"<munder>{head}{_words(axes)}</munder>", inside), ADD
        case "where", 3:
            return _cases((args[1], _row(_words("if"), _SPACE, args[0])), (args[2], _words("otherwise"))), ATOM
        case "lag", 2:
            axis = (
                "time"
                if over is None
                else ", ".join(value.name for value in over.values if isinstance(value, syntax.Name))
            )
            before = f"<msub>{_row(_within(node.args[0], ATOM))}{_words(f'{axis} − 1')}</msub>"
            return _cases((args[1], _words(f"at the first {axis}")), (before, _words("later"))), ATOM
        case "ratio", 2:
            means = [_row(_words("E"), _fenced(one, "[", "]")) for one in args]
            return f"<mfrac>{means[0]}{means[1]}</mfrac>", ATOM
        case "discount", 1:
            return f"<msup><mi>δ</mi>{args[0]}</msup>", POWER
        case "integrate", 1:
            return _row(_operator("∫"), _within(node.args[0], MULTIPLY), "<mi>d</mi><mi>t</mi>"), ADD
        case "cumsum", 1:
            return _row(f"<munder>{_operator('∑')}{_words('so far')}</munder>", _within(node.args[0], MULTIPLY)), ADD
        case "contract", 2:
            return _row(_within(node.args[0], MULTIPLY), _operator("×"), _within(node.args[1], POWER)), MULTIPLY
    function = ELEMENTWISE.get(node.function)
    if function is not None and function.mathml:
        text = function.mathml.format(_operator(",").join(args))
        return text, POWER if text.startswith("<msup>") else ATOM
    named = [_row(_words(keyword.name), _operator("="), _plain(keyword.values[0])) for keyword in node.keywords]
    return _row(_name(node.function), _fenced(_operator(",").join([*args, *named]))), ATOM


def _cases(*rows: tuple[str, str]) -> str:
    cells = "".join(
        f'<mtr><mtd style="text-align:left">{value}</mtd><mtd style="text-align:left">{when}</mtd></mtr>'
        for value, when in rows
    )
    # A rule and no brace: a brace grows only where the reader's machine has a font for mathematics.
    return f'<mtable displaystyle="true" style="border-left:1.5px solid;padding-left:.4em">{cells}</mtable>'
