// What htmx swaps: typed words survive, a failure says so where it happened, with Retry.

const failed = document.getElementById("failed-template");
const stale = document.getElementById("stale-template");
let leaving = false;

window.addEventListener("beforeunload", () => {
  leaving = true;
});
window.addEventListener("pageshow", () => {
  leaving = false;
});

// What somebody has typed or chosen is theirs until they press a button: nothing that comes by itself
// touches it. News of others do reach a field that somebody is in but has not changed.
const typed = new WeakSet();
const PRESSED = ["submit", "click"];
let isNews = false;
let spares = false;
for (const kind of ["input", "change"]) document.addEventListener(kind, ({ target }) => typed.add(target), true);

// News wait where a press is under way: if they took away what was pressed, nobody would hear its answer.
const pressed = new Set();
const late = new Map();

document.addEventListener("htmx:beforeSend", ({ detail: { elt, requestConfig } }) => {
  const { verb, triggeringEvent } = requestConfig;
  if (verb !== "get" && PRESSED.includes(triggeringEvent?.type)) pressed.add(elt);
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!pressed.delete(detail.elt)) return;
  for (const [target, { elt, requestConfig }] of late) {
    late.delete(target);
    if (target.isConnected) htmx.ajax(requestConfig.verb.toUpperCase(), requestConfig.path, { source: elt, target });
  }
});
const isPressed = (target) => [...pressed].some((one) => target.contains(one));

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { target, requestConfig } = detail;
  const { type = "" } = requestConfig.triggeringEvent ?? {};
  isNews = type.startsWith("live:");
  if (isNews && isPressed(target)) {
    detail.shouldSwap = false;
    late.set(target, detail);
    return;
  }
  spares = !PRESSED.includes(type);
  if (window.Idiomorph) Idiomorph.defaults.ignoreActiveValue = !isNews;
  if (spares || requestConfig.verb === "get") return;
  for (const field of target.querySelectorAll("input, select, textarea")) typed.delete(field);
});

// htmx focuses what has autofocus after each swap. News must not move anybody's cursor: the next
// figure would go into another field.
document.addEventListener("htmx:afterSwap", () => {
  if (!isNews) return;
  for (const one of document.querySelectorAll("[autofocus]:not(dialog *)")) one.removeAttribute("autofocus");
});

const STATE = ["value", "checked", "selected"];
const isTheirs = (name, element) => spares && STATE.includes(name) && typed.has(element.closest("select") ?? element);

// A drawn chart is left to charts.js; what somebody has unfolded stays so.
if (window.Idiomorph) {
  Idiomorph.defaults.callbacks.beforeNodeMorphed = (old) =>
    !(old instanceof Element && old.matches(".plot-area, [data-keep]"));
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, element) =>
    !isTheirs(name, element) && !(name === "open" && element.matches("details"));
}

const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const hollow = (target) => !target.querySelector(":scope > :not(.skeleton, .on-wait, .nothing-failed)");

function retry(notice, detail) {
  notice.querySelector("[data-retry]").addEventListener("click", () => {
    notice.remove();
    const { path, verb } = detail.requestConfig;
    htmx.ajax(verb.toUpperCase(), path, { source: detail.elt, target: detail.target });
  });
}

// Nothing there yet: the failed state. Something there: it stays, marked with the time it is from.
function mark(detail) {
  const { target } = detail;
  const empty = hollow(target);
  const notice = (empty ? failed : stale).content.firstElementChild.cloneNode(true);
  if (empty) target.replaceChildren(notice);
  else {
    target.querySelector(":scope > .stale")?.remove();
    notice.querySelector("[data-since]").textContent = clock();
    target.prepend(notice);
  }
  retry(notice, detail);
}

function report(event) {
  const { detail } = event;
  if (leaving || detail.xhr?.getResponseHeader?.("HX-Trigger")?.includes('"toast"')) return;
  const reading = detail.requestConfig?.verb === "get";
  if (reading && detail.target && detail.target !== document.body) mark(detail);
  else {
    const text = "Not saved: the server did not answer. What you typed is kept; try again.";
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind: "danger" } }));
  }
}

// What a page asks for by itself, to follow colleagues, is not its person at work.
document.addEventListener("htmx:configRequest", ({ detail: { headers, triggeringEvent } }) => {
  if (!triggeringEvent?.isTrusted) headers["Clinic-Unasked"] = "1";
});

// Signing in anew gives a new token: the one of the cookie counts, not the one of the page.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1];
  if (!token || event.detail.verb === "get") return;
  event.detail.headers["X-CSRFToken"] = token;
  event.detail.formData.delete("csrfmiddlewaretoken");
});

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, report);
}

// .is-fresh is worn for three seconds, then taken off so that it can be put on again.
document.addEventListener("animationend", (event) => {
  if (event.animationName === "fresh") event.target.closest(".is-fresh")?.classList.remove("is-fresh");
});

async function copy(text) {
  await navigator.clipboard.writeText(text);
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: `${text} copied` } }));
}

document.addEventListener("click", (event) => {
  const copier = event.target.closest?.("[data-copy]");
  if (copier) copy(copier.dataset.copy);
  const opener = event.target.closest?.("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest?.("[data-closes]")) event.target.closest("dialog")?.close();
});
