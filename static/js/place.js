// Back returns to the same place, also where older entries had been fetched on the way down.
//
// Pages are never kept by the browser (patients' data), so on Back this page is fetched anew, with
// its first entries only: the older ones are asked for again until the place exists.

const MOST = 40;
const older = () => document.querySelector(".record-older[hx-trigger='revealed']");

function keep() {
  if (older() || scrollY > 0) history.replaceState({ ...history.state, place: scrollY }, "");
}

const reached = (place) => document.documentElement.scrollHeight >= place + innerHeight;

function fetchOlder(more) {
  return new Promise((resolve) => {
    document.addEventListener("htmx:afterSettle", resolve, { once: true });
    setTimeout(resolve, 3000);
    htmx.trigger(more, "revealed");
  });
}

async function comeBack(place) {
  for (let round = 0; round < MOST && !reached(place) && older(); round += 1) await fetchOlder(older());
  scrollTo({ top: place, behavior: "instant" });
}

const [arrival] = performance.getEntriesByType("navigation");
const place = history.state?.place;
if (arrival?.type === "back_forward" && place) {
  history.scrollRestoration = "manual";
  addEventListener("load", () => comeBack(place));
}
addEventListener("pagehide", keep);
