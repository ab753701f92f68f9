// What runs. Why JavaScript: it is asked for only while somebody looks at it, and refreshing it must not make the browser
// build the whole page anew.
const LOOK_AGAIN = 5000; // milliseconds

export default {
  template: `<div class="about" data-testid="about">
    <section v-for="group in groups" :key="group.title" class="settings-form about-group">
      <h3>{{ group.title }}</h3>
      <p v-if="group.note" class="setting-help">{{ group.note }}</p>
      <dl><div v-for="[label, value] in group.rows" :key="label"><dt>{{ label }}</dt><dd>{{ value }}</dd></div></dl>
    </section>
    <p v-if="!groups.length" class="settings-note">{{ labels.looking }}</p>
  </div>`,
  props: { labels: Object },
  emits: ["look"],
  data: () => ({ groups: [] }),
  mounted() {
    this.watcher = new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      this.look();
    });
    this.watcher.observe(this.$el);
    this.timer = setInterval(this.look, LOOK_AGAIN);
  },
  beforeUnmount() {
    this.watcher.disconnect();
    clearInterval(this.timer);
  },
  methods: {
    look() {
      if (this.seen && !document.hidden) this.$emit("look");
    },
    show(groups) {
      this.groups = groups;
    },
  },
};
