// The till: ticks, discounts, ways of paying and change are summed up as they are typed.
//
// Everything is counted in hundredths, so that nothing is rounded twice. The server sums up again and
// refuses what differs: billing/domain/held.py, billing/domain/discounts.py.

const form = () => document.getElementById("till-form");
const NO_BREAK = "\u00a0";
const unticked = new Set();
// Amounts somebody typed stay; the others follow what is to be paid.
const typed = new Set();

function cents(text) {
  const plain = String(text ?? "").replace(/\s/g, "").replace(",", ".");
  return /^\d+(\.\d{0,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : null;
}

function plain(amount) {
  return (amount / 100).toFixed(2);
}

function money(amount) {
  const [whole, rest] = plain(Math.abs(amount)).split(".");
  return `${amount < 0 ? "−" : ""}${whole.replace(/\B(?=(\d{3})+$)/g, NO_BREAK)}.${rest}`;
}

const all = (selector) => [...(form()?.querySelectorAll(selector) ?? [])];
const say = (name, text) => all(`[data-say='${name}']`).forEach((one) => { if (one.textContent !== text) one.textContent = text; });
const ticks = () => all("[data-tick]").filter((box) => box.checked);
const amountOf = (box) => cents(box.dataset.amount) ?? 0;
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
const rowOf = (way) => form().querySelector(`[data-row-of='${way}']`);
const boxOf = (way) => form().querySelector(`[name='amount_${way}']`);
const ways = () => all("[data-way]").filter((key) => key.checked).map((key) => key.value);

// As the server takes off: one after the other, together never more than the charges.
function worth(row, charges) {
  const of = row.dataset.of ? charges.filter((box) => box.value === row.dataset.of) : charges;
  const base = sum(of.map(amountOf));
  if (!row.dataset.percent) return Math.min(cents(row.dataset.most) ?? 0, base);
  return Math.round((base * Math.round(Number(row.dataset.percent) * 100)) / 10000);
}

function discounts(charges) {
  let left = sum(charges.map(amountOf));
  return all("[data-off]").map((row) => {
    const amount = Math.min(worth(row, charges), left);
    left -= amount;
    row.querySelector("[data-off-amount]").textContent = money(-amount);
    return { text: row.dataset.text, amount };
  });
}

function totals() {
  const ticked = ticks();
  const charges = ticked.filter((box) => box.name === "charge");
  const offs = discounts(charges);
  const off = sum(offs.map((one) => one.amount));
  const gross = sum(ticked.map(amountOf));
  const billed = sum(charges.map(amountOf)) - off;
  return { ticked, charges, offs, off, gross, billed, toPay: gross - off };
}

// What nobody typed an amount for takes what is left; the first such row all of it.
function fill(toPay) {
  const on = ways();
  let left = toPay - sum(on.filter((way) => typed.has(way)).map((way) => cents(boxOf(way).value) ?? 0));
  for (const way of on.filter((one) => !typed.has(one))) {
    boxOf(way).value = plain(Math.max(left, 0));
    left = 0;
  }
}

function payment() {
  const on = ways();
  const amounts = on.map((way) => cents(boxOf(way).value));
  const cash = on.includes("cash") ? cents(boxOf("cash").value) ?? 0 : 0;
  const field = form().querySelector("[name='received']");
  const received = on.includes("cash") && field?.value.trim() ? cents(field.value) : null;
  return { on, amounts, covered: sum(amounts.map((one) => one ?? 0)), cash, received, misread: Boolean(field?.value.trim()) && on.includes("cash") && received === null };
}

// Why the money cannot be taken now; empty when it can.
function reason({ ticked, toPay }, paid) {
  if (!ticked.length) return "Tick what is to be paid.";
  if (ticked.some((box) => "unpriced" in box.dataset)) return "A charge has no price yet: set one, or 0.00, or untick it.";
  if (paid.amounts.includes(null) || paid.misread) return "Enter amounts such as 87.80.";
  if (paid.covered > toPay) return `That is ${money(paid.covered - toPay)} more than is to be paid.`;
  if (paid.received !== null && paid.received < paid.cash) return `Received is ${money(paid.cash - paid.received)} less than the cash to be paid.`;
  if (toPay > 0 && !paid.covered) return "Enter what is paid, or bill now and pay later.";
  return "";
}

function line(name, amount, kind = "") {
  const row = document.createElement("div");
  const [what, much] = [document.createElement("dt"), document.createElement("dd")];
  what.textContent = name;
  much.textContent = amount;
  row.className = kind;
  row.append(what, much);
  return row;
}

function preview(sums, paid) {
  const lines = form().querySelector("[data-slip-lines]");
  const slipWays = form().querySelector("[data-slip-ways]");
  if (!lines) return;
  const many = (box) => (box.dataset.many && box.dataset.many !== "1" ? ` × ${box.dataset.many}` : "");
  const bought = sums.ticked.map((box) => line(box.dataset.text + many(box), money(amountOf(box))));
  const off = sums.offs.filter((one) => one.amount).map((one) => line(one.text, money(-one.amount)));
  lines.replaceChildren(...bought, ...off);
  const paidBy = paid.on.map((way, place) => line(wayInWords(way), money(paid.amounts[place] ?? 0)));
  const change = paid.received === null ? [] : [line("Cash received", money(paid.received)), line("Change", money(Math.max(paid.received - paid.cash, 0)))];
  slipWays.replaceChildren(...paidBy, ...change, line("Still owed", money(Math.max(sums.toPay - paid.covered, 0))));
}

function wayInWords(way) {
  const name = rowOf(way).querySelector(".paid-what").textContent;
  const reference = form().querySelector(`[name='reference_${way}']`)?.value.trim();
  return reference ? `${name} ${reference}` : name;
}

function showGroups() {
  for (const group of all("[data-group]")) {
    const whole = group.querySelector("[data-whole]:not([data-tick])");
    const inside = [...group.querySelectorAll("[data-tick]")];
    if (!whole) continue;
    whole.checked = inside.every((box) => box.checked);
    whole.indeterminate = !whole.checked && inside.some((box) => box.checked);
  }
}

function update() {
  if (!form()) return;
  const sums = totals();
  const section = document.getElementById("till-payment");
  if (section) section.hidden = !all("[data-tick]").length;
  showGroups();
  form().querySelector("[data-to-pay]").value = plain(sums.toPay);
  form().querySelector("[data-to-bill]").value = plain(sums.billed);
  say("gross", money(sums.gross));
  say("off", money(-sums.off));
  say("to-pay", money(sums.toPay));
  if (section) updatePayment(sums);
}

function updatePayment(sums) {
  fill(sums.toPay);
  const paid = payment();
  const change = paid.received === null ? 0 : Math.max(paid.received - paid.cash, 0);
  say("covered", money(paid.covered));
  say("change", money(change));
  say("take", sums.toPay === 0 && sums.ticked.length ? "Settle 0.00" : `Take ${money(paid.covered)}, print receipt`);
  const why = reason(sums, paid);
  say("why", why || (paid.covered < sums.toPay ? `${money(sums.toPay - paid.covered)} stays owed.` : ""));
  const take = form().querySelector("[data-take]");
  if (why) take?.setAttribute("aria-disabled", "true");
  else take?.removeAttribute("aria-disabled");
  preview(sums, paid);
}

// A key on its own row switches it; while nothing was typed, another key takes its place.
function toggle(key) {
  const others = ways().filter((way) => way !== key.value);
  if (key.checked && others.length === 1 && !typed.has(others[0])) switchOff(others[0]);
  if (!key.checked && !others.length) key.checked = true;
  typed.delete(key.value);
  showRows();
  update();
  if (key.checked) focusOn(key.value);
}

function switchOff(way) {
  form().querySelector(`[data-way='${way}']`).checked = false;
  typed.delete(way);
}

function showRows() {
  for (const key of all("[data-way]")) rowOf(key.value).hidden = !key.checked;
}

function focusOn(way) {
  const field = way === "cash" ? form().querySelector("[name='received']") : form().querySelector(`[name='reference_${way}']`);
  field?.focus();
  field?.select?.();
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (!form()?.contains(box)) return;
  if (box.matches("[data-way]")) return toggle(box);
  if (box.matches("[data-whole]:not([data-tick])")) {
    for (const one of box.closest("[data-group]").querySelectorAll("[data-tick]")) remember(one, box.checked);
  } else if (box.matches("[data-tick]")) remember(box, box.checked);
  update();
});

function remember(box, on) {
  box.checked = on;
  if (on) unticked.delete(box.dataset.tick);
  else unticked.add(box.dataset.tick);
}

document.addEventListener("input", (event) => {
  if (!form()?.contains(event.target)) return;
  const [, way] = /^amount_(\w+)$/.exec(event.target.name ?? "") ?? [];
  if (way && event.target.value.trim()) typed.add(way);
  else if (way) typed.delete(way);
  if (/^(amount_|received|reference_)/.test(event.target.name ?? "")) updateKeeping(event.target);
});

// An emptied field is not filled again under the hand that empties it.
function updateKeeping(field) {
  const value = field.value;
  update();
  if (field.value !== value) field.value = value;
}

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !form() || document.querySelector("dialog[open]")) return;
  const key = all("[data-way]").find((one) => one.getAttribute("aria-keyshortcuts") === `Alt+${event.code.replace(/^(Digit|Numpad)/, "")}`);
  if (!key) return;
  event.preventDefault();
  key.checked = !key.checked;
  toggle(key);
});

// Letters are keys in a field for amounts, as they are outside of fields: `a` adds a charge, `d` takes off.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !/^[a-z]$/.test(event.key)) return;
  if (!event.target.matches?.("#till-form [inputmode='decimal']")) return;
  event.preventDefault();
  document.querySelector(`#till-form [data-key='${event.key}']`)?.click();
});

// A price that was typed is set by Enter, not the whole bill taken.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || !form()?.contains(event.target)) return;
  if (!event.target.matches("input:not([type='checkbox'])")) return;
  event.preventDefault();
  event.target.closest(".bill-price")?.querySelector("button").click();
});

function begin() {
  unticked.clear();
  typed.clear();
  const refused = form()?.querySelector(".errors");
  if (refused) for (const way of ways()) if (boxOf(way).value.trim()) typed.add(way);
  update();
}

document.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.target ?? event.target;
  if (target.id === "till-charges") {
    for (const box of all("[data-tick]")) if (unticked.has(box.dataset.tick)) box.checked = false;
    update();
  } else if (target.id === "till-work") {
    begin();
    document.querySelector("#till-work [data-focus]")?.focus();
  }
});
document.addEventListener("dialog:done", () => {
  const dialog = document.querySelector("dialog[open]");
  dialog?.close();
  dialog?.querySelector("form")?.reset();
});
begin();
