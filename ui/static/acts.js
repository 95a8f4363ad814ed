// Turns clicks on elements with `data-act`, and forms with it, into events for the server.
// ACTS, the list of names that a page knows, is put before this text.
const sent = (target) => {
  const { act, ...data } = target.dataset;
  return ACTS.includes(act) ? [act, data] : null;
};
element.addEventListener("click", (event) => {
  const target = event.target.closest("[data-act]");
  if (!target || target.tagName === "FORM" || target.disabled) return;
  const call = sent(target);
  if (call) trigger(call[0], call[1]);
});
element.addEventListener("submit", (event) => {
  event.preventDefault();
  const call = sent(event.target);
  if (call) trigger(call[0], { ...call[1], ...Object.fromEntries(new FormData(event.target)) });
});
element.addEventListener("keydown", (event) => {
  const row = event.target.closest('tr[data-act], [role="button"][data-act]');
  if (row && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    row.click();
  }
});
const localTimes = () => {
  for (const time of element.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const two = (number) => String(number).padStart(2, "0");
    const shown = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
    if (time.textContent !== shown) time.textContent = shown;
  }
};
localTimes();
watch("value", localTimes);
