// What bounds one's own feed, and closing it for a while oneself.

import { post, remove } from "./api.js";
import { clockTime, h, icon } from "./dom.js";
import { complain, toast } from "./ui.js";
import { figure } from "./week.js";

const BREAKS = [[15, "15 min"], [60, "1 hour"], [720, "12 hours"]];

/** Draw {limits, session} of one's own time as figures. */
export function limitFigures({ limits: hold, session }) {
  const said = [
    [hold.daily_minutes, "minutes a day at most"], [hold.daily_videos, "videos a day at most"],
    [hold.weekly_minutes, "minutes a week at most"], [hold.weekly_videos, "videos a week at most"],
    [session.remaining, "videos until a pause"],
  ].filter(([value]) => Number.isInteger(value)).map(([value, label]) => figure(value, label));
  return said.length ? h("div.figures", {}, said) : h("p.hint", {}, "Nothing bounds your feed. You can bound it yourself.");
}

/** Closing one's own feed for a while, and opening it again; `redraw` runs after a change. */
export function pauseControls(session, redraw) {
  const change = (act, says) => async () => {
    try { const now = await act(); toast(says(now)); await redraw(); } catch (error) { complain(error); }
  };
  if (!session.is_open) {
    if (session.budget?.closed_until) return null;
    return h("div.spread", {}, h("p.hint", {}, session.resumes_at ? `Your feed is closed until ${clockTime(session.resumes_at)}.` : "Your feed is closed."),
      h("button.button.compact", { type: "button", onclick: change(() => remove("/v1/me/break"), (now) => (now.is_open ? "Your feed is open." : "Nothing of your own closes it. Another limit does.")) }, "End my break"));
  }
  return h("div.stack.tight", {}, h("h3", {}, "Take a break from the feed"), h("div.wrap", {}, BREAKS.map(([minutes, label]) =>
    h("button.chip", { type: "button", onclick: change(() => post("/v1/me/break", { minutes }), () => `Your feed is closed for ${label}.`) }, icon("clock", "small"), label))));
}
