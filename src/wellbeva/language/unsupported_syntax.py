"""Signs and words that equations do not have: for each a message, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

CHARACTERS: Mapping[str, tuple[str, str]] = {
    "&": ("`&` is not an operator here", "write `and`"),
    "&&": ("`&&` is not an operator here", "write `and`"),
    "|": ("`|` is not an operator here", "write `or`"),
    "||": ("`||` is not an operator here", "write `or`"),
    "^": ("`^` is not an operator here", "write `**` for a power"),
    "~": ("`~` is not an operator here", "write `not`"),
    "!": ("`!` is not an operator here", "write `not`, or `!=`"),
    "//": ("`//` is not an operator here", "write `floor(a / b)`"),
    "<>": ("`<>` is not an operator here", "write `!=`"),
    "=<": ("`=<` is not an operator here", "write `<=`"),
    "=>": ("`=>` is not an operator here", "write `>=`"),
    "<<": ("`<<` is not an operator here", "write `<`"),
    ">>": ("`>>` is not an operator here", "write `>`"),
    ":=": ("`:=` is not an operator here", "make it an equation of its own"),
    "->": ("`->` stands only in `transitions` and `tree`", "move it there"),
    "@": ("`@` is not an operator here", "write `sum(a * b, over=axis)`"),
    ".": ("a dot cannot stand here: there are no attributes", "use a name of the model alone"),
    "'": ("there are no strings in equations", "write a label without quotation marks"),
    '"': ("there are no strings in equations", "write a label without quotation marks"),
    "#": ("`#` cannot stand inside an equation", "put the remark into `doc`"),
    ":": ("`:` cannot stand inside an equation", "name the label you want: `x[axis=label]`"),
    ";": ("`;` cannot stand inside an equation", "write two equations"),
    "{": ("there are no braces in equations", "use round brackets"),
    "}": ("there are no braces in equations", "use round brackets"),
    "£": ("a number in an equation carries no currency", "make it a parameter with a unit and a source"),
    "$": ("a number in an equation carries no currency", "make it a parameter with a unit and a source"),
    "€": ("a number in an equation carries no currency", "make it a parameter with a unit and a source"),
    "−": ("this minus sign is not the one of the keyboard", "write `-`"),
    "–": ("this dash is not a minus sign", "write `-`"),
    "×": ("`×` is not an operator here", "write `*`"),
    "·": ("`·` is not an operator here", "write `*`"),
    "÷": ("`÷` is not an operator here", "write `/`"),
    "≤": ("`≤` is not an operator here", "write `<=`"),
    "≥": ("`≥` is not an operator here", "write `>=`"),
    "≠": ("`≠` is not an operator here", "write `!=`"),
}
"""Operators and characters that equations do not have."""

WORDS: Mapping[str, tuple[str, str]] = {
    "if": ("`a if c else b` is not part of the language", "write `where(c, a, b)`"),
    "else": ("`else` cannot stand inside an equation", "write `where(c, a, b)`"),
    "lambda": ("there are no lambdas in equations", "write an equation of its own"),
    "for": ("there are no comprehensions or loops in equations", "write `sum(x, over=axis)`"),
    "in": (
        "`in` is not an operator: it stands once, at the end, before the unit",
        "compare with `==` and join with `or`",
    ),
    "is": ("`is` is not an operator here", "write `==`"),
    "True": ("`True` is written in lower case", "write `true`"),
    "False": ("`False` is written in lower case", "write `false`"),
    "None": ("there is no `None` in equations", "write `0`"),
}
"""Words of Python that equations do not have."""
