// From the engine's numbers to the facts that the report's functions read: what `report.facts.result.gather` does.
const facts = {};

// Lists become objects of the translated classes; what JSON cannot hold comes by name.
facts.revived = (x) => {
  if (Array.isArray(x)) return x.map(facts.revived);
  if (x === null || typeof x !== "object") return x;
  if (x.number) return Number(x.number);
  const made = Object.create(facts.classes[x.class].prototype);
  for (const [key, value] of Object.entries(x.fields)) made[key] = facts.revived(value);
  return made;
};

const known = (x) => (x === null || x === undefined ? NaN : x);
const SPREAD = ["mean", "q05", "q25", "q75", "q95", "sd", "mcse"];

// A spread whose numbers are worked out when they are asked for: of most, no quantile is shown.
function spread_of(number) {
  const numbers = SPREAD.map((name) => [name, { enumerable: true, get: () => known(number(name)) }]);
  return Object.create(result$Spread.prototype, Object.fromEntries(numbers));
}

// The numbers of a decision as `analysis.decision_arrays` has them; `sure` is how many standard errors are noise.
function decision_view({ run, sure }) {
  const spent = run.net_cost ?? run.cost;
  const over = (from, sign) => from.mean.map((mean, at) => sign * mean > sure * (from.mcse[at] ?? 0));
  const valued = run.levels.length > 0;
  const at = run.central;
  const net = valued ? { mean: run.net_benefit.mean[at], mcse: run.net_benefit.mcse[at] } : null;
  return {
    ...run, sure, base: { net_cost: run.base.cost, ...run.base },
    rivals: () => run.options.map((_, index) => index).filter((index) => index !== run.comparator),
    gaining: over(run.effect, 1), losing: over(run.effect, -1), costly: over(spent, 1), saving: over(spent, -1),
    repaying: net ? over(net, 1) : run.options.map(() => false),
    means: { effect: run.effect.mean, cost: run.cost.mean, net_cost: spent.mean },
    left_out: leave_out(run, { effect: run.effect.mean, cost: run.cost.mean, net_cost: spent.mean }),
  };
}

// Averages over all draws but those of one randomisation: a row for each.
function leave_out({ rows, randomisations }, means) {
  const without = Object.entries(means).map(([name, mean]) => [name, mean.map((average, option) => {
    const each = (rows[name] ?? rows.cost)[option];
    const whole = each.reduce((a, b) => a + b, 0) / each.length;
    return each.map((one) => average + (whole - one) / (randomisations - 1));
  })]);
  return Array.from({ length: randomisations }, (_, left) => Object.fromEntries(
    without.map(([name, some]) => [name, some.map((each) => each[left])])));
}

const SLACK = 1e-12; // of the largest sum in play: options that are the same by construction are equal

function slack(score, cost, money) {
  return SLACK * Math.max(1e-300, ...score.map(Math.abs), ...(money ? cost.map(Math.abs) : []));
}

function order_by_net_benefit(score, cost, money) {
  const close = slack(score, cost, money);
  const left = score.map((_, at) => at);
  const order = [];
  while (left.length) {
    const top = Math.max(...left.map((at) => score[at]));
    const tied = left.filter((at) => score[at] >= top - close);
    const first = tied.reduce((a, b) => (cost[b] < cost[a] ? b : a));
    order.push(left.splice(left.indexOf(first), 1)[0]);
  }
  return order;
}

// Best first; a lead within the noise of the draws decides nothing: then the base case does (semantics R51).
function in_order(view, score, picked, money) {
  const pick = (averages) => { const all = score(averages); return picked.map((at) => all[at]); };
  const mean = pick(view.means);
  const base = pick(view.base).map((x) => (Number.isNaN(x) ? 0 : x));
  const parts = view.left_out.map(pick);
  const scale = view.sure * Math.sqrt((parts.length - 1) / parts.length);
  const spread = picked.map((_, at) => {
    const middle = parts.reduce((sum, row) => sum + row[at], 0) / parts.length;
    return parts.map((row) => scale * (row[at] - middle));
  });
  const close = slack(mean, picked.map((at) => view.means.cost[at]), money);
  const length = (x) => Math.sqrt(x.reduce((sum, one) => sum + one * one, 0));
  const clear = (one, other) => mean[one] - mean[other] > close
    && mean[one] - mean[other] > length(spread[one].map((x, part) => x - spread[other][part]));
  const waiting = order_by_net_benefit(base, picked.map((at) => view.base.cost[at]), money);
  const order = [];
  while (waiting.length) {
    const next = waiting.findIndex((one) => !waiting.some((other) => clear(other, one)));
    order.push(picked[waiting.splice(Math.max(0, next), 1)[0]]);
  }
  return order;
}

const per_cost = ({ effect, net_cost }) => effect.map((gain, at) => gain / net_cost[at]);

function best_first(view, no_cost_given = []) {
  const value = view.values[view.central];
  const valued = ({ effect, cost }) => (view.levels.length ? effect.map((gain, at) => value * gain - cost[at]) : effect);
  const money = view.levels.length > 0;
  if (view.choose === "one") return in_order(view, valued, view.options.map((_, at) => at), money);
  const gain = ({ effect }) => effect.map((x, at) => (view.gaining[at] || view.losing[at] ? x : 0));
  const offers = view.rivals();
  const free = offers.filter((at) => is_free(view, at, no_cost_given));
  const costly = offers.filter((at) => view.costly[at]);
  const others = offers.filter((at) => !free.includes(at) && !costly.includes(at));
  return [
    ...in_order(view, valued, free, money), ...in_order(view, per_cost, costly, false), ...in_order(view, gain, others, false),
    ...(view.comparator < 0 ? [] : [view.comparator]),
  ];
}

function is_free(view, at, no_cost_given) {
  return view.gaining[at] && !view.costly[at] && !no_cost_given.includes(view.options[at]);
}

// The league: bands of offers, and those that cost nothing (`analysis.tables.league`).
function league({ run, sure, band_share }, _budget, no_cost_given) {
  const view = decision_view({ run, sure });
  const ranked = best_first(view, no_cost_given).filter(
    (at) => at !== view.comparator && view.gaining[at] && !no_cost_given.includes(view.options[at]));
  const bands = [];
  let first = 0;
  ranked.forEach((at, place) => {
    if (!place || Math.max(run.beats[ranked[place - 1]][at], run.beats[ranked[first]][at]) >= band_share) {
      first = place;
      bands.push([]);
    }
    bands.at(-1).push(view.options[at]);
  });
  return {
    bands,
    free: ranked.filter((at) => is_free(view, at, no_cost_given)).map((at) => view.options[at]),
  };
}

const strictly_ahead = ({ run }, first, second) => [
  run.strict[first][second], run.strict[second][first], Math.max(run.beats_mcse[first][second], run.beats_mcse[second][first]),
];
const share_ahead = ({ run }, first, second) => [run.beats[first][second], strictly_ahead({ run }, first, second)[2]];
const worth_it = ({ run }, view, at) => [
  known(run.prob_worth_it?.[view.central]?.[at]), known(run.prob_worth_it_mcse?.[view.central]?.[at]),
];
const more_for_money = () => -1; // a line before deciding says it; the page has no such line

// The grade of an option, and what stands beside it, where some of its inputs are a reader's: those have no source. What
// is moved keeps its own, as after `--set`.
facts.grades = (result, evidence, changes) => {
  const changed = new Map(Object.entries(changes).filter(([, change]) => change.times === undefined));
  if (!changed.size) return result;
  const options = result.options.map((one) => {
    if (!evidence[one.name]?.some(({ path }) => changed.has(path))) return one; // all is as saved
    const inputs = evidence[one.name].map((input) => (changed.has(input.path) ? { ...input, evidence: "", layer: "set", written: changed.get(input.path).word, compared: [] } : input));
    const now = evidence$evidence_of(inputs, result.choose, evidence.turning);
    const effects = evidence$effect_inputs(inputs);
    const declared = inputs.filter(({ roles, layer }) => roles.includes("controlled") && layer !== "default").map(({ written }) => written);
    const uncontrolled = !one.nothing && evidence$without_comparison(declared, effects.flatMap(({ compared }) => compared), effects.map((input) => input.evidence || input.layer));
    return py.replaced(one, { evidence: now.grade, evidence_note: now.note, uncontrolled });
  });
  return py.replaced(result, { options });
};

// The facts of the saved run, with the numbers of a run in their place.
facts.result = (saved, run, sure, band_share) => {
  const view = decision_view({ run, sure });
  const at = run.central;
  const valued = run.levels.length > 0;
  // Quantiles are known at the central value alone.
  const level = (key) => (Array.isArray(run.net_benefit[key]?.[0]) ? run.net_benefit[key][at] : run.net_benefit[key]);
  const options = run.options.map((name, index) => {
    const one = saved.option(name);
    const compared = index !== run.comparator;
    const varies = (some) => compared && some[index];
    const of = (from) => spread_of((key) => from[key]?.[index]);
    return py.replaced(one, {
      effect: of(run.effect), cost: of(run.cost), per_1000: of(run.per_1000),
      net: valued ? spread_of((key) => level(key)?.[index]) : new result$Spread(NaN),
      no_benefit: varies(run.effect.varies) ? known(run.prob_no_benefit[index]) : NaN,
      worth_it: valued && !one.unpriced && varies(level("varies"))
        ? known(run.prob_worth_it[at][index]) : NaN,
      best: run.prob_best ? run.prob_best[index] : NaN,
      paid: known(run.paid[index]), saved: known(run.saved[index]), other: known(run.other[index]),
      own_effect: known(run.own_effect[index]), own_cost: known(run.own_cost[index]),
      place_cost: known(run.place_cost?.[index]),
      gains: view.gaining[index], loses: view.losing[index], saves: view.saving[index], repays: view.repaying[index],
    });
  });
  const no_cost_given = options.filter((one) => one.unpriced).map((one) => one.name);
  const grades = new Map(options.map((one) => [one.name, one.evidence]));
  const reference = run.comparator < 0 ? "" : run.options[run.comparator];
  return py.replaced(saved, {
    options, reference, perspective: run.perspective ?? saved.perspective, values: run.values, value: valued ? run.values[at] : NaN, levels: run.levels,
    order: best_first(view, no_cost_given).map((index) => run.options[index]),
    found: headline$answer({ run, sure, band_share }, grades, no_cost_given),
    beats: { get: ([first, second]) => run.beats[run.options.indexOf(first)]?.[run.options.indexOf(second)] },
  });
};

// Lines of who gives and who gains, from the outcomes along one axis (`balance.lines_of`).
facts.lines = (result, run, options, { outcomes, words, volunteers, whose = "everyone" }) => {
  const divided = new Map([["payer", []], ["group", []], ["body", []]]);
  const against = result.against ? result.reference : "";
  const means = ({ labels, axes }, values, other) => {
    const size = axes.length > 1 ? labels[1].length : 1;
    const at = (option) => values[labels[0].indexOf(option) * size + other];
    return options.map((one) => at(one.name) - (against ? at(against) : 0));
  };
  for (const outcome of outcomes) {
    const values = run.outcomes[outcome.name]?.mean;
    if (values && outcome.axes.length === 2 && outcome.axes[0] === "option" && divided.has(outcome.axes[1])) {
      const counts = (label) => outcome.axes[1] === "group" || whose === "everyone" || label === whose;
      divided.get(outcome.axes[1]).push(outcome.labels[1].flatMap((label, other) => (
        counts(label) ? [new balance$Line(words[outcome.axes[1]]?.[label] ?? label, means(outcome, values, other))] : [])));
    }
  }
  const time = outcomes.find((outcome) => outcome.name === volunteers && outcome.axes.length === 1);
  return balance$divided_lines(divided, time ? means(time, run.outcomes[volunteers].mean, 0) : [], result, options);
};

// Who pays and who saves in which year (`timing.cash`), up to a last period; null where the model has none, or all is in
// one year.
facts.cash = (result, run, { engine, words, volunteers }, last) => {
  const of = (role, axis) => engine.outcomes.find(({ name, axes }) => name === engine.beside[role] && String(axes) === `option,time,${axis}`);
  const paid = of("cash_by_period", "payer");
  const saved = of("saving_by_period", "body");
  const years = engine.years.slice(0, last && paid ? paid.labels[1].indexOf(last) + 1 : undefined);
  if (!paid || new Set(years.map(([year]) => year)).size < 2) return null;
  const options = timing$cash_options(result);
  const flows = (outcome, axis) => new Map(options.map((option) => {
    const [names, times, labels] = outcome.labels;
    const lines = labels.map((label, other) => {
      const line = new Map();
      years.forEach(([year], time) => {
        const place = (names.indexOf(option) * times.length + time) * labels.length + other;
        line.set(year, (line.get(year) ?? 0) + run.outcomes[outcome.name].mean[place]);
      });
      return [words[axis]?.[label] ?? label, line];
    });
    return [option, lines.filter(([, line]) => [...line.values()].some(Boolean))];
  }));
  const apart = run.outcomes[volunteers]?.mean.some(Boolean) ?? false;
  return timing$cash_of(flows(paid, "payer"), saved ? flows(saved, "body") : new Map(), result, new Map(years), Boolean(saved), apart);
};
