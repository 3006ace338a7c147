// The view of the report (`report.page.view`) as elements; every text goes in as text, never as markup.
const SHAPES = new Set(["svg", "line", "text", "circle", "rect", "path", "use", "title"]);

// What an element is to be.
const v = (tag, given = {}, ...inside) => ({ tag, given, inside: inside.flat(4).filter((one) => one !== null && one !== "" && one !== false && one !== undefined) });
const h = (...of) => made(v(...of));

function made(one) {
  if (!one.tag) return one; // a text, or an element that is there
  const element = SHAPES.has(one.tag) ? document.createElementNS("http://www.w3.org/2000/svg", one.tag) : document.createElement(one.tag);
  for (const [key, value] of Object.entries(one.given)) give(element, key, value);
  element.append(...one.inside.map(made));
  return element;
}

function give(element, key, value) {
  if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
  else if (value === null || value === false || value === undefined) element.removeAttribute(key);
  else element.setAttribute(key, value === true ? "" : value);
}

// Change what differs and no more: a new table takes a browser longer than new numbers in the old.
function update(node, was, now) {
  if (was.tag !== now.tag) node.replaceWith(made(now));
  else if (!now.tag) node.data = was === now ? node.data : now;
  else {
    for (const key of Object.keys({ ...was.given, ...now.given })) if (was.given[key] !== now.given[key]) give(node, key, now.given[key]);
    const nodes = [...node.childNodes];
    nodes.slice(now.inside.length).forEach((one) => one.remove());
    now.inside.forEach((one, index) => { if (nodes[index]) update(nodes[index], was.inside[index], one); else node.append(made(one)); });
  }
}

const shown_as = new WeakMap();

// Put what is to be in the place of an element, or change that if it was put there.
function put(element, now) {
  const was = shown_as.get(element);
  const one = was ? element : made(now);
  if (was) update(element, was, now);
  else element.replaceWith(one);
  shown_as.set(one, now);
}

const vh = (said) => v("span", { class: "vh" }, said);
const decoration = { "aria-hidden": "true", focusable: "false" };
const at = (x) => `${x}%`;

function mark(m) {
  if (m.kind === "line") return v("line", { class: m.css, x1: at(m.x), x2: at(m.x2), y1: m.y, y2: m.y2 });
  if (m.kind === "text") return v("text", { class: m.css, x: at(m.x), y: m.y, "font-size": 12, "text-anchor": m.points }, m.text);
  if (m.kind === "dot") return v("circle", { class: m.css, cx: at(m.x), cy: m.y, r: 5.5 });
  if (m.kind === "box") return v("rect", { class: m.css, x: at(m.x), y: m.y, width: at(m.x2 - m.x), height: m.y2 - m.y });
  const inner = m.kind === "square" ? v("rect", { class: m.css, x: -5, y: -5, width: 10, height: 10 })
    : v("path", { class: m.css, d: m.points === "left" ? "M-1,0L6,-4.5L6,4.5Z" : "M1,0L-6,-4.5L-6,4.5Z" });
  return v("svg", { x: at(m.x), y: m.y, overflow: "visible" }, inner);
}

function picture(p) {
  const lines = p.marks.filter((m) => m.kind === "grid");
  return [
    lines.length > 0 && v("svg", { class: "under", ...decoration }, lines.map((m) => v("line", { class: m.css, x1: at(m.x), x2: at(m.x), y2: "100%" }))),
    v("svg", { class: "row", height: p.height, ...decoration }, p.marks.filter((m) => m.kind !== "grid").map(mark)),
  ];
}

const BARS = { strong: 3, promising: 2, initial: 1 };
const evidence = (word) => v("span", { class: "ev" }, v("svg", decoration, v("use", { href: `#ev${BARS[word] ?? 0}` })), word);

function cell(c, css, role) {
  return v("td", { role, class: `${css} ${c.css}`.trim() || null },
    c.before && v("span", { class: "m" }, c.before), c.picture && picture(c.picture), c.spoken && vh(c.spoken),
    c.evidence && evidence(c.evidence), c.text && (css.includes("c-num") ? v("span", { class: "big" }, c.text) : c.text),
    c.after && v("span", { class: "m" }, c.after),
    c.dagger && v("span", { class: "nb" }, "\u2009†", vh(" no comparison group")), c.under && v("span", { class: "rng" }, c.under));
}

// A table of the report (`blocks.grid`): the rows of a league become blocks on a phone.
function grid(t, css = "") {
  const league = t.layout === "league";
  const role = (name) => (league ? name : null);
  const head = t.columns.map((c) => v("th", { role: role("columnheader"), scope: "col", class: c.css || null },
    c.hidden ? vh(c.head) : c.picture ? v("span", { class: "u" }, c.head) : c.head,
    c.unit && [vh(",\u00a0"), v("span", { class: "u" }, c.unit)], c.picture && picture(c.picture)));
  const rows = t.rows.filter((row) => row.media !== "print").map((row) => {
    if (row.kind === "band") {
      return v("tr", { class: "sub", role: role("row") },
        v("th", { role: role("rowheader"), scope: "rowgroup", colspan: t.columns.length }, row.head, row.under && v("span", {}, ` ${row.under}`)));
    }
    return v("tr", { class: { total: "total", dif: "dif" }[row.kind] ?? null, role: role("row") },
      v("th", { role: role("rowheader"), scope: "row", class: role("c-name") }, row.head,
        row.under && (league ? v("span", { class: "sub1" }, row.under) : [vh(",\u00a0"), v("span", { class: "u" }, row.under)])),
      row.cells.map((c, index) => cell(c, t.columns[index + 1].css, role("cell"))));
  });
  return v("table", { class: `${league ? "lg" : t.wide ? "wide" : ""} ${css} ${t.css}`.trim() || null, role: role("table"), "aria-labelledby": `${t.key}t`, "aria-describedby": t.dek ? `${t.key}d` : null },
    v("thead", { role: role("rowgroup") }, v("tr", { role: role("row") }, head)), v("tbody", { role: role("rowgroup") }, rows));
}

// A plain table or a note with its heading (`blocks.table`, `blocks.note`).
function block(b) {
  const id = `${b.key}t`;
  const title = v("h3", { id }, b.title);
  if (b.kind === "note") return [title, b.lines.map((line) => v("p", {}, line))].flat();
  return [title, v("p", { class: "dek", id: `${b.key}d` }, b.dek),
    v("div", { class: "scroll", tabindex: 0, role: "region", "aria-labelledby": id }, grid(b)), b.note && v("p", { class: "note" }, b.note)].filter(Boolean);
}

const TILES = { full: ["#0a2f57", "#0a2f57", 1], open: ["#fff", "#0a2f57", 2], dash: ["#fff", "#414c57", 1] };

function ten(tiles) {
  return h("p", { class: "ten", "aria-hidden": "true" }, tiles.flatMap((tile) => Array.from({ length: tile.number }, () => {
    const [fill, stroke, width] = TILES[tile.css];
    return v("svg", { viewBox: "0 0 26 26", ...decoration },
      v("rect", { x: 1.5, y: 1.5, width: 23, height: 23, fill, stroke, "stroke-width": width, "stroke-dasharray": tile.css === "dash" ? "3 2" : null }),
      v("text", { x: 13, y: 18, "font-size": 13, "text-anchor": "middle", "font-weight": 600, style: tile.css === "full" ? "font-weight:600;fill:#fff" : "font-weight:600" }, tile.letter));
  })));
}
