// @ts-check
// One image of a part of a data set; a module by itself, so that what shows images loads nothing that draws lots.

/** @typedef {import("./images.js").Part} Part */

/** @param {Part} part @param {number} i @param {number} pixels @returns {Uint8Array} */
export const imageOf = ({ images, which }, i, pixels) => images.subarray(which[i] * pixels, (which[i] + 1) * pixels);
