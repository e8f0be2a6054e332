// Vital signs: says as somebody types what the server will say on saving.
//
// form[data-vitals] carries the tables (clinical_docs/vital_signs/mirror.py): no clinical number is
// written here. A row is [data-measure] with [data-flag], [data-heard], [data-now], [data-points].
// The score is told to every [data-news2] of the page. A test holds both languages together.

const TYPED = /^([0-9]{1,5})(?:[.,]([0-9]{1,3}))?\s*([^0-9]{0,12})$/;
const FEET = /^([0-9])\s*(?:'|ft|feet)\s*([0-9]{1,2}(?:\.[0-9])?)\s*(?:"|''|in|inch|inches)?$/;
const LONGEST = 20;
const MOST_DECIMALS = 2;
const TINY = 1e-9;

// Halves go up, as on the server; TINY makes good what binary fractions lose.
export function rounded(value, decimals) {
  const step = 10 ** decimals;
  return Math.floor(value * step + 0.5 + TINY) / step;
}

const convert = (number, [times, by, plus]) => ((number + plus) * times) / by;

function possible(sign, exact) {
  const value = rounded(exact, sign.decimals);
  const [least, most] = sign.possible;
  if (value >= least && value <= most) return { value };
  return { error: `Nobody has that: it lies between ${least} and ${most} ${sign.unit}.` };
}

// What a text says of a sign: {value}, {value, assumed: unit} or {error}.
export function read(sign, text) {
  const typed = text.trim();
  const feet = sign.units.ft && typed.toLowerCase().match(FEET);
  if (feet) return possible(sign, convert(Number(feet[1]) * 12 + Number(feet[2]), sign.units.in));
  const found = text.length <= LONGEST && typed.match(TYPED);
  if (!found) return { error: `Enter a number, in ${sign.unit}.` };
  const [, whole, decimals = "", tail] = found;
  if (decimals.length > MOST_DECIMALS) return { error: `At most ${MOST_DECIMALS} decimals.` };
  return understood(sign, Number(`${whole}.${decimals || 0}`), tail.trim().toLowerCase());
}

function understood(sign, number, unit) {
  if (unit) {
    const conversion = sign.units[unit];
    if (!conversion) return { error: `“${unit}” is no unit for this; enter it in ${sign.unit}.` };
    return possible(sign, convert(number, conversion));
  }
  const guess = sign.assumptions.find(([least, most]) => number >= least && number <= most);
  if (guess) return { ...possible(sign, convert(number, sign.units[guess[2]])), assumed: guess[2] };
  if (!sign.decimals && !Number.isInteger(number)) return { error: "Enter a whole number." };
  return possible(sign, number);
}

// {systolic, diastolic}, {systolic} or {error}.
export function readPressure(signs, text) {
  const ends = text.toLowerCase().replace("mmhg", "").trim().split(/[/\s,.-]+/).filter(Boolean);
  if (ends.length < 1 || ends.length > 2) return { error: "Enter the upper and the lower pressure, such as 120/80." };
  const both = {};
  for (const [name, end] of [["systolic", ends[0]], ["diastolic", ends[1]]]) {
    if (end === undefined) continue;
    const found = read(signs[name], end);
    if (found.error) return found;
    both[name] = found.value;
  }
  if (both.diastolic !== undefined && both.systolic <= both.diastolic) return { error: "The lower pressure must be below the upper one." };
  return both;
}

// H, L, HH, LL, or nothing.
export function letter(limits, value) {
  if (!limits) return "";
  if (limits.critical_high !== null && value > limits.critical_high) return "HH";
  if (limits.critical_low !== null && value < limits.critical_low) return "LL";
  if (limits.high !== null && value > limits.high) return "H";
  return limits.low !== null && value < limits.low ? "L" : "";
}

export function bmi({ weight, height }) {
  return weight && height ? rounded((weight * 10_000) / (height * height), 1) : null;
}

function bandsOf(news2, name, values, scale2) {
  if (name !== "oxygen" || !scale2) return news2.bands[name];
  return news2.scale_2[values.supply === "oxygen" ? "oxygen" : "air"];
}

function points(news2, name, values, scale2) {
  const value = values[name];
  if (value === undefined || value === null) return undefined;
  if (news2.words[name]) return news2.words[name][value];
  return bandsOf(news2, name, values, scale2).find(([end]) => end === null || value <= end)[1];
}

// {parts, total, missing, response}: the response is the name of one of news2.responses.
export function score(news2, values, scale2 = false) {
  const parts = {};
  for (const name of news2.parts) {
    const found = points(news2, name, values, scale2);
    if (found !== undefined) parts[name] = found;
  }
  const total = Object.values(parts).reduce((sum, one) => sum + one, 0);
  const missing = news2.parts.filter((name) => !(name in parts));
  return { parts, total, missing, response: response(news2.marks, parts, total) };
}

function response({ red, medium, high }, parts, total) {
  if (total >= high) return "high";
  if (total >= medium) return "medium";
  if (Object.values(parts).includes(red)) return "red";
  return total ? "low" : "none";
}

// ---- the form ----

// Units as they are written; the tables know them in small letters.
const SAID = { "°f": "°F", "mg/dl": "mg/dL" };
const shown = (value, decimals) => String(Number(value.toFixed(decimals)));
const chosen = (form, name) => form.querySelector(`[name="${name}"]:checked`)?.value;

function hear(row, text, kind = "") {
  const place = row.querySelector("[data-heard]");
  if (!place) return;
  place.textContent = text;
  place.dataset.kind = kind;
}

function flag(row, found, value) {
  const place = row.querySelector("[data-flag]");
  if (place) place.textContent = found;
  row.dataset.letter = found;
  row.classList.toggle("is-taken", value !== undefined);
}

// The dot on the range: its band is the middle third of the scale.
function dot(row, limits, value, letterNow) {
  const now = row.querySelector("[data-now]");
  if (!now) return;
  const known = value !== undefined && limits && limits.low !== null;
  now.toggleAttribute("hidden", !known);
  if (!known) return;
  now.setAttribute("cx", across(limits, value));
  now.setAttribute("class", `gauge-now ${letterNow.startsWith("H") ? "high" : ""}${letterNow.startsWith("L") ? "low" : ""}`);
}

// As clinical_words.place_on; a scale that is open above shows 12 below its range.
export function across({ low, high }, value, width = 120) {
  const span = high === null ? 16 : high - low || 1;
  const share = high === null ? (value - (low - 12)) / span : (value - (low - span)) / (3 * span);
  return Math.min(Math.max(share * width, 4), width - 4);
}

function trend(row, value) {
  const cell = row.querySelector("[data-before]");
  if (!cell) return;
  const before = Number(cell.dataset.before);
  const sign = value === undefined || cell.dataset.before === "" ? "" : value > before ? "↑" : value < before ? "↓" : "=";
  cell.querySelector("[data-trend]").textContent = sign;
}

function doubtful(sign, value) {
  const [low, high] = sign.doubt;
  return value < low || value > high;
}

function told(sign, text, found) {
  const words = `${shown(found.value, sign.decimals)} ${sign.unit}`;
  const taken = found.assumed ? `taken as ${SAID[found.assumed] ?? found.assumed}` : "";
  if (doubtful(sign, found.value)) return { text: `Really ${words}?${taken && ` ${taken}`}`, kind: "doubt" };
  if (taken) return { text: `${taken}: ${words}`, kind: "assumed" };
  const plain = text.trim().replace(",", ".");
  const same = Number(plain) === found.value;
  return { text: same ? "" : `= ${words}`, kind: "heard" };
}

class Form {
  constructor(form) {
    this.form = form;
    this.tables = JSON.parse(form.dataset.vitals);
    form.addEventListener("input", () => this.update());
    form.addEventListener("change", () => this.update());
    form.addEventListener("focusout", (event) => this.complain(event.target));
    form.addEventListener("keydown", (event) => this.key(event));
    this.update();
  }

  row(name) {
    return this.form.querySelector(`[data-measure="${name}"]`);
  }

  values() {
    const values = {};
    for (const name of ["supply", "consciousness", "pregnancy"]) {
      const value = chosen(this.form, name);
      if (value) values[name] = value;
    }
    for (const row of this.form.querySelectorAll("[data-measure]")) Object.assign(values, this.measured(row));
    return values;
  }

  // One row read, marked and told; its values by name.
  measured(row) {
    const name = row.dataset.measure;
    const field = row.querySelector("input[type='text']");
    if (!field) return {};
    return name === "pressure" ? this.pressure(row, field.value) : this.single(row, name, field.value);
  }

  single(row, name, text) {
    const sign = this.tables.signs[name];
    const found = text.trim() ? read(sign, text) : {};
    this.mark(row, sign, found.value);
    row.dataset.error = found.error ?? "";
    if (found.value === undefined) {
      if (!found.error) hear(row, "");
      return {};
    }
    const say = told(sign, text, found);
    hear(row, say.text, say.kind);
    return { [name]: found.value };
  }

  pressure(row, text) {
    const { signs } = this.tables;
    const found = text.trim() ? readPressure(signs, text) : {};
    this.mark(row, signs.systolic, found.systolic, found.diastolic);
    row.dataset.error = found.error ?? "";
    if (found.error) return {};
    const odd = ["systolic", "diastolic"].some((name) => found[name] !== undefined && doubtful(signs[name], found[name]));
    hear(row, odd ? `Really ${text.trim()} mmHg?` : "", odd ? "doubt" : "");
    return found;
  }

  mark(row, sign, value, lower) {
    const own = value === undefined ? "" : letter(sign.limits, value);
    const other = lower === undefined ? "" : letter(this.tables.signs.diastolic.limits, lower);
    flag(row, own || other, value);
    dot(row, sign.limits, value, own);
    trend(row, value);
  }

  update() {
    const values = this.values();
    this.tellBmi(values);
    this.tellWeight(values);
    const { news2 } = this.tables;
    if (!news2) return this.tellLetters();
    const scale2 = Boolean(this.form.querySelector("[name='scale_2']:checked"));
    this.tellScore(news2, score(news2, values, scale2), values.pregnancy === "yes");
  }

  tellBmi(values) {
    const place = this.form.querySelector("[data-bmi]");
    if (!place) return;
    const index = bmi(values);
    const limits = this.tables.bmi;
    const found = index === null ? "" : letter(limits, index);
    place.textContent = index === null ? "" : `BMI ${index.toFixed(1)}${found ? ` ${found}` : ""} kg/m²`;
    if (index !== null && limits) place.textContent += `, usual ${limits.low}–${limits.high}`;
  }

  tellWeight({ weight }) {
    const place = this.form.querySelector("[data-weight]");
    const cell = this.row("weight")?.querySelector("[data-before]");
    if (!place || !cell) return;
    const before = Number(cell.dataset.before);
    const change = weight && before ? weight - before : 0;
    const grave = Math.abs(change) >= before * 0.05 && change;
    place.textContent = grave ? `${shown(Math.abs(change), 1)} kg ${change < 0 ? "less" : "more"} than ${cell.dataset.on}` : "";
    place.hidden = !grave;
  }

  // For those whom NEWS2 is not made for: how many values lie outside.
  tellLetters() {
    const rows = [...this.form.querySelectorAll("[data-letter]")];
    const far = rows.filter((row) => row.dataset.letter.length === 2).length;
    const out = rows.filter((row) => row.dataset.letter).length;
    for (const place of document.querySelectorAll("[data-letters]")) {
      place.textContent = out ? `${out} outside the usual range${far ? `, ${far} far outside: tell the doctor now` : ""}` : "None outside the usual range";
      place.dataset.level = far ? "high" : out ? "low" : "none";
    }
  }

  tellScore(news2, found, pregnant) {
    for (const name of news2.parts) this.tellPoints(name === "systolic" ? "pressure" : name, pregnant ? undefined : found.parts[name]);
    const answer = news2.responses[found.response];
    const taken = news2.parts.length - found.missing.length;
    for (const place of document.querySelectorAll("[data-news2]")) {
      place.dataset.level = pregnant || !taken ? "unknown" : found.response;
      place.querySelectorAll("[data-news2-part]").forEach((one) => {
        one.textContent = words(one.dataset.news2Part, { news2, found, answer, taken, pregnant });
      });
    }
    // Kept on the form as well, for whoever begins to listen later.
    this.form.dataset.priority = pregnant || !taken ? "" : answer.priority;
    this.form.dispatchEvent(new CustomEvent("vitals:scored", { bubbles: true }));
  }

  tellPoints(name, number) {
    const place = this.row(name)?.querySelector("[data-points]");
    if (!place) return;
    place.textContent = number ?? "";
    place.dataset.points = number ?? "";
  }

  // Beside the field once it is left, not while it is typed.
  complain(field) {
    const row = field.closest?.("[data-measure]");
    if (!row || field.type !== "text") return;
    const { error } = row.dataset;
    field.setAttribute("aria-invalid", String(Boolean(error)));
    if (error) hear(row, error, "error");
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.type === "radio" && event.key.length === 1) this.choose(event);
    else if (event.key === "Enter" && event.target.matches("input:not([type='submit'])")) this.next(event);
  }

  // In a row of choices the first letter of a choice, or its digit, chooses.
  choose(event) {
    const wanted = event.key.toLowerCase();
    const radios = [...this.form.querySelectorAll(`[name="${event.target.name}"]`)];
    const begins = (text) => text?.trim().toLowerCase().startsWith(wanted);
    const radio = radios.find((one) => begins(one.labels[0]?.textContent)) ?? radios.find((one) => begins(one.value));
    if (!radio) return;
    event.preventDefault();
    event.stopPropagation();
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("input", { bubbles: true }));
  }

  next(event) {
    event.preventDefault();
    const fields = [...this.form.querySelectorAll("input:not([type='hidden']), textarea, select")].filter((one) => one.checkVisibility?.() ?? true);
    const group = (one) => (one.type === "radio" ? one.name : one.id);
    const after = fields.slice(fields.indexOf(event.target) + 1).find((one) => group(one) !== group(event.target));
    after?.focus();
  }
}

function words(part, { news2, found, answer, taken, pregnant }) {
  if (pregnant) return { total: "–", title: "NEWS2 is not used in pregnancy", text: "Judge by the letters and by how she looks.", count: "" }[part];
  const of = `${taken} of ${news2.parts.length} measures`;
  if (!taken) return { total: "–", title: "Nothing entered yet", text: "It counts as you type.", count: of }[part];
  const least = found.missing.length ? "at least " : "";
  return { total: String(found.total), title: answer.title, text: answer.text, count: `${of}${least ? ", so far" : ""}`, short: `NEWS2 ${least}${found.total}` }[part];
}

const known = new WeakSet();

export function adopt(root) {
  for (const form of root.querySelectorAll?.("form[data-vitals]") ?? []) {
    if (!known.has(form)) known.add(form) && new Form(form);
  }
  const own = root.closest?.("form[data-vitals]");
  if (own && !known.has(own)) known.add(own) && new Form(own);
}

adopt(document);
document.addEventListener("htmx:load", (event) => adopt(event.detail.elt));
