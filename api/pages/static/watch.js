// One video from a link: it plays with controls, and says who made it and how.

import { get } from "./api.js";
import { h, icon, personLine } from "./dom.js";
import { provenance } from "./provenance.js";
import { loadInto } from "./ui.js";

const place = document.getElementById("watch");
const id = place.dataset.video;

loadInto(place, () => get(`/v1/videos/${id}/card`), (card) => {
  const wide = Number(card.size.split("x")[0]) > Number(card.size.split("x")[1]);
  const details = h("div");
  provenance(details, id);
  document.querySelector("h1").textContent = card.caption || card.prompt;
  document.title = `${card.caption || card.prompt} · Kindling`;
  return [
    h(`div.preview${wide ? ".wide" : ""}`, {}, h("video", { src: card.url, poster: card.poster_url, controls: true, loop: true, playsinline: true, "aria-label": card.caption || card.prompt })),
    h("section.card", { "aria-label": "About this video" }, personLine(card.creator),
      h("p", {}, card.prompt), card.characters.length ? h("p.hint", {}, `With ${card.characters.map((each) => each.name).join(" and ")}`) : null,
      details,
      h("div.wrap", {}, h("a.button.primary", { href: `/create?remix=${id}` }, icon("remix"), "Remix"),
        card.remixed_from && h("a.button", { href: `/watch/${card.remixed_from}` }, "The original"))),
  ];
});
