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

// A page that says no is shown like any other.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 401) sessionStorage.removeItem(TOKEN);
  if (event.detail.xhr.status >= 400 && event.detail.xhr.status < 500) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
  // A session that has ended is no part of a page.
  if (event.detail.xhr.status === 401) event.detail.target = document.body;
  if (event.detail.xhr.status === 503) sayBusy(event.detail);
});

// A desk that is busy says so above the page, which stays; a part that refreshes itself asks again later.
function sayBusy({ target, xhr }) {
  if (target.matches("[data-live]")) {
    Object.assign(known.get(target) || {}, { isStale: true });
    return;
  }
  const main = document.querySelector("main");
  const note = main.querySelector(".busy") || Object.assign(document.createElement("p"), { className: "busy alarm" });
  note.setAttribute("role", "alert");
  note.textContent = xhr.responseText;
  main.prepend(note);
  note.scrollIntoView();
}

// The parts of a page that show what changes: `data-live` names what they show, `data-pace` the seconds between
// two loads of them. One stream of events says what changed. Where there is none, they are loaded now and then.
const CHECK_MS = 1000, WITH_STREAM_S = 60, WITHOUT_STREAM_S = 15;
let stream = null;
let streamAfterMs = 0;
const known = new WeakMap();

function liveParts() {
  const parts = [...document.querySelectorAll("[data-live]")];
  // A part that comes empty takes longer than the others, and is loaded at once.
  for (const part of parts) {
    if (!known.has(part)) known.set(part, { loadedMs: part.childElementCount ? Date.now() : 0, isStale: true });
  }
  return parts;
}

// What a person writes, points at or marks is not taken from them.
function isInUse(part) {
  const fields = [...part.querySelectorAll("input:not([type=hidden]), textarea")];
  const selection = getSelection();
  return part.querySelector("form:focus-within, form:hover") !== null
    || fields.some((field) => field.value !== field.defaultValue)
    || (!selection.isCollapsed && part.contains(selection.anchorNode));
}

function markStale(topics) {
  for (const part of liveParts()) {
    if (!topics || part.dataset.live.split(" ").some((topic) => topics.has(topic))) known.get(part).isStale = true;
  }
  refresh();
}

function refresh() {
  const parts = liveParts();
  listen(parts.length > 0 && !document.hidden);
  if (document.hidden) return;
  const pauseS = stream?.readyState === EventSource.OPEN ? WITH_STREAM_S : WITHOUT_STREAM_S;
  for (const part of parts) {
    const state = known.get(part);
    const dueS = state.isStale ? Number(part.dataset.pace) : Math.max(pauseS, Number(part.dataset.pace));
    if (Date.now() - state.loadedMs < dueS * 1000 || isInUse(part)) continue;
    Object.assign(state, { loadedMs: Date.now(), isStale: false });
    htmx.trigger(part, "desk:refresh");
  }
}

// A page in the background has no stream: browsers open only a few connections. A Mini App has none either, since
// an EventSource cannot send its token.
function listen(isWanted) {
  if (!isWanted || sessionStorage.getItem(TOKEN)) {
    stream?.close();
    stream = null;
  } else if (!stream && Date.now() >= streamAfterMs) {
    stream = new EventSource("/desk/events");
    stream.addEventListener("message", (event) => markStale(new Set(event.data.split(" "))));
    stream.addEventListener("crowded", () => leaveStream(Infinity));
    stream.addEventListener("error", () => {
      if (stream?.readyState === EventSource.CLOSED) leaveStream(Date.now() + WITHOUT_STREAM_S * 1000);
    });
  }
}

function leaveStream(againAfterMs) {
  stream.close();
  stream = null;
  streamAfterMs = againAfterMs;
  markStale();
}

setInterval(refresh, CHECK_MS);
document.addEventListener("DOMContentLoaded", refresh);
document.addEventListener("htmx:historyRestore", () => markStale());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) streamAfterMs = 0;
  markStale();
});

// A part that was loaded again looks as it was left: scrolled, unfolded and focused as before.
const alike = (part, one) => [...part.querySelectorAll(one.tagName)]
  .filter((other) => other.className === one.className && other.getAttribute("href") === one.getAttribute("href"));
document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  if (!target?.matches("[data-live]")) return;
  const focused = target.contains(document.activeElement) ? document.activeElement : null;
  Object.assign(known.get(target) || {}, {
    scrolled: [...target.querySelectorAll(".scroll")].map((one) => one.scrollLeft),
    unfolded: [...target.querySelectorAll("details")].map((one) => one.open),
    focused,
    place: focused ? alike(target, focused).indexOf(focused) : -1,
  });
});
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  const state = known.get(target);
  if (!state?.scrolled) return;
  target.querySelectorAll(".scroll").forEach((one, at) => { one.scrollLeft = state.scrolled[at] || 0; });
  target.querySelectorAll("details").forEach((one, at) => { one.open = state.unfolded[at] || false; });
  const again = state.focused && (alike(target, state.focused)[state.place] || target.querySelector(".scroll"));
  again?.focus({ preventScroll: true });
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

// A line and its axis have the colour of their name in the caption.
function draw(figure) {
  const data = JSON.parse(figure.dataset.plot);
  const canvas = figure.querySelector(".canvas");
  const color = (element) => getComputedStyle(element).color;
  const ink = color(figure.querySelector("figcaption"));
  const colors = [...figure.querySelectorAll("figcaption span")].map(color);
  const named = (_, places) => places.map((at) => data.names[at] ?? "");
  const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" });
  const axis = { stroke: ink, grid: { show: false }, ticks: { show: false } };
  const names = { ...axis, values: named, incrs: [1, 2, 3, 6, 7, 14, 30] };
  const line = (at, scale) => ({ scale, stroke: colors[at], width: 2, spanGaps: true, points: { show: true, size: 7, fill: colors[at] } });
  const bars = { scale: "y", stroke: colors[0], fill: `color-mix(in srgb, ${colors[0]} 35%, transparent)`, points: { show: false }, paths: uPlot.paths.bars({ size: [0.6, 40] }) };
  const values = data.lines || [data.orders, data.success];
  const highest = Math.max(data.lines ? 1 : 5, ...(data.lines || [data.orders]).flat());
  const compact = (_, places) => places.map((place) => short.format(place));
  canvas.replaceChildren();
  new uPlot({
    width: canvas.clientWidth,
    height: 240,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-0.6, data.names.length - 0.4] }, y: { range: [0, highest * 1.1] }, "%": { range: [0, 105] } },
    axes: data.lines
      ? [names, { ...axis, size: 60, values: compact }]
      : [names, { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] }, { ...axis, side: 1, scale: "%" }],
    series: [{}, ...(data.lines ? values.map((_, at) => line(at, "y")) : [bars, line(1, "%")])],
  }, [data.names.map((_, at) => at), ...values], canvas);
}

function drawPlots(isWanted) {
  const figures = [...document.querySelectorAll("[data-plot]")].filter(isWanted);
  if (figures.length) loadPlots().then(() => figures.filter((one) => one.isConnected).forEach(draw));
}
const drawAll = () => drawPlots(() => true);
const drawNew = () => drawPlots((one) => !one.querySelector(".canvas").hasChildNodes());
document.addEventListener("DOMContentLoaded", drawAll);
document.addEventListener("htmx:afterSettle", drawNew);
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
