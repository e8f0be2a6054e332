// Suggestions under a field: arrows choose, Enter or a click takes, Esc puts the list away.
//
// An input[data-suggest] whose hx-target is a list that receives [role=option][data-value]. What is
// typed always stands: the list is an offer. Taking one goes on to the next field.

const listOf = (input) => document.querySelector(input.getAttribute("hx-target"));
const options = (input) => [...(listOf(input)?.querySelectorAll("[role='option']") ?? [])];
const chosen = (input) => options(input).find((one) => one.ariaSelected === "true");

const kept = new WeakMap();

function choose(input, option) {
  for (const one of options(input)) one.setAttribute("aria-selected", String(one === option));
  if (option?.id) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function close(input) {
  listOf(input)?.replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function take(input, option) {
  input.value = option.dataset.value;
  close(input);
  input.dispatchEvent(new CustomEvent("suggest:taken", { bubbles: true, detail: { value: input.value } }));
  const fields = [...input.form.querySelectorAll("input:not([type='hidden']), select, textarea")];
  fields[fields.indexOf(input) + 1]?.focus();
}

function move(input, by) {
  const all = options(input);
  if (!all.length) return;
  const next = all.indexOf(chosen(input)) + by;
  choose(input, all[Math.min(Math.max(next, 0), all.length - 1)]);
}

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-suggest]") || event.isComposing || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(input, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && chosen(input)) {
    event.preventDefault();
    take(input, chosen(input));
  } else if (event.key === "Escape" && options(input).length) {
    event.stopPropagation();
    close(input);
  }
});
// Offers that arrive while one is chosen already keep it, or choose the first of theirs.
document.addEventListener("htmx:beforeSwap", (event) => {
  const input = event.detail.requestConfig?.elt;
  if (input?.matches?.("[data-suggest]")) kept.set(input, chosen(input)?.dataset.value);
});
document.addEventListener("htmx:afterSwap", (event) => {
  const input = event.detail.requestConfig?.elt;
  if (!input?.matches?.("[data-suggest]")) return;
  const wanted = kept.get(input);
  if (wanted) choose(input, options(input).find((one) => one.dataset.value === wanted) ?? options(input)[0]);
  input.setAttribute("aria-expanded", String(options(input).length > 0 && document.activeElement === input));
});
// Before the field loses the focus to it.
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.("[role='option'][data-value]");
  if (!option) return;
  const list = option.closest("[role='listbox']");
  const input = list && document.querySelector(`[data-suggest][aria-controls="${CSS.escape(list.id)}"]`);
  if (!input) return;
  event.preventDefault();
  take(input, option);
});
document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("[data-suggest]")) close(event.target);
});
