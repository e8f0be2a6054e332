// Light, dark, or as the system: shown at once; the form's own POST keeps it for the next page.

document.addEventListener("change", (event) => {
  if (event.target.name !== "theme") return;
  document.documentElement.dataset.theme = event.target.value;
  document.dispatchEvent(new CustomEvent("theme:changed"));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
  document.dispatchEvent(new CustomEvent("theme:changed")),
);
