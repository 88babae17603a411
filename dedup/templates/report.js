"use strict";
// What makes the report handier; all of it can be read without. Everything is taken from the page as it stands.
(function () {
  const root = document.documentElement;
  const make = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text }, more);
  const bare = (text) => text.trim().replace(/\s+/g, " ");

  // The theme: that of the system until it is chosen here.
  const store = { get: () => { try { return localStorage.getItem("dedup-theme"); } catch { return null; } },
                  set: (name) => { try { localStorage.setItem("dedup-theme", name); } catch { /* a page of a file may not */ } } };
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const chosen = store.get();
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  const toggle = make("button", "", { type: "button" });
  const name = () => { toggle.textContent = dark() ? "Light theme" : "Dark theme"; };
  toggle.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; store.set(root.dataset.theme); name(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  document.getElementById("tools").append(toggle);
  name();

  // What changed, for screen readers.
  const said = make("p", "", { className: "vh" });
  said.setAttribute("role", "status");
  document.body.append(said);

  // Long tables show their first rows until all are asked for.
  const FEW = matchMedia("(max-width: 48rem)").matches ? 10 : 20;
  const tables = new Map();
  const lay = (table) => {
    const state = tables.get(table);
    const rows = [...table.tBodies[0].rows].filter((row) => { row.hidden = !state.wanted(row); return !row.hidden; });
    if (!state.all) rows.slice(FEW).forEach((row) => { row.hidden = true; });
    state.more.hidden = state.all || rows.length <= FEW;
    state.more.textContent = `Show all ${rows.length}`;
    return rows.length;
  };
  const unfold = (table) => { const state = tables.get(table); if (state) { state.all = true; lay(table); } };
  for (const table of document.querySelectorAll("table.sortable")) {
    const more = make("button", "", { type: "button", className: "more" });
    tables.set(table, { wanted: () => true, all: false, more });
    table.after(more);
    more.addEventListener("click", () => {
      const next = [...table.tBodies[0].rows].find((row) => row.hidden && tables.get(table).wanted(row));
      unfold(table);
      if (next) { next.cells[0].tabIndex = -1; next.cells[0].focus(); }
    });
    lay(table);
  }

  // Tables are sorted by a click on the head of a column: numbers from the largest, words from the first letter.
  const value = (row, column) => {
    const cell = row.cells[column], data = cell.querySelector("data"), text = bare(cell.textContent);
    return data ? Number(data.value) : column === 0 && /^\d+$/.test(text) ? Number(text) : text;
  };
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en");
  for (const table of tables.keys()) {
    const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
    heads.forEach((head, column) => {
      if (head.tagName !== "TH" || body.rows.length < 2) return;
      const button = make("button", head.textContent, { type: "button" });
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        const down = before ? before === "ascending" : typeof value(body.rows[0], column) === "number" && column > 0;
        const rows = [...body.rows].map((row) => ({ row, value: value(row, column) }));
        rows.sort((a, b) => (down ? -1 : 1) * compare(a.value, b.value));
        heads.forEach((each) => each.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        body.append(...rows.map((each) => each.row));
        lay(table);
        said.textContent = `Sorted by ${button.textContent}, ${down ? "descending" : "ascending"}`;
      });
    });
  }

  // Repeated passages by kind.
  const patterns = document.getElementById("patterns");
  if (patterns) {
    const kind = (row) => bare(row.querySelector(".kind").textContent);
    const rows = [...patterns.tBodies[0].rows];
    const count = rows.reduce((found, row) => found.set(kind(row), (found.get(kind(row)) || 0) + 1), new Map());
    if (count.size > 1) {
      const select = make("select", "", { id: "kind" });
      select.append(make("option", `all (${rows.length})`, { value: "" }));
      [...count].sort().forEach(([name, n]) => select.append(make("option", `${name} (${n})`, { value: name })));
      const bar = make("div", "", { className: "filter" });
      bar.append(make("label", "Kind", { htmlFor: "kind" }), select);
      patterns.before(bar);
      select.addEventListener("change", () => {
        tables.get(patterns).wanted = (row) => !select.value || kind(row) === select.value;
        said.textContent = `${lay(patterns)} passages`;
      });
    }
  }

  // j and k go from sample to sample, and open it.
  const samples = [...document.querySelectorAll(".sample > summary")];
  document.querySelectorAll(".keys").forEach((each) => { each.hidden = samples.length < 2; });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key !== "j" && event.key !== "k") return;
    const top = (each) => Math.round(each.getBoundingClientRect().top);
    const at = samples.indexOf(document.activeElement);
    const next = event.key === "j"
      ? (at < 0 ? samples.find((each) => top(each) > 0) : samples[at + 1])
      : (at < 0 ? samples.filter((each) => top(each) < 0).pop() : samples[at - 1]);
    if (!next) return;
    event.preventDefault();
    next.parentElement.open = true;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  });

  // A link shows what it leads to, and a printed page all there is.
  const reveal = () => {
    const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
    if (!target) return;
    if (target.closest("table")) unfold(target.closest("table"));
    if (target.tagName === "DETAILS") target.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();
  let opened = [], folded = [];
  addEventListener("beforeprint", () => {
    folded = [...tables.keys()].filter((table) => !tables.get(table).all);
    folded.forEach(unfold);
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => {
    opened.forEach((each) => { each.open = false; });
    folded.forEach((table) => { tables.get(table).all = false; lay(table); });
  });
})();
