// @ts-check
// What the part of a digit that a neuron is most like is called.

import { phrase } from "../../texts/later.js";

/** "edge", "bar". @param {string} kind */
export const kindName = (kind) =>
  kind === "edge" ? phrase("lab.words.edge") : kind === "bar" ? phrase("lab.words.bar") : kind;
