// Every control of one person, in groups: what holds, who set it, until when, and how to change it.

import { get, me, put } from "./api.js";
import { h, moment } from "./dom.js";
import { proved } from "./proof.js";
import { complain, loadInto, toast } from "./ui.js";

const SET_BY = { law: "Set by law", platform: "Kindling's default", guardian: "Set by a guardian", teen: "Set by the teen", person: "Set by you" };
const GROUPS = [
  ["Time", ["continuous_feed", "session_videos", "daily_minutes", "daily_videos", "weekly_minutes", "weekly_videos", "night_hours", "count_together"]],
  ["What is shown", ["personalisation", "sensitive_topics"]],
  ["People", ["cameo_use", "direct_messages", "adult_discovery", "private_account"]],
  ["Making", ["daily_creations", "monthly_credits"]],
];
const HOLDS = [["", "until changed"], [1, "for an hour"], [24, "for a day"], [168, "for a week"]];
const STEPS = {
  daily: [0, 5, 10, 15, 20, 30, 45, 60, 80, 90, 120, 150, 180, 200, 240, 300, 400, 600],
  weekly: [0, 60, 120, 180, 240, 300, 420, 600, 840, 1260, 1680, 2800, 4200],
  monthly: [0, 250, 500, 1000, 2000, 3000, 6000, 9000, 18000],
};

/** Draw a person's controls; `changed` runs after each change, `ask` asks about one. Which groups are open is kept. */
export function drawControls(place, teen, changed, ask = null) {
  const open = new Set([...place.querySelectorAll("details[open]")].map((each) => each.dataset.group));
  const hours = place.querySelector("[data-holds]")?.value ?? "";
  return loadInto(place, () => get(`/v1/family/${teen.id}/controls`), ({ controls }) => {
    const holds = holdsFor(teen, hours);
    const row = (control) => controlRow(control, teen, { holds: holds.field, changed, ask });
    return h("div.stack", {}, grouped(controls).map(([name, members]) => group(name, members.map(row), open.size ? open.has(name) : name === "Time")), holds.node);
  });
}

function grouped(controls) {
  const known = new Set(GROUPS.flatMap(([, names]) => names));
  const rest = controls.filter((control) => !known.has(control.name)).map((control) => control.name);
  return [...GROUPS, ["More", rest]]
    .map(([name, names]) => [name, controls.filter((control) => names.includes(control.name))])
    .filter(([, members]) => members.length);
}

function group(name, rows, isOpen) {
  return h("details.group", { "data-group": name, open: isOpen },
    h("summary", {}, h("h4", {}, name), h("span.hint", {}, String(rows.length))), h("ul.list", {}, rows));
}

/** For how long the next changes hold. */
function holdsFor(teen, chosen) {
  const field = h("select.input", { id: `holds-${teen.id}`, "data-holds": "" }, HOLDS.map(([value, label]) => h("option", { value: String(value), selected: String(value) === chosen }, label)));
  return { field, node: h("div.control", {}, h("label.label", { for: field.id }, "Changes made here hold"), field) };
}

function controlRow(control, teen, { holds, changed, ask }) {
  const about = `about-${teen.id}-${control.name}`;
  const save = (value) => saved(control, teen, value, holds, changed);
  const input = inputFor(control, save);
  const field = input.matches("select") ? input : input.querySelector("input");
  field.id = `control-${teen.id}-${control.name}`;
  field.setAttribute("aria-describedby", about);
  const mine = control.yours !== null && control.yours !== undefined;
  const takeBack = h("button.button.quiet.compact", { type: "button", "aria-label": `Take back: ${control.title}`, onclick: () => save(null) }, "Take back");
  return h("li.stack.tight", { "data-control": control.name },
    h("div.control", {}, h("label.label", { for: field.id }, control.title), input),
    h("p.hint", { id: about }, control.choices.explains),
    h("div.wrap", {}, h(`span.badge${["guardian", "teen", "person"].includes(control.set_by) ? ".ember" : ""}`, { "data-set-by": control.set_by }, whoSet(control)),
      control.expires_at ? h("span.badge", {}, `Until ${moment(control.expires_at)}`) : null,
      mine && control.yours !== control.value ? h("span.badge", {}, `Yours: ${says(control, control.yours)}`) : null,
      mine ? takeBack : null,
      ask && control.set_by !== "law" ? h("button.button.quiet.compact", { type: "button", "aria-label": `Ask about: ${control.title}`, onclick: () => ask(control) }, "Ask about this") : null));
}

function whoSet({ set_by: party, set_by_person: person }) {
  if (!person) return SET_BY[party] ?? party;
  return `Set by ${person.id === me ? "you" : person.display_name}`;
}

/** Store a change, for good or for a while; what lets more through may need a fresh proof first. */
async function saved(control, teen, value, holds, changed) {
  const body = { changes: { [control.name]: value } };
  if (holds.value && value !== null) body.until = new Date(Date.now() + Number(holds.value) * 3600_000).toISOString();
  try {
    await proved(() => put(`/v1/family/${teen.id}/controls`, body));
    toast(`${control.title}: ${value === null ? "taken back" : "saved"}. It holds from the next page.`);
  } catch (error) {
    if (error.code === "consent_needed") toast("The law asks for your consent first. It is under Consents, on this card."); else complain(error);
  }
  await changed();
  document.getElementById(`control-${teen.id}-${control.name}`)?.focus();
}

/** A control's value in words. */
export function says(control, value) {
  const { kind, unit, maximum, options = [] } = control.choices;
  if (kind === "switch") return value ? "on" : "off";
  if (kind === "number") return value >= maximum ? "no limit" : `${value} ${unit}`;
  return options.find((option) => option.value === value)?.label ?? String(value);
}

/** The right kind of field for a control; `save` is called with a value of the right type. */
export function inputFor(control, save) {
  const { kind } = control.choices;
  if (kind === "switch") {
    const box = h("input", { type: "checkbox", role: "switch", checked: control.value === true });
    box.addEventListener("change", () => save(box.checked));
    return h("span.switch", {}, box, h("i", { "aria-hidden": "true" }));
  }
  const offered = kind === "number" ? numbers(control) : kind === "hours" ? nights(control) : control.choices.options.map((option) => [option.value, option.label]);
  const select = h("select.input", {}, offered.map(([value, label]) => h("option", { value: String(value), selected: value === control.value }, label[0].toUpperCase() + label.slice(1))));
  select.addEventListener("change", () => save(kind === "number" ? Number(select.value) : select.value));
  return select;
}

function numbers(control) {
  const { minimum, maximum, unit } = control.choices;
  const steps = STEPS[control.name.split("_")[0]] ?? STEPS.daily;
  const values = new Set([...steps.filter((step) => step >= minimum && step < maximum), control.value, maximum]);
  return [...values].sort((a, b) => a - b).map((value) => [value, value === maximum ? "No limit" : `${value} ${unit}`]);
}

function nights(control) {
  const values = new Set(["off", "20:00-07:00", "21:00-07:00", "22:00-07:00", "23:00-06:00", control.value]);
  return [...values].map((value) => [value, value === "off" ? "Off" : value.replace("-", " to ")]);
}
