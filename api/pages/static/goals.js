// Goals in one's own words: a share of the feed, what one made and did toward them, and ending them.

import { get, post, remove } from "./api.js";
import { ago, busy, h } from "./dom.js";
import { complain, empty, loadInto, toast } from "./ui.js";

/** Draw my goals and the form that states one. */
export function drawGoals(place) {
  const redraw = () => drawGoals(place);
  return loadInto(place, () => get("/v1/goals"), ({ data }) => h("div.stack", {},
    data.length ? h("ul.list", {}, data.map((goal) => row(goal, redraw))) : empty("No goals. Say what you want to make, learn or become."),
    data.length ? h("p.hint", {}, `Together they shape ${Math.round(data[0].page_share * 100)}% of your feed. What you watch never counts as progress.`) : null,
    form(redraw)));
}

function row(goal, redraw) {
  const end = h("button.button.compact", { type: "button", "aria-label": `End: ${goal.text}` }, "End");
  end.addEventListener("click", () => busy(end, () => remove(`/v1/goals/${goal.id}`).then(() => { toast("Ended. Nothing of it is kept."); return redraw(); }, complain)));
  return h("li.spread", { "data-goal": goal.id }, h("div.grow", {}, h("h3", {}, goal.text), h("p.hint", {}, progressWords(goal.progress))), end);
}

function progressWords({ made, did, last_at: last }) {
  if (!made && !did) return "Nothing yet, and no hurry.";
  const parts = [made && `${made === 1 ? "one video" : `${made} videos`} of your own`, did && `${did === 1 ? "one thing" : `${did} things`} you did with others' videos`].filter(Boolean);
  return `So far ${parts.join(" and ")}. Last ${ago(last)}.`;
}

function form(redraw) {
  const field = h("input.input", { id: "goal", maxlength: 120, autocomplete: "off", placeholder: "Start a pottery shop", "aria-describedby": "goal-error" });
  const add = h("button.button", { type: "submit" }, "Add");
  const problem = h("p.notice.bad", { id: "goal-error", role: "alert", hidden: true });
  const shape = h("form.field", { novalidate: true }, h("label", { for: field.id }, "A goal, in your words"), h("div.row", {}, field, add), problem);
  shape.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return field.focus();
    problem.hidden = true;
    return busy(add, async () => {
      try {
        await post("/v1/goals", { text });
        toast("It shapes your feed from the next page on.");
        await redraw();
      } catch (error) {
        problem.textContent = error.message;
        problem.hidden = false;
      }
    });
  });
  return shape;
}
