// Formats numbers in the page's language, and times in the shop's zone.
import { language } from "./words.js";

const ZONE = "Asia/Jakarta";
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const exactClock = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const size = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

/** `14:03` of a time in ms. */
export const shortTime = (ms) => clock.format(ms);

/** `14:03:25` of a time in ms. */
export const exactTime = (ms) => exactClock.format(ms);

/** `14:03:25 WIB` of a time in ms. */
export const fullTime = (ms) => `${exactClock.format(ms)} WIB`;

/** `Rp1.356.424` of whole rupiah; an empty string for none. */
export const rupiah = (amount) => (Number.isFinite(amount) ? `${amount < 0 ? "-" : ""}Rp${whole.format(Math.abs(amount))}` : "");

/** `1,4 kB` of a number of bytes. */
export function fileSize(bytes) {
  const [unit, name] = bytes < 1e3 ? [1, "byte"] : bytes < 1e6 ? [1e3, "kB"] : [1e6, "MB"];
  return `${size.format(bytes / unit)} ${name}`;
}

/** The time for a `datetime` attribute. */
export const machineTime = (ms) => new Date(ms).toISOString();
