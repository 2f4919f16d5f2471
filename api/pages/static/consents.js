// What a parent has consented to where a law asks for it: who, when, and taking it back. The same for both sides.

import { get, isMinor, me, post, remove } from "./api.js";
import { busy, h, moment } from "./dom.js";
import { proved } from "./proof.js";
import { complain, confirmSheet, loadInto, toast } from "./ui.js";

const PURPOSES = { personalisation: "A feed chosen by what the young person does" };

/** Draw every consent about a teen; a guardian can give one. `names` maps ids of the family to names. */
export function drawConsents(place, teen, { names }, changed) {
  const isOpen = place.querySelector("details")?.open ?? false;
  return loadInto(place, () => get(`/v1/family/${teen.id}/consents`), ({ data }) => h("details.group", { open: isOpen },
    h("summary", {}, h("h3", {}, "Consents"), h("span.hint", {}, String(data.filter((each) => !each.revoked_at).length))),
    h("div.stack", {}, h("p.hint", {}, "Some laws ask for a parent's consent before a control is loosened. It can be taken back at any time."),
      data.length ? h("ul.list", {}, data.map((consent) => row(consent, teen, names, changed))) : null,
      isMinor || teen.id === me ? null : giveForm(teen, changed))));
}

function row(consent, teen, names, changed) {
  const title = PURPOSES[consent.purpose] ?? consent.purpose;
  const who = (id) => names.get(id) ?? "someone who left";
  const back = h("button.button.compact.danger", { type: "button", "aria-label": `Take back the consent: ${title}` }, "Take back");
  back.addEventListener("click", async () => {
    if (!await confirmSheet("Take this consent back?", "What rests on it ends at once. Both of you keep the record.", "Take it back")) return;
    await busy(back, () => remove(`/v1/family/${teen.id}/consents/${consent.id}`).then(() => toast("Taken back."), complain));
    await changed();
  });
  return h("li.stack.tight", { "data-consent": consent.id }, h("div", {}, h("b", {}, title),
    h("p.hint", {}, `Given by ${who(consent.given_by)}, ${moment(consent.given_at)}. Words of ${consent.text_version}.`),
    consent.revoked_at ? h("p.hint", {}, `Taken back by ${who(consent.revoked_by)}, ${moment(consent.revoked_at)}.`) : null),
  consent.revoked_at ? null : h("div", {}, back));
}

/** A guardian's consent, with the proof of age that the help desk signed. It is looked at once and not kept. */
function giveForm(teen, changed) {
  const proof = h("input.input", { id: `proof-${teen.id}`, autocomplete: "off", spellcheck: "false", maxlength: 4000, "aria-describedby": `proof-hint-${teen.id}` });
  const give = h("button.button", { type: "submit" }, "Consent");
  const problem = h("p.notice.bad", { role: "alert", hidden: true });
  const form = h("form.field", { novalidate: true }, h("label", { for: proof.id }, "Consent to a feed chosen by what they do"),
    h("div.row", {}, proof, give), h("p.hint", { id: `proof-hint-${teen.id}` }, "Paste the proof that you are an adult, as the help desk signed it. It is looked at once and not kept."), problem);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!proof.value.trim()) return proof.focus();
    problem.hidden = true;
    return busy(give, async () => {
      try {
        const body = { purpose: "personalisation", method: "local", evidence: { attestation: proof.value.trim() } };
        await proved(() => post(`/v1/family/${teen.id}/consents`, body));
        toast("Recorded. You can take it back at any time.");
        await changed();
      } catch (error) {
        problem.textContent = error.message;
        problem.hidden = false;
      }
    });
  });
  return form;
}
