/* What draws come to: means, errors, quantiles, and an option beside what it is compared with (R230). */
const LARGEST = 2 ** 400;

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

const buckets = new Uint16Array(2 ** 14), some = new Float64Array(2 ** 14), counts = new Int32Array(1025), ends = new Int32Array(1025);

/* The values of some ranks, rising: only the buckets that hold them are sorted. */
function ranked(row, ranks) {
  let least = row[0], most = row[0];
  for (let draw = 1; draw < row.length; draw++) {
    const one = row[draw];
    if (one < least) least = one;
    if (one > most) most = one;
  }
  const scale = 1024 / (most - least);
  if (!Number.isFinite(scale)) return ranks.map(() => least);
  counts.fill(0);
  for (let draw = 0; draw < row.length; draw++) {
    const bucket = ((row[draw] - least) * scale) | 0;
    buckets[draw] = bucket;
    counts[bucket]++;
  }
  const wanted = new Map();
  let below = 0, bucket = 0, size = 0;
  const places = ranks.map((rank) => {
    while (below + counts[bucket] <= rank) below += counts[bucket++];
    if (!wanted.has(bucket)) {
      wanted.set(bucket, some.subarray(size, size + counts[bucket]));
      ends[bucket] = size + 1;
      size += counts[bucket];
    }
    return [bucket, rank - below];
  });
  for (let draw = 0; draw < row.length; draw++) {
    const bucket = buckets[draw], end = ends[bucket];
    if (end) {
      some[end - 1] = row[draw];
      ends[bucket] = end + 1;
    }
  }
  for (const [one, values] of wanted) {
    values.sort();
    ends[one] = 0;
  }
  return places.map(([one, place]) => wanted.get(one)[place]);
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

const CHANCES = {q05: 0.05, q25: 0.25, q75: 0.75, q95: 0.95};

/* Give an object properties that are worked out when they are first read. */
function lazily(object, works) {
  Object.entries(works).forEach(([name, of]) => Object.defineProperty(object, name, {configurable: true, enumerable: true, get: () => {
    const value = of();
    Object.defineProperty(object, name, {value});
    return value;
  }}));
  return object;
}

const descriptions = new WeakMap();

/* What some draws come to: worked out once, since an object of draws is made anew when they change. */
function described(draws, each) {
  if (!descriptions.has(draws)) {
    const {row} = draws, known = byRandomisation(row, each), mean = pooled(known.parts), rounding = 1e-12 * Math.abs(mean);
    descriptions.set(draws, lazily({...known, mean, mcse: errorOf(known.parts)}, {
      sd: () => spreadOf(draws.row, mean),
      varies: () => spreadOf(draws.row, mean, rounding) > rounding,
      quantiles: () => quantiles(draws.row, Object.values(CHANCES)),
    }));
  }
  return descriptions.get(draws);
}

/* Standard deviation; once it is more than `enough`, which it stays, that of the draws so far. */
function spreadOf(row, mean, enough = Infinity) {
  let spread = 0, found = 0;
  for (let draw = 0; draw < row.length && !(found > enough);) {
    for (const stop = draw + LANE; draw < stop; draw++) spread += (row[draw] - mean) ** 2;
    found = Math.sqrt(spread / (row.length - 1));
  }
  return found;
}

/* Numbers of several rows, each an array over them; those that few ask for when they do. */
function columns(some) {
  const later = Object.keys(CHANCES).map((name, index) => [name, () => some.map(({quantiles: values}) => values[index])]);
  return lazily({mean: some.map(({mean}) => mean), mcse: some.map(({mcse}) => mcse)},
    {sd: () => some.map(({sd}) => sd), varies: () => some.map(({varies}) => varies), ...Object.fromEntries(later)});
}

/* By randomisation the means (as `meanOf`) and the shares of draws above 0; and whether no draw is too large. */
function byRandomisation(row, each) {
  const parts = [], above = [];
  let over = 0;
  for (let draw = 0; draw < row.length;) {
    const first = row[draw];
    let total = 0, count = 0;
    for (const stop = draw + each; draw < stop; draw++) {
      const one = row[draw];
      total += one - first;
      count += Number(one > 0); // a branch that draws of both signs take at random would cost more than all else
      over += Number(!(Math.abs(one) < LARGEST));
    }
    parts.push(first + total / each);
    above.push(count / each);
  }
  return {parts, above, bounded: over === 0};
}

/* What one number is above another; nothing, where they differ by rounding alone (semantics R49). */
const increment = (one, other) => (
  Math.abs(one - other) <= 2 ** -41 * (Math.abs(one) + Math.abs(other)) ? 0 : one - other);

// fresh memory costs several times what fills it, so that rows of draws are written anew in their place: what a run
// works out when it is read is read before the next. Here stand rows of which a few numbers are left.
const spare = new Float64Array(2 ** 14);

/* So many times a row less another, draw by draw. */
function less(one, other, times = 1, row = spare) {
  for (let draw = 0; draw < row.length; draw++) row[draw] = times * one[draw] - other[draw];
  return row;
}

/* Of a thousand pounds, draw by draw. */
function rates(effect, spent) {
  for (let draw = 0; draw < spare.length; draw++) spare[draw] = (1000 * effect[draw]) / spent[draw];
  return spare;
}

/* Shares of draws, by randomisation, in which each of two is ahead of the other (decision_counts.is_ahead). */
function sharesAhead(one, other, several, each) {
  const [e1, c1, s1, e2, c2, s2] = [one, other].flatMap(({effect, cost, score}) => [effect.row, cost.row, score.row]);
  const runs = e1.length / each, first = new Float64Array(runs), second = new Float64Array(runs);
  for (let run = 0, draw = 0; run < runs; run++) {
    let ahead = 0, behind = 0;
    for (const stop = draw + each; draw < stop; draw++) {
      let mine = s1[draw], theirs = s2[draw];
      if (several && (c1[draw] > 0 || c2[draw] > 0)) {
        mine = e1[draw] * (c2[draw] > 0 ? c2[draw] : 0);
        theirs = e2[draw] * (c1[draw] > 0 ? c1[draw] : 0);
      }
      ahead += Number(mine > theirs);
      behind += Number(theirs > mine);
    }
    first[run] = ahead / each;
    second[run] = behind / each;
  }
  return [first, second];
}

/* An option beside what it is compared with: its draws and what they come to, as long as they stay. */
class OptionDraws {
  constructor(key, [effect, cost, spent], values, central, each, row) {
    const score = values.length > 0 ? {row: less(effect.row, cost.row, values[central], row)} : effect;
    Object.assign(this, {key, effect, cost, spent, score, row, each, ahead: new WeakMap()});
    const own = {gain: effect, paid: cost, net: spent, benefit: score};
    lazily(this, {
      ...Object.fromEntries(Object.entries(own).map(([name, draws]) => [name, () => described(draws, each)])),
      rates: () => (pooled(this.net.above) < 1 ? [null, null, null, null] : quantiles(rates(effect.row, spent.row), Object.values(CHANCES))),
      error: () => jackknife([this.gain.parts, this.net.parts], ratio),
    });
    this.worth = lazily([], values.map((one, level) => () => (
      level === central ? this.benefit : byRandomisation(less(effect.row, cost.row, one), each)).above));
  }

  /* Shares of draws in which it is ahead of another, and behind. */
  against(other, several) {
    if (!this.ahead.has(other)) this.ahead.set(other, sharesAhead(this, other, several, this.each));
    return this.ahead.get(other);
  }
}

const ratio = ([effect, spent]) => (1000 * effect) / spent;

/* Whether the draws of a lane have the bits of others. */
function same(some, start, row, from) {
  for (let draw = 0; draw < LANE; draw++) {
    const one = some[start + draw], other = row[from + draw];
    if (one !== other || (one === 0 && 1 / one !== 1 / other)) return false; // -0 is another number than 0
  }
  return true;
}
