// Telling the feed what you want, in your own words. The same panel stands beside the feed or opens as a sheet.

import { get, post, remove } from "./api.js";
import { busy, fill, h, icon, until } from "./dom.js";
import { complain, sheet, toast } from "./ui.js";

const IDEAS = ["Something calming", "More of my friends", "Surprise me", "Less loud, more slow", "Things I could make"];
const MODES = [["ranked", "For you"], ["chronological", "Newest"], ["non_personalised", "Neutral"]];

/** Keep the panel, the opener's words and any open sheet in step. Returns {focus}. */
export function steerPanel({ panel, opener, says, steered, modeChanged }) {
  let steers = [];
  const views = new Set();
  const side = view("side");
  fill(panel, h("h2", { id: "steer-title" }, "Steer your feed"), side.nodes);
  views.add(side);
  opener.addEventListener("click", open);

  function view(name) {
    const field = h("input.input", { id: `steer-${name}`, maxlength: 500, autocomplete: "off", placeholder: "Calm, more friends, no cars", "data-steer-input": "" });
    const send = h("button.button.primary", { type: "submit" }, "Steer");
    const form = h("form.stack.tight", {}, h("label.hint", { for: field.id }, "Say what you want more or less of."), h("div.row", {}, field, send));
    form.addEventListener("submit", (event) => { event.preventDefault(); add(field, send); });
    const list = h("ul.stack.tight", { "aria-label": "Active steers" });
    const ideas = h("div.wrap", { role: "group", "aria-label": "Ideas to steer by" }, IDEAS.map((text) => h("button.chip", { type: "button", onclick: () => { field.value = text; field.focus(); } }, text)));
    return { field, list, nodes: [form, list, ideas, modePicker(name)] };
  }

  function modePicker(name) {
    const chosen = sessionStorage.getItem("kindling-mode") ?? "ranked";
    return h("fieldset.field", {}, h("legend", {}, "Order"), h("div.segments", {}, MODES.map(([value, label]) =>
      h("label", {}, h("input", { type: "radio", name: `mode-${name}`, value, checked: value === chosen, onchange: () => {
        sessionStorage.setItem("kindling-mode", value);
        modeChanged().then((text) => toast(`${label}. ${text}`));
      } }), h("span", {}, label)))));
  }

  function open() {
    const mine = view("sheet");
    views.add(mine);
    draw();
    const opened = sheet("Steer your feed", mine.nodes);
    opened.dialog.addEventListener("close", () => views.delete(mine));
    mine.close = opened.close;
  }

  async function add(field, send) {
    const text = field.value.trim();
    if (!text) return field.focus();
    return busy(send, async () => {
      try {
        const steer = await post("/v1/steers", { text });
        field.value = "";
        steers = [steer, ...steers.filter((each) => each.id !== steer.id)];
        draw();
        for (const each of views) each.close?.();
        const when = await steered("added");
        toast(`${steer.says} ${when}`, { undo: () => undo(steer) });
      } catch (error) {
        complain(error);
      }
    });
  }

  async function undo(steer) {
    try {
      await remove(`/v1/steers/${steer.id}`);
      steers = steers.filter((each) => each.id !== steer.id);
      draw();
      toast(await steered("undone"));
    } catch (error) {
      complain(error);
    }
  }

  function draw() {
    for (const each of views) fill(each.list, steers.map((steer) => steerChip(steer, undo)));
    says.textContent = steers.length ? words(steers[0]) : "Steer your feed";
    opener.classList.toggle("on", steers.length > 0);
  }

  get("/v1/steers").then(({ data }) => { steers = data; draw(); }).catch(complain);
  const wide = matchMedia("(min-width: 960px)");
  return { focus: () => (wide.matches ? side.field.focus() : open()) };
}

function words(steer) {
  return steer.text[0].toUpperCase() + steer.text.slice(1);
}

/** One active steer: what it says, how long it lasts, and how to undo it. */
export function steerChip(steer, undo) {
  const ends = steer.expires_at ? ` · ${until(steer.expires_at)} left` : "";
  return h("li.chip.on", { title: steer.says }, icon("steer", "small"), h("span.grow", {}, words(steer), h("span.muted", {}, ends)),
    h("button.round", { type: "button", "aria-label": `Undo: ${steer.text}`, "data-undo-steer": steer.id, onclick: () => undo(steer) }, icon("close", "small")));
}
