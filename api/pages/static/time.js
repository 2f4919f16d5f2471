// My time: the week, the limits that hold, and what I said of it all.

import { get } from "./api.js";
import { h } from "./dom.js";
import { budgetControls } from "./budget.js";
import { drawGoals } from "./goals.js";
import { dotPlot } from "./plot.js";
import { limitFigures, pauseControls } from "./limits.js";
import { drawTold } from "./told.js";
import { empty, loadInto } from "./ui.js";
import { weekChart } from "./week.js";

const at = (id) => document.getElementById(id);

function drawWeek() {
  return loadInto(at("week"), () => get("/v1/me/wellbeing"), weekChart);
}

function drawLimits() {
  return loadInto(at("limits"), () => get("/v1/me/wellbeing"), (time) =>
    h("div.stack", {}, limitFigures(time), budgetControls(time.session, drawLimits), pauseControls(time.session, drawLimits), nudgeWords(time.nudges)));
}

function drawSaid() {
  return loadInto(at("said"), () => get("/v1/me/answers"), ({ data }) => {
    const told = data.filter((series) => series.points.length);
    if (!told.length) return empty("You have not been asked yet. Now and then a question comes; skipping it is always fine.");
    return h("div.stack", {}, told.map((series) => h("div.stack.tight", {}, dotPlot(series), series.offers_help && help())));
  });
}

/** How I took the gentle words after long scrolling: what they are for, and that waving them away is fine. */
function nudgeWords({ shown, dismissed, heeded, turned_off: off }) {
  const times = (n) => (n === 1 ? "once" : n === 2 ? "twice" : `${n} times`);
  if (off) return h("p.hint", {}, "You have asked for no more gentle words after long scrolling. None come.");
  if (!shown) return null;
  return h("p.hint", { "data-nudges": shown }, `In the last two weeks we spoke up ${times(shown)} after long scrolling. ${heeded ? `You then did something else ${times(heeded)}. ` : ""}${dismissed ? "Waving it away is fine: we speak up more rarely then." : ""}`);
}

/** Words for a low score: an offer, never a diagnosis. */
function help() {
  return h("p.notice", { role: "note" }, "The last weeks sound hard. This is no diagnosis. Talking with someone you trust, or with your doctor, can help; in an emergency call your local emergency number.");
}

drawWeek();
drawLimits();
drawSaid();
drawGoals(at("goals"));
drawTold(at("told"));
