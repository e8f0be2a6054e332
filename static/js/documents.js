// Files on their way into a record: chosen, photographed, or dropped anywhere on the page.
//
// A dialog[data-sending] lists them, each with what is said of it; each is a request of its own,
// with its own progress, and what is wrong with one stands beside it. Nothing typed is lost: what
// was refused stays until it is sent again or left out.

const AT_ONCE = 2;
const GONE = "The connection was lost. The file is still here; send it again.";
const SIGNED_OUT = "You are signed out. Sign in in another window, then send it again.";
const dialog = document.querySelector("dialog[data-sending]");
const files = new WeakMap();

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
const titled = (name) => {
  const words = name.replace(/\.[^.]{1,5}$/, "").replace(/[_\-.\s]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
const rows = () => [...dialog.querySelectorAll(".send")];
const waiting = () => rows().filter((row) => !["sending", "done"].includes(row.dataset.state));
const part = (row, name) => row.querySelector(`[data-${name}]`);

function say(row, sentence) {
  const error = part(row, "error");
  error.textContent = sentence;
  error.hidden = !sentence;
  for (const field of row.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

function become(row, state, word = "", tone = "") {
  row.dataset.state = state;
  row.classList.toggle("is-done", state === "done");
  const shown = part(row, "state");
  shown.textContent = word;
  shown.className = `state${tone ? ` state-${tone}` : ""}`;
  for (const field of row.querySelectorAll("input, select, [data-leaves]")) field.disabled = state === "sending" || state === "done";
  row.querySelector("progress").hidden = state !== "sending";
  count();
}

function count() {
  const left = waiting().length;
  const done = rows().filter((row) => row.dataset.state === "done").length;
  const sending = rows().length - left - done;
  const button = dialog.querySelector("[data-send]");
  const many = dialog.querySelector("[data-chooses][multiple]");
  button.ariaDisabled = left ? "false" : "true";
  button.title = left ? "" : "Choose a file first";
  if (many) button.textContent = left > 1 ? `Add ${left} documents` : "Add document";
  const words = [sending && `${sending} on the way`, done && `${done} added`];
  dialog.querySelector("[data-summary]").textContent = words.filter(Boolean).join(", ");
}

function guess(file, select) {
  const is = /\.dcm$/i.test(file.name) ? "imaging" : "";
  const before = rows().at(-1)?.querySelector("select")?.value ?? "";
  select.value = [is, before].find((one) => one && select.querySelector(`option[value="${one}"]`)) ?? "";
}

function take(file) {
  const many = dialog.querySelector("[data-chooses][multiple]");
  if (!many) for (const row of waiting()) row.remove();
  const row = dialog.querySelector("template").content.firstElementChild.cloneNode(true);
  part(row, "name").textContent = file.name;
  part(row, "size").textContent = size(file.size);
  part(row, "leaves").ariaLabel = `Leave ${file.name} out`;
  const select = row.querySelector("select");
  if (select) {
    row.querySelector("[name=title]").value = titled(file.name);
    guess(file, select);
  }
  if (/^image\/(jpeg|png|webp)$/.test(file.type)) picture(row, file);
  files.set(row, { file, confirmed: [] });
  dialog.querySelector("[data-rows-of]").append(row);
  if (file.size > Number(dialog.dataset.mostBytes)) say(row, dialog.dataset.tooLarge);
  count();
}

function picture(row, file) {
  const image = new Image(44, 44);
  image.alt = "";
  image.src = URL.createObjectURL(file);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src));
  image.addEventListener("load", () => part(row, "thumb").replaceChildren(image));
}

function takeAll(list) {
  if (!list.length) return;
  if (!dialog.open) dialog.showModal();
  for (const file of list) take(file);
  const first = waiting().find((row) => row.querySelector("select")?.value === "");
  (first?.querySelector("select") ?? dialog.querySelector("[data-send]")).focus();
}

function content(row) {
  const { file, confirmed } = files.get(row);
  const sent = new FormData();
  for (const field of row.querySelectorAll("[name]")) sent.append(field.name, field.value);
  for (const one of confirmed) sent.append("confirmed", one);
  sent.append("file", file);
  return sent;
}

function send(row) {
  if (files.get(row).file.size > Number(dialog.dataset.mostBytes)) return Promise.resolve(say(row, dialog.dataset.tooLarge));
  const sent = content(row);
  say(row, "");
  part(row, "asks").hidden = true;
  become(row, "sending", "Sending");
  const bar = row.querySelector("progress");
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", dialog.dataset.url);
    request.setRequestHeader("X-CSRFToken", token());
    request.upload.addEventListener("progress", (event) => {
      bar.value = (100 * event.loaded) / event.total;
      if (event.loaded === event.total) part(row, "state").textContent = "Looking into it";
    });
    request.addEventListener("load", () => resolve(answered(row, request)));
    request.addEventListener("error", () => resolve(failed(row, GONE)));
    request.send(sent);
  });
}

function answered(row, request) {
  if (!request.getResponseHeader("Content-Type")?.startsWith("application/json")) {
    return failed(row, request.responseURL.includes("/sign-in/") ? SIGNED_OUT : request.status < 500 ? "This was not taken. Reload the page and send it again." : GONE);
  }
  const answer = JSON.parse(request.responseText);
  if (request.status === 201) return become(row, "done", "Added", "ok");
  if (answer.base && row.querySelector("[name=base]")) row.querySelector("[name=base]").value = answer.base;
  if (answer.asks) return ask(row, answer);
  return failed(row, Object.values(answer.errors).join(" "), Object.keys(answer.errors));
}

function failed(row, sentence, fields = []) {
  become(row, "failed", "Not added", "danger");
  say(row, sentence);
  const wrong = fields.map((name) => row.querySelector(`[name="${name}"]`)).find(Boolean);
  wrong?.setAttribute("aria-invalid", "true");
  wrong?.focus();
}

function ask(row, { asks, about, url }) {
  become(row, "asked", "Not added yet", "warn");
  part(row, "question").textContent = asks;
  part(row, "asks").hidden = false;
  part(row, "look").hidden = !url;
  if (url) part(row, "look").href = url;
  part(row, "confirms").onclick = () => {
    files.get(row).confirmed.push(about);
    all([row]);
  };
  part(row, "confirms").focus();
}

async function all(list) {
  const queue = [...list];
  const work = async () => {
    for (let row = queue.shift(); row; row = queue.shift()) await send(row);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  finished();
}

// All in: the page shows them; a version changes what the page is about, so it is opened anew.
function finished() {
  if (!rows().length || rows().some((row) => row.dataset.state !== "done")) return;
  const number = rows().length;
  const text = number > 1 ? `${number} documents added.` : "Document added.";
  if (dialog.id === "add-version") return window.location.assign(window.location.pathname);
  dialog.close();
  dialog.querySelector("[data-rows-of]").replaceChildren();
  count();
  document.dispatchEvent(new CustomEvent("toast", { detail: { text } }));
  const list = document.getElementById("document-list");
  if (list) htmx.ajax("GET", window.location.pathname + window.location.search, { source: list, target: list, swap: "morph:outerHTML" });
}

function listen() {
  dialog.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-chooses]")) return;
    takeAll(target.files);
    target.value = "";
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target.closest("[data-send]") && target.closest("[data-send]").ariaDisabled !== "true") all(waiting());
    if (target.closest("[data-leaves]")) {
      target.closest(".send").remove();
      count();
    }
  });
  dialog.addEventListener("submit", (event) => event.preventDefault());
  drop();
  window.addEventListener("beforeunload", (event) => {
    if (rows().some((row) => row.dataset.state === "sending")) event.preventDefault();
  });
}

function drop() {
  const holds = (event) => event.dataTransfer?.types.includes("Files");
  let over = 0;
  const mark = () => document.body.classList.toggle("is-over", over > 0);
  document.addEventListener("dragenter", (event) => {
    if (!holds(event)) return;
    over += 1;
    if (!dialog.open) dialog.showModal();
    mark();
  });
  document.addEventListener("dragleave", (event) => {
    if (!holds(event)) return;
    over = Math.max(0, over - 1);
    mark();
  });
  document.addEventListener("dragover", (event) => holds(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    over = 0;
    mark();
    takeAll(event.dataTransfer.files);
  });
}

if (dialog) listen();

// A document on paper prints itself once all its pages are there.
if (document.querySelector("[data-prints-itself]") && !navigator.webdriver) {
  window.addEventListener("load", () => window.print());
}
