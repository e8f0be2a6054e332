// Passkeys: [data-passkey] shows one, form[data-new-passkey] makes one. What is wrong is said in the
// [data-passkey-said] beside it.
//
// On a covered page nothing is loaded: the document hears passkey:shown instead.

const CAN = window.isSecureContext && Boolean(window.PublicKeyCredential);
const SHOW = "/sign-in/passkey/";
const GIVEN_UP = ["NotAllowedError", "AbortError"];

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

// Signing in anew gives a new token: the one of the cookie counts, where there is one.
function token(near) {
  const ofCookie = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1];
  return ofCookie ?? near.closest("form")?.elements.csrfmiddlewaretoken?.value ?? "";
}

async function post(url, body, near) {
  const answer = await fetch(url, { method: "POST", body, redirect: "error", headers: { "X-CSRFToken": token(near), Accept: "application/json" } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}

const fields = (buffers) => Object.fromEntries(Object.entries(buffers).map(([name, value]) => [name, value ? text(value) : null]));

function packed(credential, response) {
  return JSON.stringify({ credential: { id: credential.id, rawId: text(credential.rawId), type: credential.type, response } });
}

async function show(button) {
  const form = button.closest("form");
  const then = form?.elements.next?.value ?? "";
  const asked = await post(`${SHOW}options/`, null, button);
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) };
  const credential = await navigator.credentials.get({ publicKey });
  const { authenticatorData, clientDataJSON, signature, userHandle } = credential.response;
  const body = packed(credential, fields({ authenticatorData, clientDataJSON, signature, userHandle }));
  const said = await post(`${SHOW}?next=${encodeURIComponent(then)}`, body, button);
  if (button.closest(".cover")) document.dispatchEvent(new CustomEvent("passkey:shown"));
  else location.assign(said.next);
}

async function make(form) {
  const url = form.getAttribute("action");
  const asked = await post(`${url}options/`, new FormData(form), form);
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: known(asked.excludeCredentials),
  };
  const credential = await navigator.credentials.create({ publicKey });
  const { attestationObject, clientDataJSON } = credential.response;
  const said = await post(url, packed(credential, fields({ attestationObject, clientDataJSON })), form);
  const codes = document.getElementById("make-codes");
  if (said.codes && codes) codes.requestSubmit();
  else location.assign(said.next);
}

async function attempt(act, thing) {
  const place = thing.closest("form").querySelector("[data-passkey-said]");
  place.hidden = true;
  thing.ariaBusy = "true";
  try {
    await act(thing);
  } catch (error) {
    const kept = error.name === "InvalidStateError" ? "This device has a passkey of yours already." : error.message;
    place.textContent = GIVEN_UP.includes(error.name) ? "No passkey was shown. Try again, or go on another way." : kept;
    place.hidden = false;
  }
  thing.ariaBusy = null;
  delete thing.closest("form").dataset.state;
}

function offer() {
  for (const one of document.querySelectorAll("[data-passkey], [data-can-passkey]")) one.hidden = !CAN;
  for (const one of document.querySelectorAll("[data-no-passkey]")) one.hidden = CAN;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-passkey]");
  if (button) attempt(show, button);
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-new-passkey]")) return;
  event.preventDefault();
  attempt(make, event.target);
});
document.addEventListener("lock:asked", offer);
offer();
