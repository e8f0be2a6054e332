// Forms: Ctrl-Enter presses the main button, a second press does nothing, the first error has the
// focus, and leaving with words unsaved asks first (data-guard).

const SENDING = "sending";
const dirty = new Set();
const touched = new Set();

function mainButton(from) {
  const form = from?.closest?.("form");
  const own = form?.getAttribute("id") ? document.querySelector(`[data-main][form="${CSS.escape(form.getAttribute("id"))}"]`) : null;
  // The bar's act is the page's; a form further up has its own only while one is in it. What a
  // closed dialog offers is nobody's act.
  const first = (within) => [...document.querySelectorAll(`${within} [data-main]`)].find((one) => one.closest("dialog")?.open !== false);
  return form?.querySelector("[data-main]") ?? own ?? first("dialog[open]") ?? first(".actions") ?? first("main");
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const button = mainButton(document.activeElement);
  if (!button || button.disabled || button.ariaDisabled === "true") return;
  event.preventDefault();
  button.click();
});

// The button keeps its name and value, so it is marked busy rather than disabled.
function hold(form, button) {
  form.dataset.state = SENDING;
  button?.classList.add("is-busy");
  button?.setAttribute("aria-busy", "true");
}

function release(form) {
  delete form.dataset.state;
  for (const button of document.querySelectorAll(".btn.is-busy")) {
    if (button.form !== form) continue;
    button.classList.remove("is-busy");
    button.removeAttribute("aria-busy");
  }
}

function onSubmit(event) {
  const form = event.target;
  // Not form.method: a field of that name would stand in its place.
  const reads = form.getAttribute("method")?.toLowerCase() === "get" || form.hasAttribute("hx-get");
  if (reads || form.dataset.again !== undefined) return;
  if (form.dataset.state === SENDING) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  hold(form, event.submitter);
  dirty.delete(form);
}

document.addEventListener("submit", onSubmit, true);
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) release(form);
});
// Back from the browser's own cache: the page is as it was left, sending included.
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(release));

document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".btn[aria-disabled='true']");
  if (button) event.preventDefault();
}, true);

function focusFirstError(within) {
  if (!within.querySelector?.(".errors")) return;
  within.querySelector("[aria-invalid='true']:is(input, select, textarea), [aria-invalid='true'] input")?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".errors a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  (field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea"))?.focus();
});

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) [dirty, touched].forEach((known) => known.add(form));
});
document.addEventListener("draft:saved", (event) => event.detail.more || dirty.delete(event.target));
// The session has ended. Who has been writing signs in beside it and goes on here; all others are
// led to the sign-in.
const SIGNED_OUT = "You are signed out. What you typed stays here.";
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const url = event.detail.xhr.getResponseHeader("HX-Redirect") ?? "";
  if (!url.startsWith("/sign-in/") || ![...touched].some((form) => form.isConnected)) return;
  event.preventDefault();
  if (document.getElementById("toasts").textContent.includes(SIGNED_OUT)) return;
  const link = { text: "Sign in in another window", url: "/sign-in/", is_paper: true };
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: SIGNED_OUT, kind: "warn", link, stay: 60 } }));
});
window.addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});

focusFirstError(document);
document.addEventListener("htmx:afterSettle", (event) => focusFirstError(event.target));
