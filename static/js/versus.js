// Two versions: how many fields are still to choose, said while choosing; the main button waits for the last.

const form = document.getElementById("versions");
const rows = [...form.querySelectorAll(".versus-row[role='radiogroup']")];
const main = document.querySelector("[form='versions'][data-main]");
const say = document.getElementById("versions-say");
const count = form.querySelector("[data-open-count]");
const chosen = (row) => row.querySelector(":checked");

function link(row) {
  const to = document.createElement("a");
  to.href = `#${row.id}`;
  to.textContent = row.getAttribute("aria-label");
  return to;
}

function tell() {
  const open = rows.filter((row) => !chosen(row));
  for (const row of rows) {
    row.classList.toggle("is-open", !chosen(row));
    if (chosen(row)) row.querySelector(".versus-name .state")?.remove();
  }
  main.setAttribute("aria-disabled", String(open.length > 0));
  if (count) count.hidden = open.length === 0;
  if (count) count.querySelector("[data-open]").textContent = open.length;
  say.replaceChildren(...(open.length ? [link(open[0]), " is still to choose. "] : []), "Your draft is kept until you save.");
}

document.addEventListener("click", (event) => {
  const side = event.target.closest?.("[data-take]")?.dataset.take;
  if (!side) return;
  for (const row of rows) row.querySelector(`[value='${side}']`).checked = true;
  tell();
});
form.addEventListener("change", tell);
tell();
