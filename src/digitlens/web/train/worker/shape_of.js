// @ts-check
// The layers that a recipe asks for: a module by itself, so that what shows networks loads nothing that draws lots.

/** @typedef {import("./recipe.js").Recipe} Recipe */

/** Neurons in each layer, the image first. @param {Recipe} recipe @param {number} classes @param {number} pixels */
export const sizesOf = ({ hidden }, classes, pixels) => /** @type {number[]} */ ([pixels, ...hidden, classes]);

/** The activation function of each layer after the image. @param {Recipe} recipe @returns {string[]} */
export const activationsOf = ({ hidden, activation, output }) => [...hidden.map(() => activation), output];
