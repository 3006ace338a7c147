"""A living page in Chromium: what a reader does, and what comes of it beside `wellbeva run --set`."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
from pathlib import Path

import pytest

from tests.page.browser import drive
from tests.page.script import javascript
from wellbeva import api
from wellbeva.api.pages import page
from wellbeva.page.front import rules

pytestmark = pytest.mark.thorough

SCENARIOS = Path(__file__).parents[2] / "scenarios"
HOSTILE = "</script><img src=x onerror=alert(1)> =1+1 \u200f\u0632"
"""Marks of HTML, a formula, and a letter from right to left."""
TYPE = """
const knob=(path)=>[...doc.querySelectorAll('.knob')].find((one)=>one.querySelector('.eff')?.dataset.path===path);
const type=async(path,text)=>{const field=knob(path).querySelector('input[type=text]');field.value=text;
field.dispatchEvent(new win.Event('change'));await pause(100);await still();
return knob(path).querySelector('.bad').textContent};
await still();
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a choice between rivals, the label of one of which is hostile."""
    folder = tmp_path_factory.mktemp("page")
    text = (SCENARIOS / "easing-loneliness.yaml").read_text("utf-8")
    known = text.replace("label: Weekly befriending visits", f"label: {json.dumps(HOSTILE)}")
    assert known != text
    (folder / "scenario.yaml").write_text(known, encoding="utf-8")
    (folder / "page.html").write_text(page(folder / "scenario.yaml", base=SCENARIOS), encoding="utf-8")
    return folder / "page.html"


def test_a_move_says_what_the_report_of_its_command_says(made: Path) -> None:
    said = drive(
        made,
        TYPE + "await type('hold.visits','2 years');"
        "const slider=knob('participation_deadweight').querySelector('[type=range]');"
        "for(let i=0;i<200;i++){slider.value=21+i/20;slider.dispatchEvent(new win.Event('input'))}"
        "for(const [path,word] of [['appraisal.discount.wellbeing','0%'],['time.to','35']]){"
        "const choice=knob(path).querySelector('select');choice.value=word;"
        "choice.dispatchEvent(new win.Event('change'))}"
        "await pause(900);await still();"
        "return {answer:$('#s1').textContent,command:$('#command pre').textContent,spoken:$('#spoken').textContent,"
        "numbers:[...doc.querySelectorAll('.first .c-num .big')].map((one)=>one.textContent),"
        "strip:$('#changes').textContent,head:$('#eyebrow').textContent,address:win.location.hash,"
        "cash:$('#cash h3').textContent}",
    )
    words = shlex.split(said["command"])
    sets = [words[at + 1] for at, word in enumerate(words) if word == "--set"]
    assert len(sets) == 4
    run = api.run(made.with_name("scenario.yaml"), draws=16384, overrides=sets, base=SCENARIOS)
    assert said["answer"] == said["spoken"] == run.answer
    shown = run.report()
    assert all(number in shown for number in said["numbers"])
    assert said["cash"].startswith("The largest bill")
    assert said["cash"] in shown
    assert "4 inputs differ" in said["strip"]
    assert "2026 to 2028" in said["head"]
    again = drive(made, "await still();return $('#s1').textContent", fragment=said["address"][1:])
    assert again == said["answer"]


def test_a_page_with_settings_prints_them(tmp_path: Path) -> None:
    """In the command, in the variant that is copied, and in the runs of variants that it has not."""
    scenario, file = SCENARIOS / "easing-loneliness.yaml", tmp_path / "page.html"
    file.write_text(page(scenario, overrides=["take_up.visits=30%"], seed=2), encoding="utf-8")
    answer, command, copied, new_run = drive(
        file,
        "await still();const command=$('#command pre').textContent;$('#yaml').click();await pause(100);"
        "return [$('#s1').textContent,command,$('.acts textarea').value,$('details li code').textContent]",
        fragment="take_up.visits=x0.9",
    )
    words = shlex.split(command)
    sets = [words[at + 1] for at, word in enumerate(words) if word == "--set"]
    assert words[words.index("--seed") + 1] == "2"
    assert shlex.split(new_run)[-1] == "take_up.visits=30%"
    assert api.run(scenario, draws=16384, seed=2, overrides=sets).answer == answer
    moved = copied.rpartition("variants:\n")[2]
    written = scenario.read_text("utf-8").replace("\nvariants:\n", f"\nvariants:\n{moved}", 1)
    same = (
        api.load(scenario, overrides=sets).plan.parameter("take_up"),
        api.load(written, variant="moved", base=SCENARIOS).plan.parameter("take_up"),
    )
    assert same[0].values.tolist() == same[1].values.tolist()


@pytest.mark.parametrize(
    "fragment",
    [
        "rise=3&rise.activities=4&take_up.visits=x0.9&@value=20000&appraisal.discount.wellbeing=:0%25&time.to=:23",
        "@variant=cautious&take_up.visits=x0.9&@without=phone",
    ],
)
def test_what_is_copied_as_a_variant_runs_to_the_answer_of_the_page(made: Path, fragment: str) -> None:
    """A path that begins another, a number by two axes of which one is named, a horizon, a variant, an option less."""
    answer, copied, net = drive(
        made,
        "await still();$('#yaml').click();await pause(100);return [$('#s1').textContent,$('.acts textarea').value,"
        "$('.first .c-num .big').textContent]",
        fragment=fragment,
    )
    scenario = made.with_name("copied.yaml")
    moved = copied.rpartition("variants:\n")[2]
    text = made.with_name("scenario.yaml").read_text("utf-8").replace("\nvariants:\n", f"\nvariants:\n{moved}", 1)
    scenario.write_text(text, encoding="utf-8")
    run = api.run(scenario, draws=16384, variant="moved", base=SCENARIOS)
    assert run.answer == answer
    assert net in run.report()


def test_r235_a_reader_meets_what_the_scenario_names(made: Path) -> None:
    groups, ends, moved = drive(
        made,
        TYPE + "const slider=knob('hold.phone').querySelector('[type=range]');const other=$('#comparator');"
        "other.value='phone';other.dispatchEvent(new win.Event('change'));await pause(100);await still();"
        "return [[...doc.querySelectorAll('#first legend')].map((one)=>one.textContent),[slider.min,slider.max],"
        "[...doc.querySelectorAll('details.knob input')].map((one)=>one.disabled)]",
    )
    assert groups == [
        "Who takes part", "How long a gain holds", "How far studies are trusted", "Money", "Value and choice",
    ]  # fmt: skip
    assert ends == ["0", "24"]
    assert moved == [False, True, False]  # what is compared with stays


def test_the_value_of_a_wellby_has_a_slider_a_field_and_a_way_back(made: Path) -> None:
    told, command, moved, wrong, back = drive(
        made,
        "await still();const told=$('#changed').textContent;"
        "const slider=doc.querySelector('.knob:has(#value) [type=range]');"
        "slider.value=18083.5;slider.dispatchEvent(new win.Event('input'));await pause(900);await still();"
        "const command=$('#command pre').textContent,moved=$('#changes').textContent,wrong=[];"
        "for(const text of ['€20,000','1e4','£5,000','£1£5']){$('#value').value=text;"
        "$('#value').dispatchEvent(new win.Event('change'));await pause(100);await still();"
        "wrong.push(doc.querySelector('.knob:has(#value) .bad').textContent)}"
        "doc.querySelector('.knob:has(#value) .lnk').click();await pause(900);await still();"
        "return [told,command,moved,wrong,[$('#changed').textContent,$('#value').value,win.location.hash]]",
    )
    assert told == "Nothing differs from the saved scenario"
    assert command.endswith("--set wellby_value.central=£18100")
    assert re.search(r"1 input differs.*£15k → £18k moves .* less a link worker by £7.1k", moved)
    assert all(one.endswith("Nothing was changed.") for one in wrong)
    assert back == ["Nothing differs from the saved scenario", "£15,253", ""]


def test_over_a_slider_the_middle_half_is_thick(tmp_path: Path) -> None:
    """The slider goes from 30% to 100%; of 40% to 80%, all as likely, the middle half is 50% to 70%."""
    scenario, file = SCENARIOS / "easing-loneliness.yaml", tmp_path / "page.html"
    flat = "take_up.visits={uniform: {min: 40%, max: 80%}}"
    file.write_text(page(scenario, overrides=[flat]), encoding="utf-8")
    found = drive(
        file,
        TYPE + "return ['thick','thin','was'].map((one)=>['x1','x2'].map((end)=>"
        "parseFloat(knob('take_up.visits').querySelector('line.'+one).getAttribute(end))))",
    )
    assert found == [
        pytest.approx([100 * (x - 30) / 70 for x in ends], abs=0.02) for ends in ([50, 70], [42, 78], [60, 60])
    ]


def test_r233_what_is_wrong_is_said_beside_its_field_and_changes_nothing(made: Path) -> None:
    wrong = ("lots", "55", "£3", "1e999", "-5%", "<b>", "")
    said = drive(
        made,
        TYPE + f"const before=$('#s1').textContent,told=[];for(const text of {json.dumps(wrong)})"
        "told.push(await type('publication_bias',text));"
        "return [told,$('#s1').textContent===before,$('#back').hidden]",
    )
    assert said[1:] == [True, True]
    assert all(one.endswith("Nothing was changed.") for one in said[0])


def test_a_sum_below_nothing_is_read_and_written_with_its_minus_first(made: Path) -> None:
    typed, shown, command = drive(
        made,
        TYPE + "$('#all').open=true;await until(()=>knob('cost_once.visits.charity'));"
        "const typed=await type('cost_once.visits.charity','-£6,000');"
        "const field=knob('cost_once.visits.charity').querySelector('input[type=text]'),shown=field.value;"
        "return [typed,shown,$('#command pre').textContent]",
    )
    words = shlex.split(command)
    (saved,) = (words[at + 1] for at, word in enumerate(words) if word == "--set")
    known = api.load(made.with_name("scenario.yaml"), overrides=[saved], base=SCENARIOS)
    (cell,) = (one for one in known.record.inputs if one.path == "cost_once.visits.charity")
    assert (typed, shown, cell.base) == ("", "−£6,000", -6000)


def test_put_back_leaves_a_reader_by_keyboard_at_the_input(made: Path) -> None:
    asked = (
        "await still();const at=[];for(const path of ['take_up.visits','time.to','@value']){"
        "const knob=$(`.knob:has(.eff[data-path='${path}'])`);knob.querySelector('.lnk').click();await pause(300);"
        "at.push(knob.contains(doc.activeElement)&&doc.activeElement.type)}return [at,$('#back').hidden]"
    )
    found = drive(made, asked, fragment="take_up.visits=x0.9&time.to=:23&@value=20000")
    assert found == [["range", "select-one", "range"], True]


def test_what_is_refused_is_said_once_and_at_the_field_that_was_moved(made: Path) -> None:
    """A link that is refused whole was said beside the value of a WELLBY, and a value twice."""
    asked = (
        "await pause(300);await still();return [$('#working').textContent,"
        "doc.querySelector('.knob:has(#value) .bad').textContent,"
        "doc.querySelectorAll('[aria-invalid=true]').length,$('#value').value]"
    )
    link = drive(made, "await still();" + asked, fragment="cost_once.visits.charity=1e300")
    assert link == ["A result is not a finite number. Nothing was changed.", "", 0, "£15,253"]
    typed = "await still();$('#value').value='5000';$('#value').dispatchEvent(new win.Event('change'));"
    working, beside, invalid, kept = drive(made, typed + asked)
    assert (working, invalid, kept) == ("", 1, "5000")
    assert beside.startswith("Value of one WELLBY: £1,000 to £5,000 is what a WELLBY costs elsewhere")


def test_r234_a_hostile_address_is_left_out_and_said(made: Path) -> None:
    fragments = (
        "effect.nobody=1&hold.visits=abc", "hold.visits=x", "%E0%A4%A=1", "a=b=c", "@without=<script>",
        "hold.visits=1e999", "hold.visits=:<b>", "__proto__=1&constructor=2", "@variant=__proto__", "@value=-1",
        "@comparator=nobody", "time.to=:24", "@since=version 9", "x" * 5000 + "=1",
    )  # fmt: skip
    said = drive(
        made,
        f"await still();const told=[];for(const fragment of {json.dumps(fragments)}){{win.location.hash=fragment;"
        "await pause(100);await still();told.push([$('#back').hidden,$('#address').textContent])}return told",
        fragment="hold.visits=x1.5",
    )
    assert [hidden for hidden, _ in said] == [True] * len(fragments)
    assert all(text.startswith("Not understood in the address") for _, text in said), said


LARGE = ("1e+21", "123456789012345680", "1.23456789e-110", "0.0000012345678901234567")
"""Numbers as JavaScript writes them: whatever an address is given, it takes back."""


def test_r234_what_an_address_is_given_it_takes_back(tmp_path: Path) -> None:
    known = "{inputs:[{path:'a',kind:'number',fixes:true,moves:true}],options:[],variants:[],perspectives:{}}"
    told = javascript(
        f"{rules.text('address.js')};give([{','.join(LARGE)}].map((x)=>['fixed','times'].map((how)=>"
        f"address.state(address.text({{changes:{{a:{{[how]:x}}}}}}),{known}).state.changes.a?.[how]??null)))",
        tmp_path,
    )
    assert told == [[float(text)] * 2 for text in LARGE]


def test_r234_changes_that_no_link_can_hold_are_said_and_not_written(made: Path) -> None:
    """No part of them is: that would be another state. Here a link holds 30 characters, rather than 4,096."""
    text, scripts = made.read_text("utf-8"), re.compile("<script>(.*?)</script>", re.DOTALL)
    assert text.count("most: 4096,") == 1
    short = text.replace("most: 4096,", "most: 30,")
    for before, after in zip(scripts.findall(text), scripts.findall(short), strict=True):
        digests = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in (before, after))
        short = short.replace(*digests)
    file = made.with_name("short.html")
    file.write_text(short, encoding="utf-8")
    told = drive(
        file,
        TYPE + "const seen=[],look=async()=>{await pause(500);seen.push([$('#changed').textContent.slice(0,2),"
        "win.location.hash,$('#full').textContent,Boolean($('.acts textarea'))])};"
        "await type('take_up.visits','41%');await look();"
        "await type('hold.visits','2 years');$('#link').click();await look();"
        "knob('hold.visits').querySelector('.lnk').click();await look();return seen",
    )
    full = "No link can hold so many changes: this page as you have moved it is lost when it is closed. "
    assert told == [
        ["1 ", "#take_up.visits=x0.585714", "", False],
        ["2 ", "", f"{full}Copy it as a scenario.", False],
        ["1 ", "#take_up.visits=x0.585714", "", False],
    ]


@pytest.mark.parametrize(
    ("fragment", "said"),
    [
        ("take_up.visits=130", f"Share of those offered who start, {HOSTILE} (the model allows 0% to 100%)"),
        ("publication_bias=x9", "What is left after correcting for unpublished nulls (the model allows 0% to 100%)"),
        ("@without=visits,phone,activities", "one option stays to be compared"),
        (
            "@value=5000",
            (
                "Value of one WELLBY (£1,000 to £5,000 is what a WELLBY costs elsewhere in the public sector, "
                "not what one is worth; the value must be below that or above it)"
            ),
        ),
    ],
)
def test_r234_of_a_link_what_is_not_allowed_is_left_out_and_all_else_stays(
    made: Path, fragment: str, said: str
) -> None:
    asked = "await still();await pause(500);const said=$('[role=status]#address').textContent;"
    asked += "return [$('#s1').textContent,win.location.hash,said]"
    known = drive(made, asked, fragment="hold.visits=x0.9")
    told = drive(made, asked, fragment=f"{fragment}&hold.visits=x0.9&nobody=1")
    left_out = f"Not understood in the address, and left out: nobody=1. Not allowed, and left out: {said}."
    assert (known, told) == ([known[0], "#hold.visits=x0.9", ""], [*known[:2], left_out])


def test_a_minus_stays_with_its_number(made: Path) -> None:
    """Wherever a line of the strip ends; beside its knob it follows the words without a gap."""
    lines, gap = drive(
        made,
        "await still();await until(()=>$('#changes').textContent.includes('\\u2212'));const lines=[];"
        "const item=$('#changes ul'),walk=doc.createTreeWalker(item,4);let text;"
        "while((text=walk.nextNode())&&!text.data.includes('\\u2212'));"
        "const at=text.data.indexOf('\\u2212'),range=doc.createRange();range.setStart(text,at);range.setEnd(text,at+4);"
        "item.style.display='block';"
        "for(let width=60;width<400;width++){item.style.width=`${width}px`;"
        "lines.push(new Set([...range.getClientRects()].map((one)=>one.top)).size)}"
        "const told=$('.knob.moved .eff'),[words,number]=told.childNodes;told.style.width='600px';"
        "range.selectNodeContents(words);"
        "return [[...new Set(lines)],number.getBoundingClientRect().left-range.getBoundingClientRect().right]",
        fragment="take_up.visits=x1.1&publication_bias=x0.9",
    )
    assert lines == [1]
    assert gap == pytest.approx(0, abs=0.1)


def test_nothing_of_a_scenario_is_executed(made: Path) -> None:
    text = made.read_text("utf-8")
    assert "<img" not in text
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none'; script-src 'wasm-unsafe-eval' 'sha256-")
    assert "unsafe-inline'" not in policy[1].split("style-src")[0]
    said = drive(
        made, "await still();return [doc.querySelectorAll('img').length,doc.body.textContent.includes('onerror')]"
    )
    assert said == [0, True]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_sticks_out(made: Path, width: int) -> None:
    scroll, room = drive(
        made,
        "await still();$('#all').open=true;await pause(300);"
        "return [doc.documentElement.scrollWidth,doc.documentElement.clientWidth]",
        width=width,
    )
    assert scroll <= room


def test_without_a_script_it_is_page_one_of_the_report(made: Path) -> None:
    text = made.read_text("utf-8")
    before = text[: text.index('<script type="application/json"')]
    assert "Too close to call" in before
    assert "<table" in before


@pytest.mark.thorough
def test_a_sum_of_another_price_year_says_both() -> None:
    assert "in 2023 prices; above in 2019 prices" in page(SCENARIOS / "easing-loneliness-trials.yaml")


def test_another_comparator_and_options_left_out_are_said_beside_the_command_and_in_the_copy(tmp_path: Path) -> None:
    scenario, file = SCENARIOS / "easing-loneliness.yaml", tmp_path / "page.html"
    file.write_text(page(scenario), encoding="utf-8")
    numbers, command, copied = drive(
        file,
        "await still();const command=$('#command pre').textContent;$('#yaml').click();await pause(100);"
        "const numbers=[...doc.querySelectorAll('.first .c-num .big')].map((one)=>one.textContent);"
        "return [numbers,command,$('.acts textarea').value]",
        fragment="@comparator=phone&@without=activities&take_up.visits=x0.9",
    )
    assert command.splitlines()[-1] == "# what no --set says: comparator: phone; options without activities"
    assert "# and at its top, in place of the one that stands there: comparator: phone\n" in copied
    moved = copied.rpartition("variants:\n")[2]
    text = scenario.read_text("utf-8").replace("\nvariants:\n", f"\nvariants:\n{moved}", 1)
    text = text.replace("comparator: nothing", "comparator: phone")
    shown = api.run(text, draws=16384, variant="moved", base=SCENARIOS).report()
    assert len(numbers) > 1
    assert all(number in shown for number in numbers)


def test_r232_a_typed_effect_has_no_study_and_a_moved_one_keeps_its_own(tmp_path: Path) -> None:
    """Grades and daggers are those of the run's report: the typed effect of parkrun was compared with nobody's."""
    scenario, file = SCENARIOS / "uk-community-offers.yaml", tmp_path / "page.html"
    file.write_text(page(scenario), encoding="utf-8")
    shown = "await still();const text=$('.first table').textContent;"
    shown += "return [$('#s1').textContent,text.match(/evidence (?:strong|promising|initial|assumed)/g).sort()]"
    answer, grades = drive(file, shown, fragment="effect.parkrun=0.41&effect.football=x0.9")
    sets = ["effect.parkrun=0.41", "effect.football=as written × 0.9"]
    run = api.run(scenario, draws=16384, overrides=sets)
    assert answer == run.answer
    assert grades == sorted(f"evidence {one.evidence or 'assumed'}" for one in run.facts.real)
    assert "two of the four were tested" in answer


@pytest.mark.parametrize("name", ["easing-loneliness", "uk-community-offers"])
def test_every_link_within_the_page_has_its_place_there(name: str) -> None:
    """Points that page one leaves out were linked to tables that the report alone has."""
    text = page(SCENARIOS / f"{name}.yaml")
    assert "more, in the report" in text
    assert {*re.findall('href="#([^"]+)"', text)} <= {*re.findall(' id="([^"]+)"', text)}
