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
  [/^🤔 Tulis siapa/, "Whom, and how much? The examples show how to write it."],
  [/^🤔 Mau lihat/, "A statement of the balance, or a sales report?"],
  [/^🎫 TIKET DEPOSIT/, "What to pay, where and until when: the exact amount tells whose money it is."],
  [/^🎫 Tiket deposit/, "A deposit is announced: a tap credits it once the money is there."],
  [/^🎫 Tiket #.*dibatalkan/, "The ticket is cancelled."],
  [/^🎫 Tiket #.*belum menemukan/, "The admin has not found the money yet."],
  [/^🎫 Mau isi/, "How much is to be paid in?"],
  [/^⌛ Tiket/, "The ticket was not paid in time."],
  [/^✅ DEPOSIT MASUK/, "The money is credited."],
  [/^📎 Bukti/, "The picture of a transfer: evidence, never a credit."],
  [/^📎/, "A picture for the admins."],
  [/^🏦/, "Where deposits are paid to."],
  [/^💰 Uang masuk/, "Money arrived that fits no ticket."],
  [/^❓ Kreditkan/, "Credit it? A tap does it."],
  [/^❓ .*bukan deposit/, "Is it no deposit? A tap takes it out of the books."],
  [/^🤔 (Deposit|Semua nominal|Sudah 20|Jumlahnya|Tidak ada rekening|Bukan jumlah)/, "No ticket: the message says what to type."],
  [/^🤔/, "A question about the order: nothing is bought yet."],
  [/^🚫 BATAS BELANJA/, "More than may be spent in a day: nothing is bought."],
  [/^🚫 BELUM ADA HARGANYA/, "The product has no price yet: nothing is bought."],
  [/^🚫 Saldo/, "More than can be taken from the balance."],
  [/^💳/, "The balance is too small: nothing is bought."],
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
  [/^💰 Saldo biller/, "The operator's balance at the biller."],
  [/^💰 Saldo Anda/, "An admin changed the balance."],
  [/^(💰|👤)/, "The reseller's balance."],
  [/^📒/, "What moved the balance."],
  [/^❓ (Tambah|Kurangi)/, "Change the balance? A tap does it."],
  [/^❓ (Limit|Batas)/, "Raise the limit? A tap does it."],
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
  [/Uang masuk/, "The money is there"], [/Belum ada/, "No money yet"], [/ukan deposit/, "It is no deposit"], [/kreditkan/, "Yes, credit it"],
  [/Ganti jadi/, "Replace the ticket"], [/Tolak/, "Reject"], [/Terapkan/, "Apply"], [/Batal/, "Cancel"], [/Tutup/, "Close this product"], [/^Ya,/, "Yes"],
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
