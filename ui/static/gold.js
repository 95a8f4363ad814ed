// Sends a file of gold questions straight to the API, and fetches one from it: neither passes through the page's server.
const address = (path) => new URL(`../v1/gold/${path}`, location.href);
const permit = () => ({ Authorization: `Bearer ${window.zhidaKey || ""}` });
const explain = async (reply) => {
  try {
    const problem = await reply.json();
    return problem.detail || problem.title;
  } catch {
    return String(reply.status);
  }
};
const unreachable = () => element.querySelector(".zd-files")?.dataset.unreachable || "";

element.addEventListener("change", async (event) => {
  const [file] = event.target.matches("[data-import]") ? event.target.files : [];
  if (!file) return;
  const form = /\.csv$/i.test(file.name) ? "csv" : "jsonl";
  try {
    const reply = await fetch(address(`import?format=${form}`), {
      method: "POST",
      headers: { ...permit(), "Content-Type": form === "csv" ? "text/csv" : "application/x-ndjson" },
      body: file,
    });
    if (!reply.ok) return trigger("imported", { problem: await explain(reply) });
    const counts = Object.entries(await reply.json()).map(([name, count]) => [name, String(count)]);
    trigger("imported", Object.fromEntries(counts));
  } catch {
    trigger("imported", { problem: unreachable() });
  } finally {
    event.target.value = "";
  }
});
element.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-export]");
  if (!button) return;
  try {
    const form = button.dataset.export;
    const reply = await fetch(address(`export?format=${form}`), { headers: permit() });
    if (!reply.ok) return trigger("imported", { problem: await explain(reply) });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await reply.blob());
    link.download = `gold.${form}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch {
    trigger("imported", { problem: unreachable() });
  }
});
