// My likeness: characters made of me, who may use them, and every video and draft that shows me.

import { call, get, put, remove } from "./api.js";
import { busy, h, icon, moment } from "./dom.js";
import { complain, confirmSheet, empty, loadInto, toast } from "./ui.js";

const WHO = [["only_me", "Only me"], ["chosen", "People I choose"], ["mutuals", "Friends"], ["everyone", "Everyone"]];

/** Draw my characters, and the form that makes one. */
export function drawCharacters(place) {
  return loadInto(place, () => get("/v1/characters"), ({ data }) => {
    const mine = data.filter((character) => character.is_mine);
    return h("div.stack", {},
      mine.length ? h("ul.list", {}, mine.map((character) => characterRow(character, () => drawCharacters(place)))) : empty("You have not made a character of yourself. No one can put you in a video."),
      makeForm(() => drawCharacters(place)));
  });
}

function characterRow(character, changed) {
  const id = `permission-${character.id}`;
  const select = h("select.input", { id }, WHO.map(([value, label]) => h("option", { value, selected: value === character.permission }, label)));
  const people = h("input.input", { id: `${id}-people`, autocomplete: "off", placeholder: "maya, theo" });
  const chosen = h("form.field", { hidden: character.permission !== "chosen" },
    h("label", { for: people.id }, "Their handles"), h("div.row", {}, people, h("button.button", { type: "submit" }, "Save")),
    h("p.hint", {}, character.people?.length ? `${character.people.length} chosen so far` : "No one chosen yet"));
  select.addEventListener("change", () => {
    chosen.hidden = select.value !== "chosen";
    if (select.value === "chosen") people.focus();
    else allow(character, select.value, [], changed);
  });
  chosen.addEventListener("submit", async (event) => {
    event.preventDefault();
    const found = await Promise.all(people.value.split(",").map((handle) => handle.trim().replace(/^@/, "")).filter(Boolean).map(byHandle));
    if (found.includes(null)) return toast("One of these handles belongs to no one you can see.");
    return allow(character, "chosen", found, changed);
  });
  const revoke = h("button.button.compact.danger", { type: "button" }, "Delete");
  revoke.addEventListener("click", async () => {
    if (!await confirmSheet(`Delete ${character.name}?`, "Drafts with it stop, and published videos with it are hidden. This cannot be undone.", "Delete it")) return;
    await busy(revoke, () => remove(`/v1/characters/${character.id}`).then(changed, complain));
  });
  return h("li.stack.tight", { "data-character": character.id },
    h("div.spread", {}, h("div.person", {}, h("img.face", { src: character.portrait_url, alt: "" }), h("b", {}, character.name)), revoke),
    h("div.field", {}, h("label", { for: id }, "Who may use it"), select), chosen);
}

async function byHandle(handle) {
  const { data } = await get(`/v1/people?query=${encodeURIComponent(handle)}`);
  return data.find((person) => person.handle === handle)?.id ?? null;
}

async function allow(character, permission, people, changed) {
  try {
    await put(`/v1/characters/${character.id}/permission`, { permission, people });
    toast("Saved. It holds at once.");
  } catch (error) { complain(error); }
  return changed();
}

function makeForm(made) {
  const name = h("input.input", { id: "character-name", maxlength: 80, required: true, autocomplete: "off" });
  const clip = h("input.input", { id: "character-clip", type: "file", accept: "video/mp4,video/webm,video/quicktime", required: true });
  const send = h("button.button", { type: "submit" }, "Make my character");
  const form = h("form.stack.tight", {},
    h("div.field", {}, h("label", { for: name.id }, "Name"), name),
    h("div.field", {}, h("label", { for: clip.id }, "A clip of you, 2 to 4 seconds"), clip), h("div", {}, send));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    return busy(send, async () => {
      try {
        const body = new FormData();
        body.set("name", name.value.trim());
        body.set("video", clip.files[0]);
        await call("POST", "/v1/videos/characters", body);
        toast("Made. Only you can use it until you say otherwise.");
        await made();
      } catch (error) { complain(error); }
    });
  });
  return h("details", {}, h("summary.chip", {}, icon("create", "small"), "Make a character of yourself"), form);
}

/** Draw every video and draft that shows me, with a way to delete each. */
export function drawShowing(place) {
  return loadInto(place, () => get("/v1/me/likeness"), ({ data }) => {
    if (!data.length) return empty("No video or draft shows you.");
    return h("ul.tiles", {}, data.map((use) => useTile(use, () => drawShowing(place))));
  });
}

function useTile(use, changed) {
  const words = use.caption || use.prompt;
  const gone = h("button.button.compact.danger", { type: "button", "aria-label": `Delete: ${words}` }, "Delete");
  gone.addEventListener("click", async () => {
    if (!await confirmSheet("Delete this video?", "It disappears for everyone, at once. Whoever made it is told.", "Delete it")) return;
    await busy(gone, () => remove(`/v1/me/likeness/${use.id}`).then(changed, complain));
  });
  return h("li.tile", { "data-video": use.id },
    h("a.shot", { href: `/watch/${use.id}`, "aria-label": words }, use.poster_url ? h("img", { src: use.poster_url, alt: "", loading: "lazy" }) : icon("flame"), h("span.badge", {}, use.state)),
    h("p", {}, words), h("small.muted", {}, moment(use.created_at)), gone);
}
