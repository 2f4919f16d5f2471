// A warning label that a law asks for: it fills the screen and counts down. Some may be skipped; none can be closed.

import { post } from "./api.js";
import { h, icon } from "./dom.js";

const AGAIN_MS = 1500;

/** Show a label until it was read or skipped, tell the server so, and resolve. Time in another tab does not count. */
export function showLabel(label) {
  return new Promise((resolve) => {
    let left = label.seconds;
    let over = false;
    const clock = h("b", {}, String(left));
    const countdown = h("div.countdown", { role: "timer", "aria-label": "Seconds left" }, clock, h("span", {}, "seconds"));
    const heard = h("p.visually-hidden", { role: "status" });
    const on = h("button.button.primary", { type: "button", "data-action": "label", disabled: !label.skippable }, label.skippable ? "Skip" : "Please wait");
    const dialog = h("dialog.warning", { role: "alertdialog", "aria-labelledby": "label-title", "aria-describedby": "label-text", closedby: "none", "data-label": label.rule_id },
      h("div.inner.stack", {}, icon("shield"), h("h2.display", { id: "label-title", tabindex: -1, autofocus: true }, label.title),
        h("p", { id: "label-text" }, label.text), countdown, heard, h("div", {}, on)));
    const timer = setInterval(() => {
      if (document.hidden || left === 0) return;
      left -= 1;
      clock.textContent = String(left);
      if (left === 0) ready();
    }, 1000);
    const ready = () => { on.disabled = false; on.textContent = "Go on"; heard.textContent = "You can go on now."; };
    const done = () => { over = true; clearInterval(timer); dialog.close(); dialog.remove(); resolve(); };
    on.addEventListener("click", () => { on.disabled = true; shown(label, done, (error) => { heard.className = "notice bad"; heard.textContent = error.message; on.disabled = false; }); });
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.addEventListener("close", () => { if (!over) dialog.showModal(); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Say that it was shown. The server keeps its own time: told too early, it is asked again. */
async function shown(label, done, failed) {
  try {
    await post(`/v1/labels/${label.id}/shown`);
    done();
  } catch (error) {
    if (error.status === 404) done(); // another device has shown it
    else if (error.status === 409) setTimeout(() => shown(label, done, failed), AGAIN_MS);
    else failed(error);
  }
}
