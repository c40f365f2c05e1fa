// The one hint of what to try first: above the first reseller's quick messages, until something was sent.
import { recall, remember } from "./memory.js";
import { wordAll } from "./words.js";

const NAME = "hint";
let shown = null;

/** Show the hint in this composer, before its chips, unless it has done its work before. */
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

/** The hint has done its work: something was sent, or it was closed. */
export function endHint() {
  remember(NAME, "done");
  shown?.parentElement.classList.remove("hinted");
  shown?.remove();
  shown = null;
}

/** Let the hint come again when the page is started over. */
export const renewHint = () => remember(NAME, null);
