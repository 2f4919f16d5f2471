// A refusal, explained: what was refused, by which rule, and a way to say that it is wrong.

import { post } from "./api.js";
import { busy, h, icon } from "./dom.js";
import { complain } from "./ui.js";

/** A card for a refused creation, publication or comment. */
export function refusal(error, change) {
  const card = h("div.card", { role: "alert", "data-refused": error.rule_id },
    h("div.row", {}, icon("shield"), h("h3", {}, "This one cannot be made")),
    h("p", {}, error.message),
    h("p.hint", {}, `Rule ${error.rule_id}${error.policy_version ? `, policy ${error.policy_version}` : ""}`),
    h("div.wrap", {}, h("button.button.primary", { type: "button", onclick: change }, "Change it"),
      error.decision_id && h("button.button", { type: "button", "data-action": "appeal", onclick: () => card.append(appealForm(error, card)) }, "This is a mistake")));
  return card;
}

function appealForm(error, card) {
  card.querySelector("[data-action=appeal]").disabled = true;
  const text = h("textarea.input", { id: "appeal-text", maxlength: 2000, rows: 3 });
  const send = h("button.button.primary", { type: "submit" }, "Send");
  const form = h("form.stack.tight", {}, h("div.field", {}, h("label", { for: "appeal-text" }, "Why is it a mistake?"), text),
    h("p.hint", {}, "A person reads this and decides again."), send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!text.value.trim()) return text.focus();
    return busy(send, async () => {
      try {
        await post("/v1/appeals", { decision_id: error.decision_id, text: text.value.trim() });
        form.replaceWith(h("div.notice.good", { role: "status" }, icon("check"), "Sent. A person will look at it."));
      } catch (problem) { complain(problem); }
    });
  });
  requestAnimationFrame(() => text.focus());
  return form;
}
