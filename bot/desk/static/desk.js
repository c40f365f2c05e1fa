"use strict";
// In a Mini App there are no cookies: the token is sent with every request of htmx.
const TOKEN = "desk-token";

document.addEventListener("htmx:configRequest", (event) => {
  const token = sessionStorage.getItem(TOKEN);
  if (token) event.detail.headers.Authorization = `Bearer ${token}`;
});

// A page in the background asks for no news.
document.addEventListener("htmx:beforeRequest", (event) => {
  const repeats = (event.detail.elt.getAttribute("hx-trigger") || "").startsWith("every");
  if (document.hidden && repeats) event.preventDefault();
});

// A page that says no is shown like any other.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400 && event.detail.xhr.status < 500) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

async function signInMiniApp(status) {
  const values = new URLSearchParams(location.hash.slice(1));
  const body = new URLSearchParams({ init_data: values.get("tgWebAppData") || "" });
  const answer = await fetch("/desk/app", { method: "POST", body });
  if (!answer.ok) {
    status.textContent = status.dataset.refused;
    return;
  }
  const { token } = await answer.json();
  sessionStorage.setItem(TOKEN, token);
  htmx.ajax("GET", "/desk", { target: "body", swap: "innerHTML" });
}

document.addEventListener("DOMContentLoaded", () => {
  const status = document.getElementById("mini-app");
  if (status) signInMiniApp(status);
});
