// Opens a file: asks for a link that is good for some minutes, then shows a picture in a tab of its own or saves the rest.
const place = () => document.querySelector("#zd-attach .zd-attach")?.dataset;
const ask = async (what, method) => {
  const { path, root, token } = place();
  return fetch(new URL(`${root}v1/${path}/${what}`, location.href), {
    method,
    headers: { Authorization: `Bearer ${token || window.zhidaKey || ""}`, Accept: "application/json" },
  });
};
const tell = (chip, key) => {
  const said = document.createElement("span");
  said.className = "zd-problem zd-small";
  said.setAttribute("role", "alert");
  said.textContent = JSON.parse(place().words)[key];
  chip.after(said);
  setTimeout(() => said.remove(), 6000);
};
element.addEventListener("click", async (event) => {
  const chip = event.target.closest("[data-file]:not([data-act])");
  if (!chip || !place()?.path) return;
  const inline = chip.dataset.inline === "yes";
  const tab = inline ? window.open("about:blank", "_blank") : null; // at once, or the browser takes it for an advertisement
  try {
    const reply = await ask(`${chip.dataset.file}/link`, "POST");
    if (!reply.ok) {
      tab?.close();
      tell(chip, { 404: "gone", 409: "masked", 403: "masked" }[reply.status] || "closed");
      return;
    }
    const { url } = await reply.json();
    const address = new URL(place().root + url.slice(1), location.href);
    if (tab) {
      tab.opener = null;
      tab.location.replace(address);
      return;
    }
    const link = document.createElement("a");
    link.href = address;
    link.download = "";
    link.click();
  } catch {
    tab?.close();
    tell(chip, "closed");
  }
});
element.addEventListener("click", async (event) => {
  const drop = event.target.closest("[data-erase]");
  if (!drop || !place()?.path || !window.confirm(drop.dataset.sure)) return;
  const reply = await ask(drop.dataset.erase, "DELETE").catch(() => null);
  if (reply?.ok) drop.disabled = true; // the page finds it gone with its next look
  else tell(drop, reply?.status === 404 ? "gone" : "closed");
});
