// A gentle word after long scrolling. It can always be closed, and says so to the server.

import { post } from "./api.js";
import { h, icon } from "./dom.js";
import { sheet } from "./ui.js";

/** Show the nudge as a sheet. Closing it in any way counts as having seen it. */
export function nudgeSheet(nudge) {
  const create = nudge.idea ? `/create?prompt=${encodeURIComponent(nudge.idea)}` : "/create";
  const body = {};
  const open = sheet(nudge.title,
    h("p", {}, nudge.text),
    nudge.idea && h("div.card.ember", {}, h("p.hint", {}, "An idea"), h("p", {}, nudge.idea)),
    h("div.wrap", {}, h("a.button.primary", { href: create }, icon("create"), "Make something"),
      h("button.button", { onclick: () => open.close() }, "Keep watching")),
    h("div", {}, h("button.button.quiet.compact", { onclick: () => { body.stop = true; open.close(); } }, "No more of these")));
  open.dialog.dataset.nudge = nudge.level;
  open.dialog.addEventListener("close", () => { post(`/v1/nudges/${nudge.id}/dismiss`, body, { keepalive: true }).catch(() => {}); });
}
