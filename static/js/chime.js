// A short tone, only where somebody has switched it on: [data-chime] is the switch, remembered by this
// browser. Anything may ring: document.dispatchEvent(new CustomEvent("chime")).

const KEPT = "clinic-chime";
const TONES = [880, 660];
let audio = null;

const isOn = () => localStorage.getItem(KEPT) === "on";

// Browsers let a page sound only after it has been touched once.
function wake() {
  if (!isOn()) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}

function tone(hertz, at) {
  const source = audio.createOscillator();
  const loudness = audio.createGain();
  source.frequency.value = hertz;
  loudness.gain.setValueAtTime(0.0001, at);
  loudness.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
  source.connect(loudness).connect(audio.destination);
  source.start(at);
  source.stop(at + 0.4);
}

function ring() {
  wake();
  if (!isOn() || audio?.state !== "running") return;
  TONES.forEach((hertz, place) => tone(hertz, audio.currentTime + place * 0.22));
  document.documentElement.dataset.rang = String(Number(document.documentElement.dataset.rang || 0) + 1);
}

function show() {
  for (const button of document.querySelectorAll("[data-chime]")) {
    button.setAttribute("aria-pressed", String(isOn()));
    button.title = isOn() ? "Sound is on" : "Sound is off";
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-chime]")) return;
  localStorage.setItem(KEPT, isOn() ? "off" : "on");
  show();
  ring();
});
for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, wake, { once: true });
document.addEventListener("chime", ring);
document.addEventListener("htmx:afterSwap", show);
show();
