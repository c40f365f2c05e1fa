// The sandbox's page: follows the snapshot and hands each part to whoever draws it.
import { follow } from "./api.js";
import { drawDesk, openDesk } from "./biller.js";
import { Chat } from "./chat.js";
import { setText } from "./dom.js";
import { drawOrders } from "./journey.js";
import { Tabs } from "./tabs.js";

const MODES = {
  polling: "Bot siap", webhook: "Bot siap (webhook)", away: "Bot belum tersambung",
};
const chats = new Map();
const row = document.getElementById("chats");
const tabs = new Tabs(document.getElementById("tabs"), row);
let lastChat = null;

openDesk({ onNumber: (text) => (lastChat ?? chats.values().next().value)?.suggest(text) });
follow({ onState: draw, onLink: (up) => up || showLink("lost", "Sambungan terputus, mencoba lagi…") });

function draw(snapshot) {
  showLink(snapshot.bot.mode, MODES[snapshot.bot.mode] ?? snapshot.bot.mode);
  const users = new Map(snapshot.users.map((user) => [user.id, user]));
  for (const chat of snapshot.chats) {
    if (chat.type !== "private") continue;
    if (!chats.has(chat.id)) open(chat, users.get(chat.id));
    chats.get(chat.id).update(chat);
  }
  drawOrders(snapshot);
  drawDesk(snapshot.biller);
}

function open(chat, user) {
  const panel = new Chat(chat, user, { onNews: (from, count) => tabs.news(from, count) });
  chats.set(chat.id, panel);
  row.append(panel.node);
  tabs.add(panel);
  // Test orders belong to a counter: an admin's or a stranger's chat is no place for them.
  if (chat.role === "reseller") panel.node.addEventListener("focusin", () => (lastChat = panel));
}

function showLink(state, words) {
  const node = document.getElementById("link-state");
  node.dataset.state = state;
  setText(node.querySelector("[data-text]"), words);
}
