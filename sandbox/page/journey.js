// Each order's way through its states, as a stepper.
import { el, reconcile, setText } from "./dom.js";
import { exactTime, fullTime, machineTime } from "./format.js";

const STEPS = [
  ["asked", "Diminta"],
  ["acknowledged", "Dicatat bot"],
  ["posted", "Dikirim"],
  ["answered", "Dijawab biller"],
  ["reversed", "Hasil biller"],
  ["told", "Hasil dikabarkan"],
];
const DOUBTFUL = new Set(["cut", "http_500", "garbage"]); // answers from which nobody can tell what happened
const OUTCOMES = {
  success: "Sukses", failure: "Gagal", disputed: "Berselisih", unsure: "Belum pasti", waiting: "Berjalan", asked: "Tanpa pembelian",
};

/** Draw the orders of a snapshot, newest first. */
export function drawOrders(snapshot) {
  const chats = new Map(snapshot.chats.map((chat) => [chat.id, chat.title]));
  const entries = new Map(snapshot.biller.entries.map((entry) => [entry.trxid, entry]));
  const orders = snapshot.orders.map((order) => ({
    ...order,
    title: chats.get(order.chat_id) ?? "",
    outcome: outcomeOf(order, entries.get(order.trxid)),
    doubtful: DOUBTFUL.has(entries.get(order.trxid)?.answer),
  }));
  const counts = new Map();
  reconcile(document.getElementById("order-list"), orders, {
    key: (order) => keyOf(order, counts),
    create: createOrder,
    update: drawOrder,
  });
  document.getElementById("orders-empty").hidden = orders.length > 0;
}

// A line of a message has no id of its own before it has a trxid: its place in the message is its key.
function keyOf(order, counts) {
  const message = `${order.chat_id}:${order.message_id}`;
  const place = counts.get(message) ?? 0;
  counts.set(message, place + 1);
  return `${message}:${place}`;
}

function outcomeOf(order, entry) {
  const told = order.steps.some((step) => step.name === "told");
  if (!entry) return told ? "asked" : "waiting";
  const heard = new Set(entry.reversals.map((reversal) => reversal.status));
  if (heard.size > 1) return "disputed";
  if (heard.has("0")) return "success";
  if (heard.has("1") || entry.answer === "refused") return "failure";
  return DOUBTFUL.has(entry.answer) ? "unsure" : "waiting";
}

function createOrder() {
  return el("li", { class: "order" },
    el("div", { class: "order-name" },
      el("p", { class: "order-text" }),
      el("p", { class: "order-sub" },
        el("span", { class: "badge" }), el("span", { class: "order-chat" }), el("span", { class: "trxid" }))),
    el("ol", { class: "steps" }));
}

function drawOrder(node, order) {
  const find = (selector) => node.querySelector(selector);
  node.dataset.outcome = order.outcome;
  setText(find(".order-text"), order.text);
  find(".order-text").title = order.text;
  setText(find(".order-chat"), order.title);
  setText(find(".trxid"), order.trxid ?? "");
  find(".trxid").title = order.trxid ? `trxid ${order.trxid}` : "";
  setText(find(".badge"), OUTCOMES[order.outcome]);
  drawSteps(find(".steps"), order);
}

function drawSteps(list, order) {
  const last = Math.max(...STEPS.map(([name], place) => (order.steps.some((step) => step.name === name) ? place : -1)));
  const steps = STEPS.map(([name, label], place) => ({
    name, label, doubtful: order.doubtful && name === "answered", ...stateOf(order, name, place, last),
  }));
  reconcile(list, steps, { key: (step) => step.name, create: createStep, update: drawStep });
}

function stateOf(order, name, place, last) {
  const taken = order.steps.filter((step) => step.name === name);
  const passed = place < last;
  if (taken.length) return { state: "done", passed, at: taken.at(-1).at, times: taken.length, detail: taken.map((step) => step.detail) };
  const over = ["success", "failure", "disputed", "asked"].includes(order.outcome);
  if (passed || (over && name === "reversed")) return { state: "skipped", passed };
  return { state: place === last + 1 ? "next" : "ahead", passed };
}

function createStep() {
  return el("li", {}, el("span", { class: "dot", "aria-hidden": "true" }), el("b"), el("time"), el("small"));
}

function drawStep(node, step) {
  const [label, time, detail] = ["b", "time", "small"].map((tag) => node.querySelector(tag));
  const marks = [step.state, step.passed && "passed", step.doubtful && step.at && "doubtful"];
  node.className = ["step", ...marks].filter(Boolean).join(" ");
  setText(label, step.times > 1 ? `${step.label} ${step.times}×` : step.label);
  setText(time, step.at ? exactTime(step.at) : "");
  setText(detail, step.detail?.at(-1) ?? "");
  if (step.at) time.setAttribute("datetime", machineTime(step.at));
  node.title = step.detail ? `${fullTime(step.at)}\n${step.detail.join("\n")}` : "";
  if (step.state === "next") node.setAttribute("aria-current", "step");
  else node.removeAttribute("aria-current");
}
