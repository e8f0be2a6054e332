// Keys: `/` the search, `g q` and the like from data-key, `j k` rows, `?` the list of all.
//
// Anything with data-key="g q" (or "n", "/") is pressed by those keys; a field is focused instead.
// Rows: a [data-rows] with [data-row]s, each with one a.row-link or [data-open].
// Never while somebody types, never with Ctrl, Alt or Meta, and off where the user turned them off.

const PATIENCE = 900;
const KEPT = "clinic-keys";
let pressed = "";
let last = 0;

const off = () => localStorage.getItem(KEPT) === "off";
const visible = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? true;

function typing(target) {
  const field = target.closest?.("input, textarea, select, [contenteditable='true'], [role='textbox']");
  return Boolean(field) && !["checkbox", "radio", "button", "submit"].includes(field.type);
}

function bound(keys) {
  return [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === keys && visible(one));
}

const begins = (keys) =>
  [...document.querySelectorAll("[data-key]")].some((one) => one.dataset.key.startsWith(`${keys} `));

function press(element) {
  if (element.matches("input, textarea, select")) {
    element.focus();
    element.select?.();
  } else element.click();
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-rows] [data-row]")].filter(visible);
  if (!rows.length) return false;
  const here = rows.findIndex((row) => row.contains(document.activeElement) || row.classList.contains("is-current"));
  const next = rows[Math.min(Math.max(here + by, 0), rows.length - 1)];
  for (const row of rows) row.classList.toggle("is-current", row === next);
  (next.querySelector("a.row-link, [data-open]") ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function undo() {
  const buttons = document.querySelectorAll("#toasts [data-undo]");
  buttons[buttons.length - 1]?.click();
  return buttons.length > 0;
}

function act(keys) {
  const target = bound(keys);
  if (target) return press(target) ?? true;
  if (keys === "j" || keys === "k") return step(keys === "j" ? 1 : -1);
  if (keys === "u") return undo();
  if (keys === "?") return openHelp();
  return false;
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.key === "Escape") return leave(event);
  if (off() || event.key.length !== 1 || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const now = Date.now();
  pressed = now - last < PATIENCE && pressed ? `${pressed} ${event.key}` : event.key;
  last = now;
  // `g` alone waits for its second key; a second key that leads nowhere starts anew.
  if (begins(pressed)) return event.preventDefault();
  const done = act(pressed) || (pressed.includes(" ") && act(event.key));
  pressed = "";
  if (done) event.preventDefault();
}

// Esc closes what is open; dialogs and popovers close by themselves.
function leave(event) {
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
  }
}

const said = (element) =>
  element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.trim().replace(/\s+/g, " ");

function openHelp() {
  const dialog = document.getElementById("keys");
  const list = dialog?.querySelector("[data-keys-here]");
  if (!dialog || dialog.open) return false;
  list.replaceChildren(...[...document.querySelectorAll("[data-key]")].filter(visible).map(line));
  dialog.showModal();
  return true;
}

function line(element) {
  const row = document.createElement("div");
  const name = document.createElement("dt");
  const keys = document.createElement("dd");
  name.textContent = said(element);
  keys.append(...element.dataset.key.split(" ").flatMap((key) => [cap(key), " "]));
  row.append(name, keys);
  return row;
}

function cap(key) {
  const shown = document.createElement("kbd");
  shown.textContent = key;
  return shown;
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-opens-keys]")) openHelp();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

const choice = document.querySelector("[data-keys-off]");
if (choice) {
  choice.checked = !off();
  choice.addEventListener("change", () => localStorage.setItem(KEPT, choice.checked ? "on" : "off"));
}
