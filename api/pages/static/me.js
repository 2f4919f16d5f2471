// My data: time, what the feed may learn from, steers, likeness, export and reset.

import { get, post, put, remove } from "./api.js";
import { busy, h } from "./dom.js";
import { drawChats } from "./chats.js";
import { drawCharacters, drawShowing } from "./likeness.js";
import { limitFigures, pauseControls } from "./limits.js";
import { drawPasskeys } from "./passkeys.js";
import { drawPrivacy } from "./privacy.js";
import { steerChip } from "./steer.js";
import { complain, confirmSheet, empty, loadInto, toast } from "./ui.js";
import { weekChart } from "./week.js";

const at = (id) => document.getElementById(id);

function drawTime() {
  return loadInto(at("time"), () => get("/v1/me/wellbeing"), (time) =>
    h("div.stack", {}, weekChart(time), limitFigures(time), pauseControls(time.session, drawTime)));
}

function drawSignals() {
  return loadInto(at("signals"), () => get("/v1/me/signals"), ({ about }) => h("ul.list", {}, about.map(signalRow)));
}

function signalRow({ name, title, text, on }) {
  const box = h("input", { type: "checkbox", role: "switch", id: `signal-${name}`, checked: on, "aria-describedby": `about-${name}` });
  box.addEventListener("change", async () => {
    try {
      await put("/v1/me/signals", { [name]: box.checked });
      if (name === "chat_history") drawChats(at("chats"));
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
drawChats(at("chats"));
drawPrivacy(at("privacy"));
drawPasskeys(at("passkeys"));
drawCharacters(at("likeness"));
drawShowing(at("showing"));
