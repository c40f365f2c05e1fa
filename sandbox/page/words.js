// The page's texts in the chosen language. Messages in the chats are the bot's and are not translated.
import { en } from "./words-en.js";
import { id } from "./words-id.js";
import { recall, remember } from "./memory.js";

const LANGUAGES = { id, en };

/** The language of the page: `?lang=`, else the last one chosen, else Indonesian. */
export const language = chosen();

const words = LANGUAGES[language];

function chosen() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked in LANGUAGES) remember("language", asked);
  const known = [asked, recall("language")].find((one) => one in LANGUAGES);
  return known ?? "id";
}

/** The text of `key`, with `{name}` replaced by `values.name`; the key itself if it has no text. */
export function t(key, values = {}) {
  const found = words[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The text of `key` if it has one, else `otherwise`: for keys with a name from the bot or the biller. */
export const known = (key, otherwise) => (key in words ? t(key) : otherwise);

/** Fill in the texts under `root`, templates included: `data-t` is the key of the text, `data-t-title` of the title … */
export function wordAll(root) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const name of ["aria-label", "title", "placeholder"]) {
    for (const node of root.querySelectorAll(`[data-t-${name}]`)) node.setAttribute(name, t(node.getAttribute(`data-t-${name}`)));
  }
  for (const template of root.querySelectorAll("template")) wordAll(template.content);
}
