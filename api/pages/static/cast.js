// Choosing whose likeness appears: my own characters, and those I may use.

import { get } from "./api.js";
import { h, icon } from "./dom.js";
import { loadInto, toast } from "./ui.js";

const MOST = 2;

/** Draw the picker. A chosen name is written into the prompt, because that is where it must appear. */
export function startCast(place, prompt) {
  const chosen = new Map();
  loadInto(place, () => get("/v1/characters"), ({ data }) => draw(data));

  function draw(characters) {
    if (!characters.length) return h("p.hint", {}, "No characters yet. ", h("a", { href: "/me" }, "Make one of yourself"), ", or ask a friend to share theirs.");
    return h("div.wrap", {}, characters.map((character) => {
      const chip = h("button.chip", { type: "button", "aria-pressed": "false" }, character.portrait_url ? h("img.face", { src: character.portrait_url, alt: "" }) : icon("me", "small"), character.name, character.is_mine ? h("span.muted", {}, "you") : null);
      chip.addEventListener("click", () => toggle(character, chip));
      return chip;
    }));
  }

  function toggle(character, chip) {
    const on = !chosen.has(character.id);
    if (on && chosen.size >= MOST) return toast(`At most ${MOST} people in one video.`);
    if (on) chosen.set(character.id, character); else chosen.delete(character.id);
    chip.classList.toggle("on", on);
    chip.setAttribute("aria-pressed", String(on));
    if (on && !prompt.value.includes(character.name)) prompt.value = prompt.value.trim() ? `${prompt.value.trim()}, with ${character.name}` : `${character.name} `;
    prompt.focus();
  }

  return { chosen: () => [...chosen.keys()].map((id) => ({ id })) };
}
