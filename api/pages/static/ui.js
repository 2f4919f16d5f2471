// Sheets, toasts, and the three states of anything that loads: waiting, failed, empty.

import { announce, fill, h, icon } from "./dom.js";

/** Open a sheet (a native dialog, so that focus is kept inside and Escape closes). Returns {close, body, dialog}. */
export function sheet(title, ...content) {
  const heading = h("h2", { id: `sheet-${crypto.randomUUID()}`, tabindex: -1, autofocus: true }, title);
  const body = h("div.body", {}, content);
  const dialog = h("dialog.sheet", { "aria-labelledby": heading.id },
    h("header", {}, heading,
      h("button.round", { "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
    body);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return { close: () => dialog.close(), body, dialog };
}

/** Show a short message; with `undo`, a button that takes back what was done. `onGone` runs if it was not taken back. */
export function toast(text, { undo = null, onGone = null, seconds = 6 } = {}) {
  const region = document.getElementById("toasts");
  const note = h("div.toast", {}, h("span.grow", {}, text));
  let over = false;
  const end = (taken) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    window.removeEventListener("pagehide", leave);
    note.remove();
    if (!taken) onGone?.();
  };
  const leave = () => end(false);
  const timer = setTimeout(leave, seconds * 1000);
  window.addEventListener("pagehide", leave);
  if (undo) note.append(h("button", { onclick: async () => { end(true); await undo(); } }, "Undo"));
  region.append(note);
  while (region.children.length > 3) region.firstChild.remove();
  announce(undo ? `${text} You can undo this.` : text);
}

/** Ask before something that cannot be undone. Resolves to true or false. */
export function confirmSheet(title, text, action) {
  return new Promise((resolve) => {
    let answer = false;
    const yes = h("button.button.danger", { onclick: () => { answer = true; open.close(); } }, action);
    const open = sheet(title, h("p", {}, text),
      h("div.wrap", {}, h("button.button", { onclick: () => open.close() }, "Keep it"), yes));
    open.dialog.addEventListener("close", () => resolve(answer));
  });
}

/** Load something into a place: skeleton while waiting, plain words and "Try again" when it failed. */
export async function loadInto(place, load, draw) {
  place.setAttribute("aria-busy", "true");
  if (!place.children.length) fill(place, waiting());
  try {
    const data = await load();
    fill(place, draw(data));
  } catch (error) {
    fill(place, failed(error, () => loadInto(place, load, draw)));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

/** Grey shapes while something loads. */
export function waiting(lines = 3) {
  return h("div.stack.tight", {}, h("span.visually-hidden", {}, "Loading"),
    Array.from({ length: lines }, () => h("div.skeleton", { "aria-hidden": "true" })));
}

/** What went wrong, and a way to try again. */
export function failed(error, again) {
  return h("div.notice.bad", { role: "alert" }, icon("why"),
    h("div.stack.tight.grow", {}, h("span", {}, error.message),
      again && h("div", {}, h("button.button.compact", { onclick: again }, "Try again"))));
}

/** Nothing here yet, and what to do about it. */
export function empty(text, action = null) {
  return h("div.empty", {}, icon("flame"), h("p", {}, text), action);
}

/** Show an error at the field it is about, or as a toast. */
export function complain(error) {
  const forPeople = error.expected && !/\/v1\/|scope/.test(error.expected); // some say what a program would send
  toast(forPeople ? `${error.message} ${error.expected}` : error.message);
}
