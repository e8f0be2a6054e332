// The waiting-room screen: a number that has just been called blinks and rings, the clock goes on, and
// a screen that has not been renewed for a while says so.

const OLD_AFTER = 40_000;
const BLINKS_MS = 20_000;
const CLOCK = { hour: "2-digit", minute: "2-digit" };
let renewed = Date.now();
let known = calls();

function calls() {
  return new Set([...document.querySelectorAll("[data-call]")].map((one) => one.dataset.call));
}

// Idiomorph asks whether an attribute may go: the mark of ours is not the server's.
if (window.Idiomorph) {
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (attribute) => attribute !== "data-blinks";
}

// The mark says which call it is for: it ends with that call or with its time, not with other news.
function blink(element) {
  const call = element.dataset.call;
  delete element.dataset.blinks;
  void element.offsetWidth; // the animation begins again where an earlier call still blinks
  element.dataset.blinks = call;
  setTimeout(() => rest(element, element.dataset.blinks === call), BLINKS_MS);
}

function rest(element, over) {
  if (over) delete element.dataset.blinks;
}

function announce() {
  const fresh = [...document.querySelectorAll("[data-call]")].filter((one) => !known.has(one.dataset.call));
  known = calls();
  for (const one of document.querySelectorAll("[data-blinks]")) rest(one, one.dataset.blinks !== one.dataset.call);
  fresh.forEach(blink);
  if (fresh.length) document.dispatchEvent(new CustomEvent("chime"));
}

document.addEventListener("htmx:afterSettle", () => {
  renewed = Date.now();
  announce();
});

setInterval(() => {
  const now = new Date();
  document.getElementById("tv-time").textContent = now.toLocaleTimeString("en-GB", CLOCK);
  const old = document.getElementById("tv-old");
  old.hidden = Date.now() - renewed < OLD_AFTER;
  if (!old.hidden) old.querySelector("time").textContent = new Date(renewed).toLocaleTimeString("en-GB", CLOCK);
}, 1_000);
