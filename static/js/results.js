// The inbox by keys: `a` says seen, `b` calls back, of the row that j and k have reached, or the first.

const KEYS = { a: "[data-seen]", b: "[data-back]" };

const rows = () => [...document.querySelectorAll("#results-list [data-row]")];
const current = () => rows().find((row) => row.classList.contains("is-current") || row.contains(document.activeElement)) ?? rows()[0];
const typing = (target) => Boolean(target.closest?.("input, textarea, select"));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !KEYS[event.key] || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || localStorage.getItem("clinic-keys") === "off") return;
  const button = current()?.querySelector(KEYS[event.key]);
  if (!button) return;
  event.preventDefault();
  button.click();
});
