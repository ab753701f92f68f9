// Footnotes of a text: what their links are called, and the way from a reference to its note and back. Why JavaScript:
// links to an id would need ids that no other message has, and would change the address of the page.

const LINKS = 'a[href^="#note"]';
const cameFrom = new WeakMap(); // the reference from which a note was reached, by the note

export function describeNotes(node, labels) {
  for (const link of node.querySelectorAll(LINKS)) {
    const isBack = link.hash.startsWith("#noteref-");
    link.removeAttribute("target");
    link.removeAttribute("rel");
    link.setAttribute("role", isBack ? "doc-backlink" : "doc-noteref");
    if (isBack) link.title = labels.toText;
    if (isBack) link.setAttribute("aria-label", labels.toText);
  }
  for (const list of node.querySelectorAll("ol.notes")) list.setAttribute("aria-label", labels.notes);
}

// Go where a link to a note, or back, leads within its text; says whether the click was on one.
export function followNote(event) {
  const link = event.target.closest(LINKS);
  if (!link) return false;
  event.preventDefault();
  const text = link.closest(".message-body, .step-text");
  const [kind, number] = link.hash.split("-");
  const note = text.querySelector(`li[data-note="${number}"]`);
  if (kind === "#note") {
    if (note) cameFrom.set(note, link);
    show(note);
  } else {
    const from = cameFrom.get(note);
    show(from?.isConnected ? from : text.querySelector(`a[href="#note-${number}"]`));
  }
  return true;
}

function show(target) {
  if (!target) return;
  for (let section = target.closest("details"); section; section = section.parentElement.closest("details"))
    section.open = true;
  if (target.localName === "li") target.tabIndex = -1;
  target.scrollIntoView({ block: "nearest" });
  target.focus({ preventScroll: true });
}
