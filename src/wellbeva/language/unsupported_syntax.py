"""Signs and words that equations do not have: for each a message, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

CHARACTERS: Mapping[str, tuple[str, str, str]] = {
    "&": ("WB-L005", "`&` is not an operator here", "write `and`"),
    "&&": ("WB-L005", "`&&` is not an operator here", "write `and`"),
    "|": ("WB-L005", "`|` is not an operator here", "write `or`"),
    "||": ("WB-L005", "`||` is not an operator here", "write `or`"),
    "^": ("WB-L005", "`^` is not an operator here", "write `**` for a power"),
    "~": ("WB-L005", "`~` is not an operator here", "write `not`"),
    "!": ("WB-L005", "`!` is not an operator here", "write `not`, or `!=`"),
    "//": ("WB-L005", "`//` is not an operator here", "write `floor(a / b)`"),
    "<>": ("WB-L005", "`<>` is not an operator here", "write `!=`"),
    "=<": ("WB-L005", "`=<` is not an operator here", "write `<=`"),
    "=>": ("WB-L005", "`=>` is not an operator here", "write `>=`"),
    "<<": ("WB-L005", "`<<` is not an operator here", "write `<`"),
    ">>": ("WB-L005", "`>>` is not an operator here", "write `>`"),
    ":=": ("WB-L005", "`:=` is not an operator here", "make it an equation of its own"),
    "->": ("WB-L005", "`->` stands only in `transitions` and `tree`", "move it there"),
    "@": ("WB-L005", "`@` is not an operator here", "write `sum(a * b, over=axis)`"),
    ".": ("WB-L005", "a dot cannot stand here: there are no attributes", "use a name of the model alone"),
    "'": ("WB-L008", "there are no strings in equations", "write a label without quotation marks"),
    '"': ("WB-L008", "there are no strings in equations", "write a label without quotation marks"),
    "#": ("WB-L003", "`#` cannot stand inside an equation", "put the remark into `doc`"),
    ":": ("WB-L003", "`:` cannot stand inside an equation", "name the label you want: `x[axis=label]`"),
    ";": ("WB-L003", "`;` cannot stand inside an equation", "write two equations"),
    "{": ("WB-L005", "there are no braces in equations", "use round brackets"),
    "}": ("WB-L005", "there are no braces in equations", "use round brackets"),
    "£": ("WB-L005", "a number in an equation carries no currency", "make it a parameter with a unit and a source"),
    "$": ("WB-L005", "a number in an equation carries no currency", "make it a parameter with a unit and a source"),
    "€": ("WB-L005", "a number in an equation carries no currency", "make it a parameter with a unit and a source"),
    "−": ("WB-L005", "this minus sign is not the one of the keyboard", "write `-`"),
    "–": ("WB-L005", "this dash is not a minus sign", "write `-`"),
    "×": ("WB-L005", "`×` is not an operator here", "write `*`"),
    "·": ("WB-L005", "`·` is not an operator here", "write `*`"),
    "÷": ("WB-L005", "`÷` is not an operator here", "write `/`"),
    "≤": ("WB-L005", "`≤` is not an operator here", "write `<=`"),
    "≥": ("WB-L005", "`≥` is not an operator here", "write `>=`"),
    "≠": ("WB-L005", "`≠` is not an operator here", "write `!=`"),
}
"""Operators and characters that equations do not have: code, message, remedy."""

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
