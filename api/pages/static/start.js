// Search for a demo person while typing; the plain form does the same without a script.

import { avatar, fill, h } from "./dom.js";

const form = document.getElementById("search");
const results = document.getElementById("results");
const found = document.getElementById("found");
const next = new URLSearchParams(location.search).get("next") ?? "/feed";
let latest = 0;
let timer = null;

function entry(person) {
  return h("li", {}, h("form", { method: "post", action: "/demo/enter" },
    h("input", { type: "hidden", name: "person_id", value: person.id }), h("input", { type: "hidden", name: "next", value: next }),
    h("button", { type: "submit" }, h("span.person", {}, avatar(person),
      h("span", {}, h("b", {}, person.display_name), h("small", {}, `@${person.handle}, ${person.is_minor ? "under 18" : "adult"}`))))));
}

async function search() {
  const query = form.elements.query.value.trim();
  const mine = ++latest;
  if (!query) { results.replaceChildren(); found.textContent = ""; return; }
  try {
    const response = await fetch(`/demo/people?query=${encodeURIComponent(query)}`);
    const { data } = await response.json();
    if (mine !== latest) return;
    fill(results, data.map(entry));
    found.textContent = data.length ? `${data.length} found` : "No one by that name. Try a shorter part of it.";
  } catch {
    found.textContent = "The search did not work. Try again.";
  }
}

form?.addEventListener("submit", (event) => { event.preventDefault(); search(); });
form?.elements.query.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(search, 180); });
