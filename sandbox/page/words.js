// The page's own words in the language that was chosen; what is said in the chats is the bot's and stays as it is.
import { en } from "./words-en.js";
import { id } from "./words-id.js";
import { recall, remember } from "./memory.js";

const LANGUAGES = { id, en };

/** The language of the page: `?lang=`, else the one chosen before, else Indonesian. */
export const language = chosen();

const words = LANGUAGES[language];

function chosen() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked in LANGUAGES) remember("language", asked);
  const known = [asked, recall("language")].find((one) => one in LANGUAGES);
  return known ?? "id";
}

/** The words named `key`, with `{name}` replaced by `values.name`; the name itself if nothing is called so. */
export function t(key, values = {}) {
  const found = words[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The words named `key` if there are any, else `otherwise`: for names that come from the bot or the biller. */
export const known = (key, otherwise) => (key in words ? t(key) : otherwise);

/** Word everything under `root` (templates too) that names its words: `data-t` its text, `data-t-title` its title … */
export function wordAll(root) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const name of ["aria-label", "title", "placeholder"]) {
    for (const node of root.querySelectorAll(`[data-t-${name}]`)) node.setAttribute(name, t(node.getAttribute(`data-t-${name}`)));
  }
  for (const template of root.querySelectorAll("template")) wordAll(template.content);
}
