// Brings the highlighted quote into view when a source opens; Escape closes it and gives the focus back.
let before = null;
watch("value", () => {
  const panel = element.querySelector(".zd-panel");
  if (!panel) {
    before?.focus?.();
    before = null;
    return;
  }
  before = before || document.activeElement;
  panel.querySelector("mark")?.scrollIntoView({ block: "center" });
  panel.querySelector(".zd-close")?.focus({ preventScroll: true });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && element.querySelector(".zd-panel")) trigger("close", {});
});
