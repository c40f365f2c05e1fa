// One message: its bubble, the quote that it replies to, its buttons.
import { actsAsButton, announce, copyText, el } from "./dom.js";
import { attachment } from "./files.js";
import { fullTime, machineTime, shortTime } from "./format.js";
import { keyGloss, titleGloss } from "./gloss.js";
import { richBlocks, richText } from "./rich.js";
import { language, t } from "./words.js";

const COPIED_MS = 1600; // long enough to be read, short enough to copy again

/** The controls of a message: its list item is the Tab stop, and the arrow keys move to these. */
export const CONTROLS = "button, a[href], [role=button]";

/** An empty list item for a message; `drawMessage` fills it. */
export function createMessage(message) {
  const side = message.from.is_bot ? "from-bot" : "from-person";
  return el("li", { class: `message ${side}`, "data-id": message.id });
}

/** Draw the message into its item. `actions` has reply(message), press(message, button, node), command(text), jump(id). */
export function drawMessage(item, message, actions) {
  const held = item !== document.activeElement && item.contains(document.activeElement);
  const focused = held ? document.activeElement.dataset.focus : null;
  const bubble = el("div", { class: "bubble" },
    message.reply_to ? quote(message.reply_to, actions) : null,
    message.attachment ? attachment(message.attachment, message.text) : null,
    body(message, actions),
    gloss(message),
    meta(message),
    el("button", {
      type: "button", class: "reply", "data-focus": "reply", title: t("reply"),
      "aria-label": t("replyTo", { gist: gist(message).slice(0, 40) }), onclick: () => actions.reply(message),
    }, "↩"));
  bubble.addEventListener("click", (event) => {
    if (event.target.closest("button, a, [role=button], pre, code") || !getSelection().isCollapsed) return;
    actions.reply(message);
  });
  item.replaceChildren(bubble, ...keyboard(message, actions));
  for (const control of item.querySelectorAll(CONTROLS)) control.tabIndex = -1;
  // If the control is gone, as after a tap on a button that works once, the message gets the focus.
  if (held) (focused && item.querySelector(`[data-focus="${CSS.escape(focused)}"]`) || item).focus({ preventScroll: true });
}

/** The text of a message, or the name of its file. */
export const gist = (message) => message.text || (message.attachment?.name ?? "");

function body(message, actions) {
  const text = el("div", { class: "text" });
  text.append(message.blocks?.length
    ? richBlocks(message.blocks)
    : richText(message.text, message.entities, { onCommand: actions.command }));
  text.classList.toggle("rich", Boolean(message.blocks?.length));
  for (const node of text.querySelectorAll("code")) copiesByTap(node);
  return text;
}

function gloss(message) {
  const words = message.from.is_bot ? titleGloss(message.text) : null;
  return words ? el("p", { class: "gloss", lang: "en" }, words) : null;
}

function meta(message) {
  return el("div", { class: "meta" },
    message.edited_at ? el("span", { class: "edited", title: fullTime(message.edited_at) }, t("edited")) : null,
    el("time", { datetime: machineTime(message.at), title: fullTime(message.at) }, shortTime(message.at)));
}

function quote(replied, actions) {
  return el("button", {
    type: "button", class: "quote", "data-focus": "quote", onclick: () => actions.jump(replied.id),
  }, el("span", { class: "visually-hidden", lang: language }, `${t("answering")} `), el("b", {}, replied.name), " ", el("span", {}, replied.text));
}

function keyboard(message, actions) {
  return (message.buttons ?? []).map((row, line) =>
    el("div", { class: "keys" }, ...row.map((button, place) => key(message, button, `key-${line}-${place}`, actions))));
}

function key(message, button, focus, actions) {
  const style = button.style ? ` style-${button.style}` : "";
  if (button.url) {
    const safe = /^(https?|tg):/i.test(button.url);
    return el("a", {
      class: `key${style}`, "data-focus": focus, href: safe ? button.url : null, target: "_blank", rel: "noopener noreferrer",
    }, `${button.text} ↗`);
  }
  const node = el("button", { type: "button", class: `key${style}`, "data-focus": focus, title: keyGloss(button.text) }, button.text);
  if (button.copy_text) {
    node.classList.add("copies");
    node.title = t("copy", { text: button.copy_text });
    node.addEventListener("click", () => copyAndSay(node, button));
  } else {
    node.addEventListener("click", () => actions.press(message, button, node));
  }
  return node;
}

// As in Telegram, a tap on text of this style copies it.
function copiesByTap(node) {
  node.title = t("tapToCopy");
  node.setAttribute("role", "button");
  actsAsButton(node, async () => {
    if (!getSelection().isCollapsed || !(await copyText(node.textContent))) return;
    node.classList.add("copied");
    announce(t("copiedText", { text: node.textContent }));
    setTimeout(() => node.classList.remove("copied"), COPIED_MS);
  });
}

async function copyAndSay(node, button) {
  const copied = await copyText(button.copy_text);
  node.textContent = t(copied ? "copied" : "cannotCopy");
  node.classList.toggle("copied", copied);
  announce(copied ? t("copiedText", { text: button.copy_text }) : t("copyForbidden"));
  setTimeout(() => {
    node.textContent = button.text;
    node.classList.remove("copied");
  }, COPIED_MS);
}
