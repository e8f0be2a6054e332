// At the desk: a form in a dialog closes it when it has been taken (data-done-closes).

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-done-closes]");
  if (form && event.detail.successful && event.detail.xhr.status === 204) form.closest("dialog")?.close();
});

// The day's plan opens at the present hour; afterwards it stays where it was scrolled to.
const now = document.querySelector("[data-now]");
if (now && scrollY === 0 && now.getBoundingClientRect().top > innerHeight * 0.8) now.scrollIntoView({ block: "center" });
