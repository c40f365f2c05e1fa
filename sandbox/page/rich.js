// Telegram's text with entities as DOM nodes. Offsets are UTF-16 units, as in JavaScript strings.
import { actsAsButton, el } from "./dom.js";
import { t } from "./words.js";

const SAFE_LINK = /^(https?|tg):/i;
const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

/** A fragment of `text` with its `entities`; `onCommand(text)` is called for a tapped /command. */
export function richText(text, entities = [], { onCommand } = {}) {
  const inOrder = [...entities]
    .filter((entity) => entity.length > 0 && entity.offset >= 0 && entity.offset < text.length)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  const fragment = document.createDocumentFragment();
  fill(fragment, { text, from: 0, to: text.length, entities: inOrder, onCommand });
  return fragment;
}

function fill(parent, { text, from, to, entities, onCommand }) {
  let at = from;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    if (entity.offset < at) continue; // overlaps a drawn entity: Telegram's entities are nested, never partly overlapping
    const end = Math.min(entity.offset + entity.length, to);
    const inner = entities.slice(index + 1).filter((other) => other.offset < end);
    parent.append(text.slice(at, entity.offset));
    const node = nodeFor(entity, text.slice(entity.offset, end), onCommand);
    fill(node, { text, from: entity.offset, to: end, entities: inner, onCommand });
    parent.append(node);
    at = end;
  }
  parent.append(text.slice(at, to));
}

function nodeFor(entity, covered, onCommand) {
  switch (entity.type) {
    case "spoiler":
      return spoiler();
    case "text_link":
      return link(entity.url);
    case "url":
      return link(covered);
    case "bot_command":
      return onCommand ? el("button", { type: "button", class: "command", onclick: () => onCommand(covered) }) : el("span");
    default:
      return el(TAGS[entity.type] ?? "span", { class: `entity-${entity.type}` });
  }
}

function link(address) {
  if (!SAFE_LINK.test(address ?? "")) return el("span", { class: "entity-link" });
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer", title: address });
}

function spoiler() {
  const node = el("span", { class: "spoiler", role: "button", "aria-label": t("hiddenText") });
  actsAsButton(node, () => {
    node.classList.add("open");
    for (const name of ["role", "aria-label"]) node.removeAttribute(name);
  });
  return node;
}

/** A fragment of the blocks of a rich message: paragraphs, headings, tables. */
export function richBlocks(blocks) {
  const fragment = document.createDocumentFragment();
  for (const block of blocks) fragment.append(blockNode(block));
  return fragment;
}

function blockNode(block) {
  switch (block.type) {
    case "table":
      return table(block);
    case "divider":
      return el("hr");
    case "heading":
      return el("p", { class: "rich-heading" }, ...inline(block.text));
    default:
      return el("p", {}, ...inline(block.text));
  }
}

function table(block) {
  const rows = block.cells.map((row) => el("tr", {}, ...row.map((cell) =>
    el(cell.is_header ? "th" : "td", { class: `align-${cell.align}`, scope: cell.is_header ? "col" : null }, ...inline(cell.text ?? "")))));
  // A wide table scrolls in its bubble, by keyboard too.
  return el("div", { class: "rich-table", tabindex: "0", role: "region", "aria-label": t("table") }, el("table", {}, ...rows));
}

function inline(text) {
  if (Array.isArray(text)) return text.flatMap(inline);
  return typeof text === "string" ? [text] : [el(TAGS[text.type] ?? "span", {}, ...inline(text.text))];
}
