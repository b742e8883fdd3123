// Two labs, driven by the page around them; docs/embedding.md says what can be asked.
const frames = [...document.querySelectorAll("iframe")];
const answers = new Map();
function ask(frame, command, more) {
  const id = answers.size + 1;
  frame.contentWindow.postMessage({ kmallocLab: 1, id, command, ...more }, new URL(frame.src).origin);
  return new Promise((resolve) => answers.set(id, resolve));
}
addEventListener("message", async ({ source, data }) => {
  const frame = frames.find((frame) => frame.contentWindow === source);
  if (frame && data.event !== "ready") return answers.get(data.id)(data.value);
  if (!frame) return;
  const flag = frame.title;
  await ask(frame, "run", { text: `page_cache(clean=1300);\nfor (i = 0; i < 200; i++) q[i] = __get_free_pages(${flag}, 0);` });
  const { calls } = await ask(frame, "call", { text: `p = kmalloc(4096, ${flag});` });
  await ask(frame, "seek", { cursor: calls[0].first });
  frame.nextElementSibling.value = `${calls[0].text}; ${calls[0].answer}`;
});
document.querySelector("button").onclick = async () => {
  for (const frame of frames) await ask(frame, "seek", { cursor: (await ask(frame, "snapshot")).cursor + 1 });
};
for (const frame of frames) frame.src = frame.dataset.src;
