// Calls the sandbox's controls, and fetches the state whenever the feed reports a change.
import { t } from "./words.js";

const REFETCH_MS = 90; // limits a burst of changes to about eleven redraws a second

/** POST JSON to a control; resolves to its JSON response, or rejects with an Error to show to the user. */
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

/** POST a file with the parameters in `where`; resolves and rejects like `post`. */
export const postFile = (file, where) => send(`files?${new URLSearchParams({ ...where, name: file.name })}`, {}, file);

async function fetchState() {
  const response = await fetch("/sandbox/state", { cache: "no-store" });
  if (!response.ok) throw new Error(`state answered ${response.status}`);
  return response.json();
}

/** Follow the sandbox: `onState(snapshot)` after each change, `onLink(isUp)` when the connection is lost or restored. */
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
