"use strict";
/* The engine of a living page: it draws, calls the model's module, and reduces. See docs/design/page.md. */
const WellbevaEngine = (() => {
  const LANE = 512, POWERS = 8, SIDE = 833, FIRST = (1023 - 53) << 4, LEAST = 2 ** -53;
  const STEPS = 64, REACH = 8.25, PAGE = 65536, LARGEST = 2 ** 400;
  const GRID = 40, MOST_RANGED = 200;

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  // ---- draws: the bits of sampling/sobol.py, quantile_kernels.py and dependence.py

  const real = new Float64Array(1), half = new Uint32Array(real.buffer);

  /* Row and place in its piece of a uniform (quantile_tables.located). */
  function locate(u) {
    const upper = u > 0.5;
    real[0] = upper ? 1 - u : u;
    const high = half[1], low = half[0];
    half[1] = (((high << 4) | (low >>> 28)) & 0xfffff) | 0x3ff00000;
    half[0] = low << 4;
    return [(high >>> 16) - FIRST + (upper ? SIDE : 0), 2 - real[0]];
  }

  function horner(numbers, base, t) {
    let value = numbers[base + POWERS - 1] * t;
    for (let power = POWERS - 2; power > 0; power--) value = (value + numbers[base + power]) * t;
    return value + numbers[base];
  }

  function uniforms(data, randomisations, each) {
    const bits = Math.max(9, Math.ceil(Math.log2(each))), width = 2 * (bits + 1);
    const words = new Uint32Array(bytes(data.points).buffer);
    return Array.from({length: data.streams}, (_, stream) => {
      const row = new Float64Array(randomisations * each);
      for (let index = 0; index < randomisations; index++) {
        const base = (index * data.streams + stream) * width;
        let low = words[base + 2 * bits], high = words[base + 2 * bits + 1];
        for (let draw = 0; draw < each; draw++) {
          if (draw) {
            const bit = 31 - Math.clz32(draw & -draw);
            low ^= words[base + 2 * bit];
            high ^= words[base + 2 * bit + 1];
          }
          row[index * each + draw] = ((high >>> 0) * 2 ** 32 + (low >>> 0) + 0.5) * 2 ** -52;
        }
      }
      return row;
    });
  }

  function correlate(rows, joint, data, numbers) {
    const own = joint.rows.map((place) => rows[place]), size = own[0].length;
    const scores = own.map((row) => row.map((u) => {
      const [piece, t] = locate(u);
      return horner(numbers, data.scores + piece * POWERS, t);
    }));
    joint.factor.forEach((weights, place) => {
      if (weights.every((weight, other) => (other === place ? weight === 1 : weight === 0))) return;
      for (let draw = 0; draw < size; draw++) {
        let total = 0;
        weights.forEach((weight, other) => { if (weight !== 0) total += weight * scores[other][draw]; });
        const step = Math.min(Math.abs(total), REACH) * STEPS, index = Math.trunc(step);
        const tail = Math.max(horner(numbers, data.tails + index * POWERS, step - index), LEAST);
        own[place][draw] = total > 0 ? 1 - tail : tail;
      }
    });
  }

  const kept = (value, low, high) => (value < low ? low : value > high ? high : value);

  const laws = {
    left: () => {},
    draws: (row, law, data, numbers) => row.set(numbers.subarray(law.numbers, law.numbers + row.length)),
    table: (row, law, data, numbers) => {
      const table = data.tables[law.table], places = new Int32Array(2 * SIDE).fill(-1);
      table.rows.forEach((piece, index) => { places[piece] = table.numbers + index * POWERS; });
      const [low, high, shift, scale] = numbers.subarray(law.numbers);
      let apart = law.apart;
      for (let draw = 0; draw < row.length; draw++) {
        const [piece, t] = locate(row[draw]);
        const base = places[piece];
        row[draw] = base < 0 ? numbers[apart++] : kept(shift + scale * horner(numbers, base, t), low, high);
      }
    },
    uniform: (row, law, data, numbers) => {
      const [low, high, under, mass, over, least, most] = numbers.subarray(law.numbers), width = most - least;
      for (let draw = 0; draw < row.length; draw++) {
        const below = under + row[draw] * mass, above = over + (1 - row[draw]) * mass;
        row[draw] = kept(below <= 0.5 ? least + width * below : most - width * above, low, high);
      }
    },
    triangular: (row, law, data, numbers) => {
      const [low, high, under, mass, over, least, mode, most] = numbers.subarray(law.numbers);
      const width = most - least, rise = mode - least, fall = most - mode, share = rise / width;
      for (let draw = 0; draw < row.length; draw++) {
        const below = under + row[draw] * mass, above = over + (1 - row[draw]) * mass;
        const value = below <= share ? least + Math.sqrt(below * width * rise) : most - Math.sqrt(above * width * fall);
        row[draw] = kept(value, low, high);
      }
    },
  };

  function shareOut(rows, joint) {
    const left = new Float64Array(rows[0].length).fill(1);
    joint.rows.forEach((place, index) => {
      const row = rows[place], kind = joint.kinds[index];
      for (let draw = 0; draw < row.length; draw++) {
        const share = left[draw] * (kind === 1 ? row[draw] : kind === 0 ? 0 : 1);
        row[draw] = share;
        left[draw] -= share;
      }
    });
  }

  function pick(rows, joint, numbers) {
    const index = Array.from(rows[joint.picker], (u) => Math.min(Math.trunc(u * joint.number), joint.number - 1));
    joint.rows.forEach((place, column) => {
      index.forEach((row, draw) => { rows[place][draw] = numbers[joint.columns + column * joint.number + row]; });
    });
  }

  /* All draws of the run's elements: an array for each, one randomisation after the other. */
  function sample(data, numbers, randomisations, each) {
    const rows = uniforms(data, randomisations, each);
    data.copulas.forEach((joint) => correlate(rows, joint, data, numbers));
    data.laws.forEach((law, element) => laws[law.kind](rows[element], law, data, numbers));
    data.sticks.forEach((joint) => shareOut(rows, joint));
    data.picks.forEach((joint) => pick(rows, joint, numbers));
    return rows;
  }


  // ---- reductions

  /* Mean of some draws; of equal ones it is that number (standard_errors.pooled_mean). */
  function meanOf(row, start, stop) {
    const first = row[start];
    let total = 0;
    for (let draw = start; draw < stop; draw++) total += row[draw] - first;
    return first + total / (stop - start);
  }

  function errorOf(rows) {
    const centre = meanOf(rows, 0, rows.length);
    if (rows.every((one) => one === rows[0])) return 0;
    const spread = rows.reduce((total, one) => total + (one - centre) ** 2, 0);
    return Math.sqrt(spread / (rows.length - 1) / rows.length);
  }

  const pooled = (rows) => meanOf(rows, 0, rows.length);

  /* Standard error of a function of means, each left out once (standard_errors.jackknife). */
  function jackknife(rows, of) {
    const count = rows[0].length, wholes = rows.map(pooled);
    const left = Array.from({length: count}, (_, index) =>
      of(rows.map((row, which) => wholes[which] + (wholes[which] - row[index]) / (count - 1))));
    const centre = pooled(left);
    return Math.sqrt(left.reduce((total, one) => total + (one - centre) ** 2, 0) * (count - 1) / count);
  }

  const buckets = new Uint16Array(2 ** 20), counts = new Int32Array(1025);

  /* The values of some ranks, rising: only the buckets that hold them are sorted. */
  function ranked(row, ranks) {
    let least = row[0], most = row[0];
    for (let draw = 1; draw < row.length; draw++) {
      if (row[draw] < least) least = row[draw];
      else if (row[draw] > most) most = row[draw];
    }
    const scale = 1024 / (most - least);
    if (!Number.isFinite(scale)) return ranks.map(() => least);
    counts.fill(0);
    for (let draw = 0; draw < row.length; draw++) {
      const bucket = Math.trunc((row[draw] - least) * scale);
      buckets[draw] = bucket;
      counts[bucket]++;
    }
    let below = 0, held = -1, sorted = null;
    return ranks.map((rank) => {
      let bucket = held < 0 ? 0 : held;
      while (below + counts[bucket] <= rank) below += counts[bucket++];
      if (bucket !== held) {
        sorted = row.filter((_, draw) => buckets[draw] === bucket).sort();
        held = bucket;
      }
      return sorted[rank - below];
    });
  }

  /* Quantiles between sorted draws, joined by straight lines, as NumPy has them. */
  function quantiles(row, chances) {
    const last = row.length - 1, places = chances.map((chance) => last * chance);
    const values = ranked(row, places.flatMap((place) => [Math.floor(place), Math.min(Math.floor(place) + 1, last)]));
    return places.map((place, index) => {
      const low = values[2 * index], high = values[2 * index + 1], way = place - Math.floor(place);
      return way >= 0.5 ? high - (high - low) * (1 - way) : low + (high - low) * way;
    });
  }

  const CHANCES = {q05: 0.05, q25: 0.25, q50: 0.5, q75: 0.75, q95: 0.95};

  /* Mean, error, spread and quantiles of rows of draws, each an array over the rows. */
  function described(rows, each) {
    const found = {mean: [], mcse: [], sd: [], q05: [], q25: [], q50: [], q75: [], q95: []};
    rows.forEach((row) => {
      const parts = partMeans(row, each), mean = pooled(parts);
      let spread = 0;
      for (let draw = 0; draw < row.length; draw++) spread += (row[draw] - mean) ** 2;
      found.mean.push(mean);
      found.mcse.push(errorOf(parts));
      found.sd.push(Math.sqrt(spread / (row.length - 1)));
      quantiles(row, Object.values(CHANCES)).forEach((one, index) => found[Object.keys(CHANCES)[index]].push(one));
    });
    return found;
  }

  function partMeans(row, each) {
    return Array.from({length: row.length / each}, (_, index) => meanOf(row, index * each, (index + 1) * each));
  }

  const combined = (one, other, of) => {
    const row = new Float64Array(one.length);
    for (let draw = 0; draw < row.length; draw++) row[draw] = of(one[draw], other[draw]);
    return row;
  };

  /* Share of draws in which value times effect is above the cost; of no value, in which the effect is not above 0. */
  function shareWorth(effect, cost, value) {
    let count = 0;
    for (let draw = 0; draw < effect.length; draw++) count += value * effect[draw] - cost[draw] > 0;
    return count / effect.length;
  }

  function shareWithout(effect) {
    let count = 0;
    for (let draw = 0; draw < effect.length; draw++) count += effect[draw] <= 0;
    return count / effect.length;
  }

  /* Shares of draws in which each of two is ahead of the other (decision_counts.is_ahead). */
  function sharesAhead(e1, e2, c1, c2, s1, s2, several) {
    let first = 0, second = 0;
    for (let draw = 0; draw < e1.length; draw++) {
      let one = s1[draw], other = s2[draw];
      if (several && (c1[draw] > 0 || c2[draw] > 0)) {
        one = e1[draw] * Math.max(c2[draw], 0);
        other = e2[draw] * Math.max(c1[draw], 0);
      }
      first += one > other;
      second += other > one;
    }
    return [first / e1.length, second / e1.length];
  }

  // ---- a run

  const finite = (value) => (Number.isFinite(value) ? value : null);

  class Engine {
    constructor(data, mode, models, memory) {
      Object.assign(this, {data, mode, memory});
      const numbers = new Float64Array(bytes(data.numbers).buffer), count = data.elements.length;
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
      const results = LANE * most((part) => part.height) * this.together, inputs = LANE * count * this.lanes;
      const y = room(8 * results), x = room(8 * inputs);
      memory.grow(Math.max(0, Math.ceil((place - memory.buffer.byteLength) / PAGE)));
      for (const {held, cells, at} of Object.values(this.parts)) {
        new Uint8Array(memory.buffer).set(held, at.data);
        new Uint8Array(memory.buffer).set(cells, at.rows);
      }
      this.x = new Float64Array(memory.buffer, x, inputs);
      this.y = new Float64Array(memory.buffer, y, results);
      this.draws = data.sampling.streams ? sample(data.sampling, numbers, data.randomisations, data.draws_each) : [];
      this.inputs = new Map(data.inputs.map((one) => [one.path, one]));
      this.standing = new Array(count).fill("null");
      data.elements.forEach((_, element) => this.fill(element, {}));
    }

    /* Put the draws of an element in place: its own, times a factor, or one value. */
    fill(element, {fixed, times = 1}) {
      const {draws, base} = this.data.elements[element], count = this.data.elements.length;
      const row = fixed === undefined && draws >= 0 ? this.draws[draws] : null;
      const value = fixed === undefined ? base * times : fixed;
      for (let lane = 0; lane < this.lanes; lane++) {
        const to = this.x.subarray((lane * count + element) * LANE, (lane * count + element + 1) * LANE);
        if (!row) to.fill(value);
        else if (times === 1) to.set(row.subarray(lane * LANE, (lane + 1) * LANE));
        else for (let draw = 0; draw < LANE; draw++) to[draw] = times * row[lane * LANE + draw];
      }
    }

    /* What each element is under some changes: those that a value covers, later ones first come last. */
    changed(changes) {
      const wanted = new Array(this.data.elements.length).fill(null);
      for (const [path, change] of Object.entries(changes)) {
        const one = this.inputs.get(path);
        if (change.times !== undefined && !wanted[one.element]) wanted[one.element] = {times: change.times};
        if (change.fixed !== undefined) one.covered.forEach((element) => { wanted[element] = {fixed: change.fixed * one.display.per}; });
      }
      this.data.inputs.forEach((one) => {
        const other = one.same_as && this.inputs.get(one.same_as);
        if (other && wanted[other.element] && !wanted[one.element]) wanted[one.element] = wanted[other.element];
      });
      return wanted;
    }

    /* Faults of a state: paths that are not there, values outside their bounds, changes that an input does not take. */
    check(state) {
      const faults = [];
      for (const [path, change] of Object.entries(state.changes || {})) {
        const one = this.inputs.get(path), number = change.fixed === undefined ? change.times : change.fixed;
        const say = (message) => faults.push({path, message});
        if (!one) say("there is no such input");
        else if (!Number.isFinite(number)) say("this is not a number");
        else if (change.fixed !== undefined ? !one.fixes : !one.moves) say(one.why);
        else if (change.fixed !== undefined && outside(number, one)) say(`the model allows ${allowed(one)}`);
        else if (change.times !== undefined && !(number > 0)) say("a factor is above 0");
      }
      return faults;
    }

    /* Put the inputs of a state in place, and return what refuses them, if anything does. */
    stand(state) {
      const fault = this.check(state)[0];
      if (fault) return {...fault, draws: 0};
      this.changed(state.changes || {}).forEach((one, element) => {
        const key = JSON.stringify(one);
        if (key !== this.standing[element]) this.fill(element, one || {});
        this.standing[element] = key;
      });
      return this.strays();
    }

    /* The decision as `wellbeva run` with the same changes has it (docs/design/page.md). */
    run(state = {}) {
      const started = performance.now(), refused = this.stand(state) || this.rows();
      if (refused) return {options: this.data.options.map((one) => one.name), refused};
      return {...this.decide(this.valuesOf(state), state), refused: null, ms: performance.now() - started};
    }

    valuesOf(state) {
      const values = this.data.values.slice();
      for (const [path, change] of Object.entries(state.changes || {})) {
        const {level, display} = this.inputs.get(path);
        if (level >= 0) values[level] = change.fixed === undefined ? change.times * values[level] : change.fixed * display.per;
      }
      if (state.value !== undefined) values[this.data.central] = state.value;
      return values;
    }

    /* The first input that is drawn outside its bounds (semantics R5, R76). */
    strays() {
      const count = this.data.elements.length;
      for (const one of this.data.inputs) {
        if (one.element < 0 || (one.low === null && one.high === null) || this.standing[one.element] === "null") continue;
        const {per} = one.display, low = one.low === null ? -Infinity : one.low * per;
        const high = one.high === null ? Infinity : one.high * per;
        let outside = 0;
        for (let lane = 0; lane < this.lanes; lane++) {
          const start = (lane * count + one.element) * LANE;
          for (let draw = start; draw < start + LANE; draw++) if (this.x[draw] < low || this.x[draw] > high) outside++;
        }
        if (outside) return {path: one.path, message: `the model allows ${allowed(one)}`, draws: outside};
      }
      return null;
    }

    /* Evaluate a part of the model, a randomisation at a time; `see` gets its number and a reader of rows. */
    evaluate(name, see) {
      const {height, at, model} = this.parts[name], {together} = this, count = this.data.elements.length;
      const row = (number, lane) => this.y.subarray((lane * height + number) * LANE, (lane * height + number + 1) * LANE);
      for (let index = 0; index < this.data.randomisations; index++) {
        const x = this.x.byteOffset + 8 * LANE * count * index * together;
        model(BigInt(together), BigInt(LANE * count), BigInt(LANE * height), x, this.y.byteOffset, at.data, at.rows, this.scratch);
        see(index, row);
      }
    }

    /* Draw the decision's effect and costs into `this.own`; return what refuses a draw. */
    rows() {
      const {data, together} = this, {targets, constants} = this.parts.decision, {options} = data;
      const failed = new Map();
      this.own = {};
      const copied = [];
      for (const name of data.has_net_cost ? ["effect", "cost", "net_cost"] : ["effect", "cost"]) {
        const fixed = constants[`decision.${name}`], [first, stop] = targets[`decision.${name}`] || [0, fixed.length];
        this.own[name] = options.map(({row}) => {
          const draws = new Float64Array(this.size), place = Math.min(row, stop - first - 1);
          if (fixed && row >= 0) draws.fill(fixed[place]);
          else if (row >= 0) copied.push([draws, first + place]);
          return draws;
        });
      }
      this.evaluate("decision", (index, row) => {
        for (let lane = 0; lane < together; lane++) {
          for (const [draws, number] of copied) draws.set(row(number, lane), (index * together + lane) * LANE);
          for (const [name, [first]] of Object.entries(targets)) {
            if (!name.startsWith("check.")) continue;
            const count = row(first, lane).reduce((total, one) => total + one, 0);
            if (count) failed.set(name, (failed.get(name) || 0) + count);
          }
        }
      });
      for (const [name, draws] of failed) return {path: "", message: data.checks[name], draws};
      for (const [draws] of copied) {
        const bad = draws.reduce((total, one) => total + !(Math.abs(one) < LARGEST), 0);
        if (bad) return {path: "", message: "a result is not a finite number", draws: bad};
      }
      return null;
    }

    /* Outcomes beside the decision, and rivals along all values of a unit of effect: what a page may show a moment later. */
    detail(state = {}) {
      const refused = this.stand(state) || this.rows(), {data} = this;
      if (refused) return {refused};
      const found = {refused: null, outcomes: {}, acceptability: null};
      if (this.parts.outcomes) {
        const {targets, constants} = this.parts.outcomes, held = {};
        data.outcomes.forEach(({name}) => {
          const [first, stop] = targets[name] || [0, 0], timed = stop - first > MOST_RANGED;
          held[name] = Array.from({length: stop - first}, () => (timed ? [] : new Float64Array(this.size)));
        });
        this.evaluate("outcomes", (index, row) => {
          for (const [name, cells] of Object.entries(held)) {
            cells.forEach((cell, at) => {
              const number = targets[name][0] + at;
              for (let lane = 0; lane < this.together; lane++) {
                if (cell instanceof Float64Array) cell.set(row(number, lane), (index * this.together + lane) * LANE);
                else cell.push(meanOf(row(number, lane), 0, LANE));
              }
            });
          }
        });
        for (const [name, cells] of Object.entries(held)) {
          const fixed = constants[name];
          if (fixed) found.outcomes[name] = {mean: fixed, mcse: fixed.map(() => 0), q05: fixed, q95: fixed};
          else if (cells[0] instanceof Float64Array) found.outcomes[name] = described(cells, data.draws_each);
          else {
            const rows = cells.map((lanes) => partMeans(Float64Array.from(lanes), this.together));
            found.outcomes[name] = {mean: rows.map(pooled), mcse: rows.map(errorOf)};
          }
        }
      }
      if (data.choose === "one") found.acceptability = this.acceptability(this.valuesOf(state), state);
      return found;
    }

    /* The options that are left in, and what each gains and costs against what it is compared with. */
    against(state) {
      const {data} = this, named = (name) => data.options.findIndex((one) => one.name === name);
      const kept = data.options.map((_, index) => index).filter((index) => !(state.without || []).includes(data.options[index].name));
      const other = state.comparator === undefined ? data.comparator : named(state.comparator);
      const rows = (some) => kept.map((index) => (state.comparator === undefined ? some[index] : combined(some[index], some[other], (a, b) => a - b)));
      const effect = rows(this.own.effect), cost = rows(this.own.cost);
      const spent = data.has_net_cost ? rows(this.own.net_cost) : cost;
      return {kept, effect, cost, spent, compared: kept.indexOf(other)};
    }

    decide(values, state) {
      const {data} = this, {kept, effect, cost, spent, compared} = this.against(state);
      const each = data.draws_each, {central} = data;
      const valued = values.length > 0, several = data.choose === "several";
      const net = values.map((one) => effect.map((row, index) => combined(row, cost[index], (e, c) => one * e - c)));
      const score = valued ? net[central] : effect;
      const less = (some, index) => (compared < 0 ? some[index] : combined(some[index], some[compared], (a, b) => a - b));
      const parts = {effect: effect.map((row) => partMeans(row, each)), cost: cost.map((row) => partMeans(row, each)), net_cost: spent.map((row) => partMeans(row, each))};
      const found = {
        options: kept.map((index) => data.options[index].name), levels: data.levels, values, central,
        effect: described(effect, each), net_cost: described(spent, each), rows: parts,
      };
      found.cost = spent === cost ? found.net_cost : described(cost, each);
      const means = values.map((one) => kept.map((_, index) => parts.effect[index].map((mean, run) => one * mean - parts.cost[index][run])));
      const full = valued ? described(net[central], each) : null;
      found.net_benefit = valued ? {
        ...full,
        mean: means.map((some, level) => some.map((row, index) => (level === central ? full.mean[index] : pooled(row)))),
        mcse: means.map((some, level) => some.map((row, index) => (level === central ? full.mcse[index] : errorOf(row)))),
      } : null;
      const ratio = ([e, c]) => (1000 * e) / c;
      found.per_1000 = {mean: [], mcse: [], q05: [], q95: []};
      found.cost_per_wellby = kept.map((index, at) => {
        const pair = [parts.effect[at], parts.net_cost[at]];
        const [gain, gainNoise] = [found.effect.mean[at], 4 * found.effect.mcse[at]];
        const [paid, paidNoise] = [found.net_cost.mean[at], 4 * found.net_cost.mcse[at]];
        const known = paid > paidNoise, free = spent[at].some((one) => one <= 0);
        found.per_1000.mean.push(known ? ratio([gain, paid]) : null);
        found.per_1000.mcse.push(known ? finite(jackknife(pair, ratio)) : null);
        const ends = free ? [null, null] : quantiles(combined(effect[at], spent[at], (e, c) => (1000 * e) / c), [0.05, 0.95]);
        found.per_1000.q05.push(ends[0]);
        found.per_1000.q95.push(ends[1]);
        const told = at !== compared && (data.options[index].priced || paid !== 0) && gain > gainNoise && (known || paid === 0);
        return told ? paid / gain : null;
      });
      found.prob_no_benefit = effect.map((_, at) => shareWithout(less(effect, at)));
      found.prob_worth_it = values.map((one) => effect.map((_, at) => shareWorth(less(effect, at), less(cost, at), one)));
      found.beats = effect.map((_, at) => effect.map((_, other) => (at === other ? 0.5 : 0)));
      for (let a = 0; a < effect.length; a++) {
        for (let b = 0; b < a; b++) {
          const [first, second] = sharesAhead(effect[a], effect[b], spent[a], spent[b], score[a], score[b], several);
          const tied = Math.max(0, 1 - first - second) / 2;
          found.beats[a][b] = first + tied;
          found.beats[b][a] = second + tied;
        }
      }
      const best = several || !valued ? null : this.best(values[central], effect, cost, parts);
      return {
        ...found,
        prob_best: best && {value: best.shares.map(pooled), mcse: best.shares.map(errorOf)},
        evpi: best && {value: best.evpi, mcse: best.mcse},
      };
    }

    /* Who is best at a value of a unit of effect, and what perfect information is worth (results/probabilities.py). */
    best(value, effect, cost, parts) {
      const each = this.data.draws_each, runs = this.size / each, options = effect.length, own = new Float64Array(options);
      const shares = effect.map(() => new Float64Array(runs)), highest = new Float64Array(runs);
      for (let run = 0; run < runs; run++) {
        for (let draw = run * each; draw < (run + 1) * each; draw++) {
          let high = -Infinity, ties = 0, first = 0;
          for (let index = 0; index < options; index++) {
            const one = value * effect[index][draw] - cost[index][draw];
            own[index] = one;
            if (one > high) {
              high = one;
              first = index;
              ties = 1;
            } else if (one === high) ties++;
          }
          highest[run] += high;
          if (ties === 1) shares[first][run]++;
          else for (let index = first; index < options; index++) if (own[index] === high) shares[index][run] += 1 / ties;
        }
      }
      shares.forEach((row) => row.forEach((count, run) => { row[run] = count / each; }));
      const means = parts.effect.map((row, index) => value * pooled(row) - pooled(parts.cost[index]));
      const first = means.indexOf(Math.max(...means)), most = (rows) => Math.max(...rows.map((row) => Math.abs(pooled(row))));
      const rows = highest.map((total, run) => total / each - (value * parts.effect[first][run] - parts.cost[first][run]));
      const none = pooled(rows) <= 1e-12 * (value * most(parts.effect) + most(parts.cost));
      return {shares, evpi: none ? 0 : pooled(rows), mcse: none ? 0 : errorOf(rows)};
    }

    acceptability(values, state) {
      const {effect, cost} = this.against(state), each = this.data.draws_each;
      const parts = {effect: effect.map((row) => partMeans(row, each)), cost: cost.map((row) => partMeans(row, each))};
      const top = 2 * Math.max(...values), changed = values.some((one, level) => one !== this.data.values[level]);
      const grid = Array.from({length: GRID + 1}, (_, step) => (top * step) / GRID);
      const thresholds = changed ? [...new Set([...grid, ...values])].sort((a, b) => a - b) : this.data.thresholds;
      const at = thresholds.map((value) => this.best(value, effect, cost, parts));
      return {thresholds, best: at.map((one) => one.shares.map(pooled)), evpi: at.map((one) => one.evpi)};
    }

    /* An input as it now stands, in the unit in which it is written. */
    input(path, state = {}) {
      const one = this.inputs.get(path), change = (state.changes || {})[path] || {};
      if (change.fixed !== undefined) return {mean: change.fixed, q05: null, q50: null, q95: null};
      const {times = 1} = change, scaled = (number) => (number === null ? null : number * times);
      return {mean: scaled(one.mean), q05: scaled(one.q05), q50: scaled(one.q50), q95: scaled(one.q95)};
    }

    /* What stands after each --set. */
    setTexts(state) {
      return Object.entries(state.changes || {}).map(([path, change]) => {
        const {display} = this.inputs.get(path);
        const text = change.fixed === undefined ? `as written × ${plain(change.times)}` : `${display.before}${plain(change.fixed)}${display.after}`;
        return `${path}=${text}`;
      });
    }
  }

  /* A number as a file may have it: no exponent. */
  function plain(number) {
    const text = String(number);
    return text.includes("e") ? number.toFixed(20).replace(/0+$/, "").replace(/\.$/, "") : text;
  }

  const outside = (number, one) => (one.low !== null && number < one.low) || (one.high !== null && number > one.high);

  function allowed(one) {
    const end = (number) => `${one.display.before}${plain(number)}${one.display.after}`;
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
      if (!module) continue;
      const {instance} = await WebAssembly.instantiate(bytes(module[usable]), {env: {__linear_memory: memory}});
      models[name] = instance.exports.model;
    }
    return new Engine(data, usable, models, memory);
  }

  return {load, sample, bytes};
})();
if (typeof module !== "undefined") module.exports = WellbevaEngine;
