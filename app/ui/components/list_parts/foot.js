// Below the list: which part of it is shown, or, while conversations are selected, what can be done with them. And the
// question before something that cannot be undone.

export default {
  template: `<div class="list-foot">
    <div v-if="selecting" class="selection-bar" role="toolbar" :aria-label="labels.selection" data-testid="selection-bar">
      <span class="count" role="status">{{ counted }}</span>
      <button v-for="each in actions" :key="each.name" type="button" class="icon-button" :class="{ danger: each.danger }" :disabled="!picked.length"
        :title="each.label" :aria-label="each.label" :data-action="each.name" v-html="icons[each.icon]"
        @click.stop="$emit(each.panel ? 'panel' : 'act', each.name, $event.currentTarget)"></button>
      <button type="button" class="icon-button" :title="labels.close" :aria-label="labels.close" v-html="icons.close" @click="$emit('leave')"></button>
    </div>
    <div v-else class="list-views" role="group" :aria-label="labels.conversations">
      <button v-for="each in views" :key="each.name" type="button" class="icon-button" :data-testid="'view-' + each.name" :title="each.label"
        :aria-label="each.label" :aria-pressed="String(view === each.name)" v-html="icons[each.icon]" @click="$emit('view', each.name)"></button>
      <button v-if="view === 'list'" type="button" class="icon-button new-folder" data-testid="new-folder" :title="labels.newFolder" :aria-label="labels.newFolder"
        v-html="icons['folder-new']" @click="$emit('folder')"></button>
    </div>
    <dialog ref="question" class="sheet question" aria-labelledby="list-question" aria-describedby="list-warning" data-testid="confirm">
      <h2 id="list-question">{{ question.title }}</h2><p id="list-warning">{{ labels.cannotBeUndone }}</p>
      <div class="question-buttons">
        <button type="button" class="text-button plain" @click="$refs.question.close()">{{ labels.cancel }}</button>
        <button type="button" class="text-button danger" data-testid="confirm-yes" @click="onYes">{{ labels.erase }}</button></div>
    </dialog>
  </div>`,
  props: { view: String, selecting: Boolean, picked: Array, labels: Object, icons: Object },
  emits: ["view", "folder", "act", "panel", "leave"],
  data() {
    return { question: { title: "" } };
  },
  computed: {
    counted() {
      return this.labels.selected.replace("{n}", this.picked.length);
    },
    views() {
      return [
        { name: "list", label: this.labels.conversations, icon: "chats" },
        { name: "archive", label: this.labels.archived, icon: "archive" },
        { name: "trash", label: this.labels.trash, icon: "delete" },
      ];
    },
    actions() {
      const { labels } = this;
      if (this.view === "trash") {
        return [
          { name: "restore", label: labels.restore, icon: "restore" },
          { name: "erase", label: labels.erase, icon: "delete", danger: true },
        ];
      }
      const pinned = this.picked.length && this.picked.every((item) => item.pinned);
      return [
        this.view === "list" && (pinned ? { name: "unpin", label: labels.unpin, icon: "unpin" } : { name: "pin", label: labels.pin, icon: "pin" }),
        { name: "folders", label: labels.move, icon: "folder", panel: true },
        { name: "tags", label: labels.tags, icon: "tag", panel: true },
        this.view === "list"
          ? { name: "archive", label: labels.archive, icon: "archive" }
          : { name: "unarchive", label: labels.unarchive, icon: "restore" },
        { name: "delete", label: labels.delete, icon: "delete", danger: true },
      ].filter(Boolean);
    },
  },
  methods: {
    ask(title, yes) {
      this.question = { title, yes };
      this.$refs.question.showModal();
    },
    onYes() {
      this.$refs.question.close();
      this.question.yes();
    },
  },
};
