// Passkeys: ask the server what is to be signed, have the browser's key sign it, send the answer as a form.
// Without this script, or in a browser without passkeys, the form stays hidden and words say what else works.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// WebAuthn's JSON has base64url where the browser wants bytes.
function opened(options) {
  const wanted = { ...options, challenge: bytes(options.challenge) };
  if (options.user) wanted.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (options[list]) wanted[list] = options[list].map((key) => ({ ...key, id: bytes(key.id) }));
  }
  return wanted;
}

function said(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  return JSON.stringify({ id: credential.id, rawId: credential.id, type: credential.type, response });
}

async function answer(form) {
  const asked = await fetch(form.dataset.ask, { method: "POST", body: new FormData(form) });
  if (!asked.ok) throw new Error("not asked");
  const options = { publicKey: opened((await asked.json()).publicKey) };
  const keys = navigator.credentials;
  return said(await (form.dataset.passkey === "new" ? keys.create(options) : keys.get(options)));
}

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential) return;
  const failed = document.getElementById("passkey-failed");
  document.getElementById("passkey-without").hidden = true;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    const name = form.elements.name;
    if (name && !name.value.trim()) return form.submit(); // the page says what is missing, before a key is made
    try {
      form.elements.answer.value = await answer(form);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
});
