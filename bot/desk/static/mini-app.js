"use strict";
// Loaded by the page of the Mini App alone, and there while htmx changes the body.
const launch = new URLSearchParams(location.hash.slice(1));
const DOWNLOADS_SINCE = 8; // the version of Telegram's Mini Apps that saves files

// Source: https://core.telegram.org/api/web-events
function tellTelegram(eventType, eventData) {
  if (window.TelegramWebviewProxy) {
    TelegramWebviewProxy.postEvent(eventType, JSON.stringify(eventData));
  } else if (window.parent !== window) {
    window.parent.postMessage(JSON.stringify({ eventType, eventData }), "https://web.telegram.org");
  } else {
    return false;
  }
  return true;
}

function save({ address, name }) {
  const url = new URL(address, location.href).href;
  const saves = parseFloat(launch.get("tgWebAppVersion")) >= DOWNLOADS_SINCE;
  const [event, data] = saves
    ? ["web_app_request_file_download", { url, file_name: name }]
    : ["web_app_open_link", { url }];
  if (!tellTelegram(event, data)) location.assign(url);
}

async function send(path, body) {
  const Authorization = `Bearer ${sessionStorage.getItem("desk-token")}`;
  return fetch(path, { method: "POST", body, headers: { Authorization } });
}

// A link sends no header: an address that works once takes its place.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[download]");
  if (!link) return;
  event.preventDefault();
  const form_token = document.querySelector("[name=form_token]").value;
  const answer = await send("/desk/ticket", new URLSearchParams({ form_token, address: link.pathname + link.search }));
  if (answer.ok) save(await answer.json());
  else htmx.ajax("GET", "/desk", { target: "body", swap: "innerHTML" });
});

// The file that answers a form is in no address: this page hands it over, where the app saves such files.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.getAttribute("hx-boost") !== "false") return;
  event.preventDefault();
  const answer = await send(form.action, new FormData(form));
  const content = await answer.blob();
  if (answer.headers.has("Content-Disposition")) {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(content), target: "_self" });
    link.setAttribute("download", "selisih-biller.csv");
    link.addEventListener("click", (click) => click.stopPropagation());
    document.body.append(link);
    link.click();
    link.remove();
  } else {
    htmx.swap("body", await content.text(), { swapStyle: "innerHTML" });
  }
});
