// One video in the reel: the frame that plays, who made it and why it is here, and what one can do with it.

import { put, remove } from "./api.js";
import { avatar, h, icon } from "./dom.js";
import { report } from "./events.js";
import { commentSheet, moreSheet, share } from "./actions.js";
import { complain } from "./ui.js";
import { openWhy } from "./why.js";

const SKIPPED_BEFORE = 0.25; // moving on before a quarter of it has played is a skip

/** Build the item. The node knows how to `arm` (load), `disarm` and `leave`. */
export function itemView(item, controls) {
  const { video } = item;
  const node = h("article.item", { tabindex: -1, "aria-label": `${video.caption || video.prompt}, by ${video.creator.display_name}` });
  node.item = item;
  node.announcement = `${video.caption || video.prompt}, by ${video.creator.display_name}. ${item.reason.text}`;
  const frame = frameView(node, item, controls);
  node.append(frame, railView(node, item, controls));
  return node;
}

function place(item) {
  return { video_id: item.video.id, page_id: item.page_id, position: item.position };
}

function frameView(node, item, controls) {
  const { video } = item;
  const film = h("video", {
    playsinline: true, loop: true, muted: true, preload: "none", poster: video.poster_url, tabindex: -1, "aria-hidden": "true",
  });
  const played = h("i");
  const tap = h("button.tap", { "aria-label": "Play or pause" });
  const wide = video.size.split("x").reduce((width, height) => width / height) > 1;
  const frame = h(`div.frame${wide ? ".wide" : ""}`, {},
    wide && h("img.backdrop", { src: video.poster_url, alt: "", loading: "lazy" }),
    film, tap,
    h("div.big", {}, icon("play")),
    h("div.unmute", { "aria-hidden": "true" }, icon("mute", "small"), "Tap for sound"),
    metaView(item), h("div.track", { "aria-hidden": "true" }, played));
  tap.addEventListener("click", () => { frame.classList.remove("hint-sound"); controls.player.tap(); });
  follow(node, item, film, frame, played);
  return frame;
}

/** Load near the screen, let go far from it, and report what happened: that it was seen, finished, or skipped. */
function follow(node, item, film, frame, played) {
  let viewed = false;
  let completed = false;
  let reached = 0;
  node.arm = () => { if (!film.src) { film.src = item.video.url; film.preload = "auto"; } };
  node.disarm = () => { if (film.src) { film.removeAttribute("src"); film.load(); } };
  node.leave = () => {
    film.pause();
    if (viewed && !completed && reached < SKIPPED_BEFORE) report("skip", place(item));
  };
  film.addEventListener("play", () => {
    frame.classList.add("playing");
    frame.classList.toggle("hint-sound", film.muted);
    if (!viewed) report("view", place(item));
    viewed = true;
  });
  film.addEventListener("pause", () => frame.classList.remove("playing"));
  film.addEventListener("timeupdate", () => {
    if (!film.duration) return;
    reached = Math.max(reached, film.currentTime / film.duration);
    played.style.transform = `scaleX(${film.currentTime / film.duration})`;
    if (completed || reached < 0.95) return;
    completed = true;
    report("complete", place(item));
  });
}

function metaView(item) {
  const { video, reason } = item;
  const people = video.characters.map((character) => character.name);
  return h("div.meta", {},
    h("button.glass", { "data-why": "", onclick: () => openWhy(item) }, icon("why"), reason.text, h("span.visually-hidden", {}, "Why this?")),
    h("div.person", {}, avatar(video.creator),
      h("div.grow", {}, h("b.ellipsis", {}, video.creator.display_name), h("small.ellipsis", {}, `@${video.creator.handle}`)),
      followButton(item)),
    h("p.caption", {}, video.caption || video.prompt),
    h("div.wrap.marks", {}, h("span", {}, icon("spark", "small"), "Made with AI"),
      people.length ? h("span", {}, icon("me", "small"), `With ${people.join(" and ")}`) : null,
      video.remixed_from && h("a", { href: `/watch/${video.remixed_from}` }, icon("remix", "small"), "A remix of this")));
}

function followButton(item) {
  const { creator, viewer } = item.video;
  if (creator.id === document.body.dataset.person) return null;
  const button = h("button.button.follow", { "aria-pressed": String(viewer.following) }, viewer.following ? "Following" : "Follow");
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    show(on);
    try {
      const answer = await (on ? put : remove)(`/v1/people/${creator.id}/follow`);
      if (answer?.asked) button.textContent = "Asked";
    } catch (error) {
      show(!on);
      complain(error);
    }
  });
  function show(on) {
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Following" : "Follow";
  }
  return button;
}

function railView(node, item, controls) {
  const { video } = item;
  const count = (n) => (n ? new Intl.NumberFormat("en", { notation: "compact" }).format(n) : "");
  const button = (name, label, text, onclick, props = {}) =>
    h("button", { "aria-label": label, onclick, "data-action": name, ...props }, icon(name), h("span", { "aria-hidden": "true" }, text));
  const comments = { count: video.counts.comment };
  return h("div.rail", { role: "group", "aria-label": "Actions" },
    likeButton(video, count),
    button("comment", `Comment, ${video.counts.comment} so far`, count(comments.count) || "Say", () => commentSheet(item)),
    h("a", { href: `/create?remix=${video.id}`, "aria-label": "Remix: make your own from this", "data-action": "remix" }, icon("remix"), h("span", { "aria-hidden": "true" }, "Remix")),
    button("share", "Share", "Share", () => share(item)),
    button("more", "More: hide, report, block", "More", () => moreSheet(node, item, controls), { "aria-haspopup": "dialog" }));
}

function likeButton(video, count) {
  const number = h("span", { "aria-hidden": "true" }, count(video.counts.like) || "Like");
  const button = h("button", { "data-action": "like" }, icon("heart"), number);
  let { liked } = video.viewer;
  let likes = video.counts.like;
  const show = () => {
    button.setAttribute("aria-pressed", String(liked));
    button.setAttribute("aria-label", `Like, ${likes} so far`);
    number.textContent = count(likes) || "Like";
  };
  const flip = () => { liked = !liked; likes += liked ? 1 : -1; show(); };
  button.addEventListener("click", async () => {
    flip();
    try {
      await (liked ? put : remove)(`/v1/videos/${video.id}/like`);
    } catch (error) {
      flip();
      complain(error);
    }
  });
  show();
  return button;
}
