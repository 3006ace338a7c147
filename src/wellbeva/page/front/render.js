// The view of the report (`report.page.view`) as elements; every text goes in as text, never as markup.
const SHAPES = new Set(["svg", "line", "text", "circle", "rect", "path", "use", "title"]);

function h(tag, given = {}, ...inside) {
  const made = SHAPES.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== false && value !== undefined) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...inside.flat(3).filter((one) => one !== null && one !== "" && one !== false && one !== undefined));
  return made;
}

const vh = (said) => h("span", { class: "vh" }, said);
const decoration = { "aria-hidden": "true", focusable: "false" };
const at = (x) => `${x}%`;

function mark(m) {
  if (m.kind === "line") return h("line", { class: m.css, x1: at(m.x), x2: at(m.x2), y1: m.y, y2: m.y2 });
  if (m.kind === "text") return h("text", { class: m.css, x: at(m.x), y: m.y, "font-size": 12, "text-anchor": m.points }, m.text);
  if (m.kind === "dot") return h("circle", { class: m.css, cx: at(m.x), cy: m.y, r: 5.5 });
  if (m.kind === "box") return h("rect", { class: m.css, x: at(m.x), y: m.y, width: at(m.x2 - m.x), height: m.y2 - m.y });
  const inner = m.kind === "square" ? h("rect", { class: m.css, x: -5, y: -5, width: 10, height: 10 })
    : h("path", { class: m.css, d: m.points === "left" ? "M-1,0L6,-4.5L6,4.5Z" : "M1,0L-6,-4.5L-6,4.5Z" });
  return h("svg", { x: at(m.x), y: m.y, overflow: "visible" }, inner);
}

function picture(p) {
  const lines = p.marks.filter((m) => m.kind === "grid");
  return [
    lines.length > 0 && h("svg", { class: "under", ...decoration }, lines.map((m) => h("line", { class: m.css, x1: at(m.x), x2: at(m.x), y2: "100%" }))),
    h("svg", { class: "row", height: p.height, ...decoration }, p.marks.filter((m) => m.kind !== "grid").map(mark)),
  ];
}

const BARS = { strong: 3, promising: 2, initial: 1 };
const evidence = (word) => h("span", { class: "ev" }, h("svg", decoration, h("use", { href: `#ev${BARS[word] ?? 0}` })), word);

function cell(c, css, role) {
  return h("td", { role, class: `${css} ${c.css}`.trim() || null },
    c.before && h("span", { class: "m" }, c.before), c.picture && picture(c.picture), c.spoken && vh(c.spoken),
    c.evidence && evidence(c.evidence), c.text && (css.includes("c-num") ? h("span", { class: "big" }, c.text) : c.text),
    c.after && h("span", { class: "m" }, c.after),
    c.dagger && h("span", { class: "nb" }, "\u2009†", vh(" no comparison group")), c.under && h("span", { class: "rng" }, c.under));
}

// A table of the report (`blocks.grid`): the rows of a league become blocks on a phone.
function grid(t, css = "") {
  const league = t.layout === "league";
  const role = (name) => (league ? name : null);
  const head = t.columns.map((c) => h("th", { role: role("columnheader"), scope: "col", class: c.css || null },
    c.hidden ? vh(c.head) : c.picture ? h("span", { class: "u" }, c.head) : c.head,
    c.unit && [vh(",\u00a0"), h("span", { class: "u" }, c.unit)], c.picture && picture(c.picture)));
  const rows = t.rows.filter((row) => row.media !== "print").map((row) => {
    if (row.kind === "band") {
      return h("tr", { class: "sub", role: role("row") },
        h("th", { role: role("rowheader"), scope: "rowgroup", colspan: t.columns.length }, row.head, row.under && h("span", {}, ` ${row.under}`)));
    }
    return h("tr", { class: { total: "total", dif: "dif" }[row.kind] ?? null, role: role("row") },
      h("th", { role: role("rowheader"), scope: "row", class: role("c-name") }, row.head,
        row.under && (league ? h("span", { class: "sub1" }, row.under) : [vh(",\u00a0"), h("span", { class: "u" }, row.under)])),
      row.cells.map((c, index) => cell(c, t.columns[index + 1].css, role("cell"))));
  });
  return h("table", { class: `${league ? "lg" : t.wide ? "wide" : ""} ${css} ${t.css}`.trim() || null, role: role("table"), "aria-labelledby": `${t.key}t`, "aria-describedby": t.dek ? `${t.key}d` : null },
    h("thead", { role: role("rowgroup") }, h("tr", { role: role("row") }, head)), h("tbody", { role: role("rowgroup") }, rows));
}

// A plain table or a note with its heading (`blocks.table`, `blocks.note`).
function block(b) {
  const id = `${b.key}t`;
  const title = h("h3", { id }, b.title);
  if (b.kind === "note") return [title, b.lines.map((line) => h("p", {}, line))].flat();
  return [title, h("p", { class: "dek", id: `${b.key}d` }, b.dek),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-labelledby": id }, grid(b)), b.note && h("p", { class: "note" }, b.note)].filter(Boolean);
}

const TILES = { full: ["#0a2f57", "#0a2f57", 1], open: ["#fff", "#0a2f57", 2], dash: ["#fff", "#414c57", 1] };

function ten(tiles) {
  return h("p", { class: "ten", "aria-hidden": "true" }, tiles.flatMap((tile) => Array.from({ length: tile.number }, () => {
    const [fill, stroke, width] = TILES[tile.css];
    return h("svg", { viewBox: "0 0 26 26", ...decoration },
      h("rect", { x: 1.5, y: 1.5, width: 23, height: 23, fill, stroke, "stroke-width": width, "stroke-dasharray": tile.css === "dash" ? "3 2" : null }),
      h("text", { x: 13, y: 18, "font-size": 13, "text-anchor": "middle", "font-weight": 600, style: tile.css === "full" ? "font-weight:600;fill:#fff" : "font-weight:600" }, tile.letter));
  })));
}
