// @ts-check
// The 7 of the story, which the page also draws by itself when it is seen for the first time.

/** @type {import("../model/state.js").Strokes} */
export const SEVEN = [
  [
    [8, 7],
    [20, 7],
    [13, 23],
  ],
];
