// The frame of the settings. Why JavaScript: Escape, the browser's way back and the jump to a section belong to the
// browser, and must work without a line to the server.
export default {
  template: `<main class="settings" data-testid="settings-page" :aria-label="labels.settings">
    <header class="settings-bar">
      <button type="button" class="icon-button" data-testid="settings-close" :title="labels.back" :aria-label="labels.back"
        v-html="icons.left" @click="leave"></button>
      <h1 ref="title" tabindex="-1">{{ labels.settings }}</h1>
    </header>
    <div class="settings-body">
      <nav class="settings-index" :aria-label="labels.sections">
        <a v-for="(title, key) in sections" :key="key" :href="'#' + key" :aria-current="key === current || null"
          @click.prevent="jump(key)">{{ title }}</a>
      </nav>
      <div class="settings-sections"><slot></slot></div>
    </div>
  </main>`,
  props: { labels: Object, icons: Object, sections: Object },
  emits: ["close"],
  data: () => ({ current: "" }),
  mounted() {
    const path = (window.path_prefix || "") + "/settings";
    // `within` tells that the page before in the browser's history is one of ours: the way back leads there.
    if (location.pathname !== path) history.pushState({ page: "/settings", within: true }, "", path);
    document.addEventListener("keydown", this.onKey);
    this.current = Object.keys(this.sections)[0];
    this.$el.addEventListener("scroll", this.onScroll, { passive: true });
    this.$nextTick(() => {
      this.$refs.title.focus({ preventScroll: true });
      if (location.hash) this.jump(location.hash.slice(1));
    });
  },
  beforeUnmount() {
    document.removeEventListener("keydown", this.onKey);
  },
  unmounted() {
    // Where one types next, once it can be seen again; a finger would call up its keyboard.
    if (matchMedia("(pointer: coarse)").matches) return;
    requestAnimationFrame(() => document.querySelector("[data-testid=composer]")?.focus({ preventScroll: true }));
  },
  methods: {
    leave() {
      if (history.state?.within) history.back();
      else this.$emit("close");
    },
    onKey(event) {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector(".shell.drawer, dialog[open]")) return;
      if (document.activeElement?.closest(".sidebar")) return; // the list has an Escape of its own
      event.preventDefault();
      this.leave();
    },
    section(key) {
      return [...this.$el.querySelectorAll("[data-section]")].find((each) => each.dataset.section === key);
    },
    jump(key) {
      const section = this.section(key);
      if (!section) return;
      history.replaceState(history.state, "", "#" + key);
      section.scrollIntoView({ block: "start" });
      section.querySelector("h2")?.focus({ preventScroll: true });
      this.current = key;
    },
    onScroll() {
      const end = this.$el.scrollTop + this.$el.clientHeight >= this.$el.scrollHeight - 2;
      const keys = Object.keys(this.sections).filter((key) => this.section(key));
      const top = this.$el.getBoundingClientRect().top + this.$el.clientHeight / 3;
      const passed = keys.filter((key) => this.section(key).getBoundingClientRect().top <= top);
      if (!end || !keys.includes(this.current)) this.current = passed[passed.length - 1] || keys[0];
    },
  },
};
