// Sections that fold in a text: what a reader has opened stays open, and keeps the focus, while the text grows. Why
// JavaScript: only the browser knows what is open, and a block that changes is drawn anew.

// Call before a block is drawn anew, and what it gives afterwards.
export function keepFolds(block) {
  const before = [...block.querySelectorAll("details")];
  if (!before.length) return () => {};
  const opened = before.map((section) => section.open);
  const focused = before.findIndex((section) => section.firstElementChild === document.activeElement);
  return () => {
    const after = [...block.querySelectorAll("details")];
    opened.forEach((open, index) => after[index] && (after[index].open = open));
    after[focused]?.firstElementChild?.focus({ preventScroll: true });
  };
}
