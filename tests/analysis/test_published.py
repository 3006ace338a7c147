"""Published lines against the two offers."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from wellbeva import api
from wellbeva.analysis.published_checks import judge, needs_every_draw
from wellbeva.analysis.tables.break_even import with_break_even
from wellbeva.core.spans import Located
from wellbeva.results.dataset import build
from wellbeva.scenario.spec import Published
from wellbeva.scenario.text.paths import DottedPath
from wellbeva.scenario.value import Amount


def amount(text):
    currency = {"£": "GBP", "$": "USD"}.get(text[0], "")
    number, _, unit = text.lstrip("£$").partition(" ")
    return Amount(Fraction(number), unit, currency=currency)


def line(path, value=None, within=None, *, label="", at=None, over="", argument=None, variant=""):
    made = {
        name: None if text is None else amount(text)
        for name, text in (("value", value), ("within", within), ("at", at), ("argument", argument))
    }
    written = Located.bare(path, "s.yaml")
    return Published(
        asked=path, path=DottedPath.read(written), variant=variant, over=over, label=label, written=written, **made
    )


def to_number(given, unit):
    """Months to years; money and bare numbers as they are."""
    if given.unit == "months":
        if unit != "year":
            raise ValueError(f"months do not fit {unit}")
        return float(given.number) / 12
    if given.currency and given.currency not in unit:
        raise ValueError(f"{given.currency} does not fit {unit}")
    return float(given.number)


@pytest.fixture(scope="module")
def dataset(small, rivals):
    found = with_break_even(rivals, small.small_plan())
    found["break_even_held"].attrs["unit"] = "year"
    return found


def no_rate(ours, theirs):
    raise ValueError(f"no rate between {ours} and {theirs}")


@pytest.fixture
def verdict(dataset, small):
    plan = small.small_plan()

    def one(*args, rate=no_rate, data=dataset, **kwargs):
        (found,) = judge([line(*args, **kwargs)], lambda variant: (data, plan), to_number=to_number, rate=rate)
        return found

    return one


@pytest.mark.parametrize(
    ("path", "value", "within"),
    [
        ("wellbys.visits", "20", None),
        ("npsv.visits.central", "£120000", "£1"),
        ("npsv.central.visits", "£120000", "£1"),
        ("cost_per_wellby.calls", "£36000", "£0.5"),
        ("decision.inc_cost.visits", "£200000", None),
        ("decision.inc_effect.visits", "20", None),
        ("decision.icer.visits", "£10000", "£0.5"),
        ("decision.inc_cost.calls", "£180000", None),
        ("decision.cost.calls", "£180000", None),
        ("decision.net_benefit.high.visits", "£200000", None),
        ("break_even.held.visits.central", "3.75 months", "0.01"),
    ],
)
def test_base_case_by_hand(verdict, path, value, within):
    found = verdict(path, value, within)
    assert (found.outcome, found.reason) == ("met", "")
    assert found.mcse == 0
    doubled = f"{value[0] if value[0] in '£$' else ''}{2 * float(value.lstrip('£').split()[0])}"
    assert verdict(path, doubled + value[len(value.split()[0]) :], within).outcome == "missed"


def test_tolerance_includes_its_edge(verdict):
    assert verdict("wellbys.visits", "20.1", "0.1").outcome == "met"
    assert verdict("wellbys.visits", "20.1", "0.0999").outcome == "missed"


@pytest.mark.parametrize(
    ("path", "label", "at"),
    [
        ("decision.status.calls", "extendedly dominated", None),
        ("decision.status.calls", "extendedly_dominated", None),
        ("decision.best", "visits", None),
        ("decision.best", "nothing", "£9999"),
        ("decision.best", "visits", "£10001"),
    ],
)
def test_labels(verdict, path, label, at):
    assert verdict(path, label=label, at=at).outcome == "met"
    other = "tied" if "status" in path else "calls"
    assert verdict(path, label=other, at=at).outcome == "missed"


def test_a_bare_tolerance_has_the_unit_of_its_value(verdict):
    # 3.75 months: 0.15 away is more than 0.1 months, and less than 0.1 years
    assert verdict("break_even.held.visits.central", "3.9 months", "0.1").outcome == "missed"
    assert verdict("break_even.held.visits.central", "3.9 months", "0.2").outcome == "met"


def test_increments_are_against_the_option_before_on_the_frontier(small, verdict):
    case = small.small_case(price=np.asarray([2000.0, 300.0]))
    data = build(case.plan, case.result)
    # calls: 30,000 for 5; visits: 170,000 more for 15 more
    assert verdict("decision.icer.calls", "£6000", "£0.01", data=data).outcome == "met"
    assert verdict("decision.icer.visits", "£11333.33", "£0.01", data=data).outcome == "met"
    average = verdict("decision.icer.visits", "£11333.33", "£900", data=data, over="on average")
    errors = data["decision_effect"].sel(statistic="mcse").values
    gained = data["decision_effect"].sel(statistic="mean").values
    more = gained[0] - gained[1]
    assert average.mcse == pytest.approx(170_000 / more * (errors[0] + errors[1]) / more)


def test_status_of_an_offer_is_that_of_the_table(offers, verdict):
    assert verdict("decision.status.calls", label="does_not_repay_its_cost", data=offers).outcome == "met"
    assert verdict("decision.status.visits", label="does_not_repay_its_cost", data=offers).outcome == "missed"


def test_on_average_is_judged_once_three_errors_fit(dataset, verdict):
    mean, mcse = (dataset["wellbys"].sel(statistic=one, option="visits").item() for one in ("mean", "mcse"))
    close = verdict("wellbys.visits", f"{mean:.9f}", f"{3.01 * mcse:.9f}", over="on average")
    assert (close.outcome, close.mcse) == ("met", mcse)
    loose = verdict("wellbys.visits", f"{mean:.9f}", f"{2.99 * mcse:.9f}", over="on average")
    assert loose.outcome == "undecided"
    # twice (3 / 2.99)^2 of 8,192 draws, up to the next 8,192
    assert loose.reason.endswith("24,576 draws would do: --draws 24576")
    assert (
        verdict("wellbys.visits", f"{mean + 4 * mcse:.9f}", f"{3.5 * mcse:.9f}", over="on average").outcome == "missed"
    )


def test_over_draws(small, dataset, verdict):
    case = small.small_case()
    npsv = 50 * case.effects[..., 0] * 16_000 - 200_000
    path = "npsv.visits.central"
    sd = verdict(path, f"£{npsv.std(ddof=1):.6f}", "£9000", over="sd of draws")
    assert (sd.outcome, sd.ours) == ("met", pytest.approx(npsv.std(ddof=1)))
    # of a normal sample: sd / sqrt(2 N); 16 rows know it within a factor of 0.48 to 1.59 (0.1% and 99.9% of chi, 15)
    assert 0.48 < sd.mcse / (npsv.std() / np.sqrt(2 * npsv.size)) < 1.59
    low = verdict(path, f"£{np.quantile(npsv, 0.05):.6f}", "£20000", over="quantile", argument="0.05")
    assert (low.outcome, low.ours) == ("met", pytest.approx(np.quantile(npsv, 0.05)))
    odd = verdict(path, f"£{np.quantile(npsv, 0.07):.6f}", "£20000", over="quantile", argument="0.07")
    assert odd.outcome == "met"
    share = verdict(path, f"{(npsv > 50_000).mean():.6f}", "0.05", over="share", argument="£50000")
    assert (share.outcome, share.unit) == ("met", "share")
    assert share.ours == (npsv > 50_000).mean()


def test_net_benefit_over_draws_is_that_of_effect_and_cost(small, verdict):
    case = small.small_case()
    effect = 50 * case.effects[..., 0]
    for level, value in zip(("low", "central", "high"), small.VALUES, strict=True):
        net = effect * value - 200_000
        found = verdict(f"decision.net_benefit.{level}.visits", "1", "0.9", over="share", argument="£50000")
        assert found.ours == pytest.approx((net > 50_000).mean(), abs=1e-12)


def test_over_draws_without_kept_draws(small, verdict):
    case = small.small_case(keep=False)
    data = build(case.plan, case.result)
    npsv = 50 * case.effects[..., 0] * 16_000 - 200_000
    path = "npsv.visits.central"
    low = verdict(path, f"£{np.quantile(npsv, 0.05):.6f}", "£20000", over="quantile", argument="0.05", data=data)
    assert low.outcome == "met"
    # density of a normal at its 5% point is 0.1031 / sd; finite differences are coarse there
    assert low.mcse == pytest.approx(np.sqrt(0.05 * 0.95 / 8192) * npsv.std() / 0.1031, rel=0.5)
    sd = verdict(path, f"£{npsv.std(ddof=1):.6f}", "£9000", over="sd of draws", data=data)
    assert sd.outcome == "met"
    for over, argument in (("share", "£50000"), ("quantile", "0.07")):
        found = verdict(path, "1", "0.5", over=over, argument=argument, data=data)
        assert (found.outcome, "--keep-draws" in found.reason) == ("unreadable", True)


def test_a_line_that_asks_for_too_much_says_so(dataset, verdict):
    for within in ("0.0000001", "0"):
        found = verdict("wellbys.visits", "20", within, over="on average")
        assert found.outcome == "undecided"
        assert found.reason.endswith("more draws than anybody runs would be needed")


def test_an_error_that_nobody_knows_decides_nothing(dataset, verdict):
    data = dataset.copy(deep=True)
    data["wellbys"].loc[{"statistic": "mcse"}] = np.nan
    found = verdict("wellbys.visits", "20", "9", over="on average", data=data)
    assert found.outcome == "undecided"


def test_supplied_draws_are_judged_as_they_stand(dataset, verdict):
    mean = dataset["wellbys"].sel(statistic="mean", option="visits").item()
    data = dataset.copy()
    data.attrs["design"] = "supplied"
    found = verdict("wellbys.visits", f"{mean:.9f}", "0.000001", over="on average", data=data)
    assert (found.outcome, found.mcse) == ("met", 0)
    assert verdict("wellbys.visits", f"{mean:.9f}", "0.000001", over="on average").outcome == "undecided"


def test_the_best_on_average_is_judged_once_its_lead_is_three_errors(dataset, verdict):
    effect, cost = (dataset[f"decision_{one}"].sel(statistic="mean").values for one in ("effect", "cost"))
    # at this value of a WELLBY visits just pay, so that they lead doing nothing by a fraction of the error
    level = cost[0] / effect[0]
    even = verdict("decision.best", label="visits", at=f"£{level * 1.000001:.6f}", over="on average")
    assert (even.outcome, even.ours) == ("undecided", "visits")
    assert "are not below its lead over the next" in even.reason
    clear = verdict("decision.best", label="visits", at=f"£{2 * level:.6f}", over="on average")
    assert (clear.outcome, clear.ours) == ("met", "visits")
    # the error is that of the difference in each draw: nothing has no effect and no cost
    kept = dataset["draws_decision_effect"].values[:, 0]
    rows = (2 * level * kept - cost[0]).reshape(16, -1).mean(axis=1)
    assert clear.mcse == pytest.approx(rows.std(ddof=1) / 4)


def test_evpi_at_a_threshold_and_between(dataset, verdict):
    at = dataset["evpi"].sel(threshold=16_000).item()
    assert verdict("decision.evpi", f"£{at:.6f}", "£2000", at="£16000").outcome == "met"
    between = verdict("decision.evpi", f"£{at:.6f}", "£20", at="£15999")
    assert between.ours == pytest.approx(at, rel=0.01)
    assert between.ours != at


@pytest.mark.parametrize("at", ["£16000", "£15999"])
def test_rivals_at_a_value_of_the_effect_as_every_draw_has_it(dataset, verdict, at):
    """At a threshold of the run it is what the run counted, between two of them what its draws give."""
    value = float(at[1:])
    benefit = value * dataset["draws_decision_effect"] - dataset["draws_decision_cost"]
    best = (benefit == benefit.max("decision_option")).transpose("draw", "decision_option").values
    share = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    lost = (benefit.max("decision_option") - benefit).mean("draw")
    for index, option in enumerate(dataset["decision_option"].values):
        chance = verdict(f"decision.prob_best.{option}", "0.5", "0.5", at=at)
        assert (chance.unit, chance.ours) == ("share", pytest.approx(share[index]))
        loss = verdict(f"decision.expected_loss.{option}", "£1", "£1", at=at)
        assert loss.ours == pytest.approx(float(lost[index]))
        average = verdict(f"decision.net_benefit.{option}", "£1", "£1", at=at, over="on average")
        assert average.ours == pytest.approx(float(benefit[..., index].mean()), abs=1e-6)
    rows = benefit.sel(decision_option="visits").values.reshape(16, -1).mean(axis=1)
    gain = verdict("decision.net_benefit.visits", "£1", "£1", at=at, over="on average")
    assert gain.mcse == pytest.approx(rows.std(ddof=1) / 4)


def test_icer_on_average_has_the_larger_error(dataset, verdict):
    found = verdict("decision.icer.visits", "£10000", "£2000", over="on average")
    mean = dataset["decision_effect"].sel(statistic="mean", decision_option="visits").item()
    assert found.ours == pytest.approx(200_000 / mean)
    error = dataset["cost_per_wellby"].sel(statistic="mcse", option="visits").item()
    assert found.mcse == pytest.approx(error, rel=0.02)


def test_another_currency_needs_a_rate(verdict):
    assert "no rate" in verdict("cost_per_wellby.visits", "$12500", "$1").reason
    found = verdict("cost_per_wellby.visits", "$12500", "$1", rate=lambda ours, theirs: 1.25)
    assert (found.outcome, found.ours, found.unit) == ("met", pytest.approx(12_500), "USD/WELLBY")


@pytest.mark.parametrize(
    ("path", "value", "label", "reason"),
    [
        ("wellbies.visits", "1", "", "'wellbies' is not an outcome of the model; did you mean 'wellbys'?"),
        ("wellbys.visit", "1", "", "'visit' in 'wellbys.visit' is not a label of this output; did you mean 'visits'?"),
        ("npsv.visits", "1", "", "'npsv.visits' does not say which level is meant"),
        ("decision.iser.visits", "1", "", "decision.iser is not known; did you mean 'icer'?"),
        ("decision.icer", "1", "", "'decision.icer' must end in one option: visits, calls, nothing"),
        ("break_even.hold.central", "1", "", "the model asks for no break-even of 'hold'; did you mean 'held'?"),
        ("wellbys.visits", None, "calls", "wellbys.visits is a number, and the line gives the label 'calls'"),
        ("decision.best", "3", "", "decision.best is a label, 'visits', and the line gives a number"),
        ("wellbys.visits", "3 months", "", "months do not fit WELLBY"),
        ("decision", "3", "", "decision needs a word after it: best, icer, evpi …"),
        ("break_even", "3", "", "break_even needs the name of a parameter after it"),
        ("decision.evpi", "3", "", "decision.evpi needs the value of one unit of effect: at £20000"),
        ("decision.prob_best.visits", "3", "", "decision.prob_best needs the value of one unit of effect: at £20000"),
    ],
)
def test_lines_that_cannot_be_read_say_why(verdict, path, value, label, reason):
    found = verdict(path, value, label=label)
    assert (found.outcome, found.reason) == ("unreadable", reason)


def test_an_axis_with_one_label_is_filled_in(small):
    case = small.small_case()
    axes = dict(case.plan.axes)
    data = build(case.plan, case.result).isel(option=[0])
    (found,) = judge([line("wellbys", "20")], lambda variant: (data, case.plan), to_number=to_number, rate=no_rate)
    assert found.outcome == "met"
    assert len(axes["option"]) == 2


def test_each_variant_is_run_once(dataset, small):
    asked, plan = [], small.small_plan()

    def evaluate(variant):
        asked.append(variant)
        return dataset, plan

    lines = [
        line("wellbys.visits", "20"),
        line("wellbys.visits", "20", variant="a"),
        line("cost.visits", "1", variant="a"),
    ]
    found = judge(lines, evaluate, to_number=to_number, rate=no_rate)
    assert asked == ["", "a"]
    assert [one.outcome for one in found] == ["met", "met", "missed"]


def test_no_value_is_a_miss_with_its_reason(small, dataset):
    case = small.small_case(effect=np.asarray([0.4, 0.0]))
    result = replace(case.result)
    data = with_break_even(build(case.plan, result), case.plan)
    lines = [line("break_even.held.calls.central", "1", "0.5")]
    (found,) = judge(lines, lambda variant: (data, case.plan), to_number=to_number, rate=no_rate)
    assert (found.outcome, found.reason) == ("missed", "break_even.held.calls.central has no value here")


@pytest.mark.parametrize(
    ("over", "argument", "needed"),
    [
        ("", "", False),
        ("on average", "", False),
        ("sd of draws", "", False),
        ("quantile", "0.05", False),
        ("quantile", "0.07", True),
        ("share", "£0", True),
        ("draw by draw", "", True),
    ],
)
def test_every_draw_is_kept_only_where_a_line_cannot_do_without(over, argument, needed):
    asked = line("wellbys.visits", "1", "1", over=over, argument=argument or None, variant="a")
    assert needs_every_draw([asked], "a") == needed
    assert not needs_every_draw([asked], "")


def test_a_status_is_that_of_decision_csv_where_somebody_wrote_no_pounds(tmp_path):
    """£0 that stands in the file is a cost; the default of a model is none."""
    (tmp_path / "s.yaml").write_text(
        "schema: wellbeva/scenario/1\nscenario: Free\nmodel: cost_per_wellby\nappraisal: green-book-2026\n"
        "choose: several\ncomparator: nothing\noptions:\n"
        '  walks: {label: Walks, effect: "0.3 (se 0.05) [assumed]", cost_each: "£0 [assumed]"}\n'
        '  talks: {label: Talks, effect: "0.2 (se 0.05) [assumed]"}\n'
        "published:\n  - decision.status.walks on average = not valued\n"
        "  - decision.status.talks on average = no cost given\n"
    )
    table = api.run(tmp_path / "s.yaml", draws=8192).tables["decision"].set_index("option")
    assert dict(table["status"]) == {"walks": "not valued", "talks": "no cost given"}
    assert [one.verdict for one in api.test(tmp_path / "s.yaml", draws=8192)] == ["met", "met"]
