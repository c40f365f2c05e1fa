// Values of the page in the browser's local storage; without storage they are simply lost.

const PREFIX = "loket.";

/** The value stored under `name`; null if there is none. */
export function recall(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Store `value` under `name`; null deletes it. */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Private windows may have no storage.
  }
}
