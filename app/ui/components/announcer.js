// The live region. Why JavaScript: what it says happens in the browser, and a line that is said must not cost an update
// of the page. Lines are added and taken away again, so that the same one can be said twice.
const SAID_AFTER = 10_000; // ms until a line is taken away; screen readers have read it by then

export default {
  template: `<div class="sr-only" role="status" aria-live="polite" aria-atomic="false" data-testid="announcer"></div>`,
  mounted() {
    this.onSay = (event) => this.say(event.detail);
    document.addEventListener("guilherme:say", this.onSay);
  },
  beforeUnmount() {
    document.removeEventListener("guilherme:say", this.onSay);
  },
  methods: {
    say(text) {
      const line = Object.assign(document.createElement("p"), { textContent: text });
      this.$el.append(line);
      setTimeout(() => line.remove(), SAID_AFTER);
    },
  },
};
