// My passkeys: what may prove that it is me. And signing out on every device.

import { get, post, remove } from "./api.js";
import { ago, busy, h } from "./dom.js";
import { passkeyWords, proved } from "./proof.js";
import { confirmSheet, empty, loadInto, toast } from "./ui.js";

/** Draw my passkeys, a form that adds one, and the way out everywhere. */
export function drawPasskeys(place) {
  const redraw = () => drawPasskeys(place);
  return loadInto(place, () => get("/v1/me/passkeys"), ({ data }) => h("div.stack", {},
    data.length ? h("ul.list", {}, data.map((passkey) => row(passkey, redraw))) : empty("No passkey yet. With one, a touch or your face is enough to change what only you may change."),
    addForm(redraw), signOut()));
}

function row(passkey, redraw) {
  const gone = h("button.button.compact.danger", { type: "button", "aria-label": `Remove ${passkey.name}` }, "Remove");
  gone.addEventListener("click", async () => {
    if (!await confirmSheet(`Remove ${passkey.name}?`, "It proves nothing from now on. You can add it again.", "Remove it")) return;
    await busy(gone, () => proved(() => remove(`/v1/me/passkeys/${passkey.id}`)).then(redraw, (error) => toast(error.message)));
  });
  const used = passkey.last_used_at ? `used ${ago(passkey.last_used_at)}` : "not used yet";
  return h("li.spread", {}, h("div.grow", {}, h("h3", {}, passkey.name), h("p.hint", {}, `Added ${ago(passkey.created_at)}, ${used}`)), gone);
}

function addForm(redraw) {
  const name = h("input.input", { id: "passkey-name", maxlength: 80, required: true, autocomplete: "off", placeholder: "My phone", "aria-describedby": "passkey-error" });
  const add = h("button.button", { type: "submit" }, "Add");
  const problem = h("p.notice.bad", { id: "passkey-error", role: "alert", hidden: true });
  const form = h("form.field", { novalidate: true }, h("label", { for: name.id }, "Add a passkey"), h("div.row", {}, name, add), problem);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!name.value.trim()) return name.focus();
    problem.hidden = true;
    return busy(add, async () => {
      try {
        await make(name.value.trim());
        toast("Added. It can prove that it is you.");
        await redraw();
      } catch (error) {
        problem.textContent = passkeyWords(error);
        problem.hidden = false;
      }
    });
  });
  return form;
}

async function make(name) {
  const options = await proved(() => post("/v1/me/passkeys/options"));
  const credential = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  await post("/v1/me/passkeys", { name, credential: credential.toJSON() });
}

function signOut() {
  const button = h("button.button.danger", { type: "button" }, "Sign out");
  button.addEventListener("click", async () => {
    if (!await confirmSheet("Sign out everywhere?", "Every device of yours has to sign in again, this one too.", "Sign out")) return;
    await busy(button, () => post("/v1/me/sign-out").then(() => location.assign("/"), (error) => toast(error.message)));
  });
  return h("div.spread", {}, h("div", {}, h("h3", {}, "Sign out everywhere"), h("p.hint", {}, "On every device, at once.")), button);
}
