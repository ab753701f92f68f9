// Chooses a file, sends it and shows how its import goes. Why JavaScript: only a browser can send a large file as it
// lies on the disk, tell how much of it has left, and take one that is dropped.
import ImportPreview from "import_preview";

const RUNNING = ["reading", "running", "giving"];
const IDLE = { stage: "idle", lines: [], remarks: [], list: false, preview: null, undoable: false };

// What could not be read, as files.
const RemarkLists = {
  template: `<p class="data-import-lists" data-testid="import-remarks">{{ labels.list }}
    <a v-for="form in lists" download :href="form.href" :aria-label="form.label" :data-testid="'import-remarks-' + form.ending">{{ form.ending.toUpperCase() }}</a></p>`,
  props: { lists: Array, labels: Object },
};

export default {
  components: { ImportPreview, RemarkLists },
  template: `<section class="data-import" tabindex="-1" data-testid="data-import" :data-state="stage" :class="{ dropping }"
      @dragover.stop.prevent="dropping = true" @dragleave.stop="dropping = false" @drop.stop.prevent="drop">
    <input ref="input" type="file" class="data-import-file" data-testid="import-file" tabindex="-1" aria-hidden="true"
      accept=".json,.zip,.db,.sqlite,.sqlite3,application/json,application/zip" @change="chosen($refs.input.files)">
    <template v-if="busy">
      <div class="data-import-line">
        <span class="data-import-text" role="status" data-testid="import-progress">{{ text }}</span>
        <button v-if="stage !== 'giving'" type="button" class="text-button" data-testid="import-cancel" @click="cancel">{{ labels.cancel }}</button>
      </div>
      <div class="bar" role="progressbar" :aria-label="labels.progress" aria-valuemin="0" aria-valuemax="100" :aria-valuenow="Math.round(share * 100)">
        <div class="bar-fill" :style="{ width: share * 100 + '%' }"></div>
      </div>
    </template>
    <template v-else-if="stage === 'previewed'">
      <import-preview :preview="preview" :labels="labels" @import="begin" @cancel="cancel">
        <remark-lists v-if="list" :lists="lists" :labels="labels"></remark-lists>
      </import-preview>
    </template>
    <template v-else>
      <div class="data-import-line">
        <span class="data-import-icon" v-html="icons.import"></span>
        <span class="data-import-text">{{ labels.invitation }}</span>
        <button type="button" class="text-button" data-testid="import-choose" @click="$refs.input.click()">{{ labels.choose }}</button>
      </div>
      <ul v-if="lines.length" class="data-import-result" :class="stage" role="status" data-testid="import-result">
        <li v-for="line in lines">{{ line }}</li>
        <li v-if="remarks.length"><ul class="data-import-remarks"><li v-for="line in remarks">{{ line }}</li></ul></li>
      </ul>
      <remark-lists v-if="list" :lists="lists" :labels="labels"></remark-lists>
      <button v-if="undoable" type="button" class="text-button data-import-undo" data-testid="import-undo" @click="undo">{{ labels.undo }}</button>
    </template>
  </section>`,
  props: { labels: Object, icons: Object, lists: Array, initial: Object },
  emits: ["wish", "cancel", "import", "undo"],
  data() {
    return { ...IDLE, share: 0, text: "", dropping: false, file: null };
  },
  computed: {
    busy() {
      return ["asking", "sending", ...RUNNING].includes(this.stage);
    },
  },
  mounted() {
    this.show(this.initial);
    this.leave = (event) => this.stage === "sending" && event.preventDefault();
    window.addEventListener("beforeunload", this.leave);
  },
  beforeUnmount() {
    window.removeEventListener("beforeunload", this.leave);
    this.request?.abort();
  },
  methods: {
    // What the server knows of the import; while this page sends a file, an earlier import's end is no news.
    show(state) {
      if (["asking", "sending"].includes(this.stage) && !RUNNING.includes(state.stage)) return;
      this.put(state);
    },
    drop(event) {
      this.dropping = false;
      if (!this.busy && this.stage !== "previewed") this.chosen(event.dataTransfer.files);
    },
    chosen(files) {
      if (!files.length) return;
      this.file = files[0];
      this.$refs.input.value = "";
      Object.assign(this, { ...IDLE, stage: "asking", share: 0, text: this.labels.sending });
      this.$emit("wish", this.file.size);
    },
    // The server has room for the file.
    send() {
      this.stage = "sending";
      const request = (this.request = new XMLHttpRequest());
      request.open("POST", (window.path_prefix || "") + "/import");
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("X-File-Name", encodeURIComponent(this.file.name.toWellFormed?.() ?? "").slice(0, 2000));
      request.upload.onprogress = (event) => {
        this.share = event.total ? event.loaded / event.total : 0;
        this.text = `${this.labels.sending} ${Math.round(this.share * 100)} %`;
      };
      request.onload = () => request.status !== 202 && this.refuse(request.responseText || this.labels.failed);
      request.onerror = () => this.refuse(this.labels.failed);
      request.onabort = () => this.put(IDLE);
      request.send(this.file);
      this.file = null;
    },
    refuse(line) {
      this.put({ ...IDLE, stage: "failed", lines: [line] });
    },
    put(state) {
      this.request = null;
      Object.assign(this, state);
    },
    begin(choice) {
      this.$el.focus(); // the button that was pressed goes
      this.$emit("import", choice);
    },
    undo() {
      this.$el.focus();
      this.$emit("undo");
    },
    cancel() {
      this.$el.focus();
      if (this.request) this.request.abort();
      else if (this.stage === "asking") this.put(IDLE);
      else this.$emit("cancel");
    },
  },
};
