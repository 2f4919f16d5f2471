// A family, from both sides: links, the controls in force and who set each, the time of the week, and the shared log.

import { get, isMinor, me, post } from "./api.js";
import { busy, fill, h, icon, personLine } from "./dom.js";
import { drawNotices } from "./notices.js";
import { teenCard } from "./teen.js";
import { complain, confirmSheet, empty, loadInto, toast } from "./ui.js";

const links = document.getElementById("links");
const teens = document.getElementById("teens");
const invite = document.getElementById("invite");
const problem = document.getElementById("invite-error");
const SAYS = { invited: ["Invited", ""], active: ["Active", ".good"], declined: ["Declined", ""], ended: ["Ended", ""] };

function reload() {
  return loadInto(links, () => get("/v1/family"), (family) => {
    const shown = family.links.filter((link) => ["invited", "active"].includes(link.status));
    drawTeens(shown.filter((link) => link.status === "active"));
    if (!shown.length) return empty(isMinor ? "No one is linked with you yet." : "No one yet. Invite a teen by their handle; they decide.");
    return h("ul.list", {}, shown.map(linkRow));
  });
}

function linkRow(link) {
  const other = link.guardian.id === me ? link.teen : link.guardian;
  const role = link.guardian.id === me ? "You look after them" : "Looks after you";
  const [words, tone] = SAYS[link.status];
  const waiting = link.status === "invited";
  const mineToAnswer = waiting && link.invited_by !== me;
  return h("li.stack.tight", { "data-link": link.id },
    h("div.spread", {}, personLine(other, `@${other.handle} · ${waiting ? (mineToAnswer ? "Invites you" : "Has not answered yet") : role}`), h(`span.badge${tone}`, {}, words)),
    h("div.wrap", {}, mineToAnswer
      ? [act(link, "accept", "Accept", "button.primary"), act(link, "decline", "Decline")]
      : act(link, "end", waiting ? "Take back the invitation" : "End this link", "button.danger")));
}

function act(link, action, label, style = "") {
  const button = h(`button.button.compact${style ? "." + style.replace("button.", "") : ""}`, { type: "button", "data-action": action }, label);
  button.addEventListener("click", async () => {
    if (action === "end" && link.status === "active") {
      const sure = await confirmSheet("End this link?", "What the guardian set stops holding at once. Both of you keep the log.", "End it");
      if (!sure) return;
    }
    await busy(button, async () => {
      try {
        await post(`/v1/family/links/${link.id}/${action}`);
        toast({ accept: "Accepted.", decline: "Declined.", end: "Ended." }[action]);
        await reload();
      } catch (error) { complain(error); }
    });
  });
  return button;
}

function drawTeens(active) {
  const names = new Map(active.flatMap((link) => [link.guardian, link.teen]).map((person) => [person.id, person.id === me ? "you" : person.display_name]));
  const family = { names, guarded: active.some((link) => link.teen.id === me) };
  const self = { id: me, handle: document.body.dataset.handle, display_name: "You" };
  const mine = isMinor ? [{ teen: self }] : active.filter((link) => link.guardian.id === me);
  if (!isMinor) mine.push({ teen: self });
  teens.classList.toggle("several", mine.filter((link) => link.teen.id !== me).length > 1);
  fill(teens, mine.map((link) => teenCard(link.teen, family)));
}

invite.addEventListener("submit", (event) => {
  event.preventDefault();
  problem.hidden = true;
  const handle = invite.elements.handle.value.trim().replace(/^@/, "");
  if (!handle) return invite.elements.handle.focus();
  return busy(invite.querySelector("button"), async () => {
    try {
      await post("/v1/family/invites", { handle });
      invite.reset();
      toast("Invited. Nothing changes until they accept.");
      await reload();
    } catch (error) {
      fill(problem, icon("why"), h("span", {}, error.message));
      problem.hidden = false;
      invite.elements.handle.focus();
    }
  });
});

drawNotices(document.getElementById("news"), document.getElementById("notices"));
reload();
