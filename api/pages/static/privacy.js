// Who may follow me and see what I publish: a private account, and those who wait to be let in.

import { get, post, put } from "./api.js";
import { busy, h, personLine } from "./dom.js";
import { complain, loadInto, toast } from "./ui.js";

/** Draw the switch, and whoever has asked to follow. */
export function drawPrivacy(place) {
  const load = async () => ({ mine: await get("/v1/me"), waiting: (await get("/v1/me/follow-requests")).data });
  const redraw = () => drawPrivacy(place);
  return loadInto(place, load, ({ mine, waiting }) => h("div.stack", {}, privateSwitch(mine),
    waiting.length
      ? h("section.stack.tight", { "aria-label": "Who asks to follow you" }, h("h3", {}, "They ask to follow you"), h("ul.list", {}, waiting.map((person) => request(person, redraw))))
      : h("p.hint", {}, "No one waits for your answer.")));
}

function privateSwitch(mine) {
  const box = h("input", { type: "checkbox", role: "switch", id: "is-private", checked: mine.is_private, "aria-describedby": "about-private" });
  box.addEventListener("change", async () => {
    try {
      await put("/v1/me/privacy", { is_private: box.checked });
      toast(box.checked ? "Private: whoever wants to follow you asks first." : "Open: anyone may follow you.");
    } catch (error) {
      box.checked = !box.checked;
      complain(error);
    }
  });
  return h("div.control", {}, h("div", {}, h("label.label", { for: box.id }, "Private account"),
    h("p.hint", { id: "about-private" }, "Only followers you have let in see what you publish.")),
  h("span.switch", {}, box, h("i", { "aria-hidden": "true" })));
}

function request(person, redraw) {
  const answer = (word, label, says, style = "") => {
    const button = h(`button.button.compact${style}`, { type: "button", "aria-label": `${label}: ${person.display_name}` }, label);
    button.addEventListener("click", () => busy(button, () => post(`/v1/me/follow-requests/${person.id}/${word}`).then(() => { toast(says); return redraw(); }, complain)));
    return button;
  };
  return h("li.stack.tight", { "data-asks": person.id }, personLine(person),
    h("div.wrap", {}, answer("approve", "Let them", `${person.display_name} follows you.`, ".primary"), answer("decline", "Not now", "They are not told.")));
}
