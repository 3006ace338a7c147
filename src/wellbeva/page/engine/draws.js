/* The draws of a living page: the bits of sampling/sobol.py, quantile_kernels.py and dependence.py (R229). */
const LANE = 512, POWERS = 8, SIDE = 833, FIRST = (1023 - 53) << 4, LEAST = 2 ** -53;
const STEPS = 64, REACH = 8.25;

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

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

/* Correlate uniforms in their place by a lower factor (dependence.correlated). */
function correlate(own, factor, data, numbers) {
  const scores = own.map((row) => row.map((u) => {
    const [piece, t] = locate(u);
    return horner(numbers, data.scores + piece * POWERS, t);
  }));
  factor.forEach((weights, place) => {
    if (weights.every((weight, other) => (other === place ? weight === 1 : weight === 0))) return;
    for (let draw = 0; draw < own[place].length; draw++) {
      let total = 0;
      for (let other = 0; other <= place; other++) if (weights[other] !== 0) total += weights[other] * scores[other][draw];
      const step = Math.min(Math.abs(total), REACH) * STEPS, index = Math.trunc(step);
      const tail = Math.max(horner(numbers, data.tails + index * POWERS, step - index), LEAST);
      own[place][draw] = total > 0 ? 1 - tail : tail;
    }
  });
}

/* The lower factor of what is left of a correlation when some of its numbers are certain. */
function factorOf(factor, left) {
  const found = left.map(() => left.map(() => 0)), dot = (one, other) => one.reduce((total, weight, at) => total + weight * other[at], 0);
  left.forEach((row, at) => {
    for (let other = 0; other <= at; other++) {
      const rest = dot(factor[row], factor[left[other]]) - dot(found[at].slice(0, other), found[other].slice(0, other));
      found[at][other] = other === at ? Math.sqrt(rest) : rest / found[other][other];
    }
  });
  return found;
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
  data.copulas.forEach((joint) => {
    joint.own = joint.rows.map((place) => rows[place].slice());
    correlate(joint.rows.map((place) => rows[place]), joint.factor, data, numbers);
  });
  data.laws.forEach((law, element) => laws[law.kind](rows[element], law, data, numbers));
  data.sticks.forEach((joint) => shareOut(rows, joint));
  data.picks.forEach((joint) => pick(rows, joint, numbers));
  return rows.slice(0, data.laws.length);
}
