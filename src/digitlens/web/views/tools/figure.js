// @ts-check
// The network as it is drawn on the page, as one picture.

import { h } from "../shared/dom.js";
import { phrase } from "../../texts/first.js";

const SHARP = 2; // pixels of the figure for each on the page
const MARGIN = 16;
const DRAWN = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
];

/**
 * The network as it is drawn on the page: edges, picture and neurons.
 * @param {ShadowRoot} root   of the component
 * @returns {Promise<HTMLCanvasElement>}
 */
export async function networkFigure(root) {
  const diagram = root.querySelector(".diagram");
  const drawing = diagram?.querySelector("svg");
  if (!diagram || !drawing) throw new Error(phrase("tools.figure.theNetworkIsNotOn"));
  const { left, top, width, height } = diagram.getBoundingClientRect();
  if (!width) throw new Error(phrase("tools.figure.theNetworkIsHiddenShow"));
  const figure = h("canvas", {
    width: Math.round(SHARP * (width + 2 * MARGIN)),
    height: Math.round(SHARP * (height + 2 * MARGIN)),
  });
  const context = /** @type {CanvasRenderingContext2D} */ (figure.getContext("2d"));
  context.fillStyle = getComputedStyle(root.host).backgroundColor;
  context.fillRect(0, 0, figure.width, figure.height);
  context.setTransform(SHARP, 0, 0, SHARP, SHARP * MARGIN, SHARP * MARGIN);
  for (const canvas of diagram.querySelectorAll("canvas")) {
    const box = canvas.getBoundingClientRect();
    context.imageSmoothingEnabled = !canvas.classList.contains("picture");
    context.drawImage(canvas, box.left - left, box.top - top, box.width, box.height);
  }
  context.drawImage(await imageOf(drawing, width, height), 0, 0, width, height);
  return figure;
}

/**
 * An SVG as an image; what the style sheet says of it is written into it first.
 * @param {SVGSVGElement} drawing
 * @param {number} width
 * @param {number} height
 */
async function imageOf(drawing, width, height) {
  const copy = /** @type {SVGSVGElement} */ (drawing.cloneNode(true));
  const originals = drawing.querySelectorAll("*");
  for (const [i, element] of Array.from(copy.querySelectorAll("*")).entries()) {
    const style = getComputedStyle(originals[i]);
    for (const name of DRAWN) element.setAttribute(name, style.getPropertyValue(name));
  }
  copy.setAttribute("width", String(SHARP * width));
  copy.setAttribute("height", String(SHARP * height));
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}
