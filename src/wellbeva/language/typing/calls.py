"""Typing of function calls: which function, how many operands, and which rule types it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wellbeva.errors import near_miss
from wellbeva.language.functions import FUNCTIONS, LATER, Elementwise, Function
from wellbeva.language.syntax import CallSyntax
from wellbeva.language.typing.axes import type_count, type_cumsum, type_integrate, type_lag, type_reduction
from wellbeva.language.typing.context import Context
from wellbeva.language.typing.elementwise import type_elementwise, type_where
from wellbeva.language.typing.indexing import type_interp
from wellbeva.language.typing.special import type_contract, type_discount, type_profile, type_ratio, type_share_after
from wellbeva.language.typing.unit_rules import Typed

Rule = Callable[[Context, CallSyntax], Typed | None]

_RULES: Mapping[str, Rule] = {
    "count": type_count, "cumsum": type_cumsum, "lag": type_lag, "integrate": type_integrate, "where": type_where,
    "discount": type_discount, "ratio": type_ratio, "contract": type_contract, "share_after": type_share_after,
}  # fmt: skip


def type_call(context: Context, syntax: CallSyntax) -> Typed | None:  # noqa: PLR0911
    """Type a call of a registered function.

    Parameters
    ----------
    context : Context
    syntax : CallSyntax
        Names, keywords and number of operands are checked here; units, axes and dtypes by the function's own rule.
    """
    function = FUNCTIONS.get(syntax.function)
    if function is None:
        _unknown(context, syntax)
        return None
    if function.form == "ladder":
        return type_interp(context, syntax) if _one_axis(context, syntax, function) else None
    keyword = next((keyword for keyword in syntax.keywords if keyword.name == "over"), None)
    reduces = function.form == "reduction" or (function.name in ("min", "max") and keyword is not None)
    if not _keywords(context, syntax, function, reduces=reduces):
        return None
    if not _arity(context, syntax, function, reduces=reduces):
        return None
    if reduces:
        return type_reduction(context, syntax)
    if function.form == "profile":
        return type_profile(context, syntax)
    if isinstance(function, Elementwise):
        return type_elementwise(context, syntax, function)
    return _RULES[function.name](context, syntax)


def _unknown(context: Context, syntax: CallSyntax) -> None:
    name, environment = syntax.function, context.environment
    if name in LATER:
        context.error(
            "WB-L032", f"the function `{name}` is not in this version", syntax,
            remedy="write it out with the functions there are, or give its result as a parameter",
        )  # fmt: skip
    elif name in environment.symbols or name in environment.axes:
        context.error(
            "WB-L022", f"`{name}` is not a function", syntax,
            facts=(f"`{name}` is {'a quantity' if name in environment.symbols else 'an axis'} of this model",),
            remedy=f"put `*` before the bracket to multiply, or write `{name}[axis=label]`",
        )  # fmt: skip
    else:
        remedy = near_miss(name, FUNCTIONS) or f"the functions are: {', '.join(sorted(FUNCTIONS))}"
        context.error("WB-L022", f"there is no function `{name}`", syntax, remedy=remedy)


def _one_axis(context: Context, syntax: CallSyntax, function: Function) -> bool:
    """Whether there is one operand, and one axis with one value."""
    if not _arity(context, syntax, function, reduces=False):
        return False
    if len(syntax.keywords) == 1 and not syntax.keywords[0].is_list:
        return True
    several = len(syntax.keywords) > 1 or any(keyword.is_list for keyword in syntax.keywords)
    message = f"`{function.name}` takes one axis and one value" if several else "nothing says along which ladder"
    context.error("WB-L023", message, syntax, remedy=f"write `{function.usage}`, for example `{function.example}`")
    return False


def _keywords(context: Context, syntax: CallSyntax, function: Function, *, reduces: bool) -> bool:
    allowed = {*function.keywords}
    if reduces or function.form in ("reduction", "ordered"):
        allowed.add("over")
    fine = True
    for keyword in syntax.keywords:
        if keyword.name not in allowed:
            context.error(
                "WB-L023", f"`{function.name}` takes no `{keyword.name}=`", keyword,
                remedy=near_miss(keyword.name, allowed) or f"write `{function.usage}`; compare with `==`",
            )  # fmt: skip
            fine = False
        elif keyword.is_list and keyword.name != "over":
            context.error("WB-L023", f"`{keyword.name}=` takes one value", keyword, remedy=f"write `{function.usage}`")
            fine = False
        elif fine and keyword.name in function.operands[: len(syntax.args)]:
            context.error("WB-L023", f"`{keyword.name}` is given twice", keyword, remedy=f"write `{function.usage}`")
            fine = False
    if reduces and not any(keyword.name == "over" for keyword in syntax.keywords):
        context.error(
            "WB-L023", f"`{function.name}` does not say over which axis", syntax, remedy=f"write `{function.usage}`"
        )
        fine = False
    return fine


def _arity(context: Context, syntax: CallSyntax, function: Function, *, reduces: bool) -> bool:
    given = len(syntax.args) + sum(keyword.name in function.operands for keyword in syntax.keywords)
    most = 1 if reduces else len(function.operands)
    least = most - function.optional
    if function.name in ("min", "max") and not reduces:
        most = max(most, given)
    if least <= given <= most:
        return True
    remedy = f"write `{function.usage}`"
    if function.name in ("min", "max") and given == 1:
        remedy = f"write `{function.name}(a, b)`, or `{function.name}(x, over=axis)`"
    elif function.name == "lag" and given == 1:
        remedy = "say what stands at the first label: `lag(x, 0)`"
    wanted = f"{least}" if least == most else f"{least} to {most}"
    noun = "operand" if wanted == "1" else "operands"
    context.error(
        "WB-L023", f"`{function.name}` takes {wanted} {noun}, and {given} {'is' if given == 1 else 'are'} given",
        syntax,
        remedy=remedy,
    )  # fmt: skip
    return False
