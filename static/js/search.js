// The one search box: results while typing, arrows choose, Enter opens, Esc leaves.
//
// Results are [role=option] links inside the element that the box's hx-target names. An option with
// data-second is opened by Shift-Enter. The fragment's root may carry data-found and data-took.

const input = document.getElementById("find");
const form = input?.closest(".find");
const target = () => document.querySelector(input.getAttribute("hx-target") ?? "#find-results");
let asked = "";
let answered = "";
let entered = null;
const options = () => [...target().querySelectorAll("[role='option']")];
const chosen = () => options().find((one) => one.ariaSelected === "true");

function choose(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  if (option?.id) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function open(yes) {
  form.classList.toggle("is-open", yes);
  input.setAttribute("aria-expanded", String(yes && options().length > 0));
}

function tell() {
  const root = target().querySelector("[data-found]");
  const took = root?.dataset.took ? `, ${root.dataset.took} ms` : "";
  form.querySelector(".find-took").textContent = root ? `${root.dataset.found} found${took}` : "";
}

function move(by) {
  const all = options();
  if (!all.length) return;
  const next = all.indexOf(chosen()) + by;
  choose(all[Math.min(Math.max(next, 0), all.length - 1)]);
}

function openChosen(second) {
  const option = chosen();
  if (!option) form.requestSubmit();
  else if (second && option.dataset.second) document.getElementById(option.dataset.second)?.click();
  else option.click();
}

// What is shown may answer something typed before; then Enter counts once the answer is there. A code
// is sent as it is: the page for it finds whom it means.
function enter(event) {
  if (!input.value.trim() || CODE.test(input.value.trim().toUpperCase())) return;
  event.preventDefault();
  if (answered === input.value) openChosen(event.shiftKey);
  else entered = { second: event.shiftKey };
}

function leave() {
  open(false);
  if (input.value) {
    input.value = "";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  } else input.blur();
}

function onKey(event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const acts = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Escape: leave };
  if (event.key === "Enter") enter(event);
  else if (acts[event.key]) {
    event.preventDefault();
    acts[event.key]();
  }
}

if (form) {
  input.addEventListener("keydown", onKey);
  input.addEventListener("focus", () => open(target().childElementCount > 0));
  // Nothing typed, nothing to ask.
  input.addEventListener("htmx:confirm", (event) => {
    if (input.value.trim()) return;
    event.preventDefault();
    if (target().id === "find-results") target().replaceChildren();
    tell();
    open(false);
  });
  input.addEventListener("htmx:beforeRequest", () => {
    asked = input.value;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.requestConfig?.elt !== input) return;
    answered = asked;
    choose(options()[0]);
    tell();
    open(document.activeElement === input);
    if (entered && answered === input.value) openChosen(entered.second);
  });
  for (const fault of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
    input.addEventListener(fault, () => entered && form.requestSubmit());
  input.addEventListener("input", () => {
    entered = null;
  });
  document.addEventListener("pointerdown", (event) => {
    if (!form.contains(event.target)) open(false);
  });
}

// A scanner types a card's or ticket's code quicker than anybody, and ends it with Enter. It is heard
// anywhere on the page where nothing is being typed; its letters press nothing else meanwhile.
const CODE = /^(PT|TK)[A-Z0-9]{1,16}-\d\d$/;
const QUICK = 60;
let scanned = "";
let heardAt = 0;

function typing(target) {
  return Boolean(target.closest?.("input, textarea, select, [contenteditable='true']"));
}

function hearScanner(event) {
  if (typing(event.target) || event.ctrlKey || event.altKey || event.metaKey || event.key === "Shift") return;
  if (event.timeStamp - heardAt > QUICK) scanned = "";
  heardAt = event.timeStamp;
  if (event.key === "Enter" && CODE.test(scanned)) location.assign(`${form.action}?q=${encodeURIComponent(scanned)}`);
  else if (event.key.length === 1) scanned += event.key.toUpperCase();
  if (!/^(PT|TK)/.test(scanned)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

if (form) document.addEventListener("keydown", hearScanner, true);
for (const one of document.querySelectorAll("[data-needs]")) one.hidden = !(one.dataset.needs in window);
