// Keys of every page: "/" goes to the search, "g" and a letter to a page of the rail.
"use strict";

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
let led = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find")?.focus();
  } else if (event.key === "g") {
    led = event.timeStamp;
  } else if (event.timeStamp - led < 1500) {
    led = 0;
    document.querySelector(`.rail a[data-key="${CSS.escape(event.key)}"]`)?.click();
  }
});
