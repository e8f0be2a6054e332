// The queue board: what has just arrived is marked, the cursor stays on its card wherever the card
// goes, keys move between cards and press their buttons, a refusal stays until it is read.

const FRESH_MS = 3_000;
const REFUSED_MS = 20_000;
const board = () => document.getElementById("queue");
const cards = () => [...document.querySelectorAll("#queue [data-row]")];
const name = document.title;
let before = lanesOf();
let looked = board().getAttribute("hx-get");
let cursor = null;
let lane = "waiting";

function lanesOf() {
  return new Map(cards().map((card) => [card.id, card.dataset.lane]));
}

// Marks of ours that no fragment knows of: a morph leaves them.
const { beforeAttributeUpdated } = Idiomorph.defaults.callbacks;
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (attribute, ...more) =>
  attribute !== "data-fresh" && beforeAttributeUpdated(attribute, ...more);
Idiomorph.defaults.callbacks.beforeNodeRemoved = (node) => !(node instanceof Element && node.matches(".tk-refusal"));

function mark(card, how) {
  card.dataset.fresh = how;
  setTimeout(() => delete card.dataset.fresh, FRESH_MS);
}

// On a phone one column shows at a time: it follows the card whose button was pressed.
const phone = matchMedia("(max-width: 899px)");
let pressed = null;

function follow(card) {
  if (phone.matches && card.id === pressed) location.replace(`#${card.dataset.lane}`);
}

function markNews() {
  const looking = board().getAttribute("hx-get");
  // Another filter shows other cards, none of which has just come.
  if (looking !== looked) [looked, before] = [looking, lanesOf()];
  let arrived = false;
  for (const card of cards()) {
    const was = before.get(card.id);
    if (was === card.dataset.lane) continue;
    mark(card, was ? "moved" : "new");
    follow(card);
    arrived ||= "forMe" in card.dataset && was !== "waiting";
  }
  before = lanesOf();
  if (arrived) document.dispatchEvent(new CustomEvent("chime"));
}

function count() {
  const mine = Number(board()?.dataset.mine);
  document.title = mine ? `(${mine}) ${name}` : name;
}

// The cursor: the card that has or had the focus.
const current = () => document.activeElement?.closest?.("#queue [data-row]") ?? document.getElementById(cursor);

function go(card) {
  if (!card) return;
  cursor = card.id;
  lane = card.dataset.lane;
  card.querySelector("[data-open]").focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const inLane = (named) => cards().filter((card) => card.dataset.lane === named);
const lanes = () => [...document.querySelectorAll("#queue .lane")].map((one) => one.id);

function along(by) {
  const here = current();
  const column = inLane(here?.dataset.lane ?? lane);
  const at = column.indexOf(here);
  go(here ? column[Math.min(Math.max(at + by, 0), column.length - 1)] : column[0] ?? cards()[0]);
}

// To the nearest column that has anybody, at the same height where there is one.
function across(by) {
  const here = current();
  const names = lanes();
  const at = Math.max(inLane(here?.dataset.lane).indexOf(here), 0);
  for (let place = names.indexOf(here?.dataset.lane ?? lane) + by; names[place]; place += by) {
    const column = inLane(names[place]);
    if (column.length) return go(column[Math.min(at, column.length - 1)]);
  }
}

const MOVES = { next: () => along(1), previous: () => along(-1), left: () => across(-1), right: () => across(1) };

// A key of the board presses the button of that name on the card; Recall where there is no Call.
function press(act) {
  const card = current() ?? cards()[0];
  const button = card?.querySelector(`[data-act="${act}"]`) ?? (act === "call" ? card?.querySelector("[data-act=recall]") : null);
  if (card) go(card);
  button?.click();
}

document.addEventListener("click", (event) => {
  const key = event.target.closest?.("[data-board]")?.dataset.board;
  if (key) (MOVES[key] ?? (() => press(key)))();
  const card = event.target.closest?.("[data-act]")?.closest("#queue [data-row]");
  if (card) pressed = card.id;
  event.target.closest?.("[data-close-refusal]")?.closest(".tk-refusal").remove();
});
document.addEventListener("focusin", (event) => {
  const card = event.target.closest?.("#queue [data-row]");
  if (card) [cursor, lane] = [card.id, card.dataset.lane];
});

// Whoever pressed a button of a card goes on from there, also when the button is gone.
function keepCursor() {
  const lost = !document.activeElement || document.activeElement === document.body;
  const card = document.getElementById(cursor);
  if (lost && card) card.querySelector("[data-open]").focus({ preventScroll: true });
  else if (lost && cursor) go(inLane(lane)[0]);
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "queue" && !event.target.closest?.("#queue")) return;
  markNews();
  count();
  keepCursor();
  for (const refusal of document.querySelectorAll(".tk-refusal:not([data-seen])")) {
    refusal.dataset.seen = "";
    setTimeout(() => refusal.remove(), REFUSED_MS);
  }
});

// Refused, and the card is not on this board any more: it is said below.
document.addEventListener("queue:refused", ({ detail }) => {
  if (document.getElementById(`refusal-${detail.ticket}`)) return;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: detail.why, kind: "warn", stay: 12 } }));
});

// The dialog of a ticket opens with what is fetched into it, and closes once it has been sent: not
// before its forms can be sent, and not when a board comes by "get" because a colleague changed it.
const dialog = document.getElementById("ticket-dialog");
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "ticket-body" && !dialog.open) dialog.showModal();
});
document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
  if (target.id === "queue" && dialog.open && detail.requestConfig?.verb === "post") dialog.close();
});
dialog?.addEventListener("close", keepCursor);

count();
