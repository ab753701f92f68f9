// Which way each piece of a message runs. The browser looks at its first letter, but passes over what has a direction of
// its own: so a paragraph within an item or a quote has none (the style sheet lets it run its own way all the same), and
// code and formulas, which always run to the right, do not decide for the text around them.

const PIECES = "h1, h2, h3, h4, h5, h6, li, blockquote, th, td, summary, p:not(li > p, blockquote > p)";
const TO_THE_RIGHT = ".code, code, math";

export function direct(node) {
  for (const piece of node.querySelectorAll(PIECES)) piece.dir = "auto";
  for (const piece of node.querySelectorAll(TO_THE_RIGHT)) piece.setAttribute("dir", "ltr");
}
