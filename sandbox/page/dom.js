// Builds nodes from data: text is never parsed as HTML, and a node is reused while its key exists.

/** A new element; `props` are attributes, `class`, or listeners such as `onclick`; null and false are left out. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const kept = new WeakMap();

/**
 * Show `items` in order in `parent`, one node per `key(item)`.
 * `create(item)` returns a new node; `update(node, item)` runs only when the item's content has changed.
 * A node is moved only if necessary, so that focus, selection and scroll position survive.
 */
export function reconcile(parent, items, { key, create, update }) {
  const before = kept.get(parent) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const id = key(item);
    const content = JSON.stringify(item);
    const known = before.get(id);
    const node = known?.node ?? create(item);
    if (known?.content !== content) update?.(node, item);
    after.set(id, { node, content });
  }
  for (const [id, { node }] of before) if (!after.has(id)) node.remove();
  let place = parent.firstChild;
  for (const { node } of after.values()) {
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
  kept.set(parent, after);
}

/** Set an element's text only if it differs, so that a selection in it is not lost. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Call `act()` on a tap on `node`, Enter and the space bar. */
export function actsAsButton(node, act) {
  node.addEventListener("click", act);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
}

/** Announce `text` to screen readers, even if it is the same as before. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  requestAnimationFrame(() => {
    announcer.textContent = text;
  });
}

/** Copy `text` to the clipboard; return whether that succeeded. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const area = el("textarea", { class: "visually-hidden", "aria-hidden": "true", tabindex: "-1" });
  const focused = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return copied;
}
