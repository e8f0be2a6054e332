// Who else is writing, and where: names beside the places they write in.
//
// Inside [data-writing=TOPIC], a field with data-place=NAME tells that it is being written in, and
// [data-writers-of=NAME] shows the colleagues who write there. live.js carries it.

const LEFT_AFTER = 400;
let leaving = null;

const area = (element) => element?.closest?.("[data-writing]");
const tell = (topic, place) => document.dispatchEvent(new CustomEvent("live:writing", { detail: { topic, place } }));

document.addEventListener("focusin", (event) => {
  const place = event.target.dataset?.place;
  const within = area(event.target);
  if (!place || !within || event.target.readOnly) return;
  clearTimeout(leaving);
  tell(within.dataset.writing, place);
});
document.addEventListener("focusout", (event) => {
  const within = area(event.target);
  if (!event.target.dataset?.place || !within) return;
  leaving = setTimeout(tell, LEFT_AFTER, within.dataset.writing, "");
});

function show(mark, names) {
  mark.hidden = names.length === 0;
  mark.textContent = names.length ? `${names.join(", ")} ${names.length === 1 ? "is" : "are"} writing here` : "";
  mark.closest(".sec")?.classList.toggle("is-written-by-other", names.length > 0);
}

async function look(topic) {
  const marks = document.querySelectorAll("[data-writers-of]");
  if (!marks.length) return;
  try {
    const answer = await fetch(`/live/writers/?topic=${encodeURIComponent(topic)}`, { redirect: "error" });
    const places = answer.ok ? await answer.json() : {};
    for (const mark of marks) show(mark, places[mark.dataset.writersOf] ?? []);
  } catch {
    for (const mark of marks) show(mark, []);
  }
}

function hear(topic) {
  document.body.addEventListener(`live:presence:${topic}`, () => look(topic));
  look(topic);
}

const topics = new Set([...document.querySelectorAll("[data-writing]")].map((one) => one.dataset.writing));
topics.forEach(hear);
document.addEventListener("htmx:afterSettle", (event) => {
  const within = event.target.closest?.("[data-writing]");
  if (within) look(within.dataset.writing);
});
