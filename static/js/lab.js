// The result grid: typed down the column by Enter and arrows, judged as typed.
//
// A row's limits ride on its field (data-low, data-high, data-critical-low, data-critical-high,
// data-before, data-delta; data-abnormal, data-critical of answers). What is stored is judged by the
// server, clinical_docs/queries/judging.py: this says the same a moment earlier.

const FIELDS = "#lab-form .res";
const NUMBER = /^([<>]?)\s*(-?\d+(?:[.,]\d+)?)$/;

const limit = (field, name) => (field.dataset[name] === undefined ? null : Number(field.dataset[name]));
const icon = (name) => document.querySelector(`#lab-arrows [data-arrow='${name}']`)?.firstElementChild.cloneNode(true);

function parsed(field) {
  const found = NUMBER.exec(field.value.trim());
  return found && { sign: found[1], number: Number(found[2].replace(",", ".")) };
}

function above({ sign, number }, end) {
  return end !== null && sign !== "<" && (number > end || (sign === ">" && number >= end));
}

function below({ sign, number }, end) {
  return end !== null && sign !== ">" && (number < end || (sign === "<" && number <= end));
}

function flagOfWords(field) {
  const said = (name) => (field.dataset[name] ?? "").split("|").filter(Boolean).includes(field.value);
  if (said("critical")) return "AA";
  return said("abnormal") ? "A" : "";
}

function flagOf(field) {
  const value = parsed(field);
  if (!value) return flagOfWords(field);
  if (above(value, limit(field, "criticalHigh"))) return "HH";
  if (above(value, limit(field, "high"))) return "H";
  if (below(value, limit(field, "criticalLow"))) return "LL";
  return below(value, limit(field, "low")) ? "L" : "";
}

function showChange(field, cell) {
  const value = parsed(field);
  const before = limit(field, "before");
  cell.replaceChildren();
  cell.classList.remove("is-jump");
  if (!value || value.sign || before === null || value.number === before) return;
  const change = Number((value.number - before).toPrecision(12));
  const arrow = icon(change > 0 ? "up" : "down");
  cell.append(...(arrow ? [arrow] : []), String(Math.abs(change)));
  const delta = limit(field, "delta");
  cell.classList.toggle("is-jump", delta !== null && Math.abs(change) * 100 > delta * Math.abs(before));
}

function judge(field) {
  const row = field.closest(".grid-row");
  const flag = flagOf(field);
  const letter = row.querySelector(".g-letter");
  row.dataset.flag = flag;
  row.classList.toggle("is-critical", ["HH", "LL", "AA"].includes(flag));
  letter.dataset.letter = flag;
  letter.textContent = flag;
  showChange(field, row.querySelector(".g-change"));
}

function step(field, by) {
  const fields = [...document.querySelectorAll(FIELDS)];
  const next = fields[fields.indexOf(field) + by];
  if (!next) return false;
  next.focus();
  next.select?.();
  return true;
}

function onKey(event) {
  const field = event.target.closest?.(FIELDS);
  if (!field || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const arrows = field.matches("select") ? {} : { ArrowDown: 1, ArrowUp: -1 };
  const by = { Enter: event.shiftKey ? -1 : 1, ...arrows }[event.key];
  if (by === undefined) return;
  // Enter never sends the form: saving is Ctrl-Enter.
  event.preventDefault();
  step(field, by);
}

// While something is typed and not saved, saving is the main act, and nothing can be verified.
function promoteSaving() {
  const save = document.querySelector("#lab-work .actions .btn[form='lab-form']");
  if (!save) return;
  const main = document.querySelector("#lab-work .actions [data-main]");
  if (main && main !== save) {
    main.classList.remove("btn-main");
    main.removeAttribute("data-main");
    const keys = main.querySelector("kbd");
    if (keys) save.append(" ", keys);
    main.parentElement.append(save);
  }
  save.classList.add("btn-main");
  save.dataset.main = "";
  const verify = document.querySelector("#lab-work .actions [data-verify]");
  verify?.setAttribute("aria-disabled", "true");
  verify?.setAttribute("title", "Save what you typed first.");
}

document.addEventListener("keydown", onKey);
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("#lab-form");
  // From the first key on, news of colleagues leave this form alone; saving brings both together.
  if (form && form.dataset.keep === undefined) {
    form.dataset.keep = "";
    promoteSaving();
  }
  if (event.target.matches?.(FIELDS)) judge(event.target);
});
document.addEventListener("click", (event) => {
  const taker = event.target.closest?.("[data-take]");
  const field = taker && document.getElementById(taker.dataset.into);
  if (!field) return;
  field.value = taker.dataset.take;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  taker.closest("tr").remove();
  field.focus();
});
