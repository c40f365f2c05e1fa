// One chat as its user sees it on a phone: the messages and a message box.
import { post, postFile } from "./api.js";
import { chipsFor } from "./chips.js";
import { el, reconcile, setText } from "./dom.js";
import { endHint } from "./hint.js";
import { CONTROLS, createMessage, drawMessage, gist } from "./message.js";
import { enter, rove } from "./roving.js";
import { Toasts } from "./toasts.js";
import { known, t, wordAll } from "./words.js";

const UP_AND_DOWN = { ArrowDown: 1, ArrowUp: -1 };
const NEAR_END_PX = 48; // this close to the end, the user is reading the newest message
const LARGEST_FILE = 50 * 1024 * 1024; // in bytes; the limit of the sandbox, as of Telegram
const PRESS_WAIT_MS = 4000; // after this, a button that the bot does not answer can be tapped again

let lastUsed = null; // the chat that last had the focus

/** The panel of one private chat. */
export class Chat {
  constructor(chat, user, { onNews }) {
    this.id = chat.id;
    this.user = user;
    this.title = chat.title;
    this.role = null;
    this.onNews = onNews;
    this.newest = Math.max(0, ...chat.messages.map((message) => message.id));
    this.unseen = 0;
    this.replyTo = null;
    this.lastAsk = 0;
    this.atEnd = true;
    this.height = 0;
    this.node = document.getElementById("chat-template").content.firstElementChild.cloneNode(true);
    wordAll(this.node);
    this.find = (selector) => this.node.querySelector(selector);
    this.scroll = this.find(".scroll");
    this.input = this.find("textarea");
    this.placeholder = this.input.placeholder;
    this.toasts = new Toasts(this.find(".toasts"), chat.toasts);
    this.dress(chat);
    this.listen();
  }

  dress(chat) {
    this.node.id = `chat-${chat.id}`;
    this.node.dataset.cast = chat.role;
    this.node.setAttribute("aria-label", t("chatOf", this.user));
    this.find(".avatar").textContent = initials(chat.title);
    this.find(".chat-title").textContent = chat.title;
    this.find(".messages").setAttribute("aria-label", t("messagesOf", this.user));
    this.input.id = `write-${chat.id}`;
    this.input.setAttribute("aria-label", t("writeAs", this.user));
    rove(this.find(".messages"), ".message", { keys: UP_AND_DOWN, start: "last" });
    enter(this.find(".messages"), ".message", CONTROLS);
    rove(this.find(".chips"), ".chip");
  }

  /** Show the user's present role or standing, and the chips for it. */
  stand(chat) {
    const role = chat.role === "admin" || chat.standing === null ? chat.role : chat.standing === "approved" ? "reseller" : "stranger";
    const words = chat.role === "admin" || chat.standing === null ? t(`role.${chat.role}`) : known(`standing.${chat.standing}`, chat.standing);
    setText(this.find(".chat-sub"), this.title === this.user.name ? words : `${this.user.name} · ${words}`);
    if (role === this.role) return;
    this.role = this.node.dataset.role = role;
    this.find(".chips").replaceChildren(...chipsFor(role).map((chip) => this.chip(chip)));
  }

  chip({ make, gloss, short }) {
    const node = el("button", { type: "button", class: "chip" });
    node.draw = ({ anew = false } = {}) => {
      const text = make({ lastDestination: this.lastDestination });
      node.hidden = text === null;
      if (text === null || (!anew && node.text && text.slice(0, 4) !== "cek.")) return;
      node.text = text;
      node.replaceChildren(short ?? text, ...(short ? [] : [el("small", {}, gloss)]));
      node.title = short ? text : gloss;
    };
    node.addEventListener("click", () => {
      this.say(node.text);
      node.draw({ anew: true });
      this.showAllChips(false); // makes room for the answer
    });
    node.draw();
    return node;
  }

  listen() {
    this.node.addEventListener("focusin", () => (lastUsed = this));
    this.find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendTyped();
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.reply(null);
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.sendTyped();
    });
    this.input.addEventListener("input", () => this.fit());
    this.find(".attach").addEventListener("click", () => this.find("input[type=file]").click());
    this.find("input[type=file]").addEventListener("change", ({ target }) => {
      const [file] = target.files;
      target.value = ""; // so that choosing the same file again is a change
      if (file) this.sendFile(file);
    });
    this.node.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
    this.node.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.sendFile(event.dataTransfer.files[0]);
    });
    this.find(".replying button").addEventListener("click", () => this.reply(null));
    this.find(".more-chips").addEventListener("click", () => this.showAllChips());
    this.find(".to-end").addEventListener("click", () => this.toEnd());
    this.scroll.addEventListener("scroll", () => this.seen(), { passive: true });
    // A phone's keyboard or a wrapped chip changes the height: a chat at its end stays there.
    const watcher = new ResizeObserver(() => this.atEnd && this.toEnd());
    watcher.observe(this.scroll);
    watcher.observe(this.find(".messages"));
  }

  /** Put `text` into the message box, after what the user has typed there. */
  suggest(text) {
    const typed = this.input.value === this.suggested ? "" : this.input.value.trimEnd();
    this.suggested = typed ? `${typed}\n${text}` : text;
    this.input.value = this.suggested;
    this.fit();
    this.input.focus();
  }

  showAllChips(open = !this.find(".chips").classList.contains("open")) {
    this.find(".chips").classList.toggle("open", open);
    this.find(".more-chips").setAttribute("aria-expanded", open);
  }

  async sendTyped() {
    const text = this.input.value.trim();
    if (!text) return;
    const replyTo = this.replyTo;
    this.input.value = "";
    this.reply(null);
    this.fit();
    if (await this.say(text, replyTo)) return;
    if (!this.input.value) this.input.value = text;
    this.reply(replyTo);
    this.fit();
  }

  async say(text, replyTo = null) {
    this.atEnd = true;
    endHint();
    return this.attempt(post("say", {
      chat_id: this.id, user_id: this.user.id, text, ...(replyTo && { reply_to: replyTo.id }),
    }));
  }

  async sendFile(file) {
    const fault = file.size > LARGEST_FILE ? t("fileTooLarge") : file.size ? "" : t("fileEmpty");
    setText(this.find(".form-note"), fault);
    if (fault) return;
    const replyTo = this.replyTo;
    this.reply(null);
    this.atEnd = true;
    const where = { chat_id: this.id, user_id: this.user.id, ...(replyTo && { reply_to: replyTo.id }) };
    if (!(await this.attempt(postFile(file, where)))) this.reply(replyTo);
  }

  async press(message, button, node) {
    const path = { chat_id: this.id, user_id: this.user.id, message_id: message.id, data: button.data };
    node.setAttribute("aria-busy", "true");
    const done = () => node.removeAttribute("aria-busy");
    setTimeout(done, PRESS_WAIT_MS);
    const pressed = await this.attempt(post("press", path));
    if (pressed) this.toasts.whenAnswered(pressed.callback_id, done);
    else done();
  }

  async attempt(call) {
    const note = this.find(".form-note");
    try {
      const answer = await call;
      setText(note, "");
      return answer;
    } catch (error) {
      setText(note, error.message);
      return null;
    }
  }

  /** Reply to `message`, or to none with null; show the placeholder that the bot sent with its request. */
  reply(message, { focus = true } = {}) {
    this.replyTo = message;
    this.find(".replying").hidden = message === null;
    this.input.placeholder = message?.asks?.placeholder ?? this.placeholder;
    if (!message) return;
    this.find(".replying p").replaceChildren(el("b", {}, message.from.name), gist(message).slice(0, 120));
    if (focus) this.input.focus({ preventScroll: true });
  }

  /** As in Telegram, the last message that requests a reply opens one. */
  answerAsked(messages) {
    const ask = messages.findLast((message) => message.asks);
    if (!ask || ask.id <= this.lastAsk) return;
    this.lastAsk = ask.id;
    if (messages.some((message) => message.reply_to?.id === ask.id)) return;
    // The focus must not leave another chat in which the user is writing.
    this.reply(ask, { focus: lastUsed === this && !document.activeElement?.matches("textarea, input, select") });
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
  }

  /** Draw the chat of a snapshot; `about.lastDestination` is that of its last order. */
  update(chat, about) {
    this.stand(chat);
    if (this.lastDestination !== about.lastDestination) {
      this.lastDestination = about.lastDestination;
      for (const chip of this.find(".chips").children) chip.draw();
    }
    if (this.replyTo && !chat.messages.some((message) => message.id === this.replyTo.id)) this.reply(null);
    const actions = {
      reply: (message) => this.reply(message),
      press: (message, button, node) => this.press(message, button, node),
      command: (text) => this.say(text),
      jump: (id) => this.jump(id),
    };
    reconcile(this.find(".messages"), chat.messages, {
      key: (message) => message.id,
      create: createMessage,
      update: (item, message) => drawMessage(item, message, actions),
    });
    this.find(".scroll .empty").hidden = chat.messages.length > 0;
    this.toasts.update(chat.toasts);
    this.answerAsked(chat.messages);
    this.countNews(chat.messages);
  }

  countNews(messages) {
    const fresh = messages.filter((message) => message.id > this.newest);
    this.newest = Math.max(this.newest, ...messages.map((message) => message.id));
    const news = fresh.filter((message) => message.from.is_bot).length;
    if (this.atEnd) this.toEnd();
    else this.unseen += news;
    this.showUnseen();
    if (news) this.onNews(this, news);
  }

  showUnseen() {
    const button = this.find(".to-end");
    button.hidden = this.atEnd;
    const words = this.unseen > 1 ? "newMessages" : this.unseen ? "newMessage" : "toNewest";
    setText(button, t(words, { count: this.unseen }));
  }

  seen() {
    // The content has grown and the user has not scrolled: a chat at its end stays there.
    if (this.atEnd && this.scroll.scrollHeight !== this.height) {
      this.toEnd();
      return;
    }
    this.atEnd = this.scroll.scrollHeight - this.scroll.clientHeight - this.scroll.scrollTop < NEAR_END_PX;
    if (this.atEnd) this.unseen = 0;
    this.showUnseen();
  }

  toEnd() {
    this.height = this.scroll.scrollHeight;
    this.scroll.scrollTop = this.height;
  }

  jump(id) {
    const item = this.find(`.message[data-id="${id}"]`);
    if (!item) return;
    item.scrollIntoView({ block: "nearest" });
    item.classList.remove("found");
    requestAnimationFrame(() => item.classList.add("found"));
  }
}

function initials(title) {
  return title.split(/\s+/).slice(0, 2).map((word) => word[0]).join("").toUpperCase();
}
