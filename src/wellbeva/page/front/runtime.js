"use strict";
// What the translated functions of the report take from Python: truth, equality, text, collections. `py` has its names.
const py = {
  each: (x) => (typeof x === "string" ? [...x] : x instanceof Map ? [...x.keys()] : [...x]),
  len: (x) => (x instanceof Map || x instanceof Set ? x.size : typeof x === "string" ? [...x].length : x.length),
  bool: (x) => (x === null || x === undefined ? false
    : x instanceof Map || x instanceof Set ? x.size > 0 : Array.isArray(x) ? x.length > 0 : Boolean(x)),
  and: (...all) => { let x = true; for (const one of all) { x = one(); if (!py.bool(x)) return x; } return x; },
  or: (...all) => { let x = false; for (const one of all) { x = one(); if (py.bool(x)) return x; } return x; },
  eq: (a, b) => {
    if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => py.eq(x, b[i]));
    if (a instanceof Set && b instanceof Set) return a.size === b.size && py.subset(a, b);
    const plain = (x) => (typeof x === "boolean" || (x && x.size === undefined && typeof x.valueOf() === "number") ? +x : x);
    return plain(a) === plain(b);
  },
  contains: (all, x) => (typeof all === "string" ? all.includes(x) : all instanceof Map || all instanceof Set ? all.has(x)
    : py.each(all).some((one) => py.eq(one, x))),
  less: (a, b) => new Set([...a].filter((x) => !b.has(x))),
  union: (a, b) => new Set([...a, ...b]),
  subset: (a, b) => [...a].every((x) => b.has(x)),
  add: (a, b) => (Array.isArray(a) ? [...a, ...b] : a + b),
  mult: (a, b) => (typeof a === "string" ? a.repeat(Math.max(0, +b)) : typeof b === "string" ? b.repeat(Math.max(0, +a))
    : Array.isArray(a) ? Array.from({ length: b }, () => a).flat() : a * b),
  slice: (x, low, high) => (typeof x === "string" ? [...x].slice(low, high).join("") : x.slice(low, high)),
  at: (x, key) => (x instanceof Map ? x.get(key) : typeof x === "string" ? [...x].at(+key) : x.at(+key)),
  put: (x, key, value) => { if (x instanceof Map) x.set(key, value); else x[key] = value; },
  str: (x) => (x === null ? "None" : typeof x === "boolean" ? (x ? "True" : "False") : String(x)),
  // Of the mini-language: groups of thousands, a number of decimals, and at most ten figures.
  format: (x, spec) => {
    const value = +x;
    if (spec.endsWith("g")) {
      const figures = Number(/\.(\d+)/.exec(spec)?.[1] ?? 6);
      const [mantissa, power] = value.toExponential(figures - 1).split("e");
      if (power >= -4 && power < figures) return py.grouped(String(+value.toPrecision(figures)));
      return `${+mantissa}e${power[0]}${power.slice(1).padStart(2, "0")}`;
    }
    const decimals = /\.(\d+)f/.exec(spec);
    const text = decimals ? value.toFixed(Number(decimals[1])) : String(value);
    return spec.includes(",") ? py.grouped(text) : text;
  },
  grouped: (text) => text.replace(/^(-?\d+)/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ",")),
  abs: Math.abs, iter: (x) => py.each(x)[Symbol.iterator](),
  all: (x) => py.each(x).every(py.bool),
  any: (x) => py.each(x).some(py.bool),
  enumerate: (x, { start = 0 } = {}) => py.each(x).map((one, at) => [at + start, one]),
  filter: (test, x) => py.each(x).filter((one) => py.bool(test ? test(one) : one)),
  float: (x) => +x, int: (x) => Math.trunc(+x),
  list: (x = []) => py.each(x), tuple: (x = []) => py.each(x),
  set: (x = []) => new Set(py.each(x)),
  map: (f, ...all) => (all.length > 1 ? py.zip(...all) : py.each(all[0]).map((x) => [x])).map((x) => f(...x)),
  range: (...ends) => {
    const [from, to, step] = ends.length > 1 ? [ends[0], ends[1], ends[2] ?? 1] : [0, ends[0], 1];
    return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, at) => from + at * step);
  },
  // Halves to the even neighbour, as Python rounds; with digits the nearest of the exact value, as toFixed has it.
  round: (x, digits) => {
    if (digits !== undefined) return Number(x.toFixed(digits));
    const low = Math.floor(x);
    return x - low === 0.5 ? low + (low % 2 !== 0 ? 1 : 0) : Math.round(x);
  },
  compare: (a, b) => {
    if (!Array.isArray(a)) return a < b ? -1 : a > b ? 1 : 0;
    const at = a.findIndex((x, index) => py.compare(x, b[index]) !== 0);
    return at < 0 ? a.length - b.length : py.compare(a[at], b[at]);
  },
  sorted: (x, { key = (one) => one, reverse = false } = {}) => {
    const keyed = py.each(x).map((one) => [key(one), one]);
    return keyed.sort((a, b) => (reverse ? -1 : 1) * py.compare(a[0], b[0])).map((pair) => pair[1]);
  },
  best: (sign, given) => {
    const last = given.at(-1);
    const named = given.length > 1 && last?.constructor === Object ? given.pop() : {};
    const all = given.length > 1 ? given : py.each(given[0]);
    if (!all.length) return named.default;
    const key = named.key ?? ((one) => one);
    return all.reduce((a, b) => (sign * py.compare(key(b), key(a)) > 0 ? b : a));
  },
  max: (...given) => py.best(1, given), min: (...given) => py.best(-1, given),
  next: (x, ...rest) => { // of an iterator that goes on, or of all that a generator gave
    if (typeof x.next !== "function") return x.length ? x[0] : rest[0];
    const { done, value } = x.next();
    return done ? rest[0] : value;
  },
  sum: (x) => py.each(x).reduce((a, b) => a + +b, 0),
  zip: (...all) => {
    if (all.at(-1)?.constructor === Object) all.pop();
    const lists = all.map(py.each);
    return lists[0].map((_, at) => lists.map((one) => one[at]));
  },
  isinf: (x) => Math.abs(x) === Infinity,
  isclose: (a, b, { rel_tol = 1e-9, abs_tol = 0 } = {}) => a === b
    || Math.abs(a - b) <= Math.max(rel_tol * Math.max(Math.abs(a), Math.abs(b)), abs_tol),
  replaced: (x, changed) => Object.assign(Object.create(Object.getPrototypeOf(x)), x, changed),
  counter: (x) => py.each(x).reduce((found, one) => found.set(one, (found.get(one) ?? 0) + 1), new Map()),
  // What Python counts as a letter or a figure, JavaScript counts only where it is asked by name.
  pattern: (of) => new RegExp(of.replaceAll("[^\\W_]", "[\\p{L}\\p{N}]"), "gu"),
  findall: (of, text) => [...text.matchAll(py.pattern(of))].map((found) => found[0]),
  sub: (of, by, text) => text.replace(py.pattern(of), by),
  divide: (of, text) => text.split(py.pattern(of)),
  append: (x, one) => { x.push(one); },
  pop: (x, at) => (at === undefined ? x.pop() : x.splice(at, 1)[0]),
  get: (x, key, other = null) => (x.get(key) === undefined ? other : x.get(key)),
  values: (x) => [...x.values()], items: (x) => [...x.entries()],
  index: (x, one) => x.indexOf(one),
  join: (by, x) => py.each(x).join(by),
  partition: (x, by) => (x.includes(by) ? [x.slice(0, x.indexOf(by)), by, x.slice(x.indexOf(by) + by.length)] : [x, "", ""]),
  split: (x, by) => (by === undefined ? x.split(/\s+/u).filter(Boolean) : x.split(by)),
  strip: (x, of = " \t\n") => py.lstrip(py.rstrip(x, of), of),
  lstrip: (x, of) => { let at = 0; while (at < x.length && of.includes(x[at])) at += 1; return x.slice(at); },
  rstrip: (x, of = " \t\n") => { let at = x.length; while (at > 0 && of.includes(x[at - 1])) at -= 1; return x.slice(0, at); },
  replace: (x, a, b) => x.replaceAll(a, b),
  endswith: (x, tail) => x.endsWith(tail),
  lower: (x) => x.toLowerCase(), upper: (x) => x.toUpperCase(), casefold: (x) => x.toLowerCase(),
  isupper: (x) => x !== x.toLowerCase() && x === x.toUpperCase(),
};

// Decimal in Python: significant figures of the shortest text of a number, halves away from zero.
class Figures {
  constructor(digits, exponent) { // digits × 10^exponent
    this.digits = digits;
    this.exponent = exponent;
  }

  valueOf() { return Number(`${this.digits}e${this.exponent}`); }

  toString() {
    const { digits, exponent } = this;
    if (exponent >= 0) return digits === 0n ? "0" : String(digits) + "0".repeat(exponent);
    const text = String(digits).padStart(1 - exponent, "0");
    return `${text.slice(0, exponent)}.${text.slice(exponent)}`;
  }
}

function figures(x, digits = 2) {
  if (+x === 0) return new Figures(0n, 0);
  const [mantissa, power] = Math.abs(+x).toExponential().split("e");
  const shown = mantissa.replace(".", "");
  let kept = BigInt(shown.slice(0, digits).padEnd(digits, "0"));
  let exponent = Number(power) - digits + 1;
  if (shown.length > digits && shown[digits] >= "5") kept += 1n;
  if (String(kept).length > digits) { // 9.96 became 10.0: one figure too many
    kept /= 10n;
    exponent += 1;
  }
  return new Figures(kept, exponent);
}

function grouped(x) {
  return py.grouped(String(x));
}
