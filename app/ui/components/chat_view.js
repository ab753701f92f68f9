// The message list of one conversation. Why JavaScript: text that streams must not pass through Vue (an update rebuilds
// the whole page), and only the browser knows where the reader is. Python sends HTML blocks made and cleaned on the
// server; finished blocks are never touched again. See chat_view.py for what each method takes.
import { copySources } from "copied_formulas";
import { direct } from "directions";
import DOMPurify from "dompurify";
import { keepFolds } from "folding";
import { describeNotes, followNote } from "footnotes";
import { Editing } from "message_editor";
import { MessageParts, copyText, element, offer } from "message_parts";
import { Progress, describe, keepFocus, name, say } from "spoken_messages";

const NEAR_END = 30; // px from the end within which the view follows the stream
const MOMENT = 150; // ms a conversation may take before the page shows that it is coming
const LOAD_AHEAD = 800; // px before the edge at which more messages are asked for
const OPS = ["blocks", "tail", "text", "think", "state", "add", "step"]; // by number: they go over the wire for every token
const IMAGE = /^\/files\/[\w-]+(\.\w+)?$/; // images of messages that may be asked for, as on the server
const OPEN = "p, li, ul, ol, blockquote, details, div, pre, pre > code"; // what text at the end belongs into, as on the server

DOMPurify.addHook("uponSanitizeAttribute", (node, attribute) => {
  if (node.nodeName === "IMG" && attribute.attrName === "src" && !IMAGE.test(attribute.attrValue))
    attribute.keepAttr = false;
  if (node.nodeName === "mo" && attribute.attrName === "form") attribute.forceKeepAttr = true; // its place in a formula
});

export default {
  template: `<div class="chat-view" tabindex="-1">
    <div class="chat-scroll" tabindex="0" :aria-label="labels.messages" role="region">
      <div class="chat-edge"></div><div class="chat-list" aria-live="off"></div><div class="chat-edge"></div>
    </div>
    <div class="chat-skeleton" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
    <div class="chat-jumps">
      <button type="button" class="round-button jump-start" :title="labels.start" :aria-label="labels.start" v-html="icons.top"></button>
      <button type="button" class="round-button jump-end" data-testid="scroll-to-bottom" :title="labels.end" :aria-label="labels.end" v-html="icons.down"></button>
    </div>
  </div>`,
  props: { initial: Object, labels: Object, icons: Object },
  emits: ["more", "edge", "resync", "action", "edit", "navigate"],
  mounted() {
    this.scroller = this.$el.querySelector(".chat-scroll");
    this.list = this.$el.querySelector(".chat-list");
    const [top, bottom] = this.$el.querySelectorAll(".chat-edge");
    Object.assign(this, { stick: true, lastTop: 0, items: new Map(), top, bottom, loading: null });
    this.parts = new MessageParts(this.labels, this.icons);
    this.editing = new Editing(this);
    this.progress = new Progress(this.labels.statuses);
    this.listen();
    if (this.initial) this.show(this.initial);
  },
  beforeUnmount() {
    this.resizes.disconnect();
    this.edges.disconnect();
    window.removeEventListener("popstate", this.onPopState);
    document.removeEventListener("click", this.onLink);
    clearTimeout(this.waiting);
  },
  methods: {
    listen() {
      const scroller = this.scroller;
      scroller.addEventListener("scroll", () => this.onScroll(), { passive: true });
      scroller.addEventListener("wheel", (event) => event.deltaY < 0 && this.leave(), { passive: true });
      scroller.addEventListener("touchmove", () => this.leave(), { passive: true });
      scroller.addEventListener("keydown", (event) => this.onKey(event));
      this.$el.addEventListener("click", (event) => this.onClick(event));
      this.list.addEventListener("copy", copySources);
      this.resizes = new ResizeObserver(() => this.follow());
      this.resizes.observe(this.list);
      this.resizes.observe(scroller);
      this.edges = new IntersectionObserver((entries) => this.onEdge(entries), {
        root: scroller,
        rootMargin: `${LOAD_AHEAD}px 0px`,
      });
      this.edges.observe(this.top);
      this.edges.observe(this.bottom);
      // Last of all: what is left by going back first keeps what was typed into it.
      this.onPopState = () => setTimeout(() => this.$emit("navigate", this.path()));
      window.addEventListener("popstate", this.onPopState);
      this.onLink = (event) => this.expect(event);
      document.addEventListener("click", this.onLink);
    },
    expect(event) {
      const target = event.target.closest(".conversation-item a");
      if (!target || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.$el.classList.add("waiting"), MOMENT);
    },
    path() {
      return location.pathname.slice((window.path_prefix || "").length) || "/";
    },
    address(path, push) {
      const full = (window.path_prefix || "") + path;
      if (location.pathname === full) return;
      history[push ? "pushState" : "replaceState"]({ page: path }, "", full);
    },

    // --- what is shown -------------------------------------------------------------------------------------------
    show(snapshot) {
      clearTimeout(this.waiting);
      this.$el.classList.remove("waiting");
      this.$el.classList.toggle("filled", !!snapshot.conversation); // the style sheet turns welcome into conversation
      const place = snapshot.keep ? this.place() : null;
      if (snapshot.conversation !== this.conversation) this.progress.forget();
      const giveFocus = keepFocus(this.list);
      this.conversation = snapshot.conversation;
      this.number = snapshot.number;
      this.older = snapshot.older;
      this.newer = snapshot.newer;
      this.loading = null;
      this.items.clear();
      this.list.replaceChildren(...snapshot.messages.map((message) => this.build(message)));
      if (snapshot.at === "start") {
        this.stick = false;
        this.scroller.scrollTop = 0;
      } else if (snapshot.mark) {
        this.mark(snapshot.mark);
      } else if (place && !(this.stick && this.endsWith(snapshot.fork))) {
        this.stick = false;
        this.goBack(place, snapshot.fork);
      } else {
        this.stick = true;
        this.follow();
      }
      if (!snapshot.mark) giveFocus();
      this.editing.again();
      if (snapshot.path) this.address(snapshot.path, true);
      this.onScroll();
      this.watchEdges();
    },
    // Where the reader is: the first message that can be seen, and how far from the top it stands.
    place() {
      const top = this.scroller.getBoundingClientRect().top;
      const root = [...this.list.children].find((each) => each.getBoundingClientRect().bottom > top);
      return root && { id: root.dataset.messageId, offset: root.getBoundingClientRect().top - top };
    },
    // Stand there again; if that message is not on this branch, at the one where the branch begins.
    goBack({ id, offset }, fork) {
      const root = this.root(id);
      const top = this.scroller.getBoundingClientRect().top;
      const at = root || this.root(fork);
      if (at) this.scroller.scrollTop += at.getBoundingClientRect().top - top - (root ? offset : 0);
    },
    // Whether what is shown ends with a message (or the answer to it), or no particular one was asked for.
    endsWith(id) {
      return !id || !this.root(id) || [...this.list.children].slice(-2).includes(this.root(id));
    },
    root(id) {
      return this.list.querySelector(`[data-message-id="${CSS.escape(id || "")}"]`);
    },
    // Bring a message into view and let it be seen.
    mark(id) {
      const root = this.root(id);
      if (!root) return;
      this.stick = false;
      root.scrollIntoView({ block: root.clientHeight < this.scroller.clientHeight / 2 ? "center" : "start" });
      root.classList.add("found");
      root.tabIndex = -1;
      root.focus({ preventScroll: true });
    },
    prepend(snapshot) {
      if (snapshot.conversation !== this.conversation) return;
      const height = this.scroller.scrollHeight;
      const top = this.scroller.scrollTop;
      this.list.prepend(...snapshot.messages.map((message) => this.build(message)));
      this.scroller.scrollTop = top + this.scroller.scrollHeight - height;
      this.older = snapshot.older;
      this.loaded();
    },
    append(snapshot) {
      if (snapshot.conversation !== this.conversation) return;
      this.list.append(...snapshot.messages.map((message) => this.build(message)));
      this.newer = snapshot.newer;
      this.number = snapshot.number;
      this.loaded();
    },
    loaded() {
      this.loading = null;
      clearTimeout(this.waiting);
      this.$el.classList.remove("waiting");
      this.onScroll();
      this.watchEdges();
    },
    watchEdges() {
      for (const edge of [this.top, this.bottom]) {
        this.edges.unobserve(edge); // observing anew asks at once whether the edge is near
        this.edges.observe(edge);
      }
    },
    patch(number, ops) {
      if (number <= this.number) return; // seen already: a replay after a reconnect
      if (number !== this.number + 1) return this.$emit("resync");
      this.number = number;
      try {
        for (const [kind, ...rest] of ops) this[OPS[kind]](...rest);
      } catch (error) {
        console.error(error);
        this.$emit("resync");
      }
    },

    // --- one message ---------------------------------------------------------------------------------------------
    build(message) {
      const root = element("article", `message message-${message.role}`, "message");
      root.dataset.messageId = message.id;
      root.dataset.role = message.role;
      if (message.command) root.dataset.command = "";
      const item = { id: message.id, root, html: [] };
      if (message.role === "system") root.append(this.parts.instruction());
      item.thinking = root.appendChild(this.parts.thinking());
      const place = message.role === "user" ? root.appendChild(element("div", "bubble")) : root;
      item.body = place.appendChild(element("div", "message-body", "message-body"));
      if (message.role === "user") item.body.dir = "auto";
      item.dots = root.appendChild(element("div", "dots"));
      item.dots.append(element("i"), element("i"), element("i"));
      item.note = root.appendChild(element("div", "message-note"));
      item.sources = root.appendChild(element("div", "message-sources", "message-sources"));
      item.error = root.appendChild(element("div", "message-error", "message-error"));
      item.actions = root.appendChild(element("div", "message-actions"));
      name(root, message, this.labels);
      this.items.set(message.ref, item);
      message.html.forEach((html, index) => this.put(item, index, html));
      for (const step of message.steps || []) this.step(message.ref, step);
      if (message.thinking) this.think(message.ref, message.thinking);
      this.state(message.ref, message.state);
      return root;
    },
    clean(node, html) {
      node.setHTML(html); // DOMPurify behind it: the second net after the server's own cleaning
      for (const link of node.querySelectorAll("a")) link.target = "_blank";
      direct(node);
      describe(node, this.labels);
      describeNotes(node, this.labels);
      return node;
    },
    put(item, index, html) {
      const block = item.body.children[index] ?? item.body.appendChild(element("div", "block"));
      item.html[index] = html;
      const refold = keepFolds(block);
      this.clean(block, html);
      refold();
      for (const button of block.querySelectorAll(".code-copy")) {
        button.title = this.labels.copyCode;
        button.setAttribute("aria-label", this.labels.copyCode);
      }
    },
    blocks(ref, first, html) {
      const item = this.items.get(ref);
      if (!item) return;
      html.forEach((each, index) => this.put(item, first + index, each));
      while (item.body.children.length > first + html.length) item.body.lastChild.remove();
      item.html.length = first + html.length;
    },
    tail(ref, index, keep, html) {
      const item = this.items.get(ref);
      if (item) this.put(item, index, item.html[index].slice(0, keep) + html);
    },
    text(ref, index, text) {
      const item = this.items.get(ref);
      if (!item) return;
      let node = item.body.children[index];
      while (node.lastChild?.matches?.(OPEN)) node = node.lastChild;
      if (node.lastChild instanceof Text) node.lastChild.appendData(text);
      else node.append(text);
    },
    think(ref, text) {
      const item = this.items.get(ref);
      if (item) item.thinking.lastChild.append(text);
      item?.thinking.classList.add("filled");
    },
    step(ref, step) {
      const item = this.items.get(ref);
      if (!item) return;
      if (!item.steps) {
        item.steps = element("details", "message-steps", "message-steps");
        item.steps.append(element("summary"));
        item.body.before(item.steps);
      }
      const part = item.steps.appendChild(element("details", "message-step", "message-step"));
      item.steps.firstChild.textContent = `${this.labels.steps} · ${item.steps.children.length - 1}`;
      part.append(element("summary", "", "", step.title), this.clean(element("div", "step-text"), step.html));
    },
    state(ref, state) {
      const item = this.items.get(ref);
      if (!item) return;
      const giveFocus = keepFocus(this.list);
      if (item.root.dataset.role === "assistant") this.progress.note(item.id, state.status);
      item.root.dataset.status = state.status;
      item.root.setAttribute("aria-busy", state.status === "streaming");
      item.note.replaceChildren(...(state.notes || []).map((note) => element("span", "", "", note)));
      item.error.replaceChildren(...this.parts.errors(state.error));
      if (state.sources?.length !== item.sourceCount) {
        item.sourceCount = state.sources?.length; // they only grow; what is open stays open
        item.sources.replaceChildren(...this.parts.sources(state.sources));
      }
      if (state.thought) item.thinking.firstChild.textContent = state.thought;
      item.versions = state.versions ?? item.versions; // told once; what comes later is about the state alone
      item.actions.replaceChildren(...this.parts.actions({ ...state, versions: item.versions }));
      giveFocus();
    },
    add(message) {
      if (this.newer) return; // the end is not here; going there loads it
      this.list.append(this.build(message));
      if (message.role === "user") {
        this.stick = true;
        this.follow();
      }
    },

    // --- what the person does ----------------------------------------------------------------------------------------
    onClick(event) {
      if (event.target.closest(".jump-start")) return this.jump("start");
      if (event.target.closest(".jump-end")) return this.jump("end");
      if (followNote(event)) return;
      const button = event.target.closest("[data-action]");
      if (!button) return;
      if (button.dataset.action === "copy-code") {
        const code = button.closest(".code").querySelector("code");
        return copyText(code.textContent).then(() => this.confirmCopy(button));
      }
      const id = button.closest(".message").dataset.messageId;
      if (button.dataset.action === "edit") return this.editing.start(id);
      this.$emit("action", { name: button.dataset.action, id });
    },
    // The models to answer again with, [[reference, name], …].
    offerModels(id, models) {
      const button = this.root(id)?.querySelector('[data-action="models"]');
      if (button) offer(button, models, this.labels.models, (model) => this.$emit("action", { name: "regenerate", id, model }));
    },

    // The server has taken an edit, or could not.
    edited(id, taken) {
      this.editing.answered(id, taken);
    },
    async copied(id, text) {
      await copyText(text);
      const button = this.list.querySelector(`[data-message-id="${id}"] [data-action="copy"]`);
      if (button) this.confirmCopy(button);
    },
    confirmCopy(button) {
      say(this.labels.copied);
      button.classList.add("done");
      if (!button.classList.contains("code-copy")) button.innerHTML = this.icons.check;
      setTimeout(() => {
        button.classList.remove("done");
        if (!button.classList.contains("code-copy")) button.innerHTML = this.icons.copy;
      }, 1500);
    },

    // --- where the reader is ---------------------------------------------------------------------------------------
    follow() {
      if (this.stick && !this.newer) this.scroller.scrollTop = this.scroller.scrollHeight;
    },
    leave() {
      if (this.scroller.scrollHeight > this.scroller.clientHeight + NEAR_END) this.stick = false;
      this.showJumps();
    },
    onScroll() {
      const { scrollTop, scrollHeight, clientHeight } = this.scroller;
      if (scrollHeight - scrollTop - clientHeight < NEAR_END && !this.newer) this.stick = true;
      else if (scrollTop < this.lastTop) this.stick = false;
      this.lastTop = scrollTop;
      this.showJumps();
    },
    showJumps() {
      const { scrollTop, scrollHeight, clientHeight } = this.scroller;
      this.$el.classList.toggle("away", !this.stick && (this.newer || scrollHeight - scrollTop - clientHeight > NEAR_END));
      this.$el.classList.toggle("deep", this.older || scrollTop > 2 * clientHeight);
    },
    onEdge(entries) {
      for (const entry of entries) {
        if (!entry.isIntersecting || this.loading) continue;
        const side = entry.target === this.top ? "older" : "newer";
        if (!this[side]) continue;
        this.loading = side;
        this.$emit("more", side);
      }
    },
    onKey(event) {
      if (event.target !== this.scroller || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Home") this.jump("start");
      else if (event.key === "End") this.jump("end");
      else return;
      event.preventDefault();
    },
    jump(where) {
      if (where === "start" ? this.older : this.newer) return this.$emit("edge", where);
      this.stick = where === "end";
      this.scroller.scrollTop = where === "end" ? this.scroller.scrollHeight : 0;
      this.onScroll();
    },
  },
};
