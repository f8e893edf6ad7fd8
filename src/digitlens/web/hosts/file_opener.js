// @ts-check
// The first script of the one file: it unpacks the page's own script, and runs it.

import { fileContent, unpacked } from "./parts.js";

try {
  const script = document.createElement("script");
  script.type = "module";
  script.textContent = new TextDecoder().decode(await unpacked(fileContent().parts.script));
  document.head.append(script);
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  const place = /** @type {HTMLElement} */ (document.querySelector("main"));
  place.textContent = `This page cannot be opened: ${why}. Get the file again, or use a newer browser.`;
  place.setAttribute("role", "alert");
}
