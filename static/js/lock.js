// A page that nobody has touched for a while is covered, asks for the password, and goes on as it was.
//
// The server decides: a locked session gets nothing but the door. This page only finds out in time:
// it tells the server now and then that a hand moved, and asks when the time is up, when something
// was refused (423), or when its socket was closed. Others hear session:shut and session:open, and
// say session:refused.

const cover = document.getElementById("lock");
const place = cover.querySelector("[data-cover-place]");
const { url, stateUrl, activeUrl, user } = cover.dataset;
const AFTER = Number(cover.dataset.after) * 1000;
const TELL_EVERY = Math.min(30_000, AFTER / 10);
const ASK_EVERY = 2_000;
const HANDS = ["keydown", "pointerdown", "pointermove", "wheel", "touchmove"];

let told = Date.now();
let hand = 0;
let due = told + AFTER;
let covered = "";
let asked = 0;
let left = null;
let kept = [];

const token = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? "";
const part = `${url}?part=1`;
const fire = (name) => document.dispatchEvent(new CustomEvent(name));

async function ask(address = stateUrl, method = "GET") {
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  const answer = await fetch(address, { method, headers, redirect: "error", signal: AbortSignal.timeout(5_000) });
  // Without its cookie a page is refused before anybody asks who it is.
  return answer.ok ? answer.json() : { state: "ended" };
}

// How we stand, and what follows. Unknown: the page stays as it is until its time is up.
async function look(tells = hand > told && !covered) {
  asked = Date.now();
  if (tells) told = asked;
  try {
    follow(await (tells ? ask(activeUrl, "POST") : ask()));
  } catch {
    if (Date.now() >= due) shut("wait");
  }
}

function follow({ state, user: whose, seconds }) {
  if (state === "locked") return shut("locked");
  if (state !== "open" || !whose) return shut("ended");
  // Somebody else has signed in at this browser: nothing here is theirs.
  if (user && whose !== user) return location.assign("/");
  due = Date.now() + seconds * 1000;
  return open();
}

function shut(kind) {
  if (covered === kind) return;
  if (!covered) hide();
  covered = kind;
  if (kind === "locked") return askPassword();
  put(cover.querySelector(`[data-cover-${kind}]`).content.cloneNode(true));
}

// What lies under the cover is not drawn (css/lock.css) and out of reach of keys; its title says nothing.
function hide() {
  left = { title: document.title, focus: document.activeElement };
  document.title = "Locked";
  document.documentElement.classList.add("is-covered");
  cover.showModal();
  fire("session:shut");
}

function open() {
  if (!covered) return;
  covered = "";
  cover.close();
  document.documentElement.classList.remove("is-covered");
  document.title = left.title;
  left.focus?.focus?.({ preventScroll: true });
  place.replaceChildren();
  told = Date.now();
  goOn();
}

function goOn() {
  fire("session:open");
  for (const again of kept.splice(0)) again();
}

// It may have been opened again already, or have a new key only.
const lookAfterRefusal = () => look(false).then(() => covered || goOn());

function put(...nodes) {
  place.replaceChildren(...nodes);
  fire("lock:asked");
  (place.querySelector("[aria-invalid='true'], input:not([type='hidden']), a, button") ?? cover).focus();
}

async function take(answer) {
  if (answer.status === 204) return look(false);
  if (answer.redirected) return shut("ended");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return put(...page.body.children);
}

async function askPassword() {
  try {
    await take(await fetch(part, { signal: AbortSignal.timeout(5_000) }));
  } catch {
    shut("wait");
  }
}

async function unlock(form) {
  const body = new FormData(form);
  try {
    await take(await fetch(part, { method: "POST", body, headers: { "X-CSRFToken": token() } }));
  } catch {
    shut("wait");
  }
}

function tick() {
  const now = Date.now();
  if (covered) {
    if (now - asked >= ASK_EVERY && document.visibilityState === "visible") waitFor();
  } else if (now >= due || (hand > told && now - told >= TELL_EVERY)) {
    if (now - asked >= 900) look();
  }
}

// Opened in another window, ended, or reachable again. What is being typed here stays.
async function waitFor() {
  asked = Date.now();
  try {
    const said = await ask();
    if (said.state !== covered) follow(said);
  } catch {
    // The next time.
  }
}

for (const name of HANDS) {
  addEventListener(name, (event) => {
    if (event.isTrusted && !covered) hand = Date.now();
  }, { capture: true, passive: true });
}
setInterval(tick, Math.min(1_000, TELL_EVERY));
document.addEventListener("visibilitychange", tick);
document.addEventListener("session:refused", lookAfterRefusal);
document.addEventListener("passkey:shown", () => look(false));

// A closed cover is a closed door left open: Esc and the browser's own ways do not count.
cover.addEventListener("cancel", (event) => event.preventDefault());
cover.addEventListener("close", () => covered && cover.showModal());
cover.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-unlock]")) return;
  event.preventDefault();
  unlock(event.target);
});

// Nothing asks while the page is covered; what a person sent into the lock is sent again afterwards.
document.addEventListener("htmx:beforeRequest", (event) => covered && event.preventDefault());
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, elt, target, requestConfig: { verb, path, triggeringEvent } } = event.detail;
  if (xhr.status !== 423) return;
  event.preventDefault();
  const { name, value } = triggeringEvent?.submitter ?? {};
  const values = name ? { [name]: value } : {};
  if (triggeringEvent?.isTrusted) kept.push(() => elt.isConnected && htmx.ajax(verb.toUpperCase(), path, { source: elt, target, values }));
  lookAfterRefusal();
});

// A form of the page whose time is up (the PC was asleep) waits until we know how we stand.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (cover.contains(form) || event.defaultPrevented || Date.now() < due - 1_000) return;
  if (form.getAttribute("method")?.toLowerCase() !== "post" || [...form.attributes].some(({ name }) => name.startsWith("hx-"))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  kept.push(() => form.requestSubmit(submitter));
  lookAfterRefusal();
}, true);

// "Lock" in the menu.
document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-locks]")) return;
  event.preventDefault();
  await fetch(part, { method: "POST", body: new FormData(event.target), headers: { "X-CSRFToken": token() } }).catch(() => null);
  look(false);
});
