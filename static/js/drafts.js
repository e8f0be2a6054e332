// Drafts: a second after the typing stops, a form[data-draft-url] is posted there as it stands.
//
// The answer may be JSON {"saved_at": "10:42"}; the form's [data-draft-state] says how it went.
// The form hears draft:saved with the answer and what was posted, or draft:refused with the reason.
// Files and passwords are never part of a draft. Who was signed out signs in in another window; the
// words stay here and are sent then.

const PAUSE = 1000;
const AGAIN = 5000;
const waiting = new Map();
const sending = new Set();

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

// Signing in anew gives a new token: the one of the cookie counts, not the one of the page.
const token = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? "";

function saySignedOut(form) {
  say(form, "failed", "signed out: ");
  const link = document.createElement("a");
  Object.assign(link, { href: "/sign-in/", target: "_blank", textContent: "sign in in another window" });
  stateOf(form)?.append(link, ", your words are kept here");
}

function written(form) {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  for (const field of form.querySelectorAll("input[type='password'], input[type='file']")) data.delete(field.name);
  return data;
}

async function save(form) {
  waiting.delete(form);
  // One after the other: the second builds on what the first was answered.
  if (sending.has(form)) return later(form, PAUSE);
  sending.add(form);
  const data = written(form);
  if (!form.querySelector("[data-draft-state] a")) say(form, "saving", "saving…");
  try {
    const answer = await post(form, data);
    sending.delete(form);
    await take(form, answer, data);
  } catch {
    sending.delete(form);
    say(form, "failed", "draft not saved, trying again");
    if (form.isConnected) later(form, AGAIN);
  }
}

function post(form, data) {
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  return fetch(form.dataset.draftUrl, { method: "POST", body: data, keepalive: true, redirect: "manual", headers });
}

// Without its cookies a page is refused before anybody asks who it is.
async function isSignedOut() {
  return (await fetch("/live/viewers/", { redirect: "manual" })).type === "opaqueredirect";
}

async function take(form, answer, data) {
  if (answer.status === 423) {
    say(form, "failed", "locked: your words are kept here");
    document.dispatchEvent(new CustomEvent("session:refused"));
    return form.isConnected && later(form, AGAIN);
  }
  if (answer.type === "opaqueredirect" || (answer.status === 403 && await isSignedOut())) {
    saySignedOut(form);
    if (form.isConnected) later(form, AGAIN);
    return;
  }
  const json = answer.headers.get("Content-Type")?.includes("json");
  const said = json ? await answer.json() : {};
  if (answer.ok) saved(form, said, data);
  else if (answer.status === 409 || answer.status === 413) refused(form, said);
  else throw new Error(String(answer.status));
}

function saved(form, answer, posted) {
  const { saved_at: at = clock() } = answer;
  say(form, "saved", `saved ${at}`);
  // Typed on in the meantime: the newer words are not saved yet.
  const more = waiting.has(form);
  form.dispatchEvent(new CustomEvent("draft:saved", { bubbles: true, detail: { at, answer, posted, more } }));
}

function refused(form, said) {
  say(form, "failed", said.error ?? "not saved");
  form.dispatchEvent(new CustomEvent("draft:refused", { bubbles: true, detail: said }));
}

function later(form, pause) {
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(save, pause, form));
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.draftUrl) later(form, PAUSE);
});
document.addEventListener("session:open", () => {
  for (const form of waiting.keys()) later(form, 0);
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
