/* Runs states of a page's engine: node states.js ENGINE DATA STATES OUT [simd|scalar]. */
const {readFileSync, writeFileSync} = require("fs");
const [engine, data, states, out, mode] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(path, "utf8"));
require(engine).load(read(data), mode).then((page) => {
  const found = read(states).map((state) => ({...page.run(state), detail: page.detail(state), set: page.check(state).length ? [] : page.setTexts(state)}));
  writeFileSync(out, JSON.stringify(found));
});
