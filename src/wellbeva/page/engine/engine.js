/* A run of a living page: it draws, calls the model's module, and reduces (R229 to R231 in docs/design/semantics.md). */
const PAGE = 65536, SURE = 4;

const finite = (value) => (Number.isFinite(value) ? value : null);

class Engine {
  constructor(data, mode, models, memory) {
    Object.assign(this, {data, mode, memory});
    const numbers = new Float64Array(bytes(data.numbers).buffer), count = data.elements.length;
    this.columns = Math.max(count, ...Object.values(data.modules).map(({first = 0, height}) => first && first + height)); // of rows that are kept, too
    this.size = data.randomisations * data.draws_each;
    this.lanes = this.size / LANE;
    this.together = data.draws_each / LANE;
    let place = 64;
    const room = (length) => {
      const start = place;
      place = Math.ceil((place + length) / 64) * 64;
      return start;
    };
    const parts = Object.entries(models).map(([name, model]) => {
      const module = data.modules[name], held = bytes(module.data), cells = bytes(module.rows);
      return [name, {...module, model, held, cells, at: {data: room(held.length), rows: room(cells.length)}}];
    });
    this.parts = Object.fromEntries(parts);
    const most = (of) => Math.max(...parts.map(([, part]) => of(part)));
    this.scratch = room(8 * most((part) => part.scratch));
    const results = LANE * most((part) => part.height) * this.together, inputs = LANE * this.columns * (this.lanes + 1);
    const y = room(8 * results), x = room(8 * inputs);
    memory.grow(Math.max(0, Math.ceil((place - memory.buffer.byteLength) / PAGE)));
    for (const {held, cells, at} of Object.values(this.parts)) {
      new Uint8Array(memory.buffer).set(held, at.data);
      new Uint8Array(memory.buffer).set(cells, at.rows);
    }
    this.x = new Float64Array(memory.buffer, x, inputs);
    this.y = new Float64Array(memory.buffer, y, results);
    this.numbers = numbers;
    this.draws = [];
    this.copulas = [];
    for (const one of data.samplings) {
      const first = this.draws.length;
      this.draws.push(...sample(one, numbers, data.randomisations, data.draws_each));
      one.copulas.forEach((joint) => this.copulas.push({...joint, first, sampling: one, turn: 0}));
    }
    this.scenarios = new Map([["", this.scenario({inputs: [], gone: [], elements: {}, values: data.values})]]);
    data.variants.filter((one) => one.ships).forEach((one) => this.scenarios.set(one.name, this.scenario(one)));
    this.standing = new Array(count).fill({});
    this.names = data.has_net_cost ? ["effect", "cost", "net_cost"] : ["effect", "cost"];
    this.checks = Object.entries(this.parts.checks ? this.parts.checks.targets : {});
    this.means = new Map(); // of each lane, of every other row
    this.bases = new Map();
    this.held = [];
    this.extents = new WeakMap();
    this.chosen = Object.values(this.parts).filter(({reach}) => reach); // parts that evaluate some options alone
    for (const part of this.chosen) {
      part.list = new BigInt64Array(memory.buffer, part.at.rows); // how many options to evaluate, and which
      this.every = Array.from({length: Number(part.list[0])}, (_, option) => option);
      part.stale = new Set(this.every);
    }
    this.look();
  }

  /* Take a perspective (R245): its rows are others, so that all options are to be evaluated. */
  look(view) {
    const {data} = this;
    this.view = view;
    this.decision = Object.fromEntries(this.names.map((name) => [name, this.cells(`decision.${name}`)]));
    this.drawn = new Map(Object.values(this.decision).flat().filter(({row}) => !row).map(({number}) => [number, {row: new Float64Array(this.size)}]));
    const asked = {own_effect: "own.effect", own_cost: "own.cost", paid: data.beside.total_cost, saved: data.beside.total_saving};
    for (const role of ["cost_of_place", "cost_per_person"]) {
      for (const end of ["", " top", " bottom"]) asked[role + end] = data.beside[role] + end;
    }
    this.shown = Object.entries(asked).map(([name, outcome]) => [name, this.cells(outcome)]).filter(([, some]) => some);
    this.parts.decision.stale = new Set(this.every);
    this.filled = new Set(data.elements.keys()); // whose draws have changed since the decision was evaluated
  }

  scenario({inputs, gone, elements, values}) {
    const known = new Map(this.data.inputs.map((one) => [one.path, one]));
    gone.forEach((path) => known.delete(path));
    inputs.forEach((one) => known.set(one.path, one));
    return {inputs: known, elements: this.data.elements.map((one, index) => elements[index] || one), values};
  }

  /* Put draws in the place of an element's: its own times a factor, or one value; the last lane has the base case. */
  fill(element, {draws, base, fixed, times = 1}) {
    const row = fixed === undefined && draws >= 0 ? this.draws[draws] : null;
    const value = fixed === undefined ? base * times : fixed;
    for (let lane = 0; lane <= this.lanes; lane++) {
      const start = (lane * this.columns + element) * LANE;
      if (!row || lane === this.lanes) this.x.fill(value, start, start + LANE);
      else if (times === 1) this.x.set(row.subarray(lane * LANE, (lane + 1) * LANE), start);
      else for (let draw = 0; draw < LANE; draw++) this.x[start + draw] = times * row[lane * LANE + draw];
    }
  }

  /* A state with its inputs, and the number that each change comes to in the unit of the model. */
  read(state) {
    const {inputs, elements, values} = this.scenarios.get(state.variant || "") || this.scenarios.get("");
    const changes = {...state.changes}, central = [...inputs.values()].find(({level}) => level === this.data.central);
    const valued = state.value === undefined || !central ? null : central.path;
    if (valued) changes[valued] = {fixed: state.value / central.display.per};
    return {inputs, elements, values, changes, valued};
  }

  /* Faults of a state: names that are not there, values outside their bounds, changes that an input does not take. */
  check(state) {
    const faults = [], {inputs, changes, valued} = this.read(state);
    const say = (path, message) => faults.push({path: path === valued ? "@value" : path, message});
    if (state.variant && !this.scenarios.has(state.variant)) say("@variant", `there is no variant ${state.variant} on this page`);
    const options = this.data.options.map((one) => one.name), named = [state.comparator, ...(state.without || [])];
    named.filter((name) => name !== undefined && !options.includes(name)).forEach((name) => say("", `there is no option ${name}`));
    if (state.value !== undefined && !(state.value >= 0)) say("@value", "a value is a number, 0 or more");
    const compared = state.comparator === undefined ? options[this.data.comparator] : state.comparator, without = state.without || [];
    if (this.data.options.every(({name, row}) => row < 0 || name === compared || without.includes(name))) say("@without", "one option stays to be compared");
    if (compared !== undefined && without.includes(compared)) say("@without", "what is compared with stays");
    if (state.perspective !== undefined && !Object.hasOwn(this.data.perspectives, state.perspective)) say("@perspective", `there is no perspective ${state.perspective}`);
    if (state.comparator !== undefined && !this.data.comparable) say("@comparator", "nothing else is compared with on this page: run it");
    for (const [path, {fixed, times, word}] of Object.entries(changes)) {
      const one = inputs.get(path);
      if (!one) say(path, "there is no such input");
      else if (one.kind === "word" && !one.words.includes(word)) say(path, `it is ${one.words.join(" or ")}`);
      else if (one.kind === "word" ? !one.fixes : fixed === undefined ? !one.moves : !one.fixes) say(path, one.why);
      else if (one.kind === "word") continue;
      else if (!Number.isFinite(fixed === undefined ? times : fixed)) say(path, "this is not a number");
      else if (fixed === undefined && !(times > 0)) say(path, "a factor is above 0");
      else if (fixed !== undefined && outside(fixed, one)) say(path, `the model allows ${allowed(one)}`);
    }
    const {hurdle} = this.data, values = faults.length || !hurdle ? [] : this.valuesOf(state);
    if (values.some((one) => one > hurdle.most) && values.some((one) => one >= hurdle.least && one <= hurdle.most)) {
      say(valued || Object.keys(changes).find((one) => inputs.get(one).level >= 0) || "", hurdle.why);
    }
    const rate = inputs.get("appraisal.discount.wellbeing"), chosen = rate && changes[rate.path];
    for (const [path, {growth, growth_left: left, display}] of faults.length ? [] : inputs) {
      if (growth === undefined) continue;
      const {fixed, times = 1} = changes[path] || {}, most = rate ? rate.growth_left[chosen ? chosen.word : rate.word] : left;
      if ((fixed === undefined ? growth * times : fixed * display.per) > most + 1e-9) {
        say(changes[path] ? path : rate.path, "the value of a WELLBY grows beside a rate of discount that leaves that growth out");
      }
    }
    return faults;
  }

  /* Put the inputs of a state in place, and return what refuses them, if anything does. */
  stand(state) {
    const fault = this.check(state)[0];
    if (fault) return fault;
    const {inputs, elements, changes} = this.read(state), wanted = elements.map((one) => ({...one}));
    // a factor changes a number where it stands, and a value covers whatever stands at its path
    for (const [path, {times}] of Object.entries(changes)) {
      if (times !== undefined) inputs.get(path).owned.forEach((element) => { wanted[element].times = times; });
    }
    for (const [path, {fixed, word}] of Object.entries(changes)) {
      const one = inputs.get(path), value = word === undefined ? fixed * (one.display || {}).per : one.words.indexOf(word);
      const factors = one.factors && one.factors[word];
      if (fixed !== undefined || word !== undefined) one.covered.forEach((element, at) => { wanted[element].fixed = factors ? factors[at] : value; });
    }
    for (const {owned, same_as: other} of inputs.values()) {
      const first = other && inputs.get(other) && inputs.get(other).owned[0];
      if (other && first !== undefined) {
        owned.filter((element) => wanted[element].fixed === undefined).forEach((element) => {
          Object.assign(wanted[element], {fixed: wanted[first].fixed, times: wanted[first].times});
        });
      }
    }
    this.uncorrelate(wanted);
    wanted.forEach((one, element) => {
      const {draws, base, fixed, times, turn} = this.standing[element];
      if (one.draws === draws && one.base === base && one.fixed === fixed && one.times === times && one.turn === turn) return;
      this.fill(element, one);
      this.standing[element] = one;
      this.filled.add(element);
      for (const {reach, stale} of this.chosen) reach[element].forEach((option) => stale.add(option));
    });
    return this.strays(inputs, wanted);
  }

  /* Draw anew what is correlated with a number that has become certain, or is so no longer: each as if it never was. */
  uncorrelate(wanted) {
    for (const joint of this.copulas) {
      const of = (place) => wanted.filter(({draws}) => draws === joint.first + place);
      const left = joint.rows.map((_, at) => at).filter((at) => {
        const some = of(joint.rows[at]);
        return !some.length || some.some(({fixed}) => fixed === undefined);
      });
      if (String(left) !== joint.left && (joint.left !== undefined || left.length < joint.rows.length)) {
        const rows = left.map((at) => joint.own[at].slice());
        correlate(rows, factorOf(joint.factor, left), joint.sampling, this.numbers);
        left.forEach((at, index) => {
          const law = joint.sampling.laws[joint.rows[at]];
          laws[law.kind](rows[index], law, joint.sampling, this.numbers);
          this.draws[joint.first + joint.rows[at]] = rows[index];
        });
        joint.left = String(left);
        joint.turn++;
      }
      joint.rows.forEach((place) => of(place).forEach((one) => { one.turn = joint.turn; }));
    }
  }

  /* The first changed input that is drawn outside its bounds (semantics R5, R76). */
  strays(inputs, wanted) {
    for (const one of inputs.values()) {
      const [element] = one.owned;
      if (one.kind === "word" || element === undefined || wanted[element].times === undefined || (one.low === null && one.high === null)) continue;
      const low = one.low === null ? -Infinity : one.low * one.display.per, high = one.high === null ? Infinity : one.high * one.display.per;
      const {draws, base, times, fixed} = wanted[element];
      const ends = fixed === undefined && draws >= 0 ? this.extent(draws).map((end) => times * end) : [fixed === undefined ? base * times : fixed];
      if (ends.some((end) => end < low || end > high)) return {path: one.path, message: `the model allows ${allowed(one)}`};
    }
    return null;
  }

  /* The least and the largest of an element's own draws. */
  extent(draws) {
    const row = this.draws[draws];
    if (!this.extents.has(row)) this.extents.set(row, [row.reduce((one, other) => Math.min(one, other)), row.reduce((one, other) => Math.max(one, other))]);
    return this.extents.get(row);
  }

  /* The decision as `wellbeva run` with the same changes has it (R230). */
  run(state = {}) {
    const refused = this.draw(state);
    if (refused) return {options: this.data.options.map((one) => one.name), refused};
    return {...this.decide(this.valuesOf(state), state), refused: null};
  }

  valuesOf(state) {
    const {inputs, values, changes} = this.read(state), found = values.slice();
    for (const [path, {fixed, times}] of Object.entries(changes)) {
      const {level, display} = inputs.get(path);
      if (level >= 0) found[level] = fixed === undefined ? times * found[level] : fixed * display.per;
    }
    if (state.value !== undefined) found[this.data.central] = state.value;
    return found;
  }

  /* Work out some lanes of a part of the model, into rows from a place of the memory on. */
  work({model, at}, lane, lanes, y, height) {
    const row = 8 * LANE * this.columns, x = this.x.byteOffset + row * lane;
    model(BigInt(lanes), BigInt(LANE * this.columns), BigInt(LANE * height), x, y, at.data, at.rows, this.scratch);
  }

  /* Evaluate a part of the model, a randomisation at a time: where among the results a row has the draws of a lane. */
  *evaluate(name) {
    const part = this.parts[name], {height} = part, {together, y} = this;
    for (let index = 0; index < this.data.randomisations; index++) {
      this.work(part, index * together, together, y.byteOffset, height);
      yield (number, lane) => (lane * height + number) * LANE;
    }
  }

  /* The options of a part that have become stale; the part is told of them. */
  renewed({list, stale}) {
    const options = [...stale];
    list.set([options.length, ...options].map(BigInt));
    stale.clear();
    return options;
  }

  /* The place of each option's number among the rows of a target; or the number itself, where nothing changes it. */
  cells(name) {
    const {targets, constants} = this.parts.decision, seen = `${name}@${this.view}`; // in another perspective (R245)
    const target = seen in targets || seen in constants ? seen : name, fixed = constants[target], known = targets[target];
    if (!fixed && !known) return null;
    const length = fixed ? fixed.length : known[1] - known[0];
    return this.data.options.map(({row}) => {
      const place = Math.min(row, length - 1), value = row < 0 ? 0 : fixed && fixed[place];
      return row < 0 || fixed ? {value, row: new Float64Array(this.size).fill(value)} : {number: known[0] + place};
    });
  }

  /* Draw a state, unless the last had the same draws: a value, an option left out or a comparator change none. */
  draw(state) {
    const fault = this.stand(state);
    if (fault) return fault;
    if (this.view !== state.perspective) this.look(state.perspective);
    const keeping = this.chosen.filter(({first}) => first), told = ["decision", "checks"].filter((name) => this.parts[name] && this.parts[name].stale.size);
    for (const part of keeping) {
      const stop = this.renewed(part).length ? this.lanes + 1 : 0; // the base case is the last
      for (let lane = 0; lane < stop; lane++) this.work(part, lane, 1, this.x.byteOffset + 8 * LANE * (lane * this.columns + part.first), this.columns);
    }
    if (told.length) this.failed = this.rows(told);
    return this.failed;
  }

  /* Evaluate the stale options of a part, and take what its changed elements reach. */
  read_rows(name) {
    const {y, together, drawn, means, bases} = this, part = this.parts[name], {targets, depends} = part, options = this.renewed(part);
    const seen = Object.keys(targets).filter((target) => (
      (!target.includes("@") || target.endsWith(`@${this.view}`)) && depends[target].some((element) => this.filled.has(element))));
    const evaluated = new Set(seen.map((target) => targets[target]).flatMap(([first, stop]) => (
      stop - first === 1 ? [first] : options.map((option) => first + option))));
    const changed = new Set();
    for (const number of evaluated) if (!drawn.has(number)) means.set(number, new Float64Array(this.lanes));
    let place = 0;
    for (const start of this.evaluate(name)) {
      for (let lane = 0; lane < together; lane++, place++) {
        for (const number of evaluated) {
          const from = start(number, lane), known = drawn.get(number);
          if (!known) means.get(number)[place] = meanOf(y, from, from + LANE);
          else if (changed.has(number) || !same(y, from, known.row, place * LANE)) {
            known.row.set(y.subarray(from, from + LANE), place * LANE);
            changed.add(number);
          }
        }
      }
    }
    this.work(part, this.lanes, 1, y.byteOffset, 0); // the base case: a lane whose draws are one
    evaluated.forEach((number) => bases.set(number, y[number * LANE]));
    for (const number of changed) drawn.set(number, {...drawn.get(number)}); // no longer as it was described
  }

  /* Evaluate the stale options of some parts, and return what refuses a draw. */
  rows(told) {
    const {data, drawn, means, bases} = this;
    told.forEach((name) => this.read_rows(name));
    this.filled.clear();
    const each = (some, of) => some.map((cell) => (cell.row ? cell.value : of(cell.number)));
    this.own = Object.fromEntries(this.names.map((name) => [name, this.decision[name].map((cell) => (cell.row ? cell : drawn.get(cell.number)))]));
    this.base = Object.fromEntries(this.names.map((name) => [name, each(this.decision[name], (number) => bases.get(number))]));
    const mean = (number) => (drawn.has(number) ? described(drawn.get(number), data.draws_each).mean : pooled(means.get(number)));
    this.beside = Object.fromEntries(this.shown.map(([name, some]) => [name, each(some, mean)]));
    for (const [name, [first, stop]] of this.checks) {
      for (let number = first; number < stop; number++) {
        if (bases.get(number) || means.get(number).some(Boolean)) return {path: "", message: data.checks[name]};
      }
    }
    const within = [...drawn.values()].every((draws) => described(draws, data.draws_each).bounded);
    return within ? null : {path: "", message: "a result is not a finite number"};
  }

  /* Means of the outcomes beside the decision: what a page may show a moment later. */
  detail(state = {}) {
    const steps = this.steps(state);
    for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
  }

  /* The same, a randomisation at a time, so that a reader may move something in between. */
  *steps(state) {
    const refused = this.draw(state), outcomes = {};
    if (refused || !this.parts.outcomes) return {refused, outcomes};
    const {targets, constants} = this.parts.outcomes;
    const held = Object.entries(targets).map(([name, [first, stop]]) => [name, first, Array.from({length: stop - first}, () => [])]);
    for (const start of this.evaluate("outcomes")) {
      for (const [, first, cells] of held) {
        cells.forEach((means, at) => {
          for (let lane = 0; lane < this.together; lane++) means.push(meanOf(this.y, start(first + at, lane), start(first + at, lane) + LANE));
        });
      }
      yield;
    }
    for (const [name, mean] of Object.entries(constants)) outcomes[name] = {mean};
    for (const [name, , cells] of held) outcomes[name] = {mean: cells.map(pooled)};
    return {refused, outcomes};
  }

  /* The options that are left in, beside what they are compared with. */
  against(state, values) {
    const {data, names, own, held} = this, named = (name) => data.options.findIndex((one) => one.name === name);
    const plain = state.comparator === undefined, other = plain ? data.comparator : named(state.comparator);
    // doing nothing is an option where it is what is compared with (semantics R49), and else none
    const kept = data.options.map((_, index) => index).filter((index) => (
      !(state.without || []).includes(data.options[index].name) && (plain || data.options[index].row >= 0)));
    const options = kept.map((index) => {
      const rows = names.map((name) => own[name][index]), less = plain ? [] : names.map((name) => own[name][other]);
      const key = [...values, ...rows, ...less];
      if (!held[index] || held[index].key.length !== key.length || key.some((one, at) => one !== held[index].key[at])) {
        const [effect, cost, spent = cost] = plain ? rows : rows.map(({row}, at) => ({row: row.map((one, draw) => increment(one, less[at].row[draw]))}));
        held[index] = new OptionDraws(key, [effect, cost, spent], values, data.central, data.draws_each, held[index] ? held[index].row : new Float64Array(this.size));
      }
      return held[index];
    });
    const minus = (some) => kept.map((index) => (plain ? some[index] : increment(some[index], some[other])));
    return {kept, options, minus, compared: kept.indexOf(other)};
  }

  decide(values, state) {
    const {data} = this, {central} = data, valued = values.length > 0, several = data.choose === "several";
    const {kept, options, compared, minus} = this.against(state, values), of = (name) => options.map((one) => one[name]);
    this.options = options;
    const parts = {effect: of("gain"), cost: of("paid"), net_cost: of("net")};
    const found = {
      options: kept.map((index) => data.options[index].name), comparator: compared, choose: data.choose,
      levels: data.levels, values, central,
      ...Object.fromEntries(Object.entries(parts).map(([name, some]) => [name, columns(some)])),
      rows: Object.fromEntries(Object.entries(parts).map(([name, some]) => [name, some.map((one) => one.parts)])),
      base: Object.fromEntries(Object.keys(parts).map((name) => [name, minus(this.base[name] || this.base.cost)])),
    };
    const means = values.map((one) => options.map(({gain, paid}) => gain.parts.map((mean, run) => one * mean - paid.parts[run])));
    const full = valued ? columns(of("benefit")) : null;
    found.net_benefit = full && Object.assign(full, {
      mean: means.map((some, level) => (level === central ? full.mean : some.map(pooled))),
      mcse: means.map((some, level) => (level === central ? full.mcse : some.map(errorOf))),
    });
    this.ratios(found, kept, options);
    found.prob_no_benefit = options.map(({gain}) => 1 - pooled(gain.above));
    const worth = (of_runs) => lazily([], values.map((_, level) => () => options.map((one) => of_runs(one.worth[level]))));
    found.prob_worth_it = worth(pooled);
    found.prob_worth_it_mcse = worth(errorOf);
    const pairs = (of) => lazily([], kept.map((_, at) => () => lazily([], kept.map((__, other) => () => {
      if (at > other) return of(options[at].against(options[other], several), 0);
      return at < other ? of(options[other].against(options[at], several), 1) : of(null);
    }))));
    found.strict = pairs((rows, own) => (rows ? pooled(rows[own]) : 0));
    found.beats = pairs((rows, own) => {
      const shares = rows ? rows.map(pooled) : [0, 0];
      return shares[own || 0] + Math.max(0, 1 - shares[0] - shares[1]) / 2;
    });
    found.beats_mcse = pairs((rows, own) => (rows ? errorOf(rows[own]) : 0));
    const best = several || !valued ? null : this.best(options.map(({score}) => score.row));
    return {
      ...found,
      prob_best: best && best.map(pooled),
    };
  }

  /* Ratios of means, and the money behind them, as decision.csv has them (analysis/tables/decision.py). */
  ratios(found, kept, options) {
    const {data, beside} = this, of = (name) => (beside[name] ? kept.map((index) => beside[name][index]) : null), {comparator} = found;
    const costly = options.map(({net}) => net.mean > SURE * net.mcse);
    found.per_1000 = columns(options.map((one, at) => lazily({
      mean: costly[at] ? ratio([one.gain.mean, one.net.mean]) : null, mcse: costly[at] ? one.error : null,
    }, {quantiles: () => one.rates})));
    const own_of = (name) => kept.map((index) => described(this.own[name][index], data.draws_each).mean);
    found.own_effect = of("own_effect") || own_of("effect");
    const ownCost = of("own_cost") || own_of(data.has_net_cost ? "net_cost" : "cost"), [paid, saving] = [of("paid"), of("saved")];
    const adds = paid && saving && paid.every((one, at) => Math.abs(one - saving[at] - ownCost[at]) <= 1e-8 + 1e-9 * Math.abs(ownCost[at]));
    const own = adds ? saving : kept.map(() => 0);
    found.saved = own.map((one) => (comparator < 0 ? one : one - own[comparator]));
    found.paid = found.net_cost.mean.map((one, at) => one + found.saved[at]);
    found.other = found.net_cost.mean.map((one, at) => one - found.cost.mean[at]);
    found.own_cost = ownCost.map((one, at) => one + own[at]);
    found.place_cost = ["cost_of_place", "cost_per_person"].reduce((known, role) => {
      const [top, bottom] = [of(`${role} top`), of(`${role} bottom`)];
      return known || of(role) || (top && bottom && top.map((one, at) => finite(one / bottom[at])));
    }, null);
  }

  /* The first option's net benefit less the second's, by the draws of the last run (report/facts/difference.py). */
  difference(first, second) {
    const [one, two] = [this.options[first], this.options[second]];
    const found = columns([described({get row() { return less(one.score.row, two.score.row); }}, this.data.draws_each)]);
    return Object.fromEntries(Object.entries(found).map(([name, [only]]) => [name, only]));
  }

  /* Shares of draws, by randomisation, in which each option has the highest net benefit. */
  best(scores) {
    const each = this.data.draws_each, shares = scores.map(() => new Float64Array(this.size / each));
    const high = spare, first = new Uint16Array(this.size), ties = new Uint16Array(this.size).fill(1);
    high.set(scores[0]);
    scores.forEach((row, index) => {
      for (let draw = 0; index && draw < row.length; draw++) {
        if (row[draw] > high[draw]) {
          high[draw] = row[draw];
          first[draw] = index;
          ties[draw] = 1;
        } else if (row[draw] === high[draw]) ties[draw]++;
      }
    });
    for (let draw = 0; draw < this.size; draw++) {
      const run = Math.trunc(draw / each);
      if (ties[draw] === 1) shares[first[draw]][run]++;
      else scores.forEach((row, index) => { if (row[draw] === high[draw]) shares[index][run] += 1 / ties[draw]; });
    }
    shares.forEach((row) => row.forEach((count, run) => { row[run] = count / each; }));
    return shares;
  }

  /* What stands after each --set. */
  setTexts(state) {
    const {inputs, changes} = this.read(state), whose = state.perspective === undefined ? [] : [`decision.perspective=${state.perspective}`];
    return [...whose, ...Object.entries(changes).map(([path, {fixed, times, word}]) => {
      const {display} = inputs.get(path);
      if (word !== undefined) return `${path}=${word}`;
      return `${path}=${fixed === undefined ? `as written × ${plain(times)}` : written(display, fixed, "-")}`;
    })];
  }
}

/* A number as a file may have it: no exponent. */
function plain(number) {
  const text = String(number);
  return text.includes("e") ? number.toFixed(20).replace(/0+$/, "").replace(/\.$/, "") : text;
}

/* A number with its signs, the minus first, as a file has it. */
const written = ({before, after}, number, minus = "−") => `${number < 0 ? minus : ""}${before}${plain(Math.abs(number))}${after}`;

const outside = (number, one) => (one.low !== null && number < one.low) || (one.high !== null && number > one.high);

function allowed(one) {
  const end = (number) => written(one.display, number);
  if (one.low === null) return `${end(one.high)} and below`;
  return one.high === null ? `${end(one.low)} and above` : `${end(one.low)} to ${end(one.high)}`;
}

/* Compile the model and draw; rejects where there is no WebAssembly. */
async function load(data, only = "") {
  if (typeof WebAssembly === "undefined") throw new Error("this browser has no WebAssembly");
  const modes = only ? [only] : ["simd", "scalar"], usable = modes.find((mode) => WebAssembly.validate(bytes(data.modules.decision[mode])));
  if (!usable) throw new Error("this browser cannot run the model");
  const memory = new WebAssembly.Memory({initial: 1}), models = {};
  for (const [name, module] of Object.entries(data.modules)) {
    const {instance} = await WebAssembly.instantiate(bytes(module[usable]), {env: {__linear_memory: memory}});
    models[name] = instance.exports.model;
  }
  return new Engine(data, usable, models, memory);
}
