// @ts-check
// Steps from 28×28 to 28×28 that make digits more alike: slanted ones are straightened, all brought to one size.
//
// A network is trained behind a list of such steps and must be read behind the same list, so each has a name that goes
// into the model file. image: (784,), ink from 0 (none) to 1 (full). The twin of digits/preparation/adjusting.py.

const SIDE = 28;
// pixels: how far the ink of an average digit of MNIST spreads, once it is straightened
const [HEIGHT, WIDTH] = [5.5, 3.4];
const MOST = 1.7; // so much larger, or smaller, at most: a 1 must stay a stroke

/**
 * How many columns a digit leans to the left per row downwards, from its moments; 0 where there is no ink.
 *
 * It is minus the covariance of column and row over the variance of the row, with ink as weight.
 * @param {Float64Array} image
 * @returns {number}
 */
export function slant(image) {
  const { mass, meanRow, meanColumn } = means(image);
  let [covariance, variance] = [0, 0];
  for (let row = 0, at = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++, at++) {
      covariance += image[at] * (row - meanRow) * (column - meanColumn);
      variance += image[at] * (row - meanRow) ** 2;
    }
  }
  return variance / mass > 1e-6 ? -(covariance / mass) / (variance / mass) : 0;
}

/** @param {Float64Array} image */
function means(image) {
  let [mass, down, along] = [0, 0, 0];
  for (let row = 0, at = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++, at++) {
      mass += image[at];
      down += image[at] * row;
      along += image[at] * column;
    }
  }
  mass = Math.max(mass, 1e-12);
  return { mass, meanRow: down / mass, meanColumn: along / mass };
}

/**
 * Take the slant out: shear along the rows, about the centre of mass, until row and column are uncorrelated.
 * Between two pixels it interpolates linearly.
 * @param {Float64Array} image
 * @returns {Float64Array}
 */
export function straighten(image) {
  const { meanRow } = means(image);
  const lean = slant(image);
  const moved = new Float64Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) {
    // A row of the new image is the same row of the old one, moved by this much (columns to the left, fractions
    // included).
    const move = -lean * (row - meanRow);
    const whole = Math.floor(move);
    const part = move - whole;
    const take = (/** @type {number} */ column) => (column < 0 || column >= SIDE ? 0 : image[row * SIDE + column]);
    for (let column = 0; column < SIDE; column++) {
      moved[row * SIDE + column] = (1 - part) * take(column + whole) + part * take(column + whole + 1);
    }
  }
  return moved;
}

/**
 * Give it the height and width of all others, not by its outermost ink but by how far all of it spreads; and centre it.
 *
 * That is moment normalisation (Casey 1970): rows and columns are each stretched, MOST times at most, until the ink's
 * standard deviation is HEIGHT and WIDTH, with its centre of mass at pixel index 14. Between two pixels it
 * interpolates linearly.
 * @param {Float64Array} image
 * @returns {Float64Array}
 */
export function resize(image) {
  const { mass, meanRow, meanColumn } = means(image);
  let [high, wide] = [0, 0];
  for (let row = 0, at = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++, at++) {
      high += image[at] * (row - meanRow) ** 2;
      wide += image[at] * (column - meanColumn) ** 2;
    }
  }
  const rows = taken(HEIGHT, Math.sqrt(high / mass), meanRow);
  const columns = taken(WIDTH, Math.sqrt(wide / mass), meanColumn);
  const resized = new Float64Array(SIDE * SIDE);
  rows.forEach((sources, row) => {
    for (const { from: above, share: down } of sources) {
      columns.forEach((others, column) => {
        for (const { from, share } of others) resized[row * SIDE + column] += down * share * image[above * SIDE + from];
      });
    }
  });
  return resized;
}

/**
 * From which old rows (or columns) each new one takes its ink, and how much of it.
 * @param {number} wanted   the standard deviation it shall have
 * @param {number} spread   the one it has
 * @param {number} middle   its centre of mass
 * @returns {{from: number, share: number}[][]}
 */
function taken(wanted, spread, middle) {
  const larger = Math.min(Math.max(wanted / Math.max(spread, 1e-12), 1 / MOST), MOST);
  return Array.from({ length: SIDE }, (_, place) => {
    const looks = (place - 14) / larger + middle;
    const first = Math.floor(looks);
    const both = [
      { from: first, share: 1 - (looks - first) },
      { from: first + 1, share: looks - first },
    ];
    return both.filter(({ from, share }) => from >= 0 && from < SIDE && share > 0);
  });
}

/** @type {Object<string, (image: Float64Array) => Float64Array>} */
export const STEPS = { straighten, resize };
/** @type {Object<string, string>} */
export const REASONS = {
  straighten: "the slant of the handwriting is taken out",
  resize: "height and width become those of an average digit",
};

/**
 * Apply the named steps in order.
 * @param {Float64Array} image
 * @param {string[]} names
 * @returns {Float64Array}
 */
export function adjust(image, names) {
  return check(names).reduce((now, name) => STEPS[name](now), image);
}

/**
 * The names themselves; an error where one is unknown.
 * @param {string[]} names
 * @returns {string[]}
 */
export function check(names) {
  for (const name of names) {
    if (!Object.hasOwn(STEPS, name))
      throw new Error(`there is no adjusting step "${name}"; known are ${Object.keys(STEPS).sort().join(", ")}`);
  }
  return names;
}
