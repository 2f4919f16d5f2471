// What reached me: a plain list. What comes at night or in school hours waits for the morning.

import { get, post } from "./api.js";
import { ago, h, told } from "./dom.js";
import { empty, loadInto } from "./ui.js";

const MOST = 12;

/** Draw what I was told, newest first, and note that I have read it. */
export function drawTold(place) {
  return loadInto(place, () => get("/v1/notifications"), ({ data }) => {
    if (!data.length) return empty("Nothing has reached you. That is fine too.");
    if (data.some((each) => each.is_new)) post("/v1/notifications/read").catch(() => {});
    return h("ol.timeline", {}, data.slice(0, MOST).map((each) => h("li", {}, h("span", {}, told(each.text), each.is_new ? [" ", h("span.badge.ember", {}, "New")] : null), h("small.muted", {}, ago(each.at)))));
  });
}
