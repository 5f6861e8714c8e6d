// What is not over yet is looked at again, and put in the place of what stood there.
"use strict";

const EVERY = 2000; // milliseconds; five times as long while nobody looks

const fresh = async () => {
  const said = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!said.ok || said.redirected) return null;
  return new DOMParser().parseFromString(await said.text(), "text/html");
};

const put = (page) => {
  document.querySelectorAll("[data-live]").forEach((place) => {
    const now = page.getElementById(place.id);
    const busy = place.contains(document.activeElement) && document.activeElement.closest("form");
    if (now && !busy && now.outerHTML !== place.outerHTML) place.replaceWith(now);
  });
};

const look = async () => {
  const page = await fresh().catch(() => null);
  if (page) put(page);
  if (document.querySelector("[data-live]")) setTimeout(look, EVERY * (document.hidden ? 5 : 1));
};

if (document.querySelector("[data-live]")) setTimeout(look, EVERY);
