// Counting a drawer: what each note and coin comes to, and whether it is what must be there.

const form = () => document.querySelector("[data-counting]");
const cents = (text) => Math.round(Number(text) * 100);
const money = (amount) => `${amount < 0 ? "−" : ""}${(Math.abs(amount) / 100).toFixed(2).replace(/\B(?=(\d{3})+\.)/g, "\u00a0")}`;

function count(field) {
  const many = /^\d+$/.test(field.value.trim()) ? Number(field.value) : 0;
  const amount = many * cents(field.dataset.worth);
  field.closest(".count").querySelector("[data-comes-to]").textContent = money(amount);
  return amount;
}

function update() {
  if (!form()) return;
  const counted = [...form().querySelectorAll("[data-worth]")].map(count).reduce((total, one) => total + one, 0);
  const now = document.querySelector("#shift-figures [data-expected]")?.dataset.expected;
  const must = cents(now ?? form().querySelector("[data-must]").dataset.must);
  form().querySelector("[data-counted]").textContent = money(counted);
  form().querySelector("[data-must]").textContent = money(must);
  const differs = form().querySelector("[data-differs]");
  differs.classList.toggle("tone-danger", counted !== must);
  differs.classList.toggle("tone-ok", counted === must);
  differs.dataset.by = counted === must ? "" : `${money(counted - must)}`;
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-worth]")) update();
});
// Enter goes down the column; closing is Ctrl-Enter.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !event.target.matches?.("[data-counting] input")) return;
  event.preventDefault();
  const fields = [...form().querySelectorAll("input:not([type='hidden'])")];
  fields[fields.indexOf(event.target) + 1]?.focus();
});
document.addEventListener("htmx:afterSettle", update);
update();
