// Full-screen cards in the reel: polls, ideas, the pause, and what stands at the end.

import { isMinor, me, post } from "./api.js";
import { busy, h, icon, until } from "./dom.js";
import { complain } from "./ui.js";

function panel(label, ...content) {
  const node = h("section.item.panel-item", { tabindex: -1, "aria-label": label }, h("div.panel", {}, h("div.inner", {}, content)));
  node.announcement = label;
  return node;
}

/** Waiting for the next page. */
export function loadingPanel() {
  return panel("Loading more videos", h("div.empty.working", {}, icon("flame"), h("p", {}, "Finding what might spark something")));
}

/** The page could not be fetched. */
export function errorPanel(error, again) {
  return panel("The feed could not be loaded", icon("flame"), h("p.display", {}, "That did not work"), h("p", { role: "alert" }, error.message),
    h("button.button.primary", { onclick: again }, "Try again"));
}

/** The end of a page for those whose feed does not run on by itself. */
export function morePanel(session, more) {
  const left = session?.remaining;
  return panel("The end of this page", icon("flame"), h("p.display", {}, "That is this page"),
    h("p", {}, Number.isInteger(left) ? `You can see ${left} more before a break.` : "Have a look around you, or see some more."),
    button("Show more", "show-more", more),
    h("a.button", { href: "/create" }, icon("create"), "Make something instead"));
}

/** Nothing left that has not been seen. */
export function endPanel(more) {
  return panel("You are all caught up", icon("flame"), h("p.display", {}, "You are all caught up"),
    h("p", {}, "You have seen what is new. A good moment to add something of your own."),
    h("a.button.primary", { href: "/create" }, icon("create"), "Make something"),
    button("Look again", "look-again", more, "button"));
}

function button(text, name, act, style = "button.primary") {
  const element = h(`${style.startsWith("button.") ? "button.button.primary" : "button.button"}`, { "data-action": name }, text);
  element.addEventListener("click", () => busy(element, act));
  return element;
}

/** The choices of a question; a form asks its statements one after the other. `send` gets the body of the answer. */
function choices(poll, send) {
  const short = poll.choices.length <= 5 && poll.choices.every((choice) => choice.label.length <= 10);
  const says = h("p.statement", { "aria-live": "polite" });
  const many = h("p.hint", {});
  const given = [];
  const show = () => {
    says.textContent = poll.statements[given.length];
    many.textContent = `${given.length + 1} of ${poll.statements.length}`;
  };
  const choose = (value) => {
    if (!poll.statements.length) return send({ answer: value });
    given.push(value);
    return given.length < poll.statements.length ? show() : send({ answers: given });
  };
  if (poll.statements.length) show();
  return [poll.statements.length ? h("div", {}, many, says) : null, h(`div.choices${short ? ".scale" : ""}`, { role: "group", "aria-label": poll.question },
    poll.choices.map((choice) => h("button", { onclick: () => choose(choice.value) }, choice.label[0].toUpperCase() + choice.label.slice(1))))];
}

/** One question, easy to skip and easy to stop. */
export function pollPanel(poll, next) {
  const send = async (body) => {
    try {
      await post(`/v1/polls/${poll.id}`, body);
      node.dataset.answered = "true";
      inner.replaceChildren(icon("flame"), h("p.display", { role: "status" }, body.skip || body.stop ? "No problem" : "Thank you"),
        h("p", {}, body.stop ? "We will not ask again." : "On to the next one."));
      setTimeout(() => { next(); setTimeout(() => node.remove(), 900); }, 700);
    } catch (error) {
      complain(error);
    }
  };
  const node = panel("A question for you",
    poll.video_id ? h("img.poll-shot", { src: `/v1/videos/${poll.video_id}/content?variant=thumbnail`, alt: "The video this is about" }) : icon("flame"),
    h("h2.display", {}, poll.question),
    ...choices(poll, send),
    h("div.wrap", {}, h("button.button.quiet", { onclick: () => send({ skip: true }) }, "Skip"),
      h("button.button.quiet", { onclick: () => send({ stop: true }) }, "Do not ask again")));
  node.dataset.poll = poll.id;
  const inner = node.querySelector(".inner");
  return node;
}

/** A gentle idea between videos. */
export function ideaPanel(prompt, next) {
  return panel("An idea to make", icon("flame"), h("h2.display", {}, prompt.title), idea(prompt.prompt),
    h("button.button.quiet", { onclick: next }, "Keep watching"));
}

function idea(prompt) {
  return h("div.idea", {}, h("q", {}, prompt), h("a.button.primary", { href: `/create?prompt=${encodeURIComponent(prompt)}` }, icon("create"), "Make this"));
}

const OWN = new Set(["break", "budget"]); // what people set themselves, they can end

/** The pause: what you made, what friends made, an idea, and when the feed opens again. */
export function pausePanel(pause, resume) {
  const clock = h("b", {}, pause.resumes_at ? until(pause.resumes_at) : "");
  const again = h("button.button.primary", { hidden: true, "data-action": "resume" }, "Open the feed");
  again.addEventListener("click", () => busy(again, resume));
  const node = panel(pause.title, icon("flame"), h("h2.display", {}, pause.title), h("p", {}, pause.text),
    pause.resumes_at && h("div.countdown", { role: "timer", "aria-label": "Until the feed opens again" }, clock, h("span", {}, "until it opens again")),
    again, isMinor && ["daily_limit", "weekly_limit"].includes(pause.kind) && askForMore(), OWN.has(pause.kind) && h("a.button", { href: "/time" }, icon("clock"), "Change this under My time"),
    made("You made", pause.you_made), made("Friends made", pause.friends_made),
    pause.idea && idea(pause.idea));
  node.dataset.pause = pause.kind;
  if (pause.resumes_at) tick(node, clock, again, pause.resumes_at);
  return node;
}

/** A teen may ask for a little more; a guardian answers on the family page. */
function askForMore() {
  const ask = h("button.button", { type: "button", "data-action": "ask" }, icon("family"), "Ask for 15 more minutes");
  ask.addEventListener("click", () => busy(ask, async () => {
    try {
      await post(`/v1/family/${me}/asks`, { kind: "more_time", minutes: 15 });
      ask.replaceWith(h("p", { role: "status" }, "Asked. You see the answer on the family page."));
    } catch (error) { complain(error); }
  }));
  return ask;
}

function tick(node, clock, again, resumesAt) {
  const timer = setInterval(() => {
    clock.textContent = until(resumesAt);
    const open = new Date(resumesAt) <= new Date();
    again.hidden = !open;
    if (open || !node.isConnected) clearInterval(timer);
  }, 1000);
}

function made(title, videos) {
  if (!videos?.length) return null;
  return h("section.stack.tight", { "aria-label": title }, h("h3", {}, title),
    h("div.strip", { tabindex: 0, role: "group", "aria-label": title }, videos.map((video) =>
      h("a", { href: `/watch/${video.id}` }, video.poster_url ? h("img", { src: video.poster_url, alt: "", loading: "lazy" }) : h("span.blank"),
        h("span.ellipsis", {}, video.caption || video.prompt)))));
}
