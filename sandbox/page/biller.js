// The biller's desk: how it behaves, what it was asked, and the results it still owes.
import { post } from "./api.js";
import { freshNumber } from "./chips.js";
import { el, reconcile, setText } from "./dom.js";
import { exactTime, fullTime, machineTime, rupiah } from "./format.js";

const ANSWERS = {
  pending: "diproses", refused: "ditolak", cut: "jawaban terputus", slow: "menjawab lambat", http_500: "galat 500",
  garbage: "jawaban rusak",
};
const settings = document.getElementById("settings");

/** Listen to the desk's controls; `onNumber(text)` is told which test order was picked. */
export function openDesk({ onNumber }) {
  settings.addEventListener("submit", (event) => event.preventDefault());
  settings.addEventListener("change", (event) => saveSetting(event.target));
  document.getElementById("number-list").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) onNumber(`s5.${freshNumber(button.value)}`);
  });
}

async function saveSetting(field) {
  const note = settings.querySelector(".form-note");
  if (!field.checkValidity() || field.value === "") {
    setText(note, "Isi dengan angka yang masuk akal, ya.");
    return;
  }
  try {
    await post("biller", { [field.name]: field.name === "behaviour" ? field.value : Number(field.value) });
    setText(note, "");
  } catch (error) {
    setText(note, error.message);
  }
}

/** Draw the biller's part of a snapshot. */
export function drawDesk(biller) {
  setText(document.getElementById("balance"), rupiah(biller.balance_idr));
  drawSettings(biller);
  const labels = new Map(biller.behaviours.map(({ name, label }) => [name, label]));
  const entries = [...biller.entries].sort((a, b) => b.posted_at - a.posted_at)
    .map((entry) => ({ ...entry, label: labels.get(entry.behaviour) ?? entry.behaviour }));
  reconcile(document.getElementById("ledger"), entries, { key: (entry) => entry.trxid, create: createEntry, update: drawEntry });
  document.getElementById("ledger-empty").hidden = entries.length > 0;
  drawNumbers(biller.test_numbers);
}

function drawNumbers(numbers) {
  reconcile(document.getElementById("number-list"), numbers, {
    key: ({ ends }) => ends,
    create: ({ ends }) => el("li", {},
      el("button", { type: "button", value: ends, title: `Tulis pesanan ke nomor …${ends}` }, el("b", {}, ends), el("span"))),
    update: (item, { ends, label }) => setText(item.querySelector("span"), ends === "0000" ? `Seperti setelan: ${label}` : label),
  });
}

function drawSettings(biller) {
  const choice = settings.elements.behaviour;
  reconcile(choice, biller.behaviours, {
    key: ({ name }) => name,
    create: ({ name }) => el("option", { value: name }),
    update: (option, { label }) => setText(option, label),
  });
  for (const field of settings.elements) {
    // What a person is setting just now is theirs, not the snapshot's.
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
  setText(find(".entry-price"), entry.charged ? rupiah(entry.price_idr) : "tidak dipotong");
  const when = el("time", { datetime: machineTime(entry.posted_at), title: fullTime(entry.posted_at) }, exactTime(entry.posted_at));
  find(".entry-when").replaceChildren(when, ` · ${entry.label}`);
  find(".marks").replaceChildren(...marks(entry).map(([tone, text, title]) => el("li", { class: `mark-${tone}`, title: title ?? null }, text)));
  drawActions(find(".entry-acts"), entry);
}

function marks(entry) {
  const answer = ANSWERS[entry.answer] ?? (entry.answer || "belum dijawab");
  const tone = { pending: "calm", refused: "bad", slow: "calm" }[entry.answer] ?? (entry.answer ? "warn" : "calm");
  return [
    [tone, answer, entry.reason],
    ...(entry.posts > 1 ? [["bad", `dikirim ${entry.posts}×`, "Pembelian ganda!"]] : []),
    ...(entry.sign_ok ? [] : [["bad", "tanda tangan salah"]]),
    ...entry.reversals.map(reversalMark),
  ];
}

function reversalMark(reversal) {
  const heard = reversal.http_status === 200 ? "" : reversal.http_status === null ? " · tak sampai" : ` · dijawab ${reversal.http_status}`;
  const title = `${fullTime(reversal.at)}${reversal.sn ? `, SN ${reversal.sn}` : ""}`;
  return reversal.status === "0" ? ["good", `SUKSES${heard}`, title] : ["bad", `GAGAL${heard}`, title];
}

function drawActions(node, entry) {
  const open = entry.reversals.length === 0 && entry.answer !== "refused";
  const wanted = open ? [["success", "Kirim SUKSES"], ["failure", "Kirim GAGAL"]] : [];
  reconcile(node, wanted, {
    key: ([outcome]) => outcome,
    create: ([outcome, label]) => el("button", {
      type: "button", class: `act ${outcome}`, "aria-label": `${label} untuk ${entry.product} ${entry.destination}`,
      onclick: (event) => sendResult(event.currentTarget, entry.trxid, outcome),
    }, label),
  });
}

async function sendResult(button, trxid, outcome) {
  button.disabled = true;
  try {
    await post("biller/reversal", { trxid, outcome });
  } catch (error) {
    button.textContent = error.message;
  }
  button.disabled = false;
}
