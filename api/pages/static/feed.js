// The feed: fetches pages, lays out the reel, and decides what comes after the last video.

import { post } from "./api.js";
import { report } from "./events.js";
import { announce } from "./dom.js";
import { budgetChip } from "./budget.js";
import { itemView } from "./item.js";
import { showLabel } from "./label.js";
import { endPanel, errorPanel, ideaPanel, loadingPanel, morePanel, pausePanel, pollPanel } from "./panels.js";
import { Player } from "./player.js";
import { steerPanel } from "./steer.js";
import { nudgeSheet } from "./nudge.js";
import { listenToKeys } from "./keys.js";

const PAGE_SIZE = 8;
const reel = document.getElementById("reel");
const continuous = reel.dataset.continuous === "true"; // what law, platform, guardians and the viewer agreed on
const state = { loading: null, ended: false, tail: null, fresh: 0 };
const chip = budgetChip(document.getElementById("budget-open"), budgeted);
const player = new Player(reel, { autoplay: continuous, onShow: shown });

/** Put a node before whatever stands at the end of the reel. */
function place(node) {
  reel.insertBefore(node, state.tail);
  player.watch(node);
  return node;
}

/** Replace what stands after the last video: a wait, "show more", a pause, or the end. */
function setTail(node) {
  const hadFocus = state.tail?.contains(document.activeElement);
  state.tail?.remove();
  state.tail = node;
  if (!node) return;
  reel.append(node);
  player.watch(node);
  if (hadFocus) node.focus({ preventScroll: true });
}

/** Fetch the next page and lay it out. Repeated calls while one is under way share it. */
function loadPage() {
  state.loading ??= fetchPage().finally(() => { state.loading = null; });
  return state.loading;
}

/** Ask for a page. A warning label comes first; one that may not be skipped comes in place of a page, so ask again. */
async function nextPage() {
  const mode = sessionStorage.getItem("kindling-mode") ?? "ranked";
  const page = await post("/v1/feed", { size: PAGE_SIZE, mode });
  chip.show(page.session);
  if (!page.label) return page;
  player.video?.pause();
  await showLabel(page.label);
  if (!page.label.skippable && !page.items.length && !page.pause) return nextPage();
  if (continuous) player.play();
  return page;
}

async function fetchPage() {
  const round = state.fresh;
  reel.setAttribute("aria-busy", "true");
  setTail(loadingPanel());
  try {
    const page = await nextPage();
    if (round === state.fresh) layOut(page);
  } catch (error) {
    setTail(errorPanel(error, loadPage));
  } finally {
    reel.setAttribute("aria-busy", "false");
  }
}

function layOut(page) {
  const first = layOutItems(page);
  number();
  state.ended = Boolean(page.pause) || !page.items.length;
  if (page.pause) setTail(pausePanel(page.pause, resume));
  else if (!page.items.length) setTail(endPanel(resume));
  else setTail(continuous ? loadingPanel() : morePanel(page.session, resume));
  if (page.nudge) nudgeSheet(page.nudge);
  (first ?? state.tail).scrollIntoView({ behavior: "instant" });
  if (page.pause) announce(`${page.pause.title}. ${page.pause.text}`);
}

/** Lay out videos with the poll after the video it asks about and the creation prompt half-way. Returns the first node. */
function layOutItems(page) {
  const nodes = page.items.map((item) => place(itemView({ ...item, page_id: page.page_id }, controls)));
  for (const [index, item] of page.items.entries()) if (item.poll) after(nodes[index], pollPanel(item.poll, next));
  if (page.poll) {
    const later = nodes[0]?.previousElementSibling; // about what was watched last: at the top of a later page
    const panel = pollPanel(page.poll, next);
    if (later) { nodes[0].before(panel); nodes.unshift(panel); } else nodes[0]?.after(panel);
    player.watch(panel);
  }
  if (page.creation_prompt) after(nodes[Math.floor(nodes.length / 2)], ideaPanel(page.creation_prompt, next));
  return nodes[0];
}

function after(node, panel) {
  if (!node) place(panel);
  else { node.after(panel); player.watch(panel); }
}

/** Position and size of the set, for screen readers; unknown (-1) while more may come. */
function number() {
  const items = [...reel.querySelectorAll(".item")];
  items.forEach((node, index) => {
    node.setAttribute("aria-posinset", index + 1);
    node.setAttribute("aria-setsize", continuous ? -1 : items.length);
  });
}

/** Called by the player whenever another item fills the screen. */
function shown(node) {
  if (node.announcement) announce(node.announcement);
  const left = [...reel.children].indexOf(state.tail) - [...reel.children].indexOf(node);
  if (continuous && !state.ended && left <= 2) loadQuietly();
}

/** Fetch ahead without moving the viewer. */
function loadQuietly() {
  if (state.loading) return;
  const round = state.fresh;
  state.loading = nextPage()
    .then((page) => {
      if (round !== state.fresh) return;
      const here = player.current;
      layOutItems(page);
      number();
      state.ended = Boolean(page.pause) || !page.items.length;
      if (page.pause) setTail(pausePanel(page.pause, resume));
      else if (state.ended) setTail(endPanel(resume));
      if (page.nudge) nudgeSheet(page.nudge);
      if (here === null) reel.firstElementChild?.scrollIntoView({ behavior: "instant" });
    })
    .catch((error) => setTail(errorPanel(error, loadPage)))
    .finally(() => { state.loading = null; });
}

function resume() {
  state.ended = false;
  return loadPage();
}

function next() { player.step(1); }

/** Someone gave themselves some minutes, or ended that: a feed that had stopped may go on. */
function budgeted() {
  if (state.tail?.dataset.pause) return resume();
  return undefined;
}

/** What has not been watched yet no longer fits what was asked for: drop it and fetch a page that does. */
async function steered(changed) {
  if (!continuous && !state.ended) return changed === "added" ? "Your next page follows this." : "Your next page forgets this.";
  state.fresh += 1;
  state.loading = null;
  state.ended = false;
  for (const node of player.upcoming()) if (node !== state.tail) node.remove();
  loadInPlace();
  return changed === "added" ? "From the next video on." : "Undone, from the next video on.";
}

function loadInPlace() {
  if (player.current && player.current !== state.tail) { setTail(loadingPanel()); loadQuietly(); } else loadPage();
}

/** Take a hidden video out of the reel; returns a function that puts it back. */
function takeOut(node) {
  const follower = node.nextElementSibling;
  player.forget(node);
  node.remove();
  player.refresh();
  return () => {
    reel.insertBefore(node, follower?.isConnected ? follower : state.tail);
    player.watch(node);
    node.scrollIntoView({ behavior: "instant" });
  };
}

/** Everyone's videos by someone blocked leave at once. */
function takeOutBy(personId) {
  const backs = [...reel.querySelectorAll(".item")].filter((node) => node.item?.video.creator.id === personId).map(takeOut);
  return () => backs.reverse().forEach((back) => back());
}

const controls = { next, takeOut, takeOutBy, report, player };

document.getElementById("sound").addEventListener("click", () => player.toggleSound());
document.getElementById("previous").addEventListener("click", () => player.step(-1));
document.getElementById("next").addEventListener("click", next);
player.onSound = (on) => {
  const button = document.getElementById("sound");
  button.setAttribute("aria-pressed", String(on));
  button.querySelector("use").setAttribute("href", `${document.documentElement.dataset.icons}#${on ? "sound" : "mute"}`);
};
const steer = steerPanel({
  panel: document.getElementById("steer-panel"),
  opener: document.getElementById("steer-open"),
  says: document.getElementById("steer-says"),
  steered,
  modeChanged: () => steered("added"),
});
listenToKeys({ player, focusSteer: steer.focus });
loadPage();
