// Chats that one hands over: only their topics are kept, and only used once the switch above is on.

import { get, post, remove } from "./api.js";
import { busy, h } from "./dom.js";
import { complain, loadInto, toast } from "./ui.js";

/** Draw what is kept of my chats, with a way to hand some over and to forget them. */
export function drawChats(place) {
  const redraw = () => drawChats(place);
  const isOpen = place.querySelector("details")?.open ?? false;
  return loadInto(place, () => get("/v1/me/chat-history"), ({ is_used: used, topics }) => h("details.group", { open: isOpen },
    h("summary", {}, h("h3", {}, "Chats you handed over"), h("span.hint", {}, topics.length ? `${topics.length} topics` : "None")),
    h("div.stack", {}, topics.length ? kept(topics, used, redraw) : null, form(redraw))));
}

function kept(topics, used, redraw) {
  const forget = h("button.button.compact.danger", { type: "button" }, "Forget them");
  forget.addEventListener("click", () => busy(forget, () => remove("/v1/me/chat-history").then(() => { toast("Forgotten."); return redraw(); }, complain)));
  return h("div.stack.tight", {}, h("ul.wrap", { "aria-label": "Topics" }, topics.map(({ topic }) => h("li.chip", {}, topic.replace(/^.*:/, "").replaceAll("_", " ")))),
    h("p.hint", {}, used ? "They shape your feed. Switch them off above." : "They are not used. Switch them on above if you like."), h("div", {}, forget));
}

function form(redraw) {
  const field = h("textarea.input", { id: "chat-lines", rows: 3, maxlength: 100000, "aria-describedby": "chats-hint" });
  const send = h("button.button", { type: "submit" }, "Hand over");
  const shape = h("form.field", { novalidate: true }, h("label", { for: field.id }, "Messages of your own, one on each line"), field,
    h("p.hint", { id: "chats-hint" }, "Their topics are kept. The messages are not."), h("div", {}, send));
  shape.addEventListener("submit", (event) => {
    event.preventDefault();
    const messages = field.value.split("\n").map((line) => line.trim().slice(0, 2000)).filter(Boolean).slice(0, 500);
    if (!messages.length) return field.focus();
    return busy(send, () => post("/v1/me/chat-history", { messages }).then(() => { toast("Only their topics were kept."); return redraw(); }, complain));
  });
  return shape;
}
