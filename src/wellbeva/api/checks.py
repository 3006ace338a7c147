"""Load, compile and check a scenario; each stage called once, in order."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wellbeva.api.sources import File, Overrides, Source, is_file, load_source, override_texts, paths_of
from wellbeva.errors import Collector, WellbevaError, grouped, refusal

if TYPE_CHECKING:
    from wellbeva.errors import Diagnostic
    from wellbeva.plan.plan import Plan
    from wellbeva.plan.record import CompiledScenario
    from wellbeva.scenario.loader import Loaded
    from wellbeva.scenario.spec import Scenario
    from wellbeva.scenario.text.files import Files


def load(path: Source, *, variant: str = "", overrides: Overrides = (), base: File = "") -> CompiledScenario:
    """Load and compile a scenario.

    Parameters
    ----------
    path : path, str or mapping
        The scenario file; or its text, or a dict with the keys of a file.
    variant : str
        A variant that the scenario names; empty for none.
    overrides : mapping of path to value, or sequence of str
        ``{"effect.visits": "0.3 (0.1 to 0.5)"}``, or as ``--set`` takes them: ``"effect.visits=0.3 (0.1 to 0.5)"``.
    base : path or str
        Where to look for tables and models if the scenario is not a file.

    Raises
    ------
    WellbevaError
        With everything that is wrong.
    """
    return compiled_and_loaded(path, variant, overrides, base, Collector())[0]


def compiled_and_loaded(
    path: Source, variant: str, overrides: Overrides, base: File, collector: Collector
) -> tuple[CompiledScenario, Loaded]:
    """Load and compile a scenario; return what was loaded too.

    Parameters
    ----------
    path, variant, overrides, base
        As `load`.
    collector : Collector
    """
    from wellbeva.compiler.compile import compile_scenario, dimensions
    from wellbeva.results.variables import refuse_collisions

    with paths_of(path):
        texts = override_texts(overrides)
        loaded = load_source(path, base, collector, overrides=texts)
        scenario, known = loaded.judged(variant, texts), None
        if (variant or texts) and not collector.errors:
            # A variant is drawn as the scenario itself is, so that the two differ by their inputs alone (DESIGN
            # section 5).
            written = load_source(path, base, Collector()) if loaded.base.areas else loaded
            known = dimensions(compile_scenario(written.scenario()).plan)
        compiled = compile_scenario(scenario, known=known, collector=collector)
        refuse_collisions(compiled.plan, scenario.model)
    return compiled, loaded


@contextlib.contextmanager
def faults_in_place(compiled: CompiledScenario) -> Iterator[None]:
    """Let what an engine refuses point at the scenario, of which the engine knows nothing."""
    from wellbeva.compiler.diagnostic_spans import with_places

    try:
        yield
    except WellbevaError as error:
        raise type(error)(with_places(error.diagnostics, compiled)) from None


def base_case_doubts(compiled: CompiledScenario, *, keep: bool = True) -> list[Diagnostic]:
    """Evaluate the base case, refuse what a ``fail_if`` or a rival without a cost refuses, return what is doubted.

    Parameters
    ----------
    compiled : CompiledScenario
    keep : bool
        Whether the base case is kept for the run to come; a variant's would take the place of the scenario's.
    """
    from wellbeva.compiler.diagnostic_spans import with_places
    from wellbeva.engine.run.failures import doubts
    from wellbeva.engine.run.plan_cache import base_case, evaluate_base, fail_if_refused

    with faults_in_place(compiled):
        plan = compiled.plan
        walk = base_case(plan) if keep else fail_if_refused(plan, evaluate_base(plan))
    decision = plan.decision
    if decision is not None and decision.choose == "one":
        from wellbeva.analysis.tables.decision import rivals_without_a_cost

        own = walk.values.get("own.cost") or walk.node(decision.spent)
        refused = rivals_without_a_cost(compiled, decision.over_options(own.array.reshape(-1)))
        if refused is not None:
            raise WellbevaError([refused])
    return with_places(doubts(compiled.plan, walk), compiled)


def check(path: Source, *, base: File = "", files: Files | None = None) -> tuple[Diagnostic, ...]:
    """Check a scenario with all its variants, or a model file, and return the warnings.

    A model file is checked with one or two labels on each axis and zeros for its inputs.

    Parameters
    ----------
    path, base
        As `load`; or a model file.
    files : Files, optional
        Reads a scenario's files; it may hold some that are not written yet.

    Raises
    ------
    WellbevaError
        With everything that is wrong.
    """
    return check_with_groups(path, base=base, files=files)[0]


def check_with_groups(
    path: Source, *, base: File = "", files: Files | None = None
) -> tuple[tuple[Diagnostic, ...], str]:
    """Return the warnings of `check`, and whose groups a scenario has from its area, in words.

    Parameters
    ----------
    path, base, files
        As `check`.
    """
    with paths_of(path):
        return _check(path, base, files)


def _check(path: Source, base: File, files: Files | None) -> tuple[tuple[Diagnostic, ...], str]:
    from wellbeva.compiler.check_model import check_model_alone
    from wellbeva.compiler.compile import dimensions
    from wellbeva.results.variables import refuse_collisions
    from wellbeva.scenario.loader import is_model, load_model_file

    collector = Collector()
    if is_file(path) and is_model(os.fspath(path)):
        model = load_model_file(os.fspath(path), collector=collector, judged=True)
        refuse_collisions(check_model_alone(model, collector), model)
        return collector.warnings, ""
    loaded = load_source(path, base, collector, files)
    scenario = loaded.judged()
    read = collector.errors
    found, plan = _checked(scenario, collector, {})
    known = dimensions(plan) if plan is not None else {}
    plans = {"": plan}
    for name in loaded.known:
        begun = len(collector.found)
        varied = loaded.judged(name)
        told, plans[name] = _checked(varied, Collector([*read, *collector.found[begun:]]), known)
        # What is wrong in the scenario itself is told once, in whatever words it comes back.
        places = {(one.code, one.span) for one in found if one.severity == "error"}
        own = (one for one in told if one.severity == "error" and (one.code, one.span) not in places)
        found += [replace(one, variant=name) for one in own]
        found += warned_only_in(name, told, found)
    complete = {name: plan for name, plan in plans.items() if plan is not None}
    if len(complete) == len(plans):
        try:
            refuse_unlike_structures(scenario, complete)
            refuse_unreadable_lines(scenario, complete)
        except WellbevaError as error:
            found += error.diagnostics
    if any(one.severity == "error" for one in found):
        raise WellbevaError(grouped(found), "" if len(complete) == len(plans) else "the base case")
    return grouped(found), loaded.area.whose


def _checked(
    scenario: Scenario, collector: Collector, known: Mapping[str, int]
) -> tuple[list[Diagnostic], Plan | None]:
    """Compile a scenario and work out its base case; return all that is said, and the plan if there is one."""
    from wellbeva.compiler.compile import compile_scenario
    from wellbeva.results.variables import refuse_collisions

    try:
        compiled = compile_scenario(scenario, known=known or None, collector=collector)
    except WellbevaError as error:
        return list(error.diagnostics), None
    said = list(compiled.record.warnings)
    try:
        refuse_collisions(compiled.plan, scenario.model)
    except WellbevaError as error:
        # No results can be laid out, so that published lines cannot be looked up in them.
        return [*said, *error.diagnostics], None
    try:
        said += base_case_doubts(compiled)
    except WellbevaError as error:
        said += error.diagnostics
    return said, compiled.plan


def all_warnings(compiled: CompiledScenario, *, keep: bool = True) -> tuple[Diagnostic, ...]:
    """Return what the compiler warns of and what is doubted in the base case, each once.

    Parameters
    ----------
    compiled : CompiledScenario
    keep : bool
        As `base_case_doubts`.
    """
    return tuple(dict.fromkeys((*compiled.record.warnings, *base_case_doubts(compiled, keep=keep))))


def warned_only_in(variant: str, said: Sequence[Diagnostic], known: Collection[Diagnostic]) -> list[Diagnostic]:
    """Return the warnings that a variant has and the scenario itself has not.

    Parameters
    ----------
    variant : str
    said : sequence of Diagnostic
        Of the variant.
    known : collection of Diagnostic
        Of the scenario.
    """
    known = frozenset(known)
    return [replace(one, variant=variant) for one in said if one.severity == "warning" and one not in known]


def refuse_unlike_structures(scenario: Scenario, plans: Mapping[str, Plan]) -> None:
    """Refuse ``structures`` whose results cannot be averaged.

    Parameters
    ----------
    scenario : Scenario
    plans : mapping of variant to Plan
        Of the scenario as written, under the empty name, and of every variant.

    Raises
    ------
    WellbevaError
        ``WB-S384``.
    """
    for name in scenario.structures:
        facts = []
        for plan in (plans[""], plans[name]):
            decision = plan.decision
            compared = f"{', '.join(decision.options)} by {decision.effect_unit}" if decision else "nothing"
            facts.append(f"compares {compared} in {plan.currency} of {plan.price_year}")
        if facts[0] != facts[1]:
            message = f"the structure {name!r} cannot be averaged with the scenario as written"
            said = (f"as written it {facts[0]}", f"{name!r} {facts[1]}")
            remedy = "weigh variants that compare the same options in the same money"
            raise refusal("WB-S384", message, remedy, *said, span=scenario.spans.get("structures"))


def refuse_unreadable_lines(scenario: Scenario, plans: Mapping[str, Plan]) -> None:
    """Refuse ``published`` lines that no run can answer.

    Parameters
    ----------
    scenario : Scenario
    plans : mapping of variant to Plan
        The scenario as written under the empty name, and the variants that lines name.
    """
    if not scenario.published:
        return
    from wellbeva.analysis.published_checks import fail_if_a_line_cannot_be_judged
    from wellbeva.compiler.appraisal.published_amounts import number_reader, rate_reader

    collector = Collector()
    fail_if_a_line_cannot_be_judged(
        scenario.published,
        plans.__getitem__,
        to_number=number_reader(scenario),
        rate=rate_reader(scenario),
        collector=collector,
    )
    collector.stop_if_errors()
