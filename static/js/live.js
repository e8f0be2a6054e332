// Pages that miss nothing. The socket brings names; fragments fetch themselves through ordinary views:
//   <section hx-get="…" hx-trigger="live:patient:41 from:body">     anything of the topic
//   <tr hx-get="…" hx-trigger="live:visit-7 from:body">             one thing
// A gap in a topic's numbers, a heartbeat that is ahead, or a silence makes the page ask again.

const topics = (document.body.dataset.liveTopics || "").split(/\s+/).filter(Boolean);
const sign = document.getElementById("live");
const heard = Object.fromEntries(topics.map((topic) => [topic, null]));

const SILENT_AFTER = 12_000;
const POLL_EVERY = 5_000;
// The server has closed the door: lock.js finds out why, and says session:open once it is open again.
const SHUT = new Map([[4401, "signed out"], [4423, "locked"]]);
let epoch = null;
// Until the first answer: what changed after the page was asked for, it may not show.
let since = Number(document.body.dataset.liveSince) || null;
let socket = null;
let failures = 0;
let silence = null;
let polling = null;

const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function show(state, words) {
  if (!sign || sign.dataset.state === state) return;
  sign.dataset.state = state;
  sign.querySelector(".live-text").textContent = words;
}

// Where somebody writes on this page (writers.js): said again after a broken connection.
let writing = null;

function tellWriting() {
  if (writing && socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ writing }));
}

document.addEventListener("live:writing", (event) => {
  writing = event.detail;
  tellWriting();
});

const fire = (name, detail) => document.body.dispatchEvent(new CustomEvent(name, { detail }));

// An event's number tells whether something before it is missing; the server then replays it.
function hear(frame) {
  const last = heard[frame.topic];
  if (last !== null && frame.seq <= last) return;
  heard[frame.topic] = frame.seq;
  fire(`live:${frame.topic}`, frame);
  fire(`live:${frame.entity_type}-${frame.entity_id}`, frame);
  fire("menu-changed", frame);
}

// Too much was missed to replay it: fetch afresh.
function reload(topic) {
  heard[topic] = null;
  fire(`live:${topic}`, { topic });
  fire("menu-changed", { topic });
}

function take(said) {
  if (said.epoch) {
    epoch = said.epoch;
    since = null;
  }
  if (said.reload) reload(said.reload);
  if (said.seq) hear(said);
  if (said.presence) fire(`live:presence:${said.presence}`, said);
  let behind = false;
  for (const [topic, head] of Object.entries(said.heads || {})) {
    if (heard[topic] === null) heard[topic] = head;
    else if (head > heard[topic] && !said.epoch) behind = true;
  }
  if (behind) ask();
}

function ask() {
  if (socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify({ subscribe: heard, epoch, since }));
  }
}

function listenForSilence() {
  clearTimeout(silence);
  silence = setTimeout(() => socket?.close(), SILENT_AFTER);
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/ws/live/`);
  socket.onopen = () => {
    failures = 0;
    stopPolling();
    show("live", "live");
    listenForSilence();
    ask();
    tellWriting();
  };
  socket.onmessage = (message) => {
    listenForSilence();
    take(JSON.parse(message.data));
  };
  socket.onclose = lost;
}

function lost(event) {
  clearTimeout(silence);
  if (SHUT.has(event.code)) {
    show("reconnecting", SHUT.get(event.code));
    document.dispatchEvent(new CustomEvent("session:refused"));
    return;
  }
  failures += 1;
  if (failures === 1) show("reconnecting", `reconnecting since ${clock()}`);
  if (failures > 2) startPolling();
  const pause = Math.min(500 * 2 ** failures, 15_000);
  setTimeout(connect, pause * (0.5 + Math.random() / 2));
}

function startPolling() {
  polling ??= setInterval(poll, POLL_EVERY);
}

function stopPolling() {
  clearInterval(polling);
  polling = null;
}

async function poll() {
  const asked = new URLSearchParams({ epoch: epoch || "", since: since ?? "" });
  for (const [topic, seq] of Object.entries(heard)) asked.append("after", `${topic}~${seq ?? ""}`);
  try {
    const answer = await fetch(`/api/sync/events?${asked}`, { signal: AbortSignal.timeout(4_000) });
    if (answer.status === 423 || answer.redirected) document.dispatchEvent(new CustomEvent("session:refused"));
    if (!answer.ok || answer.redirected) return;
    const { events, reload: afresh, ...rest } = await answer.json();
    show("polling", "every 5 s");
    afresh.forEach(reload);
    events.forEach(hear);
    take(rest);
  } catch {
    show("reconnecting", `reconnecting since ${clock()}`);
  }
}

document.addEventListener("session:open", () => {
  if (topics.length && socket?.readyState !== WebSocket.OPEN && socket?.readyState !== WebSocket.CONNECTING) setTimeout(connect, 300);
});

// A page that comes back from sleep asks at once what it missed.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") ask();
});

if (topics.length) connect();
else show("live", "live");
