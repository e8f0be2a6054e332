// The note of a visit: sections kept while they are typed, without losing a colleague's words.
//
// drafts.js posts; here the answer is taken in. A section somebody else saved since is shown beside
// mine, and is not sent again before one has chosen. Sections nobody types in here follow by themselves.

const form = () => document.getElementById("note-form");
const sectionOf = (name) => form()?.querySelector(`[data-section="${CSS.escape(name)}"]`);
const textOf = (section) => section.querySelector("textarea");
const versionOf = (section) => section.querySelector("input[name^='version-']");
const known = new WeakMap();
let wasEmpty = null;

function remember() {
  for (const section of form()?.querySelectorAll("[data-section]") ?? []) {
    if (!known.has(section)) known.set(section, textOf(section).value);
  }
}

const unsaved = (section) => textOf(section).value !== known.get(section) || Boolean(section.querySelector(".clash"));

// What is kept now is what was posted: typing went on in the meantime.
function keep(versions, posted) {
  for (const [name, version] of Object.entries(versions)) {
    const section = sectionOf(name);
    if (!section || section.querySelector(".clash")) continue;
    versionOf(section).value = version;
    known.set(section, posted.get(name)?.replace(/\r\n/g, "\n") ?? "");
  }
}

function clash(one) {
  const section = sectionOf(one.section);
  if (!section) return;
  section.querySelector(".clash")?.remove();
  const box = document.getElementById("clash-template").content.firstElementChild.cloneNode(true);
  box.querySelector("[data-clash-by]").textContent = one.by;
  box.querySelector("[data-clash-at]").textContent = one.at;
  box.querySelector("[data-clash-text]").textContent = one.text || "(nothing: it was emptied)";
  box.dataset.theirs = one.text;
  box.dataset.version = one.version;
  section.append(box);
  // Named no more, it is not sent: what stands on the server is theirs until one has chosen.
  textOf(section).removeAttribute("name");
}

function settle(box, take) {
  const section = box.closest("[data-section]");
  const field = textOf(section);
  const { theirs, version } = box.dataset;
  if (take === "theirs") field.value = theirs;
  if (take === "both") field.value = [theirs, field.value].filter(Boolean).join("\n");
  field.name = section.dataset.section;
  versionOf(section).value = version;
  known.set(section, theirs);
  box.remove();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// The bar asks for a signature as soon as something stands there, and no longer when nothing does.
function tellEmpty(isEmpty) {
  if (wasEmpty !== isEmpty) document.body.dispatchEvent(new CustomEvent("note-changed"));
  wasEmpty = isEmpty;
}

document.addEventListener("draft:saved", (event) => {
  const { answer, posted } = event.detail;
  if (event.target !== form() || !answer?.versions) return;
  keep(answer.versions, posted);
  answer.clashes.forEach(clash);
  tellEmpty(answer.is_empty);
  const count = document.querySelector("#note [data-older]");
  if (count) count.textContent = answer.older;
});
document.addEventListener("draft:refused", (event) => {
  if (event.target !== form() || !event.detail.gone) return;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: event.detail.gone, kind: "warn", stay: 30 } }));
  document.body.dispatchEvent(new CustomEvent("note-moved"));
});
document.addEventListener("click", (event) => {
  const take = event.target.closest?.("[data-clash-take]")?.dataset.clashTake;
  if (take) settle(event.target.closest(".clash"), take);
});

// Before forms.js takes the note for sent: one has to choose first.
window.addEventListener("submit", (event) => {
  const open = event.target === form() && form().querySelector(".clash button");
  if (!open) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  open.focus();
}, true);

function follow(sections) {
  for (const [name, { text, version }] of Object.entries(sections)) {
    const section = sectionOf(name);
    if (!section || Number(versionOf(section).value) >= version || unsaved(section)) continue;
    const field = textOf(section);
    const [start, end] = [field.selectionStart, field.selectionEnd];
    field.value = text;
    if (field === document.activeElement) field.setSelectionRange(start, end);
    versionOf(section).value = version;
    known.set(section, text);
    section.classList.add("is-fresh");
  }
}

async function look() {
  const panel = document.getElementById("note");
  if (!panel || !form()) return;
  try {
    const answer = await fetch(panel.dataset.stateUrl, { redirect: "error" });
    if (answer.ok) follow((await answer.json()).sections);
  } catch {
    // The next word of it brings what was missed.
  }
}

const topic = document.getElementById("note")?.dataset.writing;
document.body.addEventListener(`live:presence:${topic}`, look);

// "To finish: the note is not signed" goes there.
document.addEventListener("click", (event) => {
  const place = event.target.closest?.("[data-goes]")?.dataset.goes;
  const target = place && document.getElementById(place);
  if (!place) return;
  event.preventDefault();
  if (!target) {
    htmx.ajax("GET", document.getElementById("note").getAttribute("hx-get") + "?write", { target: "#note", swap: "outerHTML" });
    return;
  }
  target.scrollIntoView({ block: "center" });
  (target.matches("input, textarea, button, select") ? target : target.querySelector("input, textarea, button, select"))?.focus();
});

// Finished: the page is another one, and keys such as `u` are for it, not for the field one was in.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "main") event.target.focus({ preventScroll: true });
});

remember();
document.addEventListener("htmx:afterSettle", remember);
