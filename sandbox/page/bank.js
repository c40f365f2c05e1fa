// The open tickets of the resellers, each with a button that lets its money arrive.
import { post } from "./api.js";
import { el, reconcile, setText } from "./dom.js";
import { rupiah } from "./format.js";
import { t } from "./words.js";

const tickets = document.getElementById("tickets");
const note = document.getElementById("tickets-note");

/** Draw the open tickets of a snapshot. */
export function drawTickets({ tickets: open, users }) {
  const names = new Map(users.map((user) => [user.id, user.name]));
  reconcile(tickets, open, {
    key: (ticket) => ticket.ticket_id,
    create: (ticket) => createTicket(ticket, names.get(ticket.user_id) ?? ticket.user_id),
    update: () => {},
  });
  document.getElementById("tickets-empty").hidden = open.length > 0;
}

function createTicket({ ticket_id: ticketId, exact_idr: exactIdr }, name) {
  const amount = rupiah(exactIdr);
  return el("li", {},
    el("span", {}, `#${ticketId} ${name} · ${amount}`),
    el("button", {
      type: "button", class: "act success", "aria-label": t("moneyArrivesFor", { name, amount }),
      onclick: (event) => letArrive(event.currentTarget, exactIdr),
    }, t("moneyArrives")));
}

async function letArrive(button, amountIdr) {
  button.setAttribute("aria-busy", "true"); // a disabled button would lose the focus
  try {
    await post("bank/arrival", { amount_idr: amountIdr });
    setText(note, "");
  } catch (error) {
    setText(note, error.message);
  }
  button.removeAttribute("aria-busy");
}
