/* Runs states of a page's engine: node states.js ENGINE DATA STATES OUT [simd|scalar]; of the first, the draws too. */
const {readFileSync, writeFileSync} = require("fs");
const [engine, data, states, out, mode, draws] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(path, "utf8"));
require(engine).load(read(data), mode).then((page) => {
  const found = read(states).map((state) => {
    const set = page.check(state).length ? [] : page.setTexts(state);
    return JSON.stringify({...page.run(state), detail: page.detail(state), set});
  });
  if (draws) found[0] = JSON.stringify({...JSON.parse(found[0]), draws_of_inputs: page.draws.map((row) => Array.from(row))});
  writeFileSync(out, `[${found}]`);
});
