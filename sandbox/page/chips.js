// Chips with typical messages; destinations are random, except for the last four digits, which choose the behaviour.
import { t } from "./words.js";

const middle = () => String(Math.floor(Math.random() * 10_000)).padStart(4, "0");

/** A random phone number with this `ending`, the biller's test number. */
export const freshNumber = (ending) => `0812${middle()}${ending}`;

const spaced = (ending) => `+62 812-${middle()}-${ending}`;
const several = () => [`s5.${freshNumber("1111")}`, `s10.${freshNumber("2222")}`, `pln20.141${middle()}1111`].join("\n");

// `make` returns the text that a chip sends, null to hide it; `gloss` and `short` are keys; `short` replaces a long text.
const ORDER = { make: () => `s5.${freshNumber("1111")}`, gloss: "chip.success" };
const BY_ROLE = {
  reseller: [
    ORDER,
    { make: () => "harga", gloss: "chip.prices" },
    { make: several, gloss: "chip.list", short: "chip.list" },
    { make: ({ lastDestination }) => (lastDestination ? `cek.${lastDestination}` : null), gloss: "chip.lookup" },
    { make: () => "riwayat", gloss: "chip.history" },
    { make: () => "saldo", gloss: "chip.account" },
    { make: () => "mutasi", gloss: "chip.statement" },
    { make: () => "tiket 100000", gloss: "chip.ticket" },
    { make: () => `S10 ${spaced("2222")}`, gloss: "chip.failure" },
    { make: () => `s5.${freshNumber("9999")}`, gloss: "chip.cut" },
    { make: () => `pln20.141${middle()}1111`, gloss: "chip.token" },
    { make: () => "bantuan", gloss: "chip.help" },
  ],
  admin: [
    { make: () => "/tertunda", gloss: "chip.open" },
    { make: () => "/saldo", gloss: "chip.balance" },
    { make: () => "/reseller", gloss: "chip.people" },
    { make: () => "/katalog", gloss: "chip.catalogue" },
    { make: () => "lap", gloss: "chip.sales" },
    { make: () => "bantuan", gloss: "chip.help" },
  ],
  stranger: [
    { make: () => "/daftar", gloss: "chip.join" },
    { make: () => "/start", gloss: "chip.start" },
    { make: ORDER.make, gloss: "chip.stranger" },
  ],
};

/** The chips of a user with this role; each has make(chat), which returns the text, a gloss, and a short label or null. */
export const chipsFor = (role) =>
  (BY_ROLE[role] ?? BY_ROLE.stranger).map((chip) => ({ ...chip, gloss: t(chip.gloss), short: chip.short ? t(chip.short) : null }));
