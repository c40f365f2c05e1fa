// On a narrow screen one chat is shown at a time: tabs select it and count its unread messages.
import { el, setText } from "./dom.js";
import { t } from "./words.js";

/** The tabs above the row of chats; a swipe in the row selects a chat as well. */
export class Tabs {
  constructor(nav, row) {
    this.nav = nav;
    this.row = row;
    this.tabs = new Map();
    this.watcher = new IntersectionObserver((seen) => this.look(seen), { root: row, threshold: 0.6 });
  }

  add(panel) {
    const count = el("span", { class: "count", hidden: true });
    const button = el("button", { type: "button", onclick: () => this.show(panel) }, panel.user.name, count);
    this.tabs.set(panel.node, { button, count, unseen: 0, visible: false });
    this.nav.append(button);
    this.watcher.observe(panel.node);
  }

  show(panel) {
    this.row.scrollTo({ left: panel.node.offsetLeft - this.row.offsetLeft });
  }

  news(panel, count) {
    const tab = this.tabs.get(panel.node);
    if (tab.visible) return;
    tab.unseen += count;
    this.draw(tab);
  }

  look(seen) {
    for (const { target, isIntersecting } of seen) {
      const tab = this.tabs.get(target);
      tab.visible = isIntersecting;
      if (isIntersecting) tab.unseen = 0;
      this.draw(tab);
    }
  }

  draw({ button, count, unseen, visible }) {
    if (visible) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    count.hidden = unseen === 0;
    setText(count, unseen ? `${unseen}` : "");
    count.setAttribute("aria-label", t("unseen", { count: unseen }));
  }
}
