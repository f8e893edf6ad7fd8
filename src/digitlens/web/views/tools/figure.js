// @ts-check
// The network as it is drawn on the page, as one picture.

import { h } from "../shared/dom.js";
import { phrase } from "../../texts/first.js";

/** @typedef {"white" | "black"} Ground */

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
 * @param {Ground} ground
 * @returns {Promise<HTMLCanvasElement>}
 */
export async function networkFigure(root, ground) {
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
  const { paper, copy } = inColours(root, ground, () => ({
    paper: getComputedStyle(root.host).backgroundColor,
    copy: styled(drawing, width, height),
  }));
  context.fillStyle = paper;
  context.fillRect(0, 0, figure.width, figure.height);
  context.setTransform(SHARP, 0, 0, SHARP, SHARP * MARGIN, SHARP * MARGIN);
  for (const canvas of diagram.querySelectorAll("canvas")) {
    const box = canvas.getBoundingClientRect();
    context.imageSmoothingEnabled = !canvas.classList.contains("picture");
    context.filter = ground === "white" && canvas.classList.contains("picture") ? "invert(1)" : "none";
    context.drawImage(canvas, box.left - left, box.top - top, box.width, box.height);
  }
  context.filter = "none";
  context.drawImage(await imageOf(copy), 0, 0, width, height);
  return figure;
}

/**
 * What is found while the component has the colours of a ground; nothing is painted meanwhile.
 * @template T
 * @param {ShadowRoot} root
 * @param {Ground} ground
 * @param {() => T} find
 * @returns {T}
 */
function inColours({ host }, ground, find) {
  const { dataset } = /** @type {HTMLElement} */ (host);
  const { theme } = dataset;
  dataset.theme = ground === "white" ? "light" : "dark";
  try {
    return find();
  } finally {
    dataset.theme = theme;
  }
}

/**
 * An SVG with what the style sheet says of it written into it.
 * @param {SVGSVGElement} drawing
 * @param {number} width
 * @param {number} height
 */
function styled(drawing, width, height) {
  const copy = /** @type {SVGSVGElement} */ (drawing.cloneNode(true));
  const originals = drawing.querySelectorAll("*");
  for (const [i, element] of Array.from(copy.querySelectorAll("*")).entries()) {
    const style = getComputedStyle(originals[i]);
    for (const name of DRAWN) element.setAttribute(name, style.getPropertyValue(name));
  }
  copy.setAttribute("width", String(SHARP * width));
  copy.setAttribute("height", String(SHARP * height));
  return copy;
}

/** An SVG as an image. @param {SVGSVGElement} drawing */
async function imageOf(drawing) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(drawing))}`;
  await image.decode();
  return image;
}
