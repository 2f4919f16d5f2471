// What a teen asks of their guardians, and the answers. Both sides read the same list.

import { get, isMinor, me, post } from "./api.js";
import { inputFor, says } from "./controls.js";
import { ago, busy, clockTime, h, icon } from "./dom.js";
import { proved } from "./proof.js";
import { complain, loadInto, sheet, toast } from "./ui.js";

const MINUTES = [15, 30];
const SHOWN = 4;

/** Draw what a teen asked and, for the teen, ways to ask. `names` maps ids of the family to names. */
export function drawAsks(place, teen, { names, guarded }, changed) {
  const load = async () => {
    const [asks, held] = await Promise.all([get(`/v1/family/${teen.id}/asks`), get(`/v1/family/${teen.id}/controls`)]);
    return { asks: asks.data, controls: new Map(held.controls.map((control) => [control.name, control])) };
  };
  return loadInto(place, load, ({ asks, controls }) => {
    const asking = teen.id === me && isMinor && guarded;
    if (!asks.length && !asking) return null;
    return h("section.stack.tight", { "aria-label": "Asks" }, h("h3", {}, asking ? "Ask your family" : "Asked"),
      asking ? h("div.wrap", {}, MINUTES.map((minutes) => h("button.chip", { type: "button", onclick: () => askForTime(minutes, changed) }, icon("clock", "small"), `${minutes} more minutes today`))) : null,
      asks.length ? h("ul.list", {}, asks.slice(0, SHOWN).map((ask) => row(ask, teen, controls, names, changed))) : null);
  });
}

function row(ask, teen, controls, names, changed) {
  const open = ask.status === "open" && new Date(ask.lapses_at) > new Date();
  const settle = (outcome, label, style = "") => {
    const button = h(`button.button.compact${style}`, { type: "button", "data-settle": outcome }, label);
    button.addEventListener("click", () => busy(button, async () => {
      try {
        await proved(() => post(`/v1/family/${teen.id}/asks/${ask.id}/${outcome}`));
        toast({ grant: ask.kind === "objection" ? "They see that you will." : "Yes. It holds at once.", decline: "Not now. They see your answer.", withdraw: "Taken back." }[outcome]);
      } catch (error) { complain(error); }
      await changed();
    }));
    return button;
  };
  return h("li.stack.tight", { "data-ask": ask.id },
    h("div.spread", {}, h("b", {}, asked(ask, controls)), h(`span.badge${open ? ".ember" : ask.status === "granted" ? ".good" : ""}`, {}, became(ask, open, names))),
    ask.words ? h("p", {}, `“${ask.words}”`) : null,
    h("p.hint", {}, `Asked ${ago(ask.asked_at)}${open ? `, open until ${clockTime(ask.lapses_at)}` : ""}`),
    open ? h("div.wrap", {}, teen.id === me ? settle("withdraw", "Take back") : [settle("grant", ask.kind === "objection" ? "I will look at it" : "Yes", ".primary"), settle("decline", ask.kind === "objection" ? "It stays" : "Not now")]) : null);
}

function asked(ask, controls) {
  const control = controls.get(ask.control);
  const title = control?.title ?? ask.control;
  if (ask.kind === "more_time") return `${ask.minutes} more minutes today`;
  return ask.kind === "change" && control ? `${title}: ${says(control, ask.value)}` : `Look at this again: ${title}`;
}

function became(ask, open, names) {
  if (open) return "Waits for an answer";
  const who = names.get(ask.answered_by);
  const words = { open: "No one answered in time", granted: "Yes", declined: "Not now", withdrawn: "Taken back" }[ask.status];
  return who && ask.status !== "withdrawn" ? `${words}, says ${who}` : words;
}

function askForTime(minutes, changed) {
  askSheet(`${minutes} more minutes today`, null, () => ({ kind: "more_time", minutes }), changed);
}

/** Ask that one control be at another value, or be looked at again. */
export function askAbout(control, changed) {
  let value = control.value;
  const input = inputFor(control, (chosen) => { value = chosen; });
  (input.matches("select") ? input : input.querySelector("input")).setAttribute("aria-label", "The value you would like");
  const again = h("input", { type: "radio", name: "kind", value: "objection" });
  const change = h("input", { type: "radio", name: "kind", value: "change", checked: true });
  const fields = h("fieldset.stack.tight", {}, h("legend.visually-hidden", {}, "What you ask"),
    h("div.control", {}, h("label.row", {}, change, "I would like it to be"), input), h("label.row", {}, again, "Please look at it again"));
  askSheet(control.title, fields, () => (again.checked ? { kind: "objection", control: control.name } : { kind: "change", control: control.name, value }), changed);
}

function askSheet(title, fields, body, changed) {
  const words = h("textarea.input", { id: "ask-words", maxlength: 300, rows: 2 });
  const send = h("button.button.primary", { type: "submit" }, "Ask");
  const problem = h("p.notice.bad", { role: "alert", hidden: true });
  const form = h("form.stack", {}, fields, h("div.field", {}, h("label", { for: "ask-words" }, "Say why, if you like"), words), problem,
    h("p.hint", {}, "Your guardians see it, and you see their answer here."), h("div", {}, send));
  const open = sheet(title, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    return busy(send, async () => {
      try {
        await post(`/v1/family/${me}/asks`, { ...body(), words: words.value.trim() });
        open.close();
        toast("Asked.");
        await changed();
      } catch (error) {
        problem.textContent = error.message;
        problem.hidden = false;
      }
    });
  });
}
