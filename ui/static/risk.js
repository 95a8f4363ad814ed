// Shows what the choice under the slider means; all choices came with the page.
const choose = () => {
  const form = element.querySelector(".zd-risk-form");
  if (!form) return;
  const at = form.querySelector(".zd-risk-slider").value;
  const of = form.querySelector('input[name="of"]:checked')?.value;
  for (const outlook of form.querySelectorAll(".zd-risk-outlook")) {
    const shown = outlook.dataset.at === at && outlook.dataset.of === of;
    outlook.hidden = !shown;
    if (shown) form.querySelector('input[name="share"]').value = outlook.dataset.share;
  }
};
element.addEventListener("input", choose);
