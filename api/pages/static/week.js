// Today and the last week, as figures and small columns. The same picture for a teen, a guardian and oneself.

import { h } from "./dom.js";

/** Draw {today: {videos, active_minutes}, week: [{day, videos, active_minutes}]}. */
export function weekChart({ today, week }) {
  const days = [...week, today].slice(-7);
  const most = Math.max(...days.map((day) => day.active_minutes), 1);
  return h("div.stack", {},
    h("div.figures", {}, figure(today.videos, "videos today"), figure(Math.round(today.active_minutes), "minutes today")),
    week.length ? h("ol.week", { "aria-label": "Minutes on each day" }, days.map((day) => column(day, most))) : null);
}

/** A number and what it counts. */
export function figure(value, label) {
  return h("div.figure", {}, h("b", {}, String(value)), h("span.hint", {}, label));
}

function column(day, most) {
  const minutes = Math.round(day.active_minutes);
  const bar = h("span.col", { "aria-hidden": "true" });
  bar.style.height = `${Math.round((day.active_minutes / most) * 100)}%`;
  const name = new Intl.DateTimeFormat("en", { weekday: "short" }).format(new Date(`${day.day}T12:00:00`));
  return h("li", {}, bar, h("span", {}, name, h("span.visually-hidden", {}, `: ${minutes} minutes, ${day.videos} videos`)));
}
