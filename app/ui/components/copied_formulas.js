// What is copied of a formula: its LaTeX with the delimiters it came in. On the page it is MathML, of which a browser would
// copy one sign a line. The source stands in data-tex (rendering/mathml.py).

// Put what is selected onto the clipboard, if there are formulas in it.
export function copySources(event) {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return;
  const copied = whole(selection.getRangeAt(0)).cloneContents();
  const formulas = copied.querySelectorAll("math[data-tex]");
  if (!formulas.length) return;
  for (const formula of formulas) formula.replaceWith(formula.dataset.tex);
  event.clipboardData.setData("text/plain", textOf(copied));
  event.preventDefault();
}

// The range, with all of the formulas that it begins and ends in.
function whole(range) {
  const { startContainer, endContainer } = range;
  const all = range.cloneRange();
  const first = formulaAround(startContainer);
  const last = formulaAround(endContainer);
  if (first) all.setStartBefore(first);
  if (last) all.setEndAfter(last);
  return all;
}

function formulaAround(node) {
  return (node instanceof Element ? node : node.parentElement)?.closest("math[data-tex]");
}

// The text as a browser gives it: with line ends where blocks end, without what cannot be selected.
function textOf(content) {
  const place = document.createElement("div");
  place.className = "message-body copied";
  place.ariaHidden = "true";
  place.append(content);
  for (const head of place.querySelectorAll(".code-head")) head.remove();
  document.body.append(place);
  const text = place.innerText;
  place.remove();
  return text;
}
