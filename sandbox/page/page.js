// The sandbox's page: receives the snapshots and passes each part to the module that draws it.
import { follow, post } from "./api.js";
import { drawTickets } from "./bank.js";
import { drawDesk, openDesk } from "./biller.js";
import { Chat } from "./chat.js";
import { announce, el, setText } from "./dom.js";
import { renewHint, showHint } from "./hint.js";
import { drawOrders } from "./journey.js";
import { Tabs } from "./tabs.js";
import { known, language, t, wordAll } from "./words.js";

const chats = new Map();
const row = document.getElementById("chats");
const tabs = new Tabs(document.getElementById("tabs"), row);
let lastCounter = null;

document.documentElement.lang = language;
document.title = t("title");
wordAll(document);
offerOtherLanguage();
openRestart();
openDay();
openDesk({ onNumber: (text) => counter()?.suggest(text) });
follow({ onState: draw, onLink: (up) => up || showLink("lost") });

function draw(snapshot) {
  showLink(snapshot.bot.mode);
  drawDay(snapshot.day);
  const users = new Map(snapshot.users.map((user) => [user.id, user]));
  for (const chat of snapshot.chats) {
    if (chat.type !== "private") continue;
    if (!chats.has(chat.id)) open(chat, users.get(chat.id));
    const lastOrder = snapshot.orders.find((order) => order.chat_id === chat.id && order.destination);
    chats.get(chat.id).update(chat, { lastDestination: lastOrder?.destination ?? null });
  }
  drawOrders(snapshot);
  drawDesk(snapshot.biller);
  drawTickets(snapshot);
}

function open(chat, user) {
  const panel = new Chat(chat, user, { onNews: (from, count) => tabs.news(from, count) });
  if (chats.size === 0) {
    document.getElementById("skips").prepend(el("a", { href: `#${panel.input.id}` }, t("skipToWriting")));
    showHint(panel.find(".composer"));
  }
  chats.set(chat.id, panel);
  row.append(panel.node);
  tabs.add(panel);
  panel.node.addEventListener("focusin", () => {
    // Test orders are for a reseller's chat, not for an admin's or a stranger's.
    if (panel.role === "reseller") lastCounter = panel;
  });
}

/** The chat for test orders: the reseller's that was used last. */
const counter = () => lastCounter ?? chats.values().next().value;

function showLink(state) {
  const node = document.getElementById("link-state");
  node.dataset.state = state;
  setText(node.querySelector("[data-text]"), known(`bot.${state}`, state));
}

function offerOtherLanguage() {
  const link = document.getElementById("other-language");
  const other = language === "id" ? "en" : "id";
  link.href = `?lang=${other}`;
  link.lang = link.hreflang = other;
}

function openRestart() {
  const question = document.getElementById("restart-question");
  document.getElementById("restart").addEventListener("click", () => {
    question.returnValue = "";
    question.showModal();
  });
  question.addEventListener("close", async () => {
    if (question.returnValue !== "yes") return;
    try {
      await post("restart", {});
      renewHint();
      showHint(chats.values().next().value.find(".composer"));
    } catch (error) {
      setText(question.querySelector(".form-note"), error.message);
      question.showModal();
    }
  });
}

/** The button that plays a day: there until it was played. */
function drawDay(state) {
  const button = document.getElementById("day");
  const held = button === document.activeElement;
  button.hidden = state !== "ready" && state !== "playing";
  button.setAttribute("aria-busy", state === "playing");
  setText(button.querySelector("span"), t(state === "playing" ? "dayPlaying" : "day"));
  if (held && button.hidden) document.getElementById("restart").focus({ preventScroll: true });
}

function openDay() {
  const button = document.getElementById("day");
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy") === "true") return; // a disabled button would lose the focus
    try {
      await post("day", {});
      announce(t("dayPlayed"));
    } catch (error) {
      announce(error.message);
    }
  });
}
