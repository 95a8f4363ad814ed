// Sends the chosen files straight to the API, one after the other, and shows how far each one is.
// They never pass through the page's own server, so nothing of them is left in a temporary folder.
let chosen = [];
let accepted = [];
const form = () => element.querySelector("form.zd-upload");
const submit = () => form().querySelector('[type="submit"]');
const list = () => form().querySelector(".zd-transfers");

const row = (file) => {
  const line = document.createElement("div");
  line.className = "zd-upload-row";
  const name = document.createElement("span");
  name.className = "zd-upload-name";
  name.textContent = file.name;
  const detail = document.createElement("span");
  detail.className = "zd-small";
  const bar = document.createElement("div");
  bar.className = "zd-progress";
  bar.appendChild(document.createElement("i"));
  line.append(name, detail, bar);
  return {
    line,
    show(text, share) {
      detail.textContent = text;
      bar.firstChild.style.width = `${Math.round(share * 100)}%`;
    },
    refuse(text) {
      line.classList.add("zd-is-failed");
      this.show(text, 1);
    },
  };
};

const choose = (files) => {
  chosen = [...files].map((file) => ({ file, row: row(file) }));
  for (const one of chosen) one.row.show(`${(one.file.size / 1024).toFixed(0)} KB`, 0);
  list().replaceChildren(...chosen.map((one) => one.row.line));
  submit().disabled = chosen.length === 0;
};

const send = ({ file, row }, fields) =>
  new Promise((resolve) => {
    const words = form().dataset;
    const body = new FormData();
    for (const [name, value] of fields) if (value) body.append(name, value);
    body.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", new URL("../v1/documents", location.href));
    request.setRequestHeader("Authorization", `Bearer ${window.zhidaKey || form().dataset.key || ""}`);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) row.show(words.sending, event.loaded / event.total);
    };
    request.onerror = () => resolve(row.refuse(words.unreachable));
    request.onload = () => {
      let reply = {};
      try {
        reply = JSON.parse(request.responseText);
      } catch {
        reply = {};
      }
      if (request.status >= 200 && request.status < 300 && reply.document_id) {
        row.line.remove();
        // The whole batch each time, so that an event that gets lost loses nothing.
        accepted.push(`${reply.document_id}:${reply.number}`);
        trigger("uploaded", { versions: accepted.join(" ") });
      } else {
        row.refuse(`${words.refused}: ${reply.detail || reply.title || request.status}`);
      }
      resolve();
    };
    request.send(body);
  });

element.addEventListener("change", (event) => {
  if (event.target.type === "file") choose(event.target.files);
});
element.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = [...new FormData(form())].filter(([name]) => name !== "files");
  const waiting = chosen;
  chosen = [];
  accepted = [];
  submit().disabled = true;
  for (const one of waiting) await send(one, fields);
  form().querySelector('[type="file"]').value = "";
});
for (const name of ["dragover", "dragleave", "drop"]) {
  element.addEventListener(name, (event) => {
    const drop = event.target.closest(".zd-drop");
    if (!drop) return;
    event.preventDefault();
    drop.classList.toggle("zd-over", name === "dragover");
    if (name === "drop") choose(event.dataTransfer.files);
  });
}
