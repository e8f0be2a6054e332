// A dialog that comes as a fragment is shown at once; its form opens the PDF beside and closes it.

document.addEventListener("htmx:load", (event) => {
  const dialog = event.detail.elt.matches?.("dialog[data-shows]") ? event.detail.elt : event.detail.elt.querySelector?.("dialog[data-shows]");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("form[target='_blank']")?.addEventListener("submit", () => setTimeout(() => dialog.close()));
});
