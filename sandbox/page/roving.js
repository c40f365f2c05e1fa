// One Tab stop for many controls: the arrow keys move among them, and Tab leaves the group.

const TURNS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/**
 * Make the elements that match `selector` in `container` one Tab stop. `keys` maps each arrow key to a number of elements
 * to move by; new elements join by themselves. Until one has had the focus, the stop is at the `start`: `first` or `last`.
 */
export function rove(container, selector, { keys = TURNS, start = "first" } = {}) {
  let current = null;
  const all = () => [...container.querySelectorAll(selector)];

  function settle() {
    const items = all();
    if (!items.includes(current) || !current.dataset.visited) current = start === "first" ? items[0] : items.at(-1);
    for (const item of items) item.tabIndex = item === current ? 0 : -1;
  }

  container.addEventListener("focusin", ({ target }) => {
    const item = target.closest(selector);
    if (!item || !container.contains(item)) return;
    if (current) delete current.dataset.visited;
    current = item;
    current.dataset.visited = "";
    settle();
  });
  container.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !event.target.matches(selector)) return;
    const items = all();
    const place = items.indexOf(event.target);
    const goal = { Home: 0, End: items.length - 1 }[event.key] ?? (event.key in keys ? place + keys[event.key] : null);
    if (goal === null || !items[goal]) return;
    event.preventDefault();
    items[goal].focus();
  });
  new MutationObserver(settle).observe(container, { childList: true, subtree: true });
  settle();
}

/**
 * Make the right arrow move from an item that matches `selector` into its `controls`, the left arrow back through them to
 * the item, and Escape directly to the item.
 */
export function enter(container, selector, controls) {
  container.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const item = event.target.closest(selector);
    if (!item) return;
    const inside = [...item.querySelectorAll(controls)].filter((node) => node.checkVisibility());
    const place = inside.indexOf(event.target);
    if (event.key === "Escape" && place >= 0) item.focus();
    else if (event.key === "ArrowRight") inside[place + 1]?.focus();
    else if (event.key === "ArrowLeft" && place >= 0) (inside[place - 1] ?? item).focus();
    else if (event.key === "ArrowUp" && place >= 0) (item.previousElementSibling ?? item).focus();
    else if (event.key === "ArrowDown" && place >= 0) (item.nextElementSibling ?? item).focus();
    else return;
    event.preventDefault();
  });
}
