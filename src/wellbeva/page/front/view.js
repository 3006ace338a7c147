// The living page: inputs on one side, page one on the other. Moves that come while it is at work are worked out as one.
(async () => {
  const data = JSON.parse(document.getElementById("model").textContent);
  const $ = (selector) => document.querySelector(selector);
  const said = (selector, text) => { if ($(selector).textContent !== text) $(selector).textContent = text; };
  const given = new Map(data.engine.inputs.map((one) => [one.path, one]));
  const saved = facts.revived(data.saved);
  const eyebrow = $("#eyebrow").textContent;
  let engine;
  try {
    engine = await WellbevaEngine.load(data.engine);
  } catch (error) { // no WebAssembly: page one of the report stays as it is
    $(".res").prepend(h("p", { class: "note" }, `This page stays as the scenario was saved: ${error.message}.`));
    return;
  }
  let state = { changes: {} };
  let good = state; // the last that was not refused
  let moved_by = "";
  let own = "";
  let first = null;
  let last = null;
  let waiting = false;
  let took = 0; // by the last move
  let resting = 0;
  let speaking = 0;
  const fields = new Map();

  // ---- numbers of inputs: as the file writes them

  // Three figures, all of what a reader typed.
  const written = (one, x, figures = 3) => `${x < 0 ? "−" : ""}${one.display.before}${py.grouped(String(Number(Math.abs(x).toPrecision(figures))))}${one.display.after.replace(/ in \d+ prices$/, "")}`;

  // The number of a text in the unit in which the file writes the input; null where it is none.
  function read(one, text) {
    const found = /^\s*([-−]?)\s*([£$€]?)\s*(\d[\d,]*(?:\.\d+)?|\.\d+)\s*(%|[a-z]*)\s*$/i.exec(text);
    if (!found) return null;
    const number = Number(`${found[1] ? "-" : ""}${found[3].replaceAll(",", "")}`);
    const unit = found[4].toLowerCase();
    const { before, after, per } = one.display;
    const own = after.replace(/ in \d+ prices$/, "").trim();
    if (found[2] && found[2] !== before) return null;
    const times = data.knobs[one.path].units[`${unit.replace(/s$/, "")}s`];
    if (unit === "%") return one.unit === "share" || own === "%" ? number / 100 / per : null;
    if (unit && times !== undefined) return (number * times) / per;
    if (unit && unit.replace(/s$/, "") !== own.toLowerCase().replace(/s$/, "")) return null;
    return unit || own === "" ? number : one.unit === "year" || own === "%" ? number / per : number;
  }

  const centre = (one) => (one.uncertain ? one.mean : one.base);
  const now = (one) => { const change = state.changes[one.path]; return change?.fixed ?? centre(one) * (change?.times ?? 1); };

  function scale(one) {
    const { slider, turns: turn } = data.knobs[one.path];
    if (slider) return slider.map((x) => x / one.display.per);
    const wide = one.uncertain ? [one.q05 - (one.q95 - one.q05) / 2, one.q95 + (one.q95 - one.q05) / 2] : [0, 2 * one.base || 1];
    const ends = [...wide, ...(turn === null ? [] : [turn / one.display.per])];
    const low = Math.max(Math.min(...ends), one.low ?? -Infinity);
    const high = Math.min(Math.max(...ends), one.high ?? Infinity);
    return [low, Math.max(high, low)];
  }

  // ---- a move: one change of the state, or none with the reason beside the field

  function change(path, to) {
    const changes = { ...state.changes };
    if (to === null) delete changes[path];
    else changes[path] = to;
    go({ ...state, changes }, path);
  }

  // Nothing is changed by what cannot be: the field keeps its text, the reason stands beside it. Whether there is a field.
  function refuse(path, why) {
    const field = fields.get(path);
    if (!field) return false;
    field.fault.textContent = `${why.replace(/\.?$/, ".")} Nothing was changed.`;
    field.text.setAttribute("aria-invalid", "true");
    return true;
  }

  function move(one, x, spread) {
    const fixed = !one.uncertain || !one.moves || !spread;
    const fault = engine.check({ changes: { [one.path]: { fixed: x } } })[0];
    if (fault) { refuse(one.path, `${written(one, x, 12)}: ${fault.message}`); return; }
    const same = Math.abs(x - centre(one)) <= 1e-6 * Math.abs(centre(one));
    if (same && (!one.uncertain || !fixed)) change(one.path, null);
    else change(one.path, fixed ? { fixed: Number(x.toPrecision(12)) } : { times: Number((x / centre(one)).toPrecision(6)) });
  }

  function go(next, by = "") {
    state = next;
    moved_by = by;
    delete fields.get(by)?.shown; // wherever its slider stands now
    if (waiting) return;
    waiting = true;
    const slow = took > 100; // milliseconds: then it is painted that the page is at work
    document.body.classList.add("busy", ...(slow ? ["slow"] : []));
    said("#working", slow ? "Working…" : "");
    const work = () => setTimeout(() => {
      const start = performance.now();
      waiting = false;
      compute();
      took = performance.now() - start;
    });
    if (slow) requestAnimationFrame(work);
    else work();
  }

  // ---- page one

  const result_of = (run) => facts.grades(
    facts.result(saved, { randomisations: data.engine.randomisations, choose: data.engine.choose, ...run, perspective: data.engine.perspectives[state.perspective] }, data.sure, data.band_share),
    { ...data.evidence.options, turning: data.evidence.turning }, state.changes);

  function seen(run, result) {
    const [one, two] = answer$ranked(result).filter((option) => !option.nothing);
    let less = null;
    if (result.choose === "one" && result.uncertain && two) {
      const spread = engine.difference(run.options.indexOf(one.name), run.options.indexOf(two.name));
      less = new difference$Difference(one, two, new result$Spread(...SPREAD.map((key) => known(spread[key]))));
    }
    const rivals = result.choose === "one";
    const best = rivals ? [] : [...answer$free(result), ...answer$bands(result).flat()];
    const order = [...best, ...answer$ranked(result).filter((one) => !best.includes(one))]; // of the table's rows
    return { run, result, less, order, said: answer$answer(result), table: rivals ? rivals$rivals_table(result, less) : league$league_table(result),
      tiles: rivals && result.real.length > 1 && result.uncertain ? rivals$best_tiles(result) : [] };
  }

  // The table of the report, narrower, with the saved result beside it as a dashed mark and a number.
  function live_table(shown) {
    const { table, result } = shown;
    const keep = table.columns.map((c) => /c-name|plot|c-num|c-p|c-w/.test(c.css));
    const axis = result.choose === "one" ? rivals$rivals_axis(result, shown.less) : league$per_1000_axis(result);
    const moved = shown !== first;
    const names = shown.order.map((one) => one.name);
    const was = new Map(first.order.map((one) => [one.name, result.choose === "one" ? cells$main_spread(one, first.result).mean : one.per_1000.mean]));
    const texts = new Map(rows_of(first.table).map((row, index) => [first.order[index]?.name, number_cell(first, row)]));
    let index = -1;
    const rows = table.rows.map((row) => {
      if (row.kind === "band" || row.kind === "note") return row;
      index += row.kind === "" ? 1 : 0;
      const name = row.kind === "" ? names[index] : null;
      const pair = row.kind === "dif" ? first_difference(shown) : null;
      const before = name === null ? pair : { mean: was.get(name), text: texts.get(name) };
      const cells = row.cells.map((c, column) => (table.columns[column + 1].css === "plot" && moved && before && Number.isFinite(before.mean)
        ? py.replaced(c, { picture: dashed(c.picture, axis.place(before.mean)) }) : c));
      const grade = row.cells[0].evidence;
      const kept = cells.filter((_, column) => keep[column + 1]);
      kept.splice(2, 0, new view$Cell(before?.text ?? "–", "", "", "", null, "saved: "));
      return py.replaced(row, { cells: kept, under: [row.under, grade && `evidence ${grade}`].filter(Boolean).join(", ") });
    });
    const columns = table.columns.filter((_, column) => keep[column]);
    columns.splice(3, 0, new view$Column("Saved", "", "n c-was"));
    return grid(py.replaced(table, { rows, columns }), "lv");
  }

  const rows_of = (table) => table.rows.filter((row) => row.kind === "");
  const number_cell = ({ table }, row) => row.cells[table.columns.findIndex((c) => c.css.includes("c-num")) - 1]?.text;
  const dashed = (p, x) => py.replaced(p, { marks: [...p.marks, new view$Mark("line", x, p.height / 2 - 14, x, p.height / 2 + 14, "was")] });

  function first_difference(shown) {
    const [one, two] = [shown.less.first.name, shown.less.second.name].map((name) => first.result.option(name));
    const mean = cells$main_spread(one, first.result).mean - cells$main_spread(two, first.result).mean;
    return { mean, text: first.result.levels.length ? numbers$total(mean, first.result.currency) : numbers$number(mean) };
  }

  function show(shown) {
    said("#s1", shown.said.sentence);
    const note = shown !== first && first.said.sentence !== shown.said.sentence ? ` As saved: ${first.said.sentence}` : "";
    said(".res .lead", `${shown.said.lead}${note}`);
    put($(".first table"), live_table(shown));
    said(".first h3", shown.table.title);
    said(".first .dek", shown.table.dek);
    $(".first > .note")?.remove();
    if (shown.table.note) $(".first").append(h("p", { class: "note" }, shown.table.note));
    if (!$(".key .dash")) {
      $(".first .key").append(h("span", { class: "dash" }, h("svg", { width: 8, height: 16, ...decoration }, h("path", { class: "was", d: "M4,0v16" })), h("b", {}, "Dashed"), " saved"));
    }
    const list = (tiles) => h("ul", {}, tiles.map((tile) => h("li", {}, h("b", { "aria-hidden": "true" }, tile.letter), ` ${tile.name}: best in ${tile.number}`)));
    $(".tiles")?.replaceChildren(...(shown.tiles.length ? [
      h("h3", {}, rivals$tiles_title(shown.tiles)), ten(shown.tiles), list(shown.tiles),
      ...(shown === first ? [] : [h("p", { class: "small" }, "Saved"), ten(first.tiles), h("p", { class: "vh" }, first.tiles.map((tile) => `${tile.name}: best in ${tile.number}`).join(", "))]),
    ] : []));
    $(".cols")?.classList.toggle("all", shown === first);
    const [one, two] = answer$ranked(shown.result);
    said(".mini", "");
    $(".mini").append(h("b", {}, one.opening), h("span", {}, two ? `ahead of ${numbers$in_sentence(two.short)} ${how_surely(shown.result, one, two)}` : ""));
    const error = shown.less && Number.isFinite(shown.less.spread.mcse) ? shown.less.spread : null;
    said("#error", error ? `Sampling error of the difference: ${numbers$total(error.mcse, saved.currency)}${unsettled(error.mean, error.mcse) ? ": not settled" : ""}. From ${numbers$count(saved.draws)} futures.` : `From ${numbers$count(saved.draws)} futures.`);
  }

  const how_surely = (result, one, two) => (result.found.settled ? numbers$chance(result.ahead(one, two), saved.draws) : "(too few futures to say how surely)");
  const unsettled = (x, error) => Math.abs(error) > Math.abs(x) / 10;

  function compute() {
    const run = engine.run(state);
    document.body.classList.remove("busy", "slow");
    said("#working", "");
    if (run.refused) {
      const { path, message } = run.refused;
      const why = label(path) ? `${label(path)}: ${message}` : numbers$capital(message);
      state = good;
      engine.run(state);
      const text = fields.get(moved_by)?.text;
      const typed = text?.value;
      changed();
      if (text?.type === "text") text.value = typed;
      if (!refuse(moved_by, why)) said("#working", `${why.replace(/\.?$/, ".")} Nothing was changed.`);
      return;
    }
    good = state;
    const shown = seen(run, result_of(run));
    first ??= shown;
    last = differences() ? shown : first;
    show(last);
    changed();
    clearTimeout(resting);
    clearTimeout(speaking);
    resting = setTimeout(rest, 300);
    speaking = setTimeout(() => said("#spoken", last === first ? "As saved." : last.said.sentence), 600);
  }

  // The address holds all that differs, or nothing: a part of it would be another state. Whether it does.
  function put_in_address() {
    const text = address.text(state);
    const fits = text.length <= address.most;
    own = fits ? text : "";
    said("#full", fits ? "" : "No link can hold so many changes: this page as you have moved it is lost when it is closed. Copy it as a scenario.");
    if (location.hash.slice(1) !== own) location.replace(`#${own}`);
    return fits;
  }

  const differences = () => Object.keys(state.changes).length + (state.without?.length ?? 0) + address.others(state).length;

  // ---- what differs from the saved scenario

  const HORIZON = "time.to";
  const is_rate = (path) => path.startsWith("appraisal.discount.");
  const whose = () => state.perspective ?? data.engine.perspective;
  const payer = (name) => (name === "everyone" ? "Everyone" : data.words.payer?.[name] ?? data.words.body?.[name] ?? name);
  const horizon = () => state.changes[HORIZON]?.word;
  const called = (path, word) => data.knobs[path].words?.[word] ?? word;
  const label = (path) => (path === "@value" ? `Value of one ${saved.effect_unit}` : [data.knobs[path]?.name, data.knobs[path]?.where].filter(Boolean).join(", "));

  const effect = (path) => h("span", { class: "eff", "data-path": path });
  const whole = (number) => h("span", { class: "nb" }, number); // with its minus, on one line

  // What each change does by itself is asked of the state without it; what is compared is no change of a number.
  function without_each(asked) {
    const inputs = Object.keys(asked.changes).map((path) => {
      const { [path]: _, ...changes } = asked.changes;
      return [path, { ...asked, changes }];
    });
    const others = ["value", "variant", "perspective"].filter((key) => asked[key]).map((key) => [`@${key}`, { ...asked, [key]: undefined }]);
    return [...inputs, ...others];
  }

  function changed() {
    const count = differences();
    $("#changes").hidden = false;
    $("#back").hidden = !count;
    said("#changed", `${count || "Nothing"} ${count > 1 ? "inputs differ" : count ? "input differs" : "differs"} from the saved scenario`);
    const lines = Object.entries(state.changes).map(([path, change_]) => {
      const one = given.get(path);
      const from = one.kind === "number" ? whole(written(one, centre(one))) : called(path, one.word);
      const to = change_.word !== undefined ? called(path, change_.word) : whole(written(one, now(one), change_.fixed === undefined ? 3 : 12));
      return h("li", {}, h("b", {}, label(path)), " ", from, " → ", to, change_.fixed !== undefined && one.uncertain ? ", no spread" : "", " ", effect(path));
    });
    if (state.value !== undefined) lines.push(h("li", {}, h("b", {}, `Value of one ${saved.effect_unit}`), ` ${numbers$price(saved.value, saved.currency)} → ${numbers$price(state.value, saved.currency)} `, effect("@value")));
    if (state.variant) lines.push(h("li", {}, h("b", {}, "Variant"), ` ${data.engine.variants.find((one) => one.name === state.variant).label} `, effect("@variant")));
    if (state.comparator) lines.push(h("li", {}, h("b", {}, "Compared with"), ` ${saved.option(state.comparator).short}`));
    if (state.perspective) lines.push(h("li", {}, h("b", {}, "Whose costs count"), ` ${payer(whose())} `, effect("@perspective")));
    if (state.without?.length) lines.push(h("li", {}, h("b", {}, "Left out"), ` ${state.without.map((name) => saved.option(name).short).join(", ")}`));
    $("#changes ul").replaceChildren(...lines);
    $("#changes").classList.toggle("many", lines.length > 3); // printed without their effects, to be one page
    said(".cnt", `${Object.keys(state.changes).length} changed of ${given.size}`);
    said("#command pre", command());
    const against = (words) => `compared with ${numbers$in_sentence(words)}`;
    const compared = eyebrow.replace(against(saved.comparator), against(state.comparator ? saved.option(state.comparator).short : saved.comparator));
    said("#eyebrow", horizon() ? compared.replace(data.spans[given.get(HORIZON).word], data.spans[horizon()]) : compared);
    const discounting = $(".small-print p + p"); // the rates as saved
    if (discounting) discounting.hidden = Boolean(state.variant) || Object.keys(state.changes).some(is_rate);
    for (const [path, field] of fields) {
      const to = state.changes[path];
      if (given.has(path) && "shown" in field && field.shown === to && !field.fault.textContent) continue; // of hundreds, most
      field.shown = to;
      field.refresh();
    }
  }

  // The page may have been made with settings of its own.
  function run_of(variant, sets) {
    const quoted = (text) => (/^[\w./=%£,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
    const named = variant || data.variant ? [`--variant ${quoted(variant || data.variant)}`] : [];
    const seed = data.engine.seed === 1 ? [] : [`--seed ${data.engine.seed}`];
    return ["wellbeva run", quoted(data.file), "--draws 16384", ...seed, ...named, ...[...data.sets, ...sets].map((text) => `--set ${quoted(text)}`)].join(" ");
  }

  function command() {
    const apart = [state.comparator && `comparator: ${state.comparator}`, state.without?.length && `options without ${state.without.join(", ")}`].filter(Boolean);
    return [run_of(state.variant, engine.setTexts(state)), ...(apart.length ? [`# what no --set says: ${apart.join("; ")}`] : [])].join("\n");
  }

  // Dotted paths, as after --set: a path may begin another, and a map would need its axes.
  function yaml() {
    const values = (texts) => texts.map((text) => text.split(/=(.*)/s)).map(([path, value]) => [JSON.stringify(path.trim()), JSON.stringify(value)]);
    const variant = (name, label, from, pairs) => [`  ${name}:`, ...[["label", label], ...(from ? [["from", `[${from}]`]] : []), ...pairs].map((pair) => `    ${pair.join(": ")}`)];
    const saved_as = data.sets.length ? variant("as_saved", "As the living page was made", data.variant, values(data.sets)) : [];
    const left = engine.data.options.map((one) => one.name).filter((name) => !state.without?.includes(name) && !saved.option(name).nothing);
    const options = state.without?.length ? [["options", `[${left.join(", ")}]`]] : [];
    const moved = variant("moved", "Moved on the living page", data.sets.length ? "as_saved" : state.variant || data.variant, [...options, ...values(engine.setTexts(state))]);
    const top = state.comparator ? [`# and at its top, in place of the one that stands there: comparator: ${state.comparator}`] : [];
    return ["# Into the scenario, under variants:", ...top, "variants:", ...saved_as, ...moved, ""].join("\n");
  }

  const pause = () => new Promise((done) => { setTimeout(done); }); // a move goes first

  // What each change does by itself: the result with all changes less that without this one, one after the other, so
  // that a move does not wait for all of them.
  async function rest() {
    put_in_address(); // browsers allow some moves of an address a second
    const asked = state;
    await beside(last);
    if (last === first || state !== asked) return;
    const pair = last.less ? [last.less.first.name, last.less.second.name] : null; // as the table has it
    const main = (run) => (run.net_benefit ? run.net_benefit.mean[run.central] : run.effect.mean);
    const rows = (run) => run.rows.effect.map((row, option) => row.map((x, part) => (run.net_benefit ? run.values[run.central] * x - run.rows.cost[option][part] : x)));
    const with_all = last.run;
    for (const [path, less] of without_each(asked)) {
      await pause();
      if (state !== asked) return;
      const run = differences() === 1 ? first.run : engine.run(less);
      if (run.refused) continue;
      const lead = pair ?? [(data.knobs[path]?.options[0] ?? answer$ranked(first.result)[0].name)];
      const [one, two] = lead.map((name) => with_all.options.indexOf(name));
      if (one < 0 || two < 0) continue;
      const gap = (all) => all[one] - (pair ? all[two] : 0);
      const moved = gap(main(with_all)) - gap(main(run));
      const parts = rows(with_all)[one].map((__, part) => gap(rows(with_all).map((row) => row[part])) - gap(rows(run).map((row) => row[part])));
      const error = WellbevaEngine.errorOf(parts);
      const write = (x) => (run.net_benefit ? numbers$total(x, saved.currency) : numbers$number(x));
      const whose = pair ? `${numbers$in_sentence(saved.option(lead[0]).short)} less ${numbers$in_sentence(saved.option(lead[1]).short)}` : `net benefit of ${numbers$in_sentence(saved.option(lead[0]).short)}`;
      const still = Math.abs(moved) <= 1e-9 * Math.abs(gap(main(run)));
      const text = () => (still ? [`does not move ${whose}`] : [`moves ${whose} by `, whole(write(moved)), unsettled(moved, error) ? ", not settled" : ""]);
      for (const where of document.querySelectorAll(`.eff[data-path="${CSS.escape(path)}"]`)) where.replaceChildren(...text());
    }
  }

  // Who gives and who gains, and cash by year: slower, so a moment later.
  async function beside(shown) {
    const asked = state;
    const steps = engine.steps(state);
    let step = steps.next();
    for (; !step.done; step = steps.next()) {
      await pause();
      if (state !== asked) return;
    }
    const more = step.value;
    if (more.refused) return;
    const cash = facts.cash(shown.result, more, data, horizon());
    $("#cash").replaceChildren(...(cash ? block(cash).map(made) : []));
    const figure = $(".gg");
    const options = balance$shown_options(shown.result, true);
    if (!figure || !options.length) return;
    const lines = facts.lines(shown.result, more, options, { outcomes: data.engine.outcomes, words: data.words, volunteers: state.perspective ? "" : data.volunteers, whose: whose() });
    const table = balance$balance_of(lines, shown.result, options, true);
    put(figure.querySelector("table"), grid(table));
    figure.querySelector("h3").textContent = table.title;
  }

  // ---- inputs

  function knob(path) {
    const one = given.get(path);
    const about = data.knobs[path];
    const id = `k-${[...path].map((c) => (/[\w-]/.test(c) ? c : "-")).join("")}-${fields.size}`;
    const source = [`Saved ${about.saved}`, about.source].filter(Boolean).join(" · ");
    const fault = h("p", { class: "bad", role: "alert" });
    const back = h("button", { type: "button", class: "lnk", hidden: true, onclick: () => { change(path, null); made.querySelector("select, [type=range]").focus(); } }, "Put back");
    const flag = h("span", { class: "chg", hidden: true }, "changed");
    const meta = h("p", { class: "meta", id: `${id}n` }, source, about.evidence && about.evidence !== about.source ? [" · ", evidence(about.evidence)] : "", back);
    const name = [about.name, about.where && h("span", {}, `, ${about.where}`), " ", flag];
    const moves = h("p", { class: "meta eff", "data-path": path });
    const made = h("div", { class: "knob" });
    if (one.kind !== "number") {
      const choice = h("select", { id, "aria-describedby": `${id}n`, onchange: () => change(path, choice.value === one.word ? null : { word: choice.value }) },
        (one.words ?? [one.written]).map((word) => h("option", { value: word }, called(path, word))));
      choice.disabled = !one.fixes;
      made.append(h("div", { class: about.words ? "" : "top" }, h("label", { for: id }, name), choice), meta, moves, fault);
      const refresh = () => { choice.value = state.changes[path]?.word ?? one.word ?? one.written; back.hidden = flag.hidden = !state.changes[path]; };
      fields.set(path, { text: choice, fault, refresh });
      return made;
    }
    const text = h("input", { id, type: "text", inputmode: "text", autocomplete: "off", "aria-describedby": `${id}n` });
    const [low, high] = scale(one);
    const slider = h("input", { type: "range", min: low, max: high, step: Number(((high - low) / 200).toPrecision(1)) || "any", "aria-label": `${label(path)}, slider` });
    const certain = one.uncertain && one.moves ? h("input", { type: "checkbox" }) : null;
    const spread = () => !certain?.checked;
    text.addEventListener("change", () => {
      const x = read(one, text.value);
      if (x !== null) { move(one, x, spread()); return; }
      refuse(path, `“${text.value.slice(0, 40)}” is not a number like ${written(one, centre(one))}`);
    });
    slider.addEventListener("input", () => move(one, Number(slider.value), spread()));
    certain?.addEventListener("change", () => move(one, now(one), spread()));
    for (const control of [text, slider, certain]) if (control) control.disabled = !one.fixes;
    made.append(h("div", { class: "top" }, h("label", { for: id }, name), text), ...track(one, [low, high], about.turns === null ? null : about.turns / one.display.per, units$amount(about.turns ?? 0, one.unit, saved.currency)), slider, meta,
      certain ? h("p", { class: "meta" }, h("label", {}, certain, " no spread")) : "", one.fixes ? "" : h("p", { class: "meta" }, one.why), moves, fault);
    const refresh = () => {
      const moved = state.changes[path] !== undefined;
      text.value = written(one, now(one), state.changes[path]?.fixed === undefined ? 3 : 12);
      text.setAttribute("aria-invalid", "false");
      fault.textContent = "";
      slider.value = now(one);
      slider.setAttribute("aria-valuetext", text.value);
      if (certain) certain.checked = state.changes[path]?.fixed !== undefined;
      made.classList.toggle("moved", moved);
      back.hidden = flag.hidden = !moved;
      if (!moved) moves.textContent = "";
    };
    fields.set(path, { text, fault, refresh });
    return made;
  }

  // The saved spread over the slider, its middle half thick, and where the answer turns.
  function track(one, [low, high], turn, said) {
    const x = (value) => at(Math.max(0, Math.min(100, (100 * (value - low)) / (high - low || 1))).toFixed(2));
    const line = (css, from, to, y1 = 18, y2 = 18) => h("line", { class: css, x1: x(from), x2: x(to), y1, y2 });
    const marks = one.uncertain ? [line("thick", one.q25, one.q75), line("thin", one.q05, one.q95), line("was", one.mean, one.mean, 11, 25)] : [];
    if (turn !== null && turn >= low && turn <= high) {
      const here = x(turn);
      const anchor = parseFloat(here) < 15 ? "start" : parseFloat(here) > 85 ? "end" : "middle";
      marks.push(h("svg", { x: here, y: 10, overflow: "visible" }, h("path", { d: "M-5,0L5,0L0,7Z", fill: "var(--cost2)" })),
        h("text", { class: "t4", x: here, y: 8, "font-size": 12, "text-anchor": anchor }, `turns at ${said}`));
    }
    return [h("svg", { class: "row tr", height: marks.length ? 26 : 4, ...decoration }, marks), turn !== null ? made(vh(`The answer turns at ${said}.`)) : ""];
  }

  // What one unit of effect is worth: its levels over the slider; they are no quantiles, so none of it is thick.
  function worth() {
    const name = `Value of one ${saved.effect_unit}`;
    const [least, most] = [Math.min(...saved.values), Math.max(...saved.values)];
    const more = (most - least) / 2 || saved.value / 2;
    const step = 10 ** Math.floor(Math.log10((most - least + 2 * more) / 100)); // it stops at round sums
    const [low, high] = [Math.max(least - more, least / 2), most + more].map((end) => Math.ceil(end / step) * step);
    const about = data.knobs[data.engine.inputs.find((one) => one.level === data.engine.central)?.path];
    const sign = numbers$SYMBOLS.get(saved.currency) ?? `${saved.currency} `;
    const text = h("input", { id: "value", type: "text", autocomplete: "off", "aria-describedby": "valuen" });
    const slider = h("input", { type: "range", min: low, max: high, step, "aria-label": `${name}, slider` });
    const fault = h("p", { class: "bad", role: "alert" });
    const flag = h("span", { class: "chg", hidden: true }, "changed");
    const to = (x) => go({ ...state, value: x === null || Math.abs(x - saved.value) < 0.5 ? undefined : x }, "@value");
    const back = h("button", { type: "button", class: "lnk", hidden: true, onclick: () => { to(null); slider.focus(); } }, "Put back");
    text.addEventListener("change", () => {
      const found = /^\s*(\D*?)\s*(\d[\d,]*(?:\.\d+)?)\s*$/.exec(text.value);
      const x = found && ["", sign.trim()].includes(found[1]) ? Number(found[2].replaceAll(",", "")) : NaN;
      if (address.worth(x)) to(x);
      else refuse("@value", `“${text.value.slice(0, 40)}” is not an amount like ${numbers$price(saved.value, saved.currency)}`);
    });
    slider.addEventListener("input", () => to(Number(slider.value)));
    const levels = py.zip(saved.levels, saved.values).map(([level, x]) => `${numbers$price(x, saved.currency)} ${level}`).join(", ");
    const spread = { uncertain: true, q05: least, q25: saved.value, q75: saved.value, q95: most, mean: saved.value };
    const box = h("div", { class: "knob" }, h("div", { class: "top" }, h("label", { for: "value" }, name, " ", flag), text), ...track(spread, [low, high], null, ""), slider,
      h("p", { class: "meta", id: "valuen" }, [levels, about?.source].filter(Boolean).join(" · "), about?.evidence ? [" · ", evidence(about.evidence)] : "", back),
      h("p", { class: "meta eff", "data-path": "@value" }), fault);
    fields.set("@value", { text, fault, refresh: () => {
      const moved = state.value !== undefined;
      text.setAttribute("aria-invalid", "false");
      fault.textContent = "";
      text.value = `${sign}${py.grouped(String(Math.round(state.value ?? saved.value)))}`;
      slider.value = state.value ?? saved.value;
      slider.setAttribute("aria-valuetext", text.value);
      box.classList.toggle("moved", moved);
      back.hidden = flag.hidden = !moved;
      if (!moved) box.querySelector(".eff").textContent = "";
    } });
    return box;
  }

  const without = (names) => (names.length ? names : undefined);

  function choices() {
    const box = h("fieldset", {}, h("legend", {}, "Value and choice"));
    if (saved.levels.length) box.append(worth());
    box.append(...[...given.keys()].filter((path) => is_rate(path) || path === HORIZON).map(knob));
    const years = data.engine.years.map(([, head]) => head);
    if (data.engine.fixed_time) box.append(h("p", { class: "meta" }, `${years[0]} to ${years.at(-1)} stay as they are, for ${data.engine.fixed_time}: a shorter time is a new run.`));
    const ships = (data.engine.variants ?? []).filter((one) => one.ships);
    if (ships.length) {
      const list = h("select", { id: "variant", onchange: () => go({ ...state, variant: list.value }) },
        h("option", { value: "" }, "As the scenario is"), ships.map((one) => h("option", { value: one.name }, one.label)));
      box.append(h("div", { class: "knob" }, h("label", { for: "variant" }, "Variant"), " ", list));
      fields.set(" variant", { text: list, refresh: () => { list.value = state.variant ?? ""; } });
    }
    const others = (data.engine.variants ?? []).filter((one) => !one.ships);
    if (others.length) {
      box.append(h("details", {}, h("summary", {}, "Variants that need a new run"), h("ul", { class: "plain" }, others.map((one) => h("li", {}, `${one.label}: ${one.why}. `, h("code", {}, run_of(one.name, [])))))));
    }
    const views = Object.keys(data.engine.perspectives);
    if (views.length) {
      const list = h("select", { id: "perspective", onchange: () => go({ ...state, perspective: list.value || undefined }) },
        h("option", { value: "" }, `${payer(data.engine.perspective)}, as in the file`), views.map((name) => h("option", { value: name }, payer(name))));
      box.append(h("div", { class: "knob" }, h("label", { for: "perspective" }, "Whose costs count"), " ", list));
      fields.set(" perspective", { text: list, refresh: () => { list.value = state.perspective ?? ""; } });
    }
    const real = data.engine.options.filter(({ name }) => !saved.option(name).nothing && name !== saved.reference);
    if (real.length > 1) {
      const out = () => state.without ?? [];
      const left = () => real.filter(({ name }) => name !== state.comparator && !out().includes(name));
      if (data.engine.comparable) {
        const other = h("select", { id: "comparator", onchange: () => go({ ...state, comparator: other.value || undefined, without: without(out().filter((name) => name !== other.value)) }) },
          h("option", { value: "" }, saved.comparator), real.map(({ name }) => h("option", { value: name }, saved.option(name).opening)));
        box.append(h("div", { class: "knob" }, h("label", { for: "comparator" }, "Compared with"), " ", other));
        fields.set(" comparator", { text: other, refresh: () => { other.value = state.comparator ?? ""; } });
      }
      const boxes = real.map(({ name }) => {
        const tick = h("input", { type: "checkbox", onchange: () => {
          go({ ...state, without: without(tick.checked ? out().filter((one) => one !== name) : [...out(), name]) });
        } });
        fields.set(` ${name}`, { text: tick, refresh: () => { // one stays, and what is compared with
          tick.checked = !out().includes(name);
          tick.disabled = name === state.comparator || (tick.checked && left().length === 1);
        } });
        return h("p", { class: "meta" }, h("label", {}, tick, ` ${saved.option(name).opening}`));
      });
      box.append(h("details", { class: "knob" }, h("summary", {}, `Which ${answer$noun(saved, 2)} are compared`), boxes));
    }
    return box;
  }

  // ---- the page comes alive

  for (const one of data.groups) {
    $("#first").append(h("fieldset", {}, h("legend", {}, one.title), one.paths.filter((path) => given.has(path)).map(knob)));
  }
  $("#first").append(choices());
  $("#all").addEventListener("toggle", () => {
    if ($("#rest").childElementCount || !$("#all").open) return;
    $("#rest").append(...[...given.keys()].filter((path) => !fields.has(path)).map((path) => {
      const made = knob(path);
      made.dataset.words = `${label(path)} ${path}`.toLowerCase();
      fields.get(path).refresh();
      return made;
    }));
  });
  $("#find").addEventListener("input", () => {
    const words = $("#find").value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const one of $("#rest").children) one.hidden = !words.every((word) => one.dataset.words.includes(word));
  });
  $("#back").addEventListener("click", () => { go({ changes: {} }); $("#main").focus(); });
  const copy = (button, given_text) => button.addEventListener("click", async () => {
    const text = given_text();
    if (!text) return;
    try {
      await navigator.clipboard.writeText(text);
      said("#spoken", "Copied.");
    } catch { // a file may not use the clipboard: show it, marked, to be copied by hand
      const field = h("textarea", { rows: 6, "aria-label": "To copy", readonly: true }, text);
      button.parentElement.querySelector("textarea")?.remove();
      button.parentElement.append(field);
      field.select();
    }
  });
  copy($("#link"), () => put_in_address() && location.href);
  copy($("#yaml"), yaml);
  addEventListener("beforeprint", () => said("#dated", ` · printed ${new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" })}`));
  function take(text) {
    const { state: asked, ignored } = address.state(text, { variants: [], ...data.engine });
    const refused = [];
    for (let fault = engine.stand(asked); fault && address.drop(asked, fault.path); fault = engine.stand(asked)) {
      refused.push(label(fault.path) ? `${label(fault.path)} (${fault.message})` : fault.message);
    }
    go(asked);
    said("#address", [
      ignored.length && `Not understood in the address, and left out: ${ignored.join(", ").slice(0, 200)}.`,
      refused.length && `Not allowed, and left out: ${refused.slice(0, 5).join("; ")}${refused.length > 5 ? `; and ${refused.length - 5} more` : ""}.`,
    ].filter(Boolean).join(" "));
  }
  addEventListener("hashchange", ({ newURL }) => {
    const text = new URL(newURL).hash.slice(1);
    if (text !== own && (!text || text.includes("="))) take(text); // without a sign it is a place on the page
  });
  const arrived = location.hash.slice(1);
  document.body.classList.add("on");
  compute();
  if (arrived.includes("=")) take(arrived);
})();
