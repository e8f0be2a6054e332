// Drafts: a second after the typing stops, a form[data-draft-url] is posted there as it stands.
//
// The answer may be JSON {"saved_at": "10:42"}; the form's [data-draft-state] says how it went.
// The form hears draft:saved. Files and passwords are never part of a draft.

const PAUSE = 1000;
const AGAIN = 5000;
const waiting = new Map();

const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function stateOf(form) {
  const outside = form.id ? document.querySelector(`[data-draft-for="${CSS.escape(form.id)}"]`) : null;
  return form.querySelector("[data-draft-state]") ?? outside;
}

function say(form, state, text) {
  const place = stateOf(form);
  if (!place) return;
  place.dataset.state = state;
  place.textContent = text;
}

function written(form) {
  const data = new FormData(form);
  for (const field of form.querySelectorAll("input[type='password'], input[type='file']")) data.delete(field.name);
  return data;
}

async function save(form) {
  waiting.delete(form);
  say(form, "saving", "saving…");
  try {
    const answer = await fetch(form.dataset.draftUrl, {
      method: "POST", body: written(form), keepalive: true, redirect: "error",
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    await saved(form, answer);
  } catch {
    say(form, "failed", "draft not saved, trying again");
    if (form.isConnected) later(form, AGAIN);
  }
}

async function saved(form, answer) {
  const json = answer.headers.get("Content-Type")?.includes("json");
  const { saved_at: at = clock() } = json ? await answer.json() : {};
  say(form, "saved", `saved ${at}`);
  // Typed on in the meantime: the newer words are not saved yet.
  if (!waiting.has(form)) form.dispatchEvent(new CustomEvent("draft:saved", { bubbles: true, detail: { at } }));
}

function later(form, pause) {
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(save, pause, form));
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.draftUrl) later(form, PAUSE);
});
document.addEventListener("submit", (event) => {
  clearTimeout(waiting.get(event.target));
  waiting.delete(event.target);
});
// The tab is put away or closed: what waits is sent now.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden") return;
  for (const [form, timer] of waiting) {
    clearTimeout(timer);
    save(form);
  }
});
