// Proving once more that it is you, where something is loosened: with a passkey, or by signing in again.

import { ApiError, carryProof, get, post } from "./api.js";
import { busy, h, icon } from "./dom.js";
import { sheet } from "./ui.js";

/** Do something; where the server wants a fresh proof, ask for it and do it again. */
export async function proved(act) {
  try {
    return await act();
  } catch (error) {
    if (error.code !== "step_up_needed") throw error;
    if (!await askForProof()) throw new ApiError(403, { detail: "Nothing was changed." });
    return act();
  }
}

/** Ask for a proof in a sheet. Resolves to whether there is one now. */
async function askForProof() {
  const { data } = await get("/v1/me/passkeys");
  return new Promise((resolve) => {
    let done = false;
    const problem = h("p.notice.bad", { role: "alert", hidden: true });
    const use = h("button.button.primary", { type: "button" }, icon("shield", "small"), "Use my passkey");
    const again = h("a.button", { href: `/?next=${location.pathname}` }, "Sign in again");
    use.addEventListener("click", () => busy(use, async () => {
      try {
        await answerChallenge();
        done = true;
        open.close();
      } catch (error) {
        problem.textContent = passkeyWords(error);
        problem.hidden = false;
      }
    }));
    const open = sheet("Is it really you?",
      h("p", {}, "This lets more through, so an unlocked phone in someone else's hand is not enough."), problem,
      h("div.wrap", {}, data.length ? use : null, again),
      h("p.hint", {}, data.length ? "A fresh sign-in counts for five minutes." : "A fresh sign-in counts for five minutes. Then add a passkey under Me: next time it is one touch."));
    open.dialog.addEventListener("close", () => resolve(done));
  });
}

async function answerChallenge() {
  const options = await post("/v1/step-up/options");
  const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  carryProof(await post("/v1/step-up", { credential: credential.toJSON() }));
}

/** What went wrong with a passkey, in plain words. */
export function passkeyWords(error) {
  if (error instanceof ApiError) return error.message;
  if (error.name === "InvalidStateError") return "There is a passkey of yours on this device already.";
  if (error.name === "SecurityError") return "Passkeys need the address that this server is set up with. A number such as 127.0.0.1 is none: use localhost there.";
  if (error.name === "NotAllowedError") return "The passkey was not used. You can try again.";
  return "This browser cannot use passkeys here.";
}
