// @ts-check
// The drawings of the story, made for it: stroke lists in pad units (28 × 28, y down), and a picture of noise.

import { phrase } from "../texts/later.js";

export { SEVEN } from "./seven.js";

/** @typedef {import("../model/state.js").Strokes} Strokes */
/** @typedef {import("../model/state.js").State} State */

/** Three 3s that share hardly any ink. @type {{name: () => string, strokes: Strokes}[]} */
export const THREES = [
  {
    name: () => phrase("story.strokes.aRoundOne"),
    strokes: [
      [
        [9, 7],
        [11, 5.5],
        [14, 5],
        [17, 6],
        [18.2, 8.5],
        [17, 11],
        [13, 13],
      ],
      [
        [13, 13],
        [17, 14],
        [19, 17],
        [18, 20.5],
        [15, 22.5],
        [11, 22.5],
        [8.5, 20.5],
      ],
    ],
  },
  {
    name: () => phrase("story.strokes.oneWithAFlatTop"),
    strokes: [
      [
        [9, 6],
        [19, 6],
        [13, 12],
        [17, 13.5],
        [19, 17],
        [17.5, 21],
        [13.5, 22.5],
        [9, 21],
      ],
    ],
  },
  {
    name: () => phrase("story.strokes.aSmallOneInThe"),
    strokes: [
      [
        [3, 4],
        [5, 3],
        [7, 4],
        [7, 6],
        [5, 7.3],
        [7.4, 8.5],
        [7.4, 10.6],
        [5.2, 12],
        [3, 11],
      ],
    ],
  },
];

/** @type {Strokes} */
export const ONE = [
  [
    [14.5, 5],
    [13.5, 23],
  ],
];
/** @type {Strokes} */
export const TWO = [
  [
    [9, 9],
    [11, 6],
    [15, 5.5],
    [17.5, 8.5],
    [16, 13],
    [9, 22],
    [19.5, 22],
  ],
];
/** @type {Strokes} */
export const FOUR = [
  [
    [11, 5],
    [9, 14],
    [19, 14],
  ],
  [
    [17, 6],
    [15.5, 23],
  ],
];
/** @type {Strokes} */
export const EIGHT = [
  [
    [17, 7],
    [13, 5.5],
    [10.5, 8],
    [13, 12],
    [17, 15.5],
    [17.5, 20],
    [13.5, 22.5],
    [10, 20],
    [11, 16],
    [16, 11.5],
    [18, 8],
    [17, 7],
  ],
];
/** @type {Strokes} */
export const NINE = [
  [
    [18, 8],
    [14, 6],
    [10.5, 8],
    [10.5, 12],
    [14, 13.5],
    [17.5, 11.5],
    [18.2, 8],
  ],
  [
    [18.2, 8],
    [18, 15],
    [16.5, 22.5],
  ],
];
/** A scribble that is no digit. @type {Strokes} */
export const SCRIBBLE = [
  [
    [5, 6],
    [21, 9],
    [6, 12],
    [22, 14],
    [7, 18],
    [20, 21],
    [9, 23],
  ],
  [
    [18, 4],
    [9, 25],
  ],
];

/** Strokes on an empty pad. @param {Strokes} strokes @returns {Partial<State>} */
export function drawn(strokes) {
  return { strokes, base: null, baseInk: null, baseStages: null, prepare: true };
}

/**
 * How many pixels carry ink in at least one of several pictures, and how many in all of them.
 * @param {Float64Array[]} pictures   each (pixels,), at least one
 * @returns {{some: number, all: number}}
 */
export function shared(pictures) {
  let [some, all] = [0, 0];
  for (let pixel = 0; pixel < pictures[0].length; pixel++) {
    const inked = pictures.filter((picture) => picture[pixel] > 0).length;
    if (inked) some++;
    if (inked === pictures.length) all++;
  }
  return { some, all };
}
