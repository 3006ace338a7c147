"""Which cells of a workbook show money: the currency stands in a cell's format, not in its value (FORMAT decision 4).

A cell that shows £1,314 holds 1314. A sum of money must show its currency, and for whoever made the sheet it does; so
a number under such a format is read with its sign, as `£1314`.

References
----------
ECMA-376 part 1, section 18.8.10 (cellXfs), 18.8.30 (numFmt) and 18.8.31 (numFmts, format codes).
"""

from __future__ import annotations

import re

from wellbeva.scenario.tables.formats.xlsx_archive import elements
from wellbeva.scenario.text.identifiers import CURRENCIES, SIGNS

_WANTED = ("numFmt", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs", "xf")
_QUALIFIED = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")


def money_styles(styles: bytes) -> dict[str, str]:
    """Return the styles of cells that show money: the number of each, as cells write it, and its sign.

    Parameters
    ----------
    styles : bytes
        The book's ``styles.xml``; may be empty.

    Raises
    ------
    NotReadableError, xml.parsers.expat.ExpatError
    """
    if not styles:
        return {}
    signs: dict[str, str] = {}
    found: dict[str, str] = {}
    inside, number = False, 0
    for tag, given in elements(styles, _WANTED):
        if tag == "numFmt":
            signs[given.get("numFmtId", "")] = currency_sign(given.get("formatCode", ""))
        elif tag in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            sign = signs.get(given.get("numFmtId", ""), "")
            if sign:
                found[str(number)] = sign
            number += 1
    return found


def currency_sign(code: str) -> str:
    """Return the sign of the one currency a format shows; empty if it shows none, or several.

    Examples
    --------
    >>> currency_sign('"£"#,##0.00'), currency_sign("[$€-407] #,##0"), currency_sign("0.0%")
    ('£', '€', '')
    """
    named = {SIGNS.get(one.strip(), one.strip()) for one in _QUALIFIED.findall(code)}
    plain = _QUALIFIED.sub("", code)
    shown = (named & set(CURRENCIES)) | {sign for sign in CURRENCIES if sign in plain}
    return shown.pop() if len(shown) == 1 else ""
