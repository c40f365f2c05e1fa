// The biller's section: its settings, its ledger, and buttons for results that are not reported yet.
import { post } from "./api.js";
import { freshNumber } from "./chips.js";
import { el, reconcile, setText } from "./dom.js";
import { exactTime, fullTime, machineTime, rupiah } from "./format.js";
import { rove } from "./roving.js";
import { known, t } from "./words.js";

const ANSWER_TONES = { pending: "calm", refused: "bad", slow: "calm" };
const settings = document.getElementById("settings");
const ledger = document.getElementById("ledger");
const numbers = document.getElementById("number-list");

/** Listen to the section's controls; `onNumber(text)` receives the chosen test order. */
export function openDesk({ onNumber }) {
  settings.addEventListener("submit", (event) => event.preventDefault());
  settings.addEventListener("change", (event) => saveSetting(event.target));
  numbers.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) onNumber(`s5.${freshNumber(button.value)}`);
  });
  rove(numbers, "button");
  rove(ledger, ".act");
}

async function saveSetting(field) {
  const note = settings.querySelector(".form-note");
  if (!field.checkValidity() || field.value === "") {
    setText(note, t("notANumber"));
    return;
  }
  try {
    await post("biller", { [field.name]: field.name === "behaviour" ? field.value : Number(field.value) });
    setText(note, "");
  } catch (error) {
    setText(note, error.message);
  }
}

const behaviourWords = (name) => known(`behaviour.${name}`, name);

/** Draw the biller's part of a snapshot. */
export function drawDesk(biller) {
  setText(document.getElementById("balance"), rupiah(biller.balance_idr));
  drawSettings(biller);
  const entries = [...biller.entries].sort((a, b) => b.posted_at - a.posted_at);
  reconcile(ledger, entries, { key: (entry) => entry.trxid, create: createEntry, update: drawEntry });
  document.getElementById("ledger-empty").hidden = entries.length > 0;
  reconcile(numbers, biller.test_numbers, { key: ({ ends }) => ends, create: createNumber, update: drawNumber });
}

function createNumber({ ends }) {
  return el("li", {},
    el("button", { type: "button", value: ends, title: t("testNumber", { ends }) }, el("b", {}, ends), el("span")));
}

function drawNumber(item, { ends, behaviour }) {
  const words = behaviourWords(behaviour);
  setText(item.querySelector("span"), ends === "0000" ? t("asSet", { behaviour: words }) : words);
}

function drawSettings(biller) {
  reconcile(settings.elements.behaviour, biller.behaviours, {
    key: (name) => name,
    create: (name) => el("option", { value: name }, behaviourWords(name)),
  });
  for (const field of settings.elements) {
    // The field that the user is editing is not overwritten by the snapshot.
    if (field.name && field !== document.activeElement) field.value = biller[field.name];
  }
}

function createEntry(entry) {
  return el("li", { class: "entry" },
    el("div", { class: "entry-line" }, el("b", { class: "entry-what" }), el("span", { class: "entry-price" })),
    el("div", { class: "entry-line sub" }, el("span", { class: "entry-when" }), el("span", { class: "trxid", title: `trxid ${entry.trxid}` }, entry.trxid)),
    el("ul", { class: "marks" }),
    el("div", { class: "entry-acts" }));
}

function drawEntry(node, entry) {
  const find = (selector) => node.querySelector(selector);
  setText(find(".entry-what"), `${entry.product} → ${entry.destination}`);
  setText(find(".entry-price"), priceWords(entry));
  const when = el("time", { datetime: machineTime(entry.posted_at), title: fullTime(entry.posted_at) }, exactTime(entry.posted_at));
  find(".entry-when").replaceChildren(when, ` · ${behaviourWords(entry.behaviour)}`);
  find(".marks").replaceChildren(...marks(entry).map(([tone, text, title]) => el("li", { class: `mark-${tone}`, title: title ?? null }, text)));
  drawActions(find(".entry-acts"), entry);
}

function priceWords(entry) {
  if (entry.charged) return rupiah(entry.charged_idr);
  return t(entry.reversals.some(({ outcome }) => outcome === "failure") ? "refunded" : "notCharged");
}

function marks(entry) {
  const answer = entry.answer ? known(`answer.${entry.answer}`, entry.answer) : t("answer.none");
  const tone = ANSWER_TONES[entry.answer] ?? (entry.answer ? "warn" : "calm");
  return [
    [tone, answer, entry.reason],
    ...(entry.posts > 1 ? [["bad", t("postedTimes", { count: entry.posts }), t("postedTwice")]] : []),
    ...(entry.sign_ok ? [] : [["bad", t("wrongSign")]]),
    ...entry.reversals.map(reversalMark),
  ];
}

function reversalMark(reversal) {
  const result = known(`report.${reversal.outcome}`, reversal.outcome);
  const tone = { success: "good", failure: "bad" }[reversal.outcome] ?? "warn";
  const title = `${fullTime(reversal.at)}${reversal.sn ? `, SN ${reversal.sn}` : ""}`;
  if (reversal.http_status === 200) return [tone, result, title];
  if (reversal.http_status) return [tone, t("report.answered", { result, status: reversal.http_status }), title];
  return [tone, t(reversal.is_under_way ? "report.underWay" : "report.notReached", { result }), title];
}

function drawActions(node, entry) {
  const open = entry.reversals.length === 0 && entry.answer !== "refused";
  const held = node.contains(document.activeElement);
  reconcile(node, open ? ["sendSuccess", "sendFailure"] : [], {
    key: (name) => name,
    create: (name) => el("button", {
      type: "button", class: `act ${name === "sendSuccess" ? "success" : "failure"}`,
      "aria-label": t("sendFor", { action: t(name), product: entry.product, destination: entry.destination }),
      onclick: (event) => sendResult(event.currentTarget, entry.trxid, name === "sendSuccess" ? "success" : "failure"),
    }, t(name)),
  });
  if (held && !open) ledger.focus({ preventScroll: true });
}

async function sendResult(button, trxid, outcome) {
  button.setAttribute("aria-busy", "true"); // a disabled button would lose the focus
  try {
    await post("biller/reversal", { trxid, outcome });
  } catch (error) {
    button.textContent = error.message;
  }
  button.removeAttribute("aria-busy");
}
