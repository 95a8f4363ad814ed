// Sends chosen, dropped and pasted files straight to the API, one after the other, and shows how far each one is.
// What has arrived is drawn by the page; what was refused stays here until other files are chosen.
let held = []; // for a conversation that isn't open yet
let rows = [];
let busy = false;
const strip = () => element.querySelector(".zd-attach");
const draw = () => strip()?.querySelector(".zd-transfers").replaceChildren(...rows.map((row) => row.line));

const row = (name) => {
  const line = document.createElement("div");
  line.className = "zd-upload-row";
  const label = document.createElement("span");
  label.className = "zd-upload-name";
  label.textContent = name;
  const detail = document.createElement("span");
  detail.className = "zd-small";
  line.append(label, detail);
  return {
    line,
    show(text) {
      detail.textContent = text;
    },
    refuse(text) {
      line.classList.add("zd-is-failed");
      detail.textContent = text;
    },
  };
};

const send = (file, shown) =>
  new Promise((resolve) => {
    const { path, root, token, max, internal, words: told } = strip().dataset;
    const words = JSON.parse(told);
    if (file.size > Number(max)) return resolve(shown.refuse(words.too_large));
    const body = new FormData();
    if (internal === "yes") body.append("internal", "yes");
    body.append("file", file, file.name || "file");
    const request = new XMLHttpRequest();
    request.open("POST", new URL(`${root}v1/${path}`, location.href));
    request.setRequestHeader("Authorization", `Bearer ${token || window.zhidaKey || ""}`);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) shown.show(`${words.sending} ${Math.round((event.loaded / event.total) * 100)}%`);
    };
    request.onerror = () => resolve(shown.refuse(words.other));
    request.onload = () => {
      let reply = {};
      try {
        reply = JSON.parse(request.responseText);
      } catch {
        reply = {};
      }
      if (request.status === 201) rows = rows.filter((each) => each !== shown);
      else shown.refuse(words[reply.code] || words.other);
      draw();
      resolve();
    };
    request.send(body);
  });

const sendHeld = async () => {
  if (busy || !held.length || !strip()?.dataset.path) return;
  busy = true;
  while (held.length) {
    const { file, shown } = held.shift();
    await send(file, shown);
  }
  busy = false;
  trigger("attached", {});
};

const choose = (files) => {
  const chosen = [...files].map((file) => ({ file, shown: row(file.name) }));
  if (!chosen.length) return;
  rows = [...rows.filter((each) => !each.line.classList.contains("zd-is-failed")), ...chosen.map((one) => one.shown)];
  held.push(...chosen);
  draw();
  if (strip().dataset.path) sendHeld();
  else trigger("begin", {});
};

element.addEventListener("change", (event) => {
  if (event.target.type !== "file") return;
  choose(event.target.files);
  event.target.value = "";
});
watch("value", () => {
  draw();
  sendHeld();
});

const whole = () => strip()?.dataset.whole === "yes";
document.addEventListener("paste", (event) => {
  if (!whole() || !event.clipboardData?.files.length) return;
  event.preventDefault();
  choose(event.clipboardData.files);
});
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!whole() || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // or the browser would leave the page for the file
    if (name === "drop") choose(event.dataTransfer.files);
  });
}
