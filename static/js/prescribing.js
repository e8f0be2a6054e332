// Prescribing and ordering by keys: choices under the box, what the main button counts, focus after an act.
//
// [data-rx-text] puts its line into the box. #prescribing and what is read carry data-ready; the tests'
// checkboxes carry data-specimen and data-price.

const box = () => document.getElementById("rx-text");
const choices = () => [...document.querySelectorAll(".rx-choices input")];
const lines = (count) => `${count} line${count === 1 ? "" : "s"}`;

function tellReady() {
  const panel = document.getElementById("prescribing");
  if (!panel) return;
  const typed = panel.querySelector(".rx-understood")?.dataset.ready;
  const count = Number(panel.dataset.ready) + Number(typed || 0);
  panel.querySelector("[data-rx-count]").textContent = lines(count);
  panel.querySelector("[data-rx-sign]").setAttribute("aria-disabled", String(count === 0));
}

function type(text) {
  const input = box();
  input.value = text;
  input.focus();
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

// Arrows walk through the products that may be meant; Enter or a click takes one.
function walk(event) {
  const all = choices();
  const here = all.indexOf(event.target);
  if (!all.length || (here < 0 && event.target !== box())) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) {
    event.preventDefault();
    (all[here + by] ?? (by < 0 ? box() : event.target)).focus();
  } else if (event.key === "Enter" && here >= 0) {
    event.preventDefault();
    event.target.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (!event.isComposing && !event.ctrlKey && !event.altKey && !event.metaKey) walk(event);
});
document.addEventListener("click", (event) => {
  const favourite = event.target.closest?.("[data-rx-text]");
  if (favourite) type(favourite.dataset.rxText);
  if (event.target.closest?.(".rx-choice input")) setTimeout(() => box()?.focus());
});

// After an act of the panel's own the next line can be typed at once; a live change moves nothing.
document.addEventListener("htmx:afterSettle", (event) => {
  const { requestConfig } = event.detail;
  const acted = ["submit", "click"].includes(requestConfig?.triggeringEvent?.type);
  if (acted && event.target.id === "prescribing") box()?.focus();
  if (document.activeElement === box()) box()?.form.scrollIntoView({ block: "nearest" });
  tellReady();
  tellTests();
});

const counted = (ticked) => {
  const kinds = {};
  for (const one of ticked) kinds[one.dataset.specimen] = (kinds[one.dataset.specimen] ?? 0) + 1;
  return Object.keys(kinds).map((kind) => `1 ${kind}`).join(", ");
};

function tellTests() {
  const panel = document.getElementById("orders");
  if (!panel) return;
  const ticked = [...panel.querySelectorAll("[name=test]:checked:not(:disabled)")];
  const prices = ticked.map((one) => Number(one.dataset.price || 0));
  const sum = prices.reduce((total, price) => total + price, 0);
  panel.querySelector("[data-tests-note]").textContent = ticked.length ? `${ticked.length} new: ${counted(ticked)}` : "";
  panel.querySelector("[data-tests-sum]").textContent = sum ? sum.toFixed(2) : "";
  panel.querySelector("[data-tests-count]").textContent = `${ticked.length} test${ticked.length === 1 ? "" : "s"}`;
  panel.querySelector("[data-tests-send]").setAttribute("aria-disabled", String(ticked.length === 0));
}

document.addEventListener("change", (event) => {
  if (event.target.name === "test") tellTests();
});
tellReady();
tellTests();
