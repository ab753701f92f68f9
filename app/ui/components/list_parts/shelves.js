// What stands on the shelves of the list, as data: put in order, kept in order, and divided by days as the reader's
// clock and language have them.

const DAYS_OF_THEIR_OWN = 7;

export const emptyShelf = () => ({ items: [], more: false, asked: false, known: false });

const byTime = (a, b) => b.at - a.at || (a.id < b.id ? 1 : -1);

// Take a page that came for a shelf: instead of all, or after what is there. What is in it stands nowhere else.
export function take(shelves, name, items, more, fresh) {
  const shelf = (shelves[name] ||= emptyShelf());
  const came = new Set(items.map((item) => item.id));
  for (const other of Object.values(shelves)) {
    if (other !== shelf && other.items.some((item) => came.has(item.id))) other.items = other.items.filter((item) => !came.has(item.id));
  }
  const known = new Set(fresh ? [] : shelf.items.map((item) => item.id));
  const added = items.filter((item) => !known.has(item.id));
  shelf.items = fresh ? added : [...shelf.items, ...added].sort(byTime);
  Object.assign(shelf, { more, asked: false, known: true });
}

// Put conversations that changed onto the shelf where they stand now. One that lies further down than has been loaded
// stays out: it comes with its page.
export function reshelve(shelves, changed) {
  const news = new Map(changed.map((item) => [item.id, item]));
  for (const [name, shelf] of Object.entries(shelves)) {
    const stayed = new Set(shelf.items.filter((item) => news.has(item.id)).map((item) => item.id));
    const end = shelf.items.at(-1);
    const added = changed.filter(
      (item) => item.shelf === name && shelf.known && (stayed.has(item.id) || !shelf.more || (end && byTime(item, end) < 0)),
    );
    if (!stayed.size && !added.length) continue;
    shelf.items = [...shelf.items.filter((item) => !news.has(item.id)), ...added].sort(byTime);
  }
}

export function startOfDay(offset = 0) {
  const date = new Date();
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + offset).getTime();
}

// Divide items, the latest first, by days and months: [{ key, title, items }].
export function byDays(items, labels) {
  const limits = [startOfDay(), startOfDay(-1), startOfDay(-DAYS_OF_THEIR_OWN)];
  const near = [labels.today, labels.yesterday, labels.week];
  const groups = [];
  for (const item of items) {
    const index = limits.findIndex((limit) => item.at >= limit);
    const title = index >= 0 ? near[index] : month(item.at, labels.language);
    if (groups.at(-1)?.title !== title) groups.push({ key: title, title, items: [] });
    groups.at(-1).items.push(item);
  }
  return groups;
}

function month(at, language) {
  const date = new Date(at);
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  const text = date.toLocaleDateString(language, { month: "long", ...(isThisYear ? {} : { year: "numeric" }) });
  return text[0].toLocaleUpperCase(language) + text.slice(1);
}
