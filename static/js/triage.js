// Triage: says before saving how urgent the ticket becomes, and why.

const ORDER = ["routine", "urgent", "emergency"];
const form = document.getElementById("triage-form");
const place = document.querySelector("[data-raises]");
const WORDS = {
  urgent: "Saving makes the ticket urgent: ahead of the routine patients in the doctor's queue.",
  emergency: "Saving makes the ticket an emergency: first in the doctor's queue.",
};

function tell() {
  const chosen = document.querySelector("[name='priority'][form='triage-form']:checked")?.value || "routine";
  const called = form.dataset.priority || "routine";
  const gravest = ORDER[Math.max(ORDER.indexOf(chosen), ORDER.indexOf(called))];
  place.textContent = WORDS[gravest] ?? "";
  place.hidden = !WORDS[gravest];
  place.dataset.level = gravest;
}

if (form && place) {
  form.addEventListener("vitals:scored", tell);
  // The choice stands outside of the form's box.
  document.addEventListener("change", (event) => {
    if (event.target.name === "priority") tell();
  });
  tell();
}
