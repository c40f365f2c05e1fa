// Files in a message: a picture with an enlarged view, or a link to download a document.
import { el } from "./dom.js";
import { fileSize } from "./format.js";
import { t } from "./words.js";

const large = document.getElementById("picture");

/** The part of a bubble that shows the attachment `file`; `caption` is the alternative text of a picture. */
export function attachment(file, caption) {
  return file.kind === "photo" ? picture(file, caption) : row(file);
}

function picture(file, caption) {
  const alt = caption || file.name;
  // Width and height reserve the space, so that the layout does not shift when the picture loads.
  return el("button", {
    type: "button", class: "picture", "data-focus": "picture", "aria-label": t("enlarge", { alt }),
    onclick: () => enlarge(file, alt),
  }, el("img", { src: file.url, width: file.width, height: file.height, alt, decoding: "async" }));
}

function row(file) {
  return el("a", {
    class: "file", "data-focus": "file", href: file.url, download: file.name,
    "aria-label": t("download", { name: file.name, size: fileSize(file.size) }),
  }, el("span", { class: "file-mark", "aria-hidden": "true" }, ending(file.name)),
  el("span", { class: "file-name" }, file.name, el("small", {}, fileSize(file.size))));
}

function ending(name) {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1, dot + 5).toUpperCase() : "FILE";
}

function enlarge(file, alt) {
  const image = large.querySelector("img");
  for (const [name, value] of Object.entries({ src: file.url, width: file.width, height: file.height, alt })) {
    image.setAttribute(name, value);
  }
  const save = large.querySelector("a");
  save.href = file.url;
  save.download = file.name;
  large.showModal();
}

// A tap outside the picture closes it; for Escape and the button the dialog does so itself.
large.addEventListener("click", (event) => event.target === large && large.close());
