// What one can do with a video: comment, share, hide, report, block. What takes something away can be undone.

import { post, put, remove } from "./api.js";
import { busy, h, icon } from "./dom.js";
import { flush, report } from "./events.js";
import { complain, sheet, toast } from "./ui.js";

const REASONS = [
  ["It is about me, and I did not agree", "likeness"],
  ["It is hateful or bullying", "harassment"],
  ["It is violent or frightening", "violence"],
  ["It is sexual", "sexual"],
  ["It shows or encourages self-harm", "self-harm"],
  ["Something else", "other"],
];

function place(item) {
  return { video_id: item.video.id, page_id: item.page_id, position: item.position };
}

/** Write a comment. It is checked like everything people write; a refusal says which rule. */
export function commentSheet(item) {
  const field = h("textarea.input", { id: "comment-text", maxlength: 500, rows: 3, placeholder: "Say something kind or curious" });
  const send = h("button.button.primary", { type: "submit" }, "Comment");
  const problem = h("p.notice.bad", { role: "alert", hidden: true });
  const form = h("form.stack", {},
    h("div.field", {}, h("label", { for: "comment-text" }, "Your comment"), field), problem, send);
  const open = sheet(`To ${item.video.creator.display_name}`, form);
  field.focus();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return field.focus();
    return busy(send, async () => {
      const event = { event_id: crypto.randomUUID(), kind: "comment", text, occurred_at: new Date().toISOString(), ...place(item) };
      try {
        await post("/v1/events", { events: [event] });
        open.close();
        toast("Your comment was sent.");
      } catch (error) {
        problem.textContent = error.message;
        problem.hidden = false;
      }
    });
  });
}

/** Hand a link to the system's share sheet, or copy it. */
export async function share(item) {
  const url = `${location.origin}/watch/${item.video.id}`;
  try {
    if (navigator.share && matchMedia("(pointer: coarse)").matches) await navigator.share({ url, title: item.video.caption });
    else { await navigator.clipboard.writeText(url); toast("Link copied."); }
    report("share", place(item));
  } catch (error) {
    if (error.name !== "AbortError") sheet("Share this video", h("input.input", { value: url, readonly: true, "aria-label": "Link" }));
  }
}

/** Show less of this: gone at once, and back at once when undone. */
export async function hide(node, item, controls) {
  const putBack = controls.takeOut(node);
  try {
    await put(`/v1/videos/${item.video.id}/hide`);
  } catch (error) {
    putBack();
    return complain(error);
  }
  return toast("Hidden. You will see less like this.", {
    undo: async () => {
      putBack();
      await remove(`/v1/videos/${item.video.id}/hide`).catch(complain);
    },
  });
}

/** Hide, report and block, in one sheet. */
export function moreSheet(node, item, controls) {
  const line = (name, title, text, act) =>
    h("button.menu", { onclick: () => { open.close(); act(); }, "data-action": name }, icon(name), h("span", {}, h("b", {}, title), h("small", {}, text)));
  const who = item.video.creator;
  const open = sheet("More",
    line("hide", "Hide this", "See less like it", () => hide(node, item, controls)),
    line("flag", "Report this", "Someone looks at every report", () => reportSheet(node, item, controls)),
    line("block", `Block ${who.display_name}`, "Neither of you sees the other", () => block(who, controls)));
}

function reportSheet(node, item, controls) {
  const options = REASONS.map(([label, value]) => h("label.row", {}, h("input", { type: "radio", name: "reason", value, required: true }), label));
  const form = h("form.stack", {}, h("fieldset.stack.tight", {}, h("legend.label", {}, "What is wrong?"), options),
    h("button.button.primary", { type: "submit" }, "Report"));
  const open = sheet("Report this video", form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    open.close();
    sendReport(node, item, controls, new FormData(form).get("reason"));
  });
}

// A report cannot be taken back once it is sent, so it is sent when the time to undo is over (or the page is left).
function sendReport(node, item, controls, reason) {
  const putBack = controls.takeOut(node);
  toast("Thank you. Someone will look at it.", {
    undo: putBack,
    onGone: () => { report("report", { ...place(item), text: reason }); flush(); },
  });
}

async function block(person, controls) {
  const putBack = controls.takeOutBy(person.id);
  try {
    await put(`/v1/people/${person.id}/block`);
  } catch (error) {
    putBack();
    return complain(error);
  }
  return toast(`${person.display_name} is blocked.`, {
    undo: async () => {
      putBack();
      await remove(`/v1/people/${person.id}/block`).catch(complain);
    },
  });
}
