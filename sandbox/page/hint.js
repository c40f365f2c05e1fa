// The hint on what to try first, above the first reseller's chips until a message is sent.
import { recall, remember } from "./memory.js";
import { wordAll } from "./words.js";

const NAME = "hint";
let shown = null;

/** Show the hint in this composer, before its chips, unless it is done. */
export function showHint(composer) {
  if (recall(NAME) === "done" || shown) return;
  shown = document.getElementById("hint-template").content.firstElementChild.cloneNode(true);
  wordAll(shown);
  shown.querySelector("button").addEventListener("click", () => {
    endHint();
    composer.querySelector("textarea").focus();
  });
  composer.prepend(shown);
  composer.classList.add("hinted");
}

/** Remove the hint and store that it is done: a message was sent, or the hint was closed. */
export function endHint() {
  remember(NAME, "done");
  shown?.parentElement.classList.remove("hinted");
  shown?.remove();
  shown = null;
}

/** Show the hint again after a restart. */
export const renewHint = () => remember(NAME, null);
