// Messages between two people: with whom, what was said, and writing. No ticks, no "typing", nothing that hurries.

import { get, me, post } from "./api.js";
import { ago, announce, busy, h, moment, personLine } from "./dom.js";
import { empty, loadInto } from "./ui.js";

const LOOK_MS = 20_000;
const at = (id) => document.getElementById(id);
const start = at("start");
const write = at("write");
let other = null; // with whom the open conversation is
let newest = null;

function drawTalks() {
  return loadInto(at("talks"), () => get("/v1/messages/conversations"), ({ data }) => {
    if (!data.length) return empty("No messages yet.");
    return h("ul.stack.tight", {}, data.map(({ person, last_at: last }) => h("li", {},
      h("button.pick-line", { type: "button", "aria-current": String(person.id === other?.id), onclick: () => open(person) }, personLine(person, `@${person.handle} · ${ago(last)}`)))));
  });
}

async function open(person) {
  other = person;
  newest = null;
  at("talk").hidden = false;
  at("talk-title").textContent = `With ${person.display_name}`;
  at("write-error").hidden = true;
  for (const line of at("talks").querySelectorAll(".pick-line")) line.setAttribute("aria-current", "false");
  await drawThread();
  at("talk-title").focus();
}

function drawThread() {
  const { id } = other;
  return loadInto(at("thread"), () => get(`/v1/messages?with=${id}`), ({ data }) => {
    if (data.length && newest && data[0].id !== newest && data[0].sender_id !== me) announce(`${other.display_name}: ${data[0].text}`);
    newest = data[0]?.id ?? null;
    if (!data.length) return h("p.hint", {}, "Nothing yet. Say hello.");
    const list = h("ol.thread", { tabindex: 0, "aria-label": "What you two wrote" }, data.toReversed().map(line));
    requestAnimationFrame(() => { list.scrollTop = list.scrollHeight; });
    return list;
  });
}

function line(message) {
  const mine = message.sender_id === me;
  return h(mine ? "li.mine" : "li", {}, h("span.visually-hidden", {}, mine ? "You: " : `${other.display_name}: `), message.text,
    h("small", {}, h("time", { datetime: message.sent_at }, moment(message.sent_at))));
}

function problem(id, text) {
  at(id).textContent = text;
  at(id).hidden = false;
}

start.addEventListener("submit", (event) => {
  event.preventDefault();
  at("start-error").hidden = true;
  const handle = start.elements.handle.value.trim().replace(/^@/, "");
  if (!handle) return start.elements.handle.focus();
  return busy(start.querySelector("button"), async () => {
    try {
      const { data } = await get(`/v1/people?query=${encodeURIComponent(handle)}`);
      const found = data.find((person) => person.handle === handle);
      if (!found) return problem("start-error", "There is no one by that handle whom you can write to.");
      start.reset();
      return await open(found);
    } catch (error) { return problem("start-error", error.message); }
  });
});

write.addEventListener("submit", (event) => {
  event.preventDefault();
  at("write-error").hidden = true;
  const text = write.elements.text.value.trim();
  if (!text) return write.elements.text.focus();
  return busy(write.querySelector("button"), async () => {
    try {
      await post("/v1/messages", { to: other.id, text });
      write.reset();
      announce("Sent.");
      await Promise.all([drawThread(), drawTalks()]);
    } catch (error) { problem("write-error", error.rule_id ? `${error.message} Rule ${error.rule_id}.` : error.message); }
    write.elements.text.focus();
  });
});

/** Look for new messages while the page is looked at. */
async function look() {
  if (document.hidden || !other || write.elements.text === document.activeElement && write.elements.text.value) return;
  const { data } = await get(`/v1/messages?with=${other.id}&limit=1`).catch(() => ({ data: [] }));
  if (data[0] && data[0].id !== newest) drawThread();
}

drawTalks();
setInterval(look, LOOK_MS);
document.addEventListener("visibilitychange", look);
