// Tells the person when the line to the server is lost. Why JavaScript: without a line, nobody else can.
export default {
  template: `<div class="connection" data-testid="connection-state" role="status" :data-state="state">
    <template v-if="state !== 'online'"><span v-html="icons.offline"></span>{{ labels.lost }}</template>
  </div>`,
  props: { labels: Object, icons: Object },
  data: () => ({ state: "online" }),
  mounted() {
    const watch = () => {
      if (!window.socket) return setTimeout(watch, 50);
      this.lost = () => (this.state = "offline");
      this.found = () => (this.state = "online");
      window.socket.on("disconnect", this.lost);
      window.socket.on("connect", this.found);
    };
    watch();
    window.addEventListener("offline", () => (this.state = "offline"));
    window.addEventListener("online", () => (this.state = window.socket?.connected ? "online" : "offline"));
  },
};
