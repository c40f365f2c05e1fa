// Short English glosses for the bot's Indonesian messages, by their titles, and for its buttons.
import { language } from "./words.js";

// The first match is used. A message without a match has no gloss, which is better than a wrong one.
const TITLES = [
  [/^✅ SUKSES: berapa SN/, "Success: what is its serial number (SN)? Reply with it."],
  [/^✅ SUKSES/, "Success; the SN is the proof."],
  [/^❌ GAGAL/, "Failed: nothing was bought."],
  [/^⏳ DIPROSES/, "In progress: the result comes here."],
  [/^⏳ MASIH DIPROSES/, "Still in progress: do not send it again."],
  [/^⏳ ANTRE/, "Queued while the biller is in trouble: nothing is bought yet, do not send it again."],
  [/^❔ BELUM PASTI/, "Not certain yet: do not send it again, an admin looks into it."],
  [/^⌛ TIDAK DIPROSES/, "Not processed: nothing was bought."],
  [/^⚠️ HASIL BERUBAH/, "The result has changed: do not send it again, an admin looks into it."],
  [/^↩️/, "Ordered before today: not bought again."],
  [/^🤔/, "A question about the order: nothing is bought yet."],
  [/^🚫/, "Closed at the moment: nothing is bought."],
  [/^📋 [0-9]+ baris/, "One table for all lines of a message, updated as the orders change."],
  [/^📋 Pratinjau/, "What a price list would change; a tap applies it."],
  [/^📋 (Daftar harga|Harga)/, "Prices."],
  [/^✅ Katalog diperbarui/, "The price list is live."],
  [/^📬/, "Several notices in one message."],
  [/^🙋/, "A person asks to be a reseller."],
  [/^🎉/, "Registered as a reseller."],
  [/^👋/, "Welcome."],
  [/^🛒 Cara pesan/, "How to order."],
  [/^🛒/, "Buy this? A tap buys it."],
  [/^🧾 Riwayat/, "The last orders."],
  [/^🧾 (?!Belum)/, "A receipt."],
  [/^🔎/, "The orders to this number."],
  [/^📊/, "Sales."],
  [/^💰/, "The operator's balance at the biller."],
  [/^❔ Perlu keputusan/, "An order that an admin must decide."],
  [/^Tetapkan/, "Really? The second tap decides."],
  [/^☑️ Selesai oleh laporan biller/, "Settled by the biller's own report; nothing is left to decide."],
  [/^☑️ Ditetapkan/, "Decided by an admin."],
  [/^☑️/, "Done."],
  [/^👍/, "No order needs a decision."],
  [/^⚠️ Produk gangguan/, "The biller refuses this product: close it for now?"],
  [/^🚨 Pesanan ditahan/, "The biller is in trouble: orders are held back."],
  [/^✅ Biller menjawab lagi/, "The biller answers again."],
];
const KEYS = [
  [/Salin/, "Copy"], [/Struk/, "Receipt"], [/Komplain/, "Complain"], [/Ulangi/, "Order it again"], [/Setujui/, "Approve"],
  [/Tolak/, "Reject"], [/Terapkan/, "Apply"], [/Batal/, "Cancel"], [/Tutup/, "Close this product"], [/^Ya,/, "Yes"],
  [/SUKSES/, "Decide: success"], [/GAGAL/, "Decide: failed"], [/🛒/, "Buy this"],
];

/** The English gloss of a message; null on the Indonesian page and for an unknown message. */
export const titleGloss = (text) => found(TITLES, text.split("\n", 1)[0]);

/** The English gloss of a button; null on the Indonesian page and for an unknown button. */
export const keyGloss = (label) => found(KEYS, label);

function found(glosses, text) {
  if (language !== "en") return null;
  return glosses.find(([shape]) => shape.test(text))?.[1] ?? null;
}
