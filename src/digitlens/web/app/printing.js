// @ts-check
// On paper: black on white, and what is on the page on one sheet. While it is printed, a component keeps the width that
// it has, so that nothing is laid out again, and becomes as small as a sheet of A4 wants.

/** @typedef {import("../views/shared/app.js").App} App */

const [WIDE, HIGH] = [718, 970]; // CSS pixels of A4 between margins of 10 mm, and room for lines that break otherwise

/** @param {App} app */
export function fitPaper({ root, life }) {
  const host = /** @type {HTMLElement} */ (root.host);
  const { signal } = life;
  let theme = "";
  const before = () => {
    theme ||= host.dataset.theme ?? "dark";
    host.dataset.theme = "light";
    if (host.hasAttribute("data-worksheet")) return; // it has pages of its own
    const { clientWidth: width, scrollHeight: height } = host;
    if (!width || !height) return;
    host.style.width = `${width}px`;
    host.style.setProperty("zoom", String(Math.min(1, WIDE / width, HIGH / height)));
  };
  const after = () => {
    if (theme) host.dataset.theme = theme;
    theme = "";
    host.style.removeProperty("width");
    host.style.removeProperty("zoom");
  };
  window.addEventListener("beforeprint", before, { signal });
  window.addEventListener("afterprint", after, { signal });
}
