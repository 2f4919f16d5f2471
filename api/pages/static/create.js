// Make a video: describe it, watch it being made, see what it is made of, publish it.

import { get, post, remove } from "./api.js";
import { busy, fill, h, icon } from "./dom.js";
import { startCast } from "./cast.js";
import { provenance } from "./provenance.js";
import { watchProgress } from "./progress.js";
import { refusal } from "./refusal.js";
import { drawMine } from "./mine.js";
import { complain, failed, toast } from "./ui.js";

const IDEAS = [
  "A red ball rolls down a wooden ramp and drops through a hoop",
  "Paper boats drift across a quiet lake while rain begins",
  "Neon marbles bounce down a staircase in a city at night",
  "Fireflies gather over a meadow at dusk",
  "A fox walks past falling leaves in a misty forest",
];
const form = document.getElementById("compose");
const result = document.getElementById("result");
const problem = document.getElementById("prompt-error");
const asked = new URLSearchParams(location.search);
const remixOf = asked.get("remix");
const mine = document.getElementById("mine");
const cast = startCast(document.getElementById("cast"), form.elements.prompt);
let stop = () => {};

function welcome() {
  fill(result, frame(false, h("div.status", {}, icon("flame"), h("p.muted", {}, "What you describe appears here."))));
}

function frame(wide, ...content) {
  return h(`div.preview${wide ? ".wide" : ""}`, {}, content);
}

const isWide = (size) => Number(size.split("x")[0]) > Number(size.split("x")[1]);

async function submit(event) {
  event.preventDefault();
  problem.hidden = true;
  const fields = form.elements;
  const prompt = fields.prompt.value.trim();
  if (!prompt) return say("Say what happens first, in a sentence.");
  return busy(document.getElementById("make"), async () => {
    try {
      const body = { prompt, seconds: fields.seconds.value, size: fields.size.value, characters: cast.chosen(), style: fields.style.value };
      const video = remixOf ? await post(`/v1/videos/${remixOf}/remix`, { prompt }) : await post("/v1/videos", body);
      follow(video);
    } catch (error) {
      if (error.rule_id) { fill(result, refusal(error, () => fields.prompt.focus())); toResult(); } else say(error.message);
    }
  });
}

function say(text) {
  problem.textContent = text;
  problem.hidden = false;
  form.elements.prompt.setAttribute("aria-invalid", "true");
  form.elements.prompt.focus();
}

function toResult() {
  if (matchMedia("(max-width: 959px)").matches) result.closest("section").scrollIntoView({ block: "start" });
}

/** Show a video being made, live, until it is there. */
export function follow(video) {
  stop();
  const bar = h("i");
  const words = h("p", { role: "status" }, "Waiting for its turn");
  const meter = h("div.meter", { role: "progressbar", "aria-label": "Making your video", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": 0 }, bar);
  const cancel = h("button.button.compact", { type: "button" }, "Cancel");
  cancel.addEventListener("click", () => busy(cancel, async () => {
    try {
      await post(`/v1/videos/${video.id}/cancel`);
      stop();
      welcome();
      toast("Cancelled.");
      drawMine(mine, actions);
    } catch (error) { complain(error); }
  }));
  fill(result, frame(isWide(video.size), h("div.status.working", {}, icon("flame"), words, meter, cancel)));
  toResult();
  stop = watchProgress(video.id, {
    onProgress: (percent) => {
      bar.style.width = `${percent}%`;
      meter.setAttribute("aria-valuenow", percent);
      const text = percent >= 95 ? "Marking and signing it" : percent > 0 ? "Simulating, drawing, listening" : "Waiting for its turn";
      if (words.textContent !== text) words.textContent = text;
    },
    onDone: (made) => { preview(made); drawMine(mine, actions); },
    onFailed: (error) => fill(result, error.rule_id ? refusal(error, () => form.elements.prompt.focus()) : failed(error, () => form.requestSubmit())),
  });
}

/** A finished draft: play it, read what made it, publish or discard it. */
export function preview(video) {
  const film = h("video", { src: `/v1/videos/${video.id}/content`, poster: `/v1/videos/${video.id}/content?variant=thumbnail`, controls: true, loop: true, playsinline: true, muted: true, "aria-label": `Preview: ${video.prompt}` });
  film.autoplay = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const details = h("div");
  const draft = video.kindling.state === "draft";
  fill(result, frame(isWide(video.size), film), details, draft ? publishForm(video) : h("div.notice.good", {}, icon("check"), "This one is published."));
  provenance(details, video.id);
  toResult();
}

function publishForm(video) {
  const caption = h("textarea.input", { id: "caption", maxlength: 2200, rows: 2, placeholder: "Say something about it" });
  caption.value = video.kindling.caption ?? "";
  const choice = (value, label) => h("label", {}, h("input", { type: "radio", name: "visibility", value, checked: value === "public" }), h("span", {}, label));
  const publish = h("button.button.primary", { type: "submit" }, "Publish");
  const discard = h("button.button.danger", { type: "button", onclick: () => actions.discard(video) }, "Discard");
  const panel = h("form.stack", { id: "publish" },
    h("div.field", {}, h("label", { for: "caption" }, "Caption"), caption),
    h("fieldset.field", {}, h("legend", {}, "Who may see it"),
      h("div.segments", {}, choice("public", "Everyone"), choice("followers", "Followers"), choice("only_me", "Only me"))),
    h("div", { "data-problem": "" }), h("div.wrap", {}, publish, discard));
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    return busy(publish, async () => {
      try {
        const body = { visibility: new FormData(panel).get("visibility") };
        if (caption.value.trim()) body.caption = caption.value.trim();
        await post(`/v1/videos/${video.id}/publish`, body);
        panel.replaceWith(h("div.notice.good", { role: "status" }, icon("check"),
          h("span.grow", {}, "Published. It reaches your followers with their next page.")));
        drawMine(mine, actions);
      } catch (error) {
        fill(panel.querySelector("[data-problem]"), error.rule_id ? refusal(error, () => caption.focus()) : failed(error));
      }
    });
  });
  return panel;
}

const actions = {
  open: async (video) => {
    try {
      const fresh = await get(`/v1/videos/${video.id}`);
      if (["queued", "in_progress"].includes(fresh.status)) follow(fresh); else preview(fresh);
    } catch (error) { complain(error); }
  },
  discard: (video) => {
    stop();
    welcome();
    mine.querySelector(`[data-video="${video.id}"]`)?.remove();
    toast("Discarded.", {
      undo: () => { preview(video); return drawMine(mine, actions); },
      onGone: () => remove(`/v1/videos/${video.id}`).catch(complain).finally(() => drawMine(mine, actions)),
    });
  },
};

async function showRemixed() {
  const place = document.getElementById("remix-of");
  place.hidden = false;
  try {
    const card = await get(`/v1/videos/${remixOf}/card`);
    fill(place, h("div.notice", {}, icon("remix"), h("div.grow", {}, h("b", {}, `A remix of ${card.creator.display_name}'s video`), h("p.hint", {}, card.prompt))));
    form.elements.prompt.placeholder = "What should be different?";
    form.elements.prompt.labels[0].textContent = "What should change?";
    form.elements.size.value = card.size in { "360x640": 1, "640x360": 1 } ? card.size : "360x640";
    for (const field of form.querySelectorAll("fieldset")) field.hidden = true;
    document.getElementById("cast").parentElement.hidden = true;
  } catch (error) {
    fill(place, failed(error));
  }
}

fill(document.getElementById("ideas"), IDEAS.map((idea) => h("button.chip", {
  type: "button", onclick: () => { form.elements.prompt.value = idea; form.elements.prompt.focus(); },
}, idea)));
form.elements.prompt.value = asked.get("prompt") ?? "";
form.elements.prompt.addEventListener("input", () => form.elements.prompt.removeAttribute("aria-invalid"));
form.addEventListener("submit", submit);
welcome();
if (remixOf) showRemixed();
drawMine(mine, actions);
const opened = asked.get("video");
if (opened) actions.open({ id: opened });
