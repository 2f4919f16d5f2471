// "15 minutes, then stop": what one gives oneself for now, in the feed and under My time.

import { post, remove } from "./api.js";
import { clockTime, h, icon } from "./dom.js";
import { complain, sheet, toast } from "./ui.js";

const MINUTES = [5, 10, 15, 30, 60];

/** What a budget says now: "12 of 15 minutes left", and when the feed opens again once it is spent. */
export function budgetWords({ minutes, elapsed_s: elapsed, closed_until: closed }) {
  if (closed) return `Your ${minutes} minutes are over. The feed opens at ${clockTime(closed)}.`;
  return `${Math.max(0, minutes - Math.floor(elapsed / 60))} of ${minutes} minutes left, then it stops.`;
}

/** Giving oneself some minutes, and ending that. `changed` is called with the session after a change. */
export function budgetControls({ budget }, changed) {
  const change = (act, says) => async () => {
    try { const session = await act(); toast(says); await changed(session); } catch (error) { complain(error); }
  };
  if (budget) {
    return h("div.stack.tight", { "data-budget": budget.minutes }, h("h3", {}, `${budget.minutes} minutes, then stop`), h("p.hint", {}, budgetWords(budget)),
      h("div", {}, h("button.button.compact", { type: "button", onclick: change(() => remove("/v1/me/budget"), "Ended. Your other limits stay.") }, "End this")));
  }
  return h("div.stack.tight", {}, h("h3", {}, "Only so long, then stop"),
    h("div.wrap", {}, MINUTES.map((minutes) => h("button.chip", { type: "button", onclick: change(() => post("/v1/me/budget", { minutes }), `${minutes} minutes from now, then the feed rests.`) }, icon("clock", "small"), `${minutes} min`))),
    h("p.hint", {}, "Then the feed rests for an hour, unless you say otherwise."));
}

/** The chip above the feed. Returns {show}, to be called with each new session. */
export function budgetChip(opener, changed) {
  const says = opener.querySelector("span");
  let latest = {};
  const show = (session) => {
    latest = session;
    const { budget } = session;
    const left = budget && Math.max(0, budget.minutes - Math.floor(budget.elapsed_s / 60));
    says.textContent = left ? `${left} min` : "";
    says.hidden = !left;
    opener.setAttribute("aria-label", budget ? `Time for now: ${budgetWords(budget)}` : "Only so long, then stop");
  };
  opener.addEventListener("click", () => {
    const open = sheet("Time for now", budgetControls(latest, async (session) => { open.close(); show(session); await changed(session); }));
  });
  return { show };
}
