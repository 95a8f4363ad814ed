// Keeps the newest line in sight while a reply grows, unless the reader has scrolled up to read.
const scroller = element.closest("#zd-log") || element;
let count = 0;
let follow = true;
scroller.addEventListener("scroll", () => {
  follow = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
});
watch("value", () => {
  const now = Number(element.querySelector("[data-count]")?.dataset.count || 0);
  if (now !== count) follow = true;
  count = now;
  if (now === 0) scroller.scrollTop = 0;
  else if (follow) scroller.scrollTop = scroller.scrollHeight;
});

// What is copied out of a reply keeps the label that says who wrote it.
element.addEventListener("copy", (event) => {
  const selection = document.getSelection();
  const inReply = (node) => (node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement)?.closest(".zd-assistant");
  const label = element.querySelector("[data-label]")?.dataset.label;
  if (!label || !(inReply(selection.anchorNode) || inReply(selection.focusNode))) return;
  event.clipboardData.setData("text/plain", `${selection}\n\n${label}`);
  event.preventDefault();
});
