// Reads files that were dropped or pasted as text. Why JavaScript: they need not go to the server, where the text comes
// with the message. What is not UTF-8 is read all the same, and named, since its letters are then a guess.

const TEXT_FILE = /\.(vtt|srt|sbv|txt|md|csv|tsv|json|log|xml|html?|ya?ml|toml|ini|py|js|ts|css|sql|sh|c|h|cpp|java|go|rs|rb|php)$/i;
const BYTES_A_CHARACTER = 4; // at most, in UTF-8
const SAMPLE = 4096; // bytes in which NUL tells UTF-16 and files of no text apart

// Give what could be read (`texts`), what not and why (`unreadable`), and the names of those whose encoding was guessed.
export async function readTexts(files, longest) {
  const texts = [];
  const unreadable = [];
  const guessed = [];
  for (const { name, type, size, ...file } of await Promise.all(files.map((file) => looked(file, longest)))) {
    if (file.reason) unreadable.push({ name, reason: file.reason });
    else texts.push({ name, text: file.text });
    if (file.isGuess) guessed.push(name);
  }
  return { texts, unreadable, guessed };
}

async function looked(file, longest) {
  const { name, type, size } = file;
  if (type.startsWith("image/")) return { name, reason: "noImage" };
  if (!TEXT_FILE.test(name) && !type.startsWith("text/")) return { name, reason: "noText" };
  if (!size) return { name, reason: "emptyFile" };
  if (size > BYTES_A_CHARACTER * longest) return { name, reason: "tooLargeFile" };
  try {
    return { name, ...decoded(new Uint8Array(await file.arrayBuffer())) };
  } catch {
    return { name, reason: "unreadable" }; // a folder, or a file that is gone
  }
}

// Windows-1252 is what old programs of Western Europe and the Americas write; it has a letter for nearly every byte.
function decoded(bytes) {
  for (const encoding of encodings(bytes)) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      return text.includes("\0") ? { reason: "noText" } : { text };
    } catch {
      continue;
    }
  }
  if (bytes.subarray(0, SAMPLE).includes(0)) return { reason: "noText" };
  return { text: new TextDecoder("windows-1252").decode(bytes), isGuess: true };
}

// UTF-16 has a mark in front, or NUL in every second byte where letters are Latin.
function encodings(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return ["utf-16le"];
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return ["utf-16be"];
  const sample = bytes.subarray(0, SAMPLE);
  const zeros = [0, 0];
  sample.forEach((byte, at) => (zeros[at % 2] += byte === 0));
  if (zeros[1] > sample.length / 4 && !zeros[0]) return ["utf-16le"];
  if (zeros[0] > sample.length / 4 && !zeros[1]) return ["utf-16be"];
  return zeros[0] + zeros[1] ? [] : ["utf-8"];
}
