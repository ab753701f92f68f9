// The title above the conversation. Why JavaScript: it changes with every switch and every new chat, and as a NiceGUI label
// each change would make the browser build the whole page anew, just when the first token is due.
export default {
  template: `<div class="top-title">
    <h1 v-if="title" class="title" dir="auto" data-testid="conversation-title">{{ title }}</h1>
    <div v-if="unsaved" class="unsaved" role="status" data-testid="unsaved">{{ labels.unsaved }}</div>
  </div>`,
  props: { initial: Object, labels: Object },
  data() {
    return { ...this.initial };
  },
  methods: {
    status(status) {
      Object.assign(this, status);
    },
  },
};
