// One teen's card: time this week, every control with who set it, and the log. Guardian and teen see the same.

import { get, isMinor, me, put } from "./api.js";
import { ago, h, moment } from "./dom.js";
import { complain, empty, loadInto, toast } from "./ui.js";
import { weekChart } from "./week.js";

const SET_BY = { law: "Set by law", platform: "Kindling's default", guardian: "Set by a guardian", teen: "Set by the teen", person: "Set by you" };

/** Build the card for a teen. */
export function teenCard(teen) {
  const [time, controls, log] = [h("div"), h("div"), h("div")];
  const own = teen.id === me;
  const card = h("section.card", { "data-teen": teen.id, "aria-label": own ? "Your controls" : `Controls for ${teen.display_name}` },
    h("header", {}, h("h2", {}, !own ? teen.display_name : isMinor ? "What holds for you" : "Your own limits"),
      h("p.hint", {}, own ? `The strictest of law, Kindling${isMinor ? ", your guardians" : ""} and you holds, from your next page on.` : "The strictest of law, Kindling, guardians and the teen holds, from their next page on.")),
    h("div.columns.even", {},
      h("div.columns", {}, h("section.stack", { "aria-label": "Controls" }, h("h3", {}, "Controls"), controls)),
      h("div.columns", {}, h("section.stack", { "aria-label": "Time" }, h("h3", {}, "This week"), time),
        h("section.stack", { "aria-label": "Log" }, h("h3", {}, "Every change"), log))));
  const refresh = () => Promise.all([drawControls(controls, teen, refresh), drawLog(log, teen)]);
  refresh();
  loadInto(time, () => get(`/v1/family/${teen.id}/activity`), weekChart);
  return card;
}

function drawControls(place, teen, changed) {
  return loadInto(place, () => get(`/v1/family/${teen.id}/controls`), ({ controls }) =>
    h("ul.list", {}, controls.map((control) => controlRow(control, teen, changed))));
}

function controlRow(control, teen, changed) {
  const about = `about-${teen.id}-${control.name}`;
  const save = async (value) => {
    try {
      await put(`/v1/family/${teen.id}/controls`, { changes: { [control.name]: value } });
      toast(`${control.title}: ${value === null ? "taken back" : "saved"}. It holds from the next page.`);
    } catch (error) {
      complain(error);
    }
    await changed();
    document.getElementById(`control-${teen.id}-${control.name}`)?.focus();
  };
  const input = inputFor(control, save);
  const field = input.matches("select") ? input : input.querySelector("input");
  field.id = `control-${teen.id}-${control.name}`;
  field.setAttribute("aria-describedby", about);
  const who = control.set_by_person ? `Set by ${control.set_by_person.id === me ? "you" : control.set_by_person.display_name}` : SET_BY[control.set_by] ?? control.set_by;
  const mine = control.yours !== null && control.yours !== undefined;
  const takeBack = h("button.button.quiet.compact", { type: "button", onclick: () => save(null) }, "Take back");
  return h("li.stack.tight", { "data-control": control.name },
    h("div.control", {}, h("label.label", { for: field.id }, control.title), input),
    h("p.hint", { id: about }, control.choices.explains),
    h("div.wrap", {}, h(`span.badge${["guardian", "teen", "person"].includes(control.set_by) ? ".ember" : ""}`, { "data-set-by": control.set_by }, who),
      mine && control.yours !== control.value ? h("span.badge", {}, `Yours: ${says(control, control.yours)}`) : null,
      mine ? takeBack : null));
}

function says(control, value) {
  const { kind, unit, maximum, options = [] } = control.choices;
  if (kind === "switch") return value ? "on" : "off";
  if (kind === "number") return value >= maximum ? "no limit" : `${value} ${unit}`;
  return options.find((option) => option.value === value)?.label ?? String(value);
}

/** The right kind of field for a control; `save` is called with a value of the right type. */
function inputFor(control, save) {
  const { kind } = control.choices;
  if (kind === "switch") {
    const box = h("input", { type: "checkbox", role: "switch", checked: control.value === true });
    box.addEventListener("change", () => save(box.checked));
    return h("span.switch", {}, box, h("i", { "aria-hidden": "true" }));
  }
  const offered = kind === "number" ? numbers(control) : kind === "hours" ? hours(control) : control.choices.options.map((option) => [option.value, option.label]);
  const select = h("select.input", {}, offered.map(([value, label]) => h("option", { value: String(value), selected: value === control.value }, label[0].toUpperCase() + label.slice(1))));
  select.addEventListener("change", () => save(kind === "number" ? Number(select.value) : select.value));
  return select;
}

const STEPS = [0, 5, 10, 15, 20, 30, 45, 60, 80, 90, 120, 150, 180, 200, 240, 300, 400, 600];

function numbers(control) {
  const { minimum, maximum, unit } = control.choices;
  const values = new Set([...STEPS.filter((step) => step >= minimum && step < maximum), control.value, maximum]);
  return [...values].sort((a, b) => a - b).map((value) => [value, value === maximum ? "No limit" : `${value} ${unit}`]);
}

function hours(control) {
  const values = new Set(["off", "20:00-07:00", "21:00-07:00", "22:00-07:00", "23:00-06:00", control.value]);
  return [...values].map((value) => [value, value === "off" ? "Off" : value.replace("-", " to ")]);
}

function drawLog(place, teen) {
  return loadInto(place, () => get(`/v1/family/${teen.id}/log`), ({ data }) => {
    if (!data.length) return empty("Nothing has been changed yet.");
    return h("ol.timeline", { "data-log": teen.id }, data.map((entry) => h("li", {},
      h("span", {}, h("b", {}, entry.actor?.display_name ?? "Someone who left"), ` ${entry.text}`),
      h("small.muted", {}, h("time", { datetime: entry.at, title: moment(entry.at) }, ago(entry.at))))));
  });
}
