// Each order's progress as a stepper; a tap shows every step in a line of its own.
import { el, reconcile, setText } from "./dom.js";
import { exactTime, fullTime, machineTime } from "./format.js";
import { rove } from "./roving.js";
import { known, t } from "./words.js";

const STATIONS = ["ordered", "recorded", "sent", "answered", "settled", "notified"];
const TONES = {
  succeeded: "good", failed: "bad", disputed: "warn", unknown: "warn",
  placed: "under-way", submitting: "under-way", pending: "under-way", untaken: "under-way",
};
const SETTLED = new Set(["succeeded", "failed", "expired", "disputed"]);
const ANSWER_TONES = { refused: "bad", cut: "warn", http_500: "warn", garbage: "warn" };
const list = document.getElementById("order-list");

rove(list, ".order-head");

/** Draw the orders of a snapshot, newest first. */
export function drawOrders(snapshot) {
  const chats = new Map(snapshot.chats.map((chat) => [chat.id, chat.title]));
  const orders = snapshot.orders.map((order) => ({ ...order, title: chats.get(order.chat_id) ?? "" }));
  reconcile(list, orders, {
    key: (order) => `${order.chat_id}:${order.message_id}:${order.line}`,
    create: createOrder,
    update: drawOrder,
  });
  const empty = document.getElementById("orders-empty");
  empty.hidden = orders.length > 0;
  setText(empty, t(snapshot.bot.records_are_read ? "noOrders" : "noRecords"));
}

function createOrder() {
  const details = el("ul", { class: "details", hidden: true });
  const head = el("button", { type: "button", class: "order-head", "aria-expanded": "false" },
    el("span", { class: "order-text" }), " ",
    el("span", { class: "order-sub" },
      el("span", { class: "badge" }), " ", el("span", { class: "order-chat" }), " ", el("span", { class: "trxid" })));
  const node = el("li", { class: "order" }, head, el("ol", { class: "steps" }), details);
  const toggle = () => {
    details.hidden = !details.hidden;
    head.setAttribute("aria-expanded", String(!details.hidden));
  };
  head.addEventListener("click", toggle);
  // A tap on the steps opens the order as well, unless it selects text.
  node.querySelector(".steps").addEventListener("click", () => getSelection().isCollapsed && toggle());
  return node;
}

function drawOrder(node, order) {
  const find = (selector) => node.querySelector(selector);
  node.dataset.tone = TONES[order.state] ?? "calm";
  setText(find(".order-text"), order.text);
  setText(find(".order-chat"), order.title);
  setText(find(".trxid"), order.trxid ?? "");
  setText(find(".badge"), stateWords(order));
  reconcile(find(".steps"), stationsOf(order), { key: (step) => step.name, create: createStep, update: drawStep });
  reconcile(find(".details"), [...order.steps].sort((a, b) => a.at - b.at).map((step, nth) => ({ ...step, nth })), {
    key: (step) => step.nth, create: () => el("li", {}, el("time"), el("span")), update: drawDetail,
  });
}

function stateWords(order) {
  const state = known(`state.${order.state}`, order.state);
  if (order.by_admin) return t("byAdmin", { state });
  return order.state === "pending" && order.overdue ? t("overdue") : state;
}

/** The six steps with their state: done, next, ahead, or skipped. */
function stationsOf(order) {
  const isOver = order.state === "unbought" || SETTLED.has(order.state);
  const reached = STATIONS.map((name) => reachedBy(order, name));
  const last = reached.findLastIndex(Boolean);
  const next = STATIONS.findIndex((name, place) => !reached[place] && isStillToCome(order, name, place > last, isOver));
  return STATIONS.map((name, place) => {
    const state = reached[place] ? "done" : place === next ? "next" : place > last && !isOver ? "ahead" : "skipped";
    const all = order.steps.filter((step) => step.name === name);
    return { name, state, passed: Boolean(reached[place] && reached[place + 1]), tone: toneOf(order, name), all };
  });
}

function reachedBy(order, name) {
  const all = order.steps.filter((step) => step.name === name);
  if (name === "settled") return SETTLED.has(order.state) && all.length > 0;
  if (name === "notified") return order.state === "unbought" ? all.length > 0 : all.some((step) => step.is_result);
  return all.length > 0;
}

/** Whether a step that was not reached may still be: those after the last, and two that can come late. */
function isStillToCome(order, name, isBehindLast, isOver) {
  if (name === "answered") return order.steps.some((step) => step.name === "sent") || (isBehindLast && !isOver);
  if (name === "notified") return SETTLED.has(order.state) || !isOver;
  return isBehindLast && !isOver;
}

function toneOf(order, name) {
  const at = (station) => order.steps.findLast((step) => step.name === station);
  if (name === "answered") return ANSWER_TONES[at(name)?.answer] ?? "passed";
  if (name === "settled" || name === "notified") return TONES[order.state] ?? "calm";
  return "passed";
}

function createStep({ name }) {
  return el("li", {}, el("span", { class: "dot", "aria-hidden": "true" }), el("b", {}, t(`step.${name}`)),
    el("span", { class: "visually-hidden" }), el("time"), el("small"));
}

function drawStep(node, step) {
  const [hidden, time, small] = [".visually-hidden", "time", "small"].map((selector) => node.querySelector(selector));
  const shown = step.name === "notified" ? step.all.findLast((one) => one.is_result) ?? step.all.at(-1) : step.all.at(-1);
  node.className = ["step", step.state, step.passed && "passed", `tone-${step.tone}`].filter(Boolean).join(" ");
  setText(hidden, step.state === "skipped" ? t("step.skipped") : step.state === "done" ? "" : t("step.ahead"));
  setText(time, shown ? exactTime(shown.at) : "");
  if (shown) time.setAttribute("datetime", machineTime(shown.at));
  setText(small, shown ? sentence(shown) : "");
  small.lang = shown?.words ? "id" : "";
  node.title = step.all.map((one) => `${fullTime(one.at)}  ${sentence(one)}`).join("\n");
  if (step.state === "next") node.setAttribute("aria-current", "step");
  else node.removeAttribute("aria-current");
}

function drawDetail(node, step) {
  const [time, words] = [node.querySelector("time"), node.querySelector("span")];
  setText(time, exactTime(step.at));
  time.setAttribute("datetime", machineTime(step.at));
  setText(words, sentence(step));
  words.lang = step.words ? "id" : "";
}

/** A short text for a step; a notice and a refusal are quoted. */
function sentence(step) {
  switch (step.name) {
    case "ordered":
      return t(step.by_button ? "did.tapped" : "did.typed");
    case "sent":
      return step.posts > 1 ? t("did.sentTimes", { count: step.posts }) : t("did.sent");
    case "answered":
      // The biller repeats the order before its reason; the page already shows the order.
      if (step.reason) return t("answered.refusedFor", { reason: step.reason.replace(/^Transaksi \S+ GAGAL /, "") });
      return known(`answered.${step.answer}`, step.answer);
    case "settled":
      return t(step.by_admin ? "did.settledByAdmin" : step.state === "expired" ? "did.settledByBot" : "did.settled", {
        state: known(`state.${step.state}`, step.state),
      });
    case "notified":
      return step.words ?? t("did.notified");
    default:
      return t(`did.${step.name}`);
  }
}
