// One teen's card: time this week, every control with who set it, and the log. Guardian and teen see the same.

import { get, isMinor, me } from "./api.js";
import { askAbout, drawAsks } from "./asks.js";
import { drawConsents } from "./consents.js";
import { drawControls } from "./controls.js";
import { ago, avatar, h, moment, told } from "./dom.js";
import { empty, loadInto } from "./ui.js";
import { weekChart } from "./week.js";

const FIRST = 8;

/** Build the card for a teen. `family` is {names: id -> name, guarded: whether the one who looks has a guardian}. */
export function teenCard(teen, family) {
  const [asks, time, controls, people, consents, log] = Array.from({ length: 6 }, () => h("div"));
  const own = teen.id === me;
  const young = !own || isMinor; // not an adult's own limits
  const card = h("section.card", { "data-teen": teen.id, "aria-label": own ? "Your controls" : `Controls for ${teen.display_name}` },
    h("header", {}, h("h2", {}, !own ? teen.display_name : isMinor ? "What holds for you" : "Your own limits"),
      h("p.hint", {}, about(teen, own))), young && asks,
    h("div.columns.even", {},
      h("div.columns", {}, h("section.stack", { "aria-label": "Controls" }, h("h3", {}, "Controls"), controls)),
      h("div.columns", {}, h("section.stack", { "aria-label": "Time" }, h("h3", {}, "This week"), time), young && [people, consents],
        h("section.stack", { "aria-label": "Log" }, h("h3", {}, "Every change"), log))));
  const ask = own && family.guarded ? (control) => askAbout(control, refresh) : null;
  const refresh = () => Promise.all([drawControls(controls, teen, refresh, ask), drawLog(log, teen), ...(young ? [drawAsks(asks, teen, family, refresh), drawConsents(consents, teen, family, refresh)] : [])]);
  refresh();
  if (young) drawPeople(people, teen);
  loadInto(time, () => get(`/v1/family/${teen.id}/activity`), weekChart);
  return card;
}

function about(teen, own) {
  if (own) return `The strictest of law, Kindling${isMinor ? ", your guardians" : ""} and you holds, from your next page on.${isMinor ? " A guardian sees this same card, and no more." : ""}`;
  return `The strictest of law, Kindling, guardians and the teen holds, from their next page on. ${teen.display_name} sees this same card.`;
}

/** With whom a teen has to do: names, and never what was said. */
function drawPeople(place, teen) {
  return loadInto(place, () => get(`/v1/family/${teen.id}/contacts`), ({ data }) => h("details.group", {},
    h("summary", {}, h("h3", {}, "With whom"), h("span.hint", {}, String(data.length))),
    h("p.hint", {}, "Who follows each other, and who wrote. Names only."),
    h("ul.wrap", {}, data.map((person) => h("li.chip", {}, avatar(person, "tiny"), person.display_name)))));
}

function drawLog(place, teen) {
  return loadInto(place, () => get(`/v1/family/${teen.id}/log`), ({ data }) => {
    if (!data.length) return empty("Nothing has been changed yet.");
    const lines = data.map(line);
    const list = h("ol.timeline", { "data-log": teen.id }, lines.slice(0, FIRST));
    if (lines.length <= FIRST) return list;
    const all = h("button.button.quiet.compact", { type: "button" }, `All ${lines.length} changes`);
    all.addEventListener("click", () => { list.append(...lines.slice(FIRST)); all.remove(); lines[FIRST].tabIndex = -1; lines[FIRST].focus(); });
    return h("div", {}, list, all);
  });
}

function line(entry) {
  return h("li", {},
    h("span", {}, h("b", {}, entry.actor?.display_name ?? "Someone who left"), ` ${told(entry.text)}`),
    h("small.muted", {}, h("time", { datetime: entry.at, title: moment(entry.at) }, ago(entry.at))));
}
