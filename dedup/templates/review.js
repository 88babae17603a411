// The keys of `dedup review`, and decisions without a page load. Every page works without this.
// Texts come into the page as textContent, or as fragments that the server rendered and escaped.
"use strict";

(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const said = one("#said");
  const help = one("#help");
  const SWITCH = "dedup-review-keys";

  const say = (text, trouble = false) => {
    said.classList.toggle("trouble", trouble);
    said.textContent = "";
    setTimeout(() => { said.textContent = text; }, 30);  // what was there before is said again, too
  };

  // One after the other, however fast keys are pressed: each is about what the one before led to.
  let last = Promise.resolve();
  const inTurn = (act) => {
    last = last.then(act).catch(() => say("The review was ended: start dedup review again.", true));
    return last;
  };

  // ── the list ──────────────────────────────────────────────────────────────────────────────────────────────────

  const rows = all(".row");
  const detail = one("#detail");
  const current = () => rows.find((row) => row.hasAttribute("aria-current"));
  let asked = 0;

  const load = async (row) => {
    const mine = ++asked;
    const address = new URL(row.href);
    const answer = await fetch(`/removal/${row.dataset.number}${address.search}`);
    if (mine !== asked) return false;
    if (!answer.ok) {
      say("This cannot be shown; load the page again.", true);
      return false;
    }
    const fragment = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return false;
    detail.replaceChildren(...fragment.body.childNodes);
    history.replaceState(null, "", address.pathname + address.search);
    return true;
  };

  const choose = async (row, focus = true) => {
    for (const each of rows) each.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
    if (focus) row.focus({ preventScroll: true });
    return load(row);
  };

  const step = (by) => {
    const next = rows[rows.indexOf(current()) + by];
    if (next) {
      said.textContent = "";
      return choose(next);
    }
    const more = one(by > 0 ? ".pages a[rel=next]" : ".pages a[rel=prev]");
    if (more) location.href = more.href;
    else say(by > 0 ? "This is the last." : "This is the first.");
    return undefined;
  };

  const decide = async (form, button) => {
    const sent = new URLSearchParams(new FormData(form));
    if (button && button.name) sent.set(button.name, button.value);
    sent.set("shown", rows.map((row) => row.dataset.number).join(","));
    const answer = await fetch("/decide", { method: "POST", body: sent, headers: { Accept: "application/json" } });
    const told = await answer.json().catch(() => ({ said: "This could not be decided." }));
    if (!answer.ok) {
      say(told.said, true);
      return;
    }
    for (const row of rows) {
      const state = told.states[row.dataset.number];
      const badge = one(".state", row);
      if (state && badge) {
        badge.className = `state ${state}`;
        badge.textContent = state;
      }
    }
    ["undecided", "confirmed", "undone"].forEach((name, at) => {
      one(`#count-${name}`).textContent = told.counts[at].toLocaleString("en");
    });
    say(told.said);
    const row = current();
    const single = button && !form.classList.contains("all") && ["confirm", "keep"].includes(button.value);
    const next = single ? rows[rows.indexOf(row) + 1] : undefined;
    if (next) await choose(next);
    else if (row) await choose(row);
  };

  if (detail) {
    for (const row of rows) {
      row.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        inTurn(async () => {
          if ((await choose(row)) && matchMedia("(max-width: 56rem)").matches) detail.scrollIntoView();
        });
      });
    }
    document.addEventListener("submit", (event) => {
      if (event.target.getAttribute("action") !== "/decide") return;
      event.preventDefault();
      inTurn(() => decide(event.target, event.submitter));
    });
    const row = current();
    if (row) row.scrollIntoView({ block: "nearest" });
  }

  // ── a document ────────────────────────────────────────────────────────────────────────────────────────────────

  const teach = one("#teach");
  const blocks = all(".part.kept input");
  const chosen = () => blocks.find((block) => block.checked);

  const move = (by) => {
    const at = blocks.indexOf(chosen());
    const next = blocks[at < 0 ? (by > 0 ? 0 : -1) : at + by];
    if (!next) return say(by > 0 ? "This is the last block." : "This is the first block.");
    next.checked = true;
    next.focus();
    next.parentElement.scrollIntoView({ block: "nearest" });
    return undefined;
  };

  const panel = (key) => {
    if (!chosen()) return say("Choose a block first: with j and k, or a click.", true);
    teach.dataset.key = key;
    one(key === "t" ? "#kind" : "#scope").focus();
    return say(key === "t" ? "Choose the kind, then press Enter." : "Choose where, then press Enter.");
  };

  if (teach) {
    teach.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !["SELECT", "INPUT"].includes(event.target.tagName)) return;
      event.preventDefault();
      const key = event.target.name === "block" ? undefined : teach.dataset.key;
      if (key) one(`[data-key=${key}]`, teach).click();
    });
    teach.addEventListener("submit", (event) => {
      const block = chosen();
      if (!block) {
        event.preventDefault();
        panel("t");
        return;
      }
      const next = one("[name=next]", teach);
      next.value = `${next.value.split("#")[0]}#${block.parentElement.id}`;
    });
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const block = target && one("input", target);
    if (block) {
      block.checked = true;
      block.focus();
    } else if (target) target.scrollIntoView({ block: "center" });
  }

  // ── passages ──────────────────────────────────────────────────────────────────────────────────────────────────

  const passages = all(".pattern .go");
  const walk = (by) => {
    const at = passages.indexOf(document.activeElement?.closest(".pattern")?.querySelector(".go"));
    const next = passages[at < 0 ? 0 : at + by];
    if (next) next.focus();
  };

  // ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────

  const typing = (element) => element?.matches?.("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");
  const press = (key) => {
    if (detail) {
      inTurn(() => {
        const button = one(`[data-key=${key}]`, detail);
        return button && decide(button.form, button);
      });
      return;
    }
    const within = passages.length && document.activeElement?.closest(".pattern");
    if (within) one(`[data-key=${key}]`, within).click();
  };
  const keys = {
    j: () => (detail ? inTurn(() => step(1)) : teach ? move(1) : walk(1)),
    k: () => (detail ? inTurn(() => step(-1)) : teach ? move(-1) : walk(-1)),
    c: () => detail && press("c"),
    u: () => detail && press("u"),
    C: () => press("C"),
    U: () => press("U"),
    t: () => teach && panel("t"),
    n: () => teach && panel("n"),
    z: () => one("#back").requestSubmit(),
    "/": () => {
      const search = one("#q");
      if (!search) location.href = "/";
      else {
        one(".filters").open = true;
        search.focus();
        search.select();
      }
    },
    "?": () => help.showModal(),
  };

  const switched = one("#keys-on");
  switched.checked = localStorage.getItem(SWITCH) !== "off";
  switched.addEventListener("change", () => localStorage.setItem(SWITCH, switched.checked ? "on" : "off"));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || help.open) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "Enter" && detail && event.target.closest?.(".row, body:not(a)") && !event.target.closest("button, form, summary, .detail, .top")) {
      const row = current();
      if (row) {
        event.preventDefault();
        const place = one(".what .where a", detail);
        location.href = place ? place.href : `/document/${row.dataset.document}`;
      }
      return;
    }
    const act = switched.checked || event.key === "?" ? keys[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  });

  const opener = one("#help-open");
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());

  if (said.textContent.trim()) say(said.textContent);  // so that it is read out
})();
