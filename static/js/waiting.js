// Minutes that go on by themselves, by the server's clock: <time data-since data-soon data-late>.
// Amber and red come with the minutes: the card around wears is-soon or is-late. data-ago: "6 min ago".

const EVERY = 5_000;
const GAP = "\u00a0";
let ahead = 0;

// Whatever this browser's clock says, the server's is right.
function setClock() {
  const said = document.querySelector("[data-now]")?.dataset.now;
  if (said) ahead = Date.now() - Date.parse(said);
}

function words(seconds, ago) {
  if (ago && seconds < 60) return `${seconds}${GAP}s${GAP}ago`;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const shown = hours ? `${hours}${GAP}h${GAP}${String(minutes % 60).padStart(2, "0")}${GAP}min` : `${minutes}${GAP}min`;
  return ago ? `${shown}${GAP}ago` : shown;
}

function tick(time) {
  const seconds = Math.max(Math.floor((Date.now() - ahead - Date.parse(time.dataset.since)) / 1000), 0);
  const { soon, late } = time.dataset;
  const tone = late && seconds >= late * 60 ? "late" : soon && seconds >= soon * 60 ? "soon" : "";
  const text = (tone === "late" ? "! " : "") + words(seconds, "ago" in time.dataset);
  if (time.textContent !== text) time.textContent = text;
  const card = soon && time.closest(".tk");
  card?.classList.toggle("is-soon", tone === "soon");
  card?.classList.toggle("is-late", tone === "late");
}

function tickAll() {
  document.querySelectorAll("time[data-since]:not([data-still])").forEach(tick);
}

setClock();
tickAll();
setInterval(tickAll, EVERY);
document.addEventListener("htmx:afterSwap", () => {
  setClock();
  tickAll();
});
