// What this browser remembers of the page; a browser that keeps nothing forgets it, and that is all.

const PREFIX = "loket.";

/** What was remembered under `name`; null if nothing was. */
export function recall(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Remember `value` under `name`; null forgets it. */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Private windows may keep nothing.
  }
}
