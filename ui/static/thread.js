// Keeps the newest message in sight, unless the agent has scrolled up to read.
const scroller = element.closest("#zd-thread-box") || element;
let count = 0;
let follow = true;
scroller.addEventListener("scroll", () => {
  follow = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
});
watch("value", () => {
  const now = Number(element.querySelector("[data-count]")?.dataset.count || 0);
  if (now < count || count === 0) follow = true;
  count = now;
  if (follow) requestAnimationFrame(() => { scroller.scrollTop = scroller.scrollHeight; });
});
