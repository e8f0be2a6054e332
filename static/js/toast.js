// Toasts: what has just happened, with Undo where it can be undone.
//
// From the server: messages in the page, or the header HX-Trigger: {"toast": {"text": …}}.
// From a script:   document.dispatchEvent(new CustomEvent("toast", {detail: {text, kind, undo, link, stay}})).
// kind: done (default) | warn | danger; undo: the address a POST goes to; stay: seconds;
// link: {text, url, is_paper}, a paper opens in a window of its own.

const region = document.getElementById("toasts");
const template = document.getElementById("toast-template");
const SECOND = 1000;

function point(anchor, link) {
  if (!link) return anchor.remove();
  anchor.textContent = link.text;
  anchor.href = link.url;
  if (link.is_paper) Object.assign(anchor, { target: "_blank", rel: "noopener" });
  return anchor;
}

function build({ text, kind = "done", undo = "", link = null }) {
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.classList.add(`say-${kind}`);
  toast.querySelector(".say-text").textContent = text;
  const form = toast.querySelector("form");
  if (undo) form.setAttribute("hx-post", undo);
  else form.remove();
  point(toast.querySelector("[data-toast-link]"), link);
  return toast;
}

function show(detail) {
  const toast = build(detail);
  region.append(toast);
  while (region.children.length > 3) region.firstElementChild.remove();
  window.htmx?.process(toast);
  adopt(toast, Number(detail.stay) || 0);
}

// A danger stays until it is closed; an Undo stays ten seconds; the rest six.
function adopt(toast, asked) {
  const undoable = Boolean(toast.querySelector("form"));
  const seconds = asked || (undoable ? 10 : 6);
  toast.querySelector("[data-close]").addEventListener("click", () => toast.remove());
  toast.addEventListener("htmx:afterRequest", () => toast.remove());
  if (toast.classList.contains("say-danger")) toast.setAttribute("role", "alert");
  else countDown(toast, seconds, undoable);
}

function countDown(toast, seconds, shown) {
  const left = toast.querySelector(".say-left");
  toast.style.setProperty("--stay", `${seconds}s`);
  if (shown) left.textContent = `${seconds} s`;
  const clock = setInterval(() => {
    if (!toast.isConnected) return clearInterval(clock);
    if (toast.matches(":hover, :focus-within")) return undefined;
    seconds -= 1;
    if (shown) left.textContent = `${seconds} s`;
    return seconds > 0 ? undefined : toast.remove();
  }, SECOND);
}

document.addEventListener("toast", (event) => show(event.detail));
for (const toast of region?.children ?? []) adopt(toast, 0);
