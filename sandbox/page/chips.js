// Typical messages, one tap away; order numbers are fresh each time, their last four digits as asked for.

const middle = () => String(Math.floor(Math.random() * 10_000)).padStart(4, "0");

/** A fresh phone number of which the biller does what `ending` says. */
export const freshNumber = (ending) => `0812${middle()}${ending}`;

const spaced = (ending) => `+62 812-${middle()}-${ending}`;

const BY_ROLE = {
  reseller: [
    () => `s5.${freshNumber("1111")}`,
    () => `S10 ${spaced("2222")}`,
    () => `s5.${freshNumber("9999")}`,
    () => `pln20.141${middle()}1111`,
    () => "bantuan",
  ],
  admin: [() => "/saldo", () => "/tertunda", () => "/reseller", () => "bantuan"],
  stranger: [() => "/start", () => "/daftar", () => `s5.${freshNumber("1111")}`],
};

/** The makers of a chat's chips; each call gives the text to send, order numbers fresh each time. */
export const chipsFor = (role) => BY_ROLE[role] ?? BY_ROLE.reseller;
