// A demo account fills the form in; nothing is sent before "Sign in" is pressed.

const form = document.getElementById("sign-in");

document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-username]");
  if (!chosen) return;
  form.elements.username.value = chosen.dataset.username;
  form.elements.password.value = chosen.dataset.password;
  for (const button of document.querySelectorAll("[data-username]")) {
    button.setAttribute("aria-pressed", String(button === chosen));
  }
  form.querySelector("[data-main]").focus();
});
