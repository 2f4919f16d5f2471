// The grid of one's own drafts and videos.

import { get } from "./api.js";
import { h, icon } from "./dom.js";
import { empty, loadInto } from "./ui.js";

const SAYS = { draft: "Draft", published: "Published", hidden: "Hidden", failed: "Failed", generating: "Being made" };

/** Draw my videos, newest first. */
export function drawMine(place, actions) {
  return loadInto(place, () => get("/v1/videos?limit=24&order=desc"), ({ data }) => {
    const kept = data.filter((video) => !video.kindling.cancelled);
    if (!kept.length) return empty("Nothing yet. Your first one is a sentence away.");
    return h("ul.tiles", {}, kept.map((video) => tile(video, actions)));
  });
}

function tile(video, actions) {
  const { state } = video.kindling;
  const shown = ["draft", "published", "hidden"].includes(state);
  const words = video.kindling.caption || video.prompt || "Untitled";
  return h("li.tile", { "data-video": video.id },
    h("button.shot", { type: "button", "aria-label": `${SAYS[state] ?? state}: ${words}. Open`, onclick: () => actions.open(video), disabled: state === "failed" },
      shown ? h("img", { src: `/v1/videos/${video.id}/content?variant=thumbnail`, alt: "", loading: "lazy" }) : icon(state === "failed" ? "why" : "flame"),
      h("span.badge", {}, SAYS[state] ?? state)),
    h("p", {}, words),
    state === "draft" || state === "failed" ? h("button.button.quiet.compact", { type: "button", "aria-label": `Discard: ${words}`, onclick: () => actions.discard(video) }, "Discard") : null);
}
