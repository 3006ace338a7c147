"""How long a move of the living page takes in Chromium: from a slider to the new sentence, ranking and picture.

The page stands in a frame at 1,280 pixels, as a reader has it. Inputs are moved one after the other, as they are spread
over the page: a slider by a tenth of its way down, a choice to its last word; each move ends when the page is no longer
busy and laid out. Then the input that moves all options goes to one place after the other. At last it is moved to a
known place, and the sentence there must be that of `wellbeva run --set`. The frame that stays open keeps the browser
from ending before: its clock is the real one.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.benchmark import Asked, Benchmark, Measured, Task, answer
from wellbeva import api
from wellbeva.api.pages import page
from wellbeva.report.paper.print import READERS, SHELL

HERE = Path(__file__).parent
SCENARIOS = HERE.parent / "scenarios"
OFFERS = 25
"""Of twelve inputs each."""
OUTER = """<!doctype html><iframe id="page" src="page.html" style="width:1280px;height:900px;border:0"></iframe>
<iframe id="hold"></iframe><pre id="said"></pre><script>
const hold = document.getElementById("hold").contentDocument, frame = document.getElementById("page");
hold.open();
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const until = async (test) => { while (!test()) await pause(2); };
const measure = async ({moves, path}) => {
  await until(() => frame.contentDocument?.body?.classList.contains("on"));
  const win = frame.contentWindow, doc = frame.contentDocument, alive = win.performance.now();
  const move = async (make) => {
    await pause(0);
    const start = performance.now(), idle = new Promise((done) => {
      const working = () => doc.body.classList.contains("busy");
      const seen = new win.MutationObserver(() => { if (!working()) done(seen.disconnect()); });
      seen.observe(doc.body, {attributeFilter: ["class"]});
    });
    make();
    await idle;
    doc.body.getBoundingClientRect();
    return performance.now() - start;
  };
  doc.querySelector("#all").open = true;
  const inputs = ".eff:not([data-path^='@'])";
  const knobs = () => [...doc.querySelectorAll(".knob")].filter((one) => one.querySelector(inputs));
  await until(() => knobs().length === JSON.parse(doc.getElementById("model").textContent).engine.inputs.length);
  const field = (one) => one.querySelector("[type=range], select");
  const controls = new Map(knobs().map((one) => [one.querySelector(".eff").dataset.path, field(one)]));
  const [paths, times, all] = [[...controls.keys()].filter((one) => !controls.get(one).disabled), [], []];
  const change = (one, to) => move(() => {
    one.value = to;
    one.dispatchEvent(new win.Event(one.type === "range" ? "input" : "change"));
  });
  for (let at = 0; at < moves; at++) {
    const moved = paths[Math.floor(at * paths.length / moves)], one = controls.get(moved);
    const to = one.type === "range" ? one.value - 0.1 * (one.value - one.min) : one.lastElementChild.value;
    times.push([await change(one, to), moved]);
  }
  const slider = controls.get(path), [low, high] = [Number(slider.min), Number(slider.max)];
  for (let at = 0; at < moves / 4; at++) {
    all.push([await change(slider, low + (high - low) * (0.3 + 1.6 * at / moves)), path]);
  }
  await move(() => { win.location.hash = `${path}=x0.9`; });
  const [{startTime: paint}] = win.performance.getEntriesByName("first-contentful-paint");
  return {times, all, paint, alive, inputs: knobs().length, sentence: doc.querySelector("#s1").textContent};
};
measure(ASKED).catch((error) => ({error: String(error)})).then((said) => {
  document.getElementById("said").textContent = JSON.stringify(said);
  hold.close();
});
</script>"""


SCENARIO = {
    "demo": (SCENARIOS / "uk-community-offers.yaml", "publication_bias"),
    "rivals": (SCENARIOS / "easing-loneliness.yaml", "participation_deadweight"),
    "cohort": (HERE / "four_strategies.yaml", "rate_worsen"),
    "300-inputs": (HERE / "trajectory_4x4x10.yaml", "believed"),
}
"""The scenario of a page, and an input that moves all its options."""


def _path(name: str) -> Path:
    """Return the file of a scenario; of 300 inputs there is none: it is the trajectory's, with more of its offers."""
    path = SCENARIO[name][0]
    if name != "300-inputs":
        return path
    text = path.read_text("utf-8").replace("comparator: walks", "comparator: offer_0")
    head, _, rest = text.partition("  walks:\n")
    offer, tail = rest.partition("  visits:\n")[0], rest[rest.index("\nvalues:") :]
    offers = "".join(f"  offer_{at}:\n{offer}".replace("Offer 1", f"Offer {at}") for at in range(OFFERS))
    many = Path(tempfile.mkdtemp()) / "many.yaml"
    many.write_text(head + offers + tail, "utf-8")
    shutil.copy(HERE / "fading_gain.yaml", many.parent)
    return many


def _ours(name: str) -> Callable[[int, int], Task]:
    def ours(size: int, _threads: int) -> Task:
        folder = Path(tempfile.mkdtemp())
        made = page(_path(name)).encode()
        (folder / "page.html").write_bytes(made)
        asked = json.dumps({"moves": size, "path": SCENARIO[name][1]})
        (folder / "outer.html").write_text(OUTER.replace("ASKED", asked), "utf-8")

        def task() -> Measured:
            said = _said(folder)
            size = f"{said['inputs']} inputs, {len(made) / 1e6:.2f} MB"
            start = f"first paint after {said['paint']:.0f} ms, ready after {said['alive']:.0f} ms"
            slowest, moved = max([*said["times"], *said["all"]])
            whole, median = (statistics.median(ms for ms, _ in said[key]) for key in ("all", "times"))
            worst = f"a move of all options {whole:.0f} ms, the slowest {slowest:.0f} ms ({moved})"
            return Measured(said["sentence"], amount=median / 1000, note=f"{size}, {start}, {worst}")

        return task

    return ours


def _theirs(name: str) -> Callable[[int, int], Task]:
    def theirs(_size: int, threads: int) -> Task:
        path, moved = _path(name), f"{SCENARIO[name][1]}=as written × 0.9"
        return lambda: api.run(path, draws=2**14, threads=threads, overrides=[moved]).answer

    return theirs


def _said(folder: Path) -> dict[str, Any]:
    browser = next(filter(None, map(shutil.which, (*READERS, SHELL))))
    done = subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            f"--user-data-dir={folder / 'profile'}", "--allow-file-access-from-files", "--window-size=1320,940",
            "--timeout=120000", "--dump-dom", (folder / "outer.html").as_uri(),
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = re.search(r'<pre id="said">(.+?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stdout[-500:]
    said: dict[str, Any] = json.loads(html.unescape(found[1]))
    assert "error" not in said, said
    return said


def _same_sentence(ours: object, theirs: object) -> None:
    assert answer(ours) == answer(theirs), (ours, theirs)


BENCHMARKS = tuple(
    Benchmark(
        name=f"page-{name}",
        against="a bound in seconds; beside it a run with the same change, from the command's function to its answer",
        ask=0.05 if name == "demo" else 0.1,
        asked=Asked.SECONDS,
        ours=_ours(name),
        theirs=_theirs(name),
        agree=_same_sentence,
        sizes=(40,),
        tiny=2,
        counts="moves",
        repeats=3,
    )
    for name in SCENARIO
)
