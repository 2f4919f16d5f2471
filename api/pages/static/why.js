// "Why this?": the reason in a sentence, then every part of the score, what you steered, and what was used.

import { get } from "./api.js";
import { h, icon } from "./dom.js";
import { loadInto, sheet } from "./ui.js";

const SIGNALS = {
  following: "Whom you follow",
  in_app_activity: "What you do here",
  past_engagement: "What you did before today",
  steers: "What you asked for",
  goals: "Your goals",
  chat_history: "Chats you handed over",
};
const PARTS = {
  create: "It may make you want to create",
  connect: "It may bring you and someone you know together",
  satisfied: "You may be glad that you saw it",
  like: "You may like it",
  share: "You may share it",
  follow: "You may follow its creator",
  hide: "You may want to hide it",
  report: "You may want to report it",
  regret: "You may regret it later",
  in_network: (part) => (part.contribution < 0 ? "It is from outside your circle" : "It is from someone you follow"),
  mutual: "You follow each other",
  limited: "It is shown to fewer people",
  chat_history: "It is about something in the chats you handed over",
};

/** Open the sheet for an item of a page. */
export function openWhy(item) {
  const place = h("div.stack", {});
  sheet("Why this?", place);
  loadInto(place, () => get(`/v1/feed/pages/${item.page_id}/items/${item.position}/why`), draw);
}

function draw(why) {
  const largest = Math.max(...why.parts.map((part) => Math.abs(part.contribution)), 1e-9);
  return [
    h("p", {}, why.reason.text),
    why.steers.length ? h("section.stack.tight", {}, h("h3", {}, "Because you asked"),
      h("ul.wrap", {}, why.steers.map((steer) => h("li.chip.on", {}, icon("steer", "small"), steer.says)))) : null,
    why.parts.length ? h("section.stack.tight", {}, h("h3", {}, "What it scored"),
      h("ul.bars", {}, why.parts.map((part) => bar(part, largest)))) : h("p.muted", {}, "Nothing was scored: this page is in plain order of time."),
    h("section.stack.tight", {}, h("h3", {}, "What was used"),
      why.signals_used.length ? h("div.wrap", {}, why.signals_used.map((name) => h("span.badge", {}, SIGNALS[name] ?? words(name)))) : h("p.hint", {}, "Nothing about you."),
      h("p.hint", {}, "How long you watch is never used. ", h("a", { href: "/me" }, "Change what is used"))),
    h("p.hint", {}, `Value policy ${why.policy_version}`),
  ];
}

function bar(part, largest) {
  const share = Math.abs(part.contribution) / largest;
  const fillBar = h(part.contribution < 0 ? "i.minus" : "i");
  fillBar.style.width = `${Math.max(2, Math.round(share * 100))}%`;
  const chance = part.probability === null || part.probability === undefined ? "" : part.is_prior ? "not learned yet" : `${Math.round(part.probability * 100)}% likely`;
  return h("li", {},
    h("div.spread.small", {}, h("span", {}, said(part)),
      h("span.muted.tabular", {}, `${chance}${chance ? ", " : ""}${signed(part.contribution)}`)),
    h("div.bar", { "aria-hidden": "true" }, fillBar));
}

function said(part) {
  const text = PARTS[part.name] ?? words(part.name);
  return typeof text === "function" ? text(part) : text;
}

function signed(value) {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

function words(name) {
  const text = name.replaceAll("_", " ");
  return text[0].toUpperCase() + text.slice(1);
}
