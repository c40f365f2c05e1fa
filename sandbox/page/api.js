// The sandbox's controls, and the feed that says when to look again.
import { t } from "./words.js";

const REFETCH_MS = 90; // a burst of changes is drawn about eleven times a second, no more

/** POST JSON to a control; its JSON answer, or an Error with words for a person. */
export const post = (path, body) => send(path, { "content-type": "application/json" }, JSON.stringify(body));

async function send(path, headers, body) {
  let response;
  try {
    response = await fetch(`/sandbox/${path}`, { method: "POST", headers, body });
  } catch {
    throw new Error(t("sandboxSilent"));
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(t("sandboxRefused", { why: answer.error ?? response.status }));
  return answer;
}

/** POST a file to the controls, with the rest in `where`; its JSON answer, or an Error with words for a person. */
export const postFile = (file, where) => send(`files?${new URLSearchParams({ ...where, name: file.name })}`, {}, file);

async function fetchState() {
  const response = await fetch("/sandbox/state", { cache: "no-store" });
  if (!response.ok) throw new Error(`state answered ${response.status}`);
  return response.json();
}

/** Follow the sandbox: `onState(snapshot)` at each change, `onLink(true|false)` as the feed comes and goes. */
export function follow({ onState, onLink }) {
  let wanted = false;
  let busy = false;

  async function refresh() {
    wanted = true;
    if (busy) return;
    busy = true;
    while (wanted) {
      wanted = false;
      try {
        onState(await fetchState());
        onLink(true);
      } catch (error) {
        console.error(error);
        onLink(false);
      }
      await new Promise((resolve) => setTimeout(resolve, REFETCH_MS));
    }
    busy = false;
  }

  const feed = new EventSource("/sandbox/events");
  feed.addEventListener("message", refresh);
  feed.addEventListener("error", () => onLink(false));
  refresh();
}
