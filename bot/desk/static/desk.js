"use strict";
// In a Mini App there are no cookies: the token is sent with every request of htmx.
const TOKEN = "desk-token";

document.addEventListener("htmx:configRequest", (event) => {
  const token = sessionStorage.getItem(TOKEN);
  if (token) event.detail.headers.Authorization = `Bearer ${token}`;
});

// Back asks for the page anew, since no page is kept in the browser.
document.addEventListener("htmx:historyCacheMiss", (event) => {
  const token = sessionStorage.getItem(TOKEN);
  if (token) event.detail.xhr.setRequestHeader("Authorization", `Bearer ${token}`);
});

// A page in the background asks for no news.
document.addEventListener("htmx:beforeRequest", (event) => {
  const repeats = (event.detail.elt.getAttribute("hx-trigger") || "").startsWith("every");
  if (document.hidden && repeats) event.preventDefault();
});

// A page that says no is shown like any other.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 401) sessionStorage.removeItem(TOKEN);
  if (event.detail.xhr.status >= 400 && event.detail.xhr.status < 500) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// uPlot is loaded by the first page that draws: htmx changes the body, and never loads what a head names.
let plotting = null;
function loadPlots() {
  plotting ||= new Promise((loaded) => {
    const style = document.createElement("link");
    Object.assign(style, { rel: "stylesheet", href: "/desk/static/uplot-1.6.32.min.css" });
    const script = document.createElement("script");
    Object.assign(script, { src: "/desk/static/uplot-1.6.32.min.js", onload: loaded });
    document.head.append(style, script);
  });
  return plotting;
}

function draw(figure) {
  const data = JSON.parse(figure.dataset.plot);
  const canvas = figure.querySelector(".canvas");
  const color = (part) => getComputedStyle(figure.querySelector(part)).color;
  const [ink, orders, success] = [color("figcaption"), color(".orders"), color(".success")];
  const named = (_, places) => places.map((at) => data.names[at] ?? "");
  const axis = { stroke: ink, grid: { show: false }, ticks: { show: false } };
  canvas.replaceChildren();
  new uPlot({
    width: canvas.clientWidth,
    height: 240,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-0.6, data.names.length - 0.4] }, y: { range: [0, Math.max(5, ...data.orders) * 1.1] }, "%": { range: [0, 105] } },
    axes: [{ ...axis, values: named, incrs: [1, 2, 3, 6, 7, 14, 30] }, { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] }, { ...axis, side: 1, scale: "%" }],
    series: [
      {},
      { label: figure.dataset.orders, scale: "y", stroke: orders, fill: `color-mix(in srgb, ${orders} 35%, transparent)`, points: { show: false }, paths: uPlot.paths.bars({ size: [0.6, 40] }) },
      { label: figure.dataset.success, scale: "%", stroke: success, width: 2, spanGaps: true, points: { show: true, size: 7, fill: success } },
    ],
  }, [data.names.map((_, at) => at), data.orders, data.success], canvas);
}

function drawAll() {
  const figures = [...document.querySelectorAll("[data-plot]")];
  if (figures.length) loadPlots().then(() => figures.filter((one) => one.isConnected).forEach(draw));
}
document.addEventListener("DOMContentLoaded", drawAll);
document.addEventListener("htmx:afterSettle", drawAll);
document.addEventListener("htmx:historyRestore", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
let resizing = 0;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(drawAll, 150);
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
