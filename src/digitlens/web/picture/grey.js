// @ts-check
// The pixels of a picture, as a browser decodes them, become grey; something is put behind a transparent one.
//
// data: (rows · columns · 4), red, green, blue, alpha, 0..255  ->  grey: (rows · columns), 0 (black) to 255 (white)
// The twin of digits/preparation/decode.py.

/** @typedef {{rows: number, columns: number, grey: Uint8Array, backdrop?: number}} Grey
 *    backdrop: the grey that was put behind a transparent picture; -1 or missing: it was not transparent */

const MOST_PIXELS = 16_000_000;

/**
 * @param {ArrayLike<number>} data
 * @param {number} rows
 * @param {number} columns
 * @returns {Grey}
 */
export function fromRGBA(data, rows, columns) {
  if (!(rows >= 1 && columns >= 1 && rows * columns <= MOST_PIXELS) || data.length !== 4 * rows * columns) {
    throw new Error(
      `a picture has 1 to ${MOST_PIXELS / 1e6} million pixels of four numbers each, got ${columns}×${rows} ` +
        `with ${data.length} numbers; make it smaller`,
    );
  }
  const grey = new Uint8Array(rows * columns);
  let transparent = false;
  for (let i = 0, at = 0; i < grey.length; i++, at += 4) {
    // brightness as the eye sees it (ITU-R 601), rounded as Pillow does
    grey[i] = (19595 * data[at] + 38470 * data[at + 1] + 7471 * data[at + 2] + 32768) >> 16;
    if (data[at + 3] < 255) transparent = true;
  }
  return { rows, columns, grey, backdrop: transparent ? putBackdrop(grey, data) : -1 };
}

/**
 * Put something behind a transparent picture on which its ink can be seen.
 *
 * Visible strokes of one tone get the other tone behind them. Where paper and ink are both visible, the paper goes on.
 * @param {Uint8Array} grey           is changed
 * @param {ArrayLike<number>} data    whose alpha counts
 * @returns {number} the backdrop, 0 or 255
 */
function putBackdrop(grey, data) {
  let [total, first, second] = [0, 0, 0]; // of grey and its square, weighted by how visible it is
  for (let i = 0; i < grey.length; i++) {
    const alpha = data[4 * i + 3];
    total += alpha;
    first += alpha * grey[i];
    second += alpha * grey[i] * grey[i];
  }
  const mean = first / Math.max(total, 1);
  const spread = Math.sqrt(Math.max(second / Math.max(total, 1) - mean ** 2, 0));
  const light = mean > 127.5;
  const backdrop = light === spread > 50 ? 255 : 0;
  for (let i = 0; i < grey.length; i++) {
    const alpha = data[4 * i + 3];
    grey[i] = Math.floor((grey[i] * alpha + (255 - alpha) * backdrop + 127) / 255);
  }
  return backdrop;
}
