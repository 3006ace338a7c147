// The state in the page's address, by a strict grammar: what is not understood is left out and named.
const address = {
  most: 4096,
  worth: (x) => x > 0 && x < 1e9, // what may stand for the value of one unit of effect
  others: (state) => ["variant", "value", "comparator", "perspective"].filter((key) => state[key] !== undefined && state[key] !== ""),
  // `effect.visits=0.4` a number as it is written, `=x1.25` a factor, `=:false` a word; `@value=`, `@variant=`, ...
  text: (state) => [
    ...Object.entries(state.changes ?? {}).map(([path, change]) => [
      path, change.word !== undefined ? `:${change.word}` : change.fixed !== undefined ? String(change.fixed) : `x${change.times}`,
    ]),
    ...address.others(state).map((key) => [`@${key}`, String(state[key])]),
    ...(state.without?.length ? [["@without", state.without.join(",")]] : []),
  ].map((pair) => pair.map(encodeURIComponent).join("=")).join("&"),

  state: (text, { inputs, options, variants, comparator, perspective, perspectives }) => {
    const state = { changes: {} };
    const ignored = [];
    if (text.length > address.most) return { state, ignored: ["an address of more than 4 kB"] };
    const known = new Map(inputs.map((one) => [one.path, one]));
    const named = new Set(options.map((one) => one.name));
    const number = (said) => (/^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(said) && Number.isFinite(Number(said)) ? Number(said) : null);
    const take = (key, value) => {
      const one = known.get(key);
      if (key === "@value") return address.worth(number(value)) && Boolean(state.value = number(value));
      if (key === "@variant") return variants.some((each) => each.ships && each.name === value) && Boolean(state.variant = value);
      if (key === "@comparator") return named.has(value) && (value === options[comparator]?.name || Boolean(state.comparator = value));
      if (key === "@perspective") return value === perspective || (Object.hasOwn(perspectives, value) && Boolean(state.perspective = value));
      if (key === "@without") return value.split(",").every((name) => named.has(name)) && Boolean(state.without = [...new Set(value.split(","))]);
      if (!one?.fixes) return false;
      if (one.kind !== "number") return (one.words ?? []).includes(value.slice(1)) && value[0] === ":" && Boolean(state.changes[key] = { word: value.slice(1) });
      const times = value[0] === "x";
      const x = number(times ? value.slice(1) : value);
      return x !== null && (!times || one.moves) && Boolean(state.changes[key] = times ? { times: x } : { fixed: x });
    };
    for (const part of text.split("&").filter(Boolean)) {
      let pair = ["", ""];
      try {
        pair = part.split("=").map(decodeURIComponent);
      } catch { /* not an address of ours */ }
      if (pair.length !== 2 || !take(...pair)) ignored.push(part.slice(0, 60));
    }
    return { state, ignored };
  },

  // Take out of a state what stands under a key; whether there was anything.
  drop: (state, key) => {
    const [from, name] = key[0] === "@" ? [state, key.slice(1)] : [state.changes, key];
    return Object.hasOwn(from, name) && delete from[name];
  },
};
