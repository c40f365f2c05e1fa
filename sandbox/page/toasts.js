// Answers to tapped buttons: a toast that disappears by itself, or an alert with an OK button.
import { el } from "./dom.js";
import { t } from "./words.js";

const TOAST_MS = 4500; // time to read two short sentences

/** The toasts of one chat; those older than the page are not shown. */
export class Toasts {
  constructor(node, alreadyShown) {
    this.node = node;
    this.shown = new Set(alreadyShown.map((toast) => toast.callback_id));
    this.waiting = new Map();
  }

  /** Call `then()` as soon as the press `callbackId` is answered. */
  whenAnswered(callbackId, then) {
    if (this.shown.has(callbackId)) then();
    else this.waiting.set(callbackId, then);
  }

  update(toasts) {
    for (const toast of toasts) {
      if (this.shown.has(toast.callback_id)) continue;
      this.shown.add(toast.callback_id);
      this.waiting.get(toast.callback_id)?.();
      this.waiting.delete(toast.callback_id);
      if (toast.text) this.show(toast);
    }
  }

  show(toast) {
    const back = document.activeElement;
    const box = el("div", { class: toast.alert ? "toast alert" : "toast", role: toast.alert ? "alertdialog" : "status" },
      el("p", {}, toast.text));
    this.node.append(box);
    if (!toast.alert) {
      setTimeout(() => box.remove(), TOAST_MS);
      return;
    }
    const close = () => {
      const held = box.contains(document.activeElement);
      box.remove();
      if (held && back?.isConnected) back.focus();
    };
    box.setAttribute("aria-label", t("botAlert"));
    const ok = el("button", { type: "button", class: "plain", onclick: close }, "OK");
    box.append(ok);
    box.addEventListener("keydown", (event) => event.key === "Escape" && close());
    // A user who is typing keeps the focus; the Tab key leads to the OK button.
    if (!back?.matches("textarea, input")) ok.focus();
  }
}
