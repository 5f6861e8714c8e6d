// A signing key of this browser: made or brought here, kept here, and only its signatures leave.
"use strict";

const ALGORITHM = "Ed25519";
const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
const base64 = (raw) => btoa(String.fromCharCode(...new Uint8Array(raw)));
const hex = (raw) =>
  Array.from(new Uint8Array(raw), (one) => one.toString(16).padStart(2, "0")).join("");
const digest = async (raw) => hex(await crypto.subtle.digest("SHA-256", raw));

// ---- where it is kept: by the name of its owner, in a form that no script can read out ----
const opened = () =>
  new Promise((resolve, reject) => {
    const asked = indexedDB.open("mainstay", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("keys");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

const stored = async (mode, act) => {
  const store = (await opened()).transaction("keys", mode).objectStore("keys");
  return new Promise((resolve, reject) => {
    const asked = act(store);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
};
const kept = (name) => stored("readonly", (store) => store.get(name));
const keep = (name, key) => stored("readwrite", (store) => store.put(key, name));

// ---- making one, or bringing the one that a file holds ----
const made = async () => {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  return { secret: pair.privateKey, raw: await crypto.subtle.exportKey("raw", pair.publicKey) };
};

const brought = async (file) => {
  const text = (await file.text()).replace(/-----[^-]+-----|\s/g, "");
  const open = await crypto.subtle.importKey("pkcs8", bytes(text), ALGORITHM, true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", open);
  const raw = bytes(x.replace(/-/g, "+").replace(/_/g, "/") + "=");
  const secret = await crypto.subtle.importKey("pkcs8", bytes(text), ALGORITHM, false, ["sign"]);
  return { secret, raw };
};

const enrolled = async (form) => {
  const file = form.elements.file.files[0];
  const { secret, raw } = file ? await brought(file) : await made();
  await keep(form.dataset.owner, { secret, id: await digest(raw) });
  form.elements.file.disabled = true; // the file stays here
  form.elements.public.value = hex(raw);
};

// ---- signing what the page shows, and nothing else ----
const preauthenticated = (type, payload) => {
  const encoder = new TextEncoder();
  const kind = encoder.encode(type);
  const head = encoder.encode(`DSSEv1 ${kind.length} ${type} ${payload.length} `);
  const whole = new Uint8Array(head.length + payload.length);
  whole.set(head);
  whole.set(payload, head.length);
  return whole;
};

const signed = async (form) => {
  const key = await kept(form.dataset.owner);
  if (!key) throw new Error("This browser holds no key of yours: Settings makes or brings one.");
  const answered = await fetch(form.dataset.paper, { headers: { accept: "application/json" } });
  if (!answered.ok) throw new Error("The certificate cannot be read: load the page again.");
  const { certificate, envelope } = (await answered.json()).facts;
  const payload = bytes(envelope.payload);
  if (certificate !== form.elements.certificate.value || (await digest(payload)) !== form.dataset.payload) {
    throw new Error("The certificate is another one now: load the page again and read it.");
  }
  await put(form, key, envelope.payloadType, payload);
};

const put = async (form, key, type, payload) => {
  const message = preauthenticated(type, payload);
  form.elements.signature.value = base64(await crypto.subtle.sign(ALGORITHM, key.secret, message));
  form.elements.keyid.value = key.id;
};

// ---- a waiver: its bytes stand in the form, in words on the page ----
const waived = async (form) => {
  const key = await kept(form.dataset.owner);
  if (!key) throw new Error("This browser holds no key of yours: Settings makes or brings one.");
  const payload = bytes(form.elements.payload.value);
  const said = JSON.parse(new TextDecoder().decode(payload));
  const same = said.by === form.dataset.owner && said.reason === form.dataset.reason
    && said.shortfall.gate.clause === form.dataset.clause;
  if (!same || (await digest(payload)) !== form.dataset.payload) {
    throw new Error("The waiver is another one than the page shows: write it again.");
  }
  await put(form, key, form.dataset.type, payload);
};

// ---- forms that a key stands behind ----
const prepared = (form, act) => {
  const button = form.querySelector("button");
  const told = form.querySelector("output");
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    told.textContent = "";
    try {
      await act(form);
      form.submit();
    } catch (error) {
      told.textContent = error.message || "This browser cannot do it.";
      button.disabled = false;
    }
  });
};

document.querySelectorAll("form.enrol").forEach((form) => prepared(form, enrolled));
document.querySelectorAll("form.sign").forEach((form) => prepared(form, signed));
document.querySelectorAll("form.waive").forEach((form) => prepared(form, waived));
document.querySelectorAll("[data-key-of]").forEach(async (place) => {
  const key = await kept(place.dataset.keyOf).catch(() => null);
  place.textContent = key ? `This browser holds the key ${key.id.slice(0, 16)}.` : "This browser holds no key of yours.";
});
