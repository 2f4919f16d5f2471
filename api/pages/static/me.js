// My data: time, what the feed may learn from, steers, likeness, export and reset.

import { get, post, put, remove } from "./api.js";
import { busy, clockTime, h, icon } from "./dom.js";
import { drawCharacters, drawShowing } from "./likeness.js";
import { steerChip } from "./steer.js";
import { complain, confirmSheet, empty, loadInto, toast } from "./ui.js";
import { figure, weekChart } from "./week.js";

const at = (id) => document.getElementById(id);

function drawTime() {
  return loadInto(at("time"), () => get("/v1/me/wellbeing"), (time) =>
    h("div.stack", {}, weekChart(time), limits(time), breakRow(time.session)));
}

function limits({ limits: hold, session }) {
  const said = [];
  if (Number.isInteger(hold.daily_minutes)) said.push(figure(hold.daily_minutes, "minutes a day at most"));
  if (Number.isInteger(hold.daily_videos)) said.push(figure(hold.daily_videos, "videos a day at most"));
  if (Number.isInteger(session.remaining)) said.push(figure(session.remaining, "videos until a pause"));
  return said.length ? h("div.figures", {}, said) : h("p.hint", {}, "Nothing bounds your feed. You can bound it yourself.");
}

/** Closing one's own feed for a while, and opening it again. */
function breakRow(session) {
  const change = (act, says) => async () => {
    try { await act(); toast(says); await drawTime(); } catch (error) { complain(error); }
  };
  if (!session.is_open) {
    return h("div.spread", {}, h("p.hint", {}, session.resumes_at ? `Your feed is closed until ${clockTime(session.resumes_at)}.` : "Your feed is closed."),
      h("button.button.compact", { type: "button", onclick: change(() => remove("/v1/me/break"), "Your own break is over.") }, "End my break"));
  }
  const choices = [[15, "15 min"], [60, "1 hour"], [720, "12 hours"]];
  return h("div.stack.tight", {}, h("h3", {}, "Take a break from the feed"), h("div.wrap", {}, choices.map(([minutes, label]) =>
    h("button.chip", { type: "button", onclick: change(() => post("/v1/me/break", { minutes }), `Your feed is closed for ${label}.`) }, icon("clock", "small"), label))));
}

function drawSignals() {
  return loadInto(at("signals"), () => get("/v1/me/signals"), ({ about }) => h("ul.list", {}, about.map(signalRow)));
}

function signalRow({ name, title, text, on }) {
  const box = h("input", { type: "checkbox", role: "switch", id: `signal-${name}`, checked: on, "aria-describedby": `about-${name}` });
  box.addEventListener("change", async () => {
    try {
      await put("/v1/me/signals", { [name]: box.checked });
      toast(`${title}: ${box.checked ? "on" : "off"}, from your next page.`);
    } catch (error) {
      box.checked = !box.checked;
      complain(error);
    }
  });
  return h("li.control", {}, h("div", {}, h("label.label", { for: box.id }, title), h("p.hint", { id: `about-${name}` }, text)),
    h("span.switch", {}, box, h("i", { "aria-hidden": "true" })));
}

function drawSteers() {
  return loadInto(at("steers"), () => get("/v1/steers"), ({ data }) => {
    if (!data.length) return empty("No steers. Tell your feed what you want in your own words.", h("a.button", { href: "/feed" }, "Go to the feed"));
    return h("ul.stack.tight", {}, data.map((steer) => steerChip(steer, async () => {
      await remove(`/v1/steers/${steer.id}`).catch(complain);
      return drawSteers();
    })));
  });
}

async function exportAll(event) {
  await busy(event.currentTarget, async () => {
    try {
      const data = await get("/v1/me/export");
      const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: "application/json" }));
      h("a", { href: url, download: `kindling-${document.body.dataset.handle}.json` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
      toast("Your data is in your downloads.");
    } catch (error) { complain(error); }
  });
}

async function reset(event) {
  const button = event.currentTarget;
  if (!await confirmSheet("Start afresh?", "The feed forgets everything it learned from what you did. This cannot be undone.", "Forget it")) return;
  await busy(button, async () => {
    try {
      await post("/v1/me/reset");
      toast("Forgotten. Your next page starts afresh.");
      drawSteers();
    } catch (error) { complain(error); }
  });
}

at("export").addEventListener("click", exportAll);
at("reset").addEventListener("click", reset);
drawTime();
drawSignals();
drawSteers();
drawCharacters(at("likeness"));
drawShowing(at("showing"));
