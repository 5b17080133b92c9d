// Keeps the clock, the places and what happened up to date, and says when time is passing.
// Everything works without it, by loading the page again.
"use strict";

const EVERY_MS = 2000;
const LIVE = ["clock", "places", "happened"];

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch("/live");
  if (!answer.ok) return;
  const parts = await answer.json();
  for (const id of LIVE) {
    const element = document.getElementById(id);
    if (element.dataset.shown === parts[id]) continue;
    const focused = element.contains(document.activeElement) ? document.activeElement.id : null;
    element.innerHTML = parts[id];
    element.dataset.shown = parts[id];
    if (focused) document.getElementById(focused)?.focus();
  }
}

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    document.getElementById("busy").textContent = form.dataset.busy;
    // The pressed button has to be sent first, so it is disabled only afterwards.
    setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
  });
}
addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-busy] button").forEach((button) => { button.disabled = false; });
});
document.addEventListener("visibilitychange", () => refresh().catch(() => {}));
setInterval(() => refresh().catch(() => {}), EVERY_MS);
