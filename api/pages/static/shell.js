// What every page has: the theme button, and the events that an earlier page could not send.

import { announce } from "./dom.js";
import { flush } from "./events.js";

const ORDER = ["auto", "light", "dark"];
const SAYS = { auto: "Theme: automatic", light: "Theme: light", dark: "Theme: dark" };

function current() {
  return localStorage.getItem("kindling-theme") ?? "auto";
}

function apply(theme) {
  if (theme === "auto") {
    localStorage.removeItem("kindling-theme");
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem("kindling-theme", theme);
    document.documentElement.dataset.theme = theme;
  }
  for (const button of document.querySelectorAll("[data-theme-button]")) label(button, theme);
}

function label(button, theme) {
  button.setAttribute("aria-label", `${SAYS[theme]}. Change theme`);
  const words = button.querySelector("[data-theme-words]");
  if (words) words.textContent = SAYS[theme];
}

for (const button of document.querySelectorAll("[data-theme-button]")) {
  label(button, current());
  button.addEventListener("click", () => {
    const next = ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length];
    apply(next);
    announce(SAYS[next]);
  });
}

if (document.body.dataset.person) flush();
