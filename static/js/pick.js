// A box with choices below it: arrows choose, Enter takes the chosen one, Esc leaves.
//
// form[data-pick=ID OF THE LIST] holds an input[role=combobox]; the list's [role=option]s are its
// buttons. Enter pressed before the choices for these words are there waits for them.
// An option with data-treat=ID presses what that row offers first.

// Not in the form's attributes: a page that follows its patient takes those away.
const states = new WeakMap();
const of = (form) => states.get(form) ?? states.set(form, {}).get(form);
const boxes = () => document.querySelectorAll("form[data-pick]");
const inputOf = (form) => form.querySelector("[role='combobox']");
const listOf = (form) => document.getElementById(form.dataset.pick);
const options = (list) => [...list.querySelectorAll("[role='option']")];
const chosen = (list) => options(list).find((one) => one.ariaSelected === "true");
const words = (form) => inputOf(form).value.trim();

function choose(form, option) {
  const input = inputOf(form);
  for (const one of options(listOf(form))) one.setAttribute("aria-selected", String(one === option));
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-expanded", String(Boolean(option)));
  option?.scrollIntoView({ block: "nearest" });
}

function move(form, by) {
  const all = options(listOf(form));
  const next = all.indexOf(chosen(listOf(form))) + by;
  if (all.length) choose(form, all[Math.min(Math.max(next, 0), all.length - 1)]);
}

function clear(form) {
  inputOf(form).value = "";
  listOf(form).replaceChildren();
  delete of(form).waits;
  delete of(form).shown;
  choose(form, null);
}

// The choices may be those of fewer letters: then the press waits.
function enter(form) {
  if (!words(form)) return;
  if (of(form).shown === words(form)) chosen(listOf(form))?.click();
  else of(form).waits = "yes";
}

function onKey(event) {
  const form = event.target.closest?.("form[data-pick]");
  if (!form || event.target !== inputOf(form) || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const acts = {
    ArrowDown: () => move(form, 1), ArrowUp: () => move(form, -1), Enter: () => enter(form), Escape: () => clear(form),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
}

function treat(row) {
  const button = document.getElementById(row)?.querySelector("[name='about'][value='yes'], [name='state'][value='active']");
  button?.click();
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  const option = event.target.closest?.("[data-treat]");
  if (!option) return;
  treat(option.dataset.treat);
  clear(option.closest("form"));
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if (elt.matches?.("form[data-pick] [role='combobox']")) of(elt.form).asked = elt.value.trim();
});
document.addEventListener("htmx:afterSwap", (event) => {
  const form = [...boxes()].find((one) => listOf(one) === event.detail.target);
  if (!form) return;
  of(form).shown = of(form).asked ?? "";
  choose(form, options(listOf(form))[0] ?? null);
  if (of(form).waits && of(form).shown === words(form)) {
    delete of(form).waits;
    chosen(listOf(form))?.click();
  }
});
// Taken: ready for the next one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, xhr } = event.detail;
  const elt = requestConfig?.elt;
  if (!elt?.matches?.("form[data-pick]") || xhr.status >= 400) return;
  clear(elt);
  inputOf(elt).focus();
});
document.addEventListener("pointerdown", (event) => {
  for (const form of boxes()) if (!form.contains(event.target)) listOf(form).replaceChildren();
});
