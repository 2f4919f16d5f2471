// Small helpers to build elements. Text always goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = document.documentElement.dataset.icons;

/** Build an element: h("button.chip", {onclick, "aria-label": "..."}, "text", child, [more]). */
export function h(spec, props = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(props)) setProp(element, name, value);
  append(element, children);
  return element;
}

function setProp(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "dataset") Object.assign(element.dataset, value);
  else if (["value", "checked", "muted", "disabled", "selected"].includes(name)) element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
}

/** Replace what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** A drawing from our own sprite; decorative unless it is given a name. */
export function icon(name, extra = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", name === "flame" ? `flame ${extra}` : `icon ${extra}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.append(use);
  return svg;
}

/** Initials on a colour that stays the same for a person. */
export function avatar(person, size = "") {
  const name = person.display_name || person.handle || "?";
  const initials = name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("").toUpperCase();
  const hue = [...person.id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 8, 0);
  return h(`span.avatar.hue-${hue}${size ? "." + size : ""}`, { "aria-hidden": "true" }, initials);
}

/** Avatar, name and handle in one line. */
export function personLine(person, note = "") {
  return h("div.person", {}, avatar(person),
    h("div.grow", {}, h("b.ellipsis", {}, person.display_name), h(note ? "small" : "small.ellipsis", {}, note || `@${person.handle}`)));
}

/** Say something to a screen reader without moving the focus. */
export function announce(text) {
  const region = document.getElementById("live");
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}

/** Mark a button busy for the length of a promise. */
export async function busy(button, work) {
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  try {
    return await work();
  } finally {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** "3 minutes ago", "yesterday". */
export function ago(iso) {
  const seconds = (new Date(iso) - Date.now()) / 1000;
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return unit === "second" ? "just now" : relative.format(Math.round(seconds / size), unit);
}

/** "21 Nov, 14:05" in the reader's own time zone. */
export function moment(iso) {
  const options = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat("en-GB", options).format(new Date(iso));
}

/** A line of a log, with its moments in the reader's own time zone. */
export function told(text) {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)/g, moment);
}

/** "14:05" for a moment within a day, else with its date. */
export function clockTime(iso) {
  const soon = new Date(iso) - Date.now() < 20 * 3600_000;
  return soon ? new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date(iso)) : moment(iso);
}

/** "4:05" or "2 h 10 min" until a moment. */
export function until(iso) {
  const left = Math.max(0, Math.round((new Date(iso) - Date.now()) / 1000));
  if (left >= 3600) return `${Math.floor(left / 3600)} h ${Math.floor((left % 3600) / 60)} min`;
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}
