// What is new in the family since one last looked.

import { get, me, post } from "./api.js";
import { ago, h, told } from "./dom.js";
import { loadInto } from "./ui.js";

const MOST = 6;

/** Draw what one has not read yet; nothing at all when there is nothing new. */
export function drawNotices(card, place) {
  return loadInto(place, () => get("/v1/family/notices"), ({ data }) => {
    const fresh = data.filter((notice) => !notice.seen && notice.actor.id !== me);
    card.hidden = !fresh.length;
    if (!fresh.length) return null;
    post("/v1/family/notices/seen").catch(() => {});
    return h("ul.timeline", {}, fresh.slice(0, MOST).map((notice) => h("li", {},
      h("span", {}, h("b", {}, notice.actor.display_name), ` ${told(notice.text)}`), h("small.muted", {}, ago(notice.at)))));
  });
}
