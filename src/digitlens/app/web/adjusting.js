// @ts-check
// Steps from 28×28 to 28×28 that make digits more alike: for now, straightening slanted ones.
//
// A network is trained behind a list of such steps and must be read behind the same list, so each has a name that goes
// into the model file. image: (784,), ink from 0 (none) to 1 (full). The twin of digits/adjusting.py.

const SIDE = 28;

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
    // A row of the new image is the same row of the old one, moved by this much (columns to the left, fractions included).
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

/** @type {Object<string, (image: Float64Array) => Float64Array>} */
export const STEPS = { straighten };
/** @type {Object<string, string>} */
export const REASONS = { straighten: "the slant of the handwriting is taken out" };

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
    if (!Object.hasOwn(STEPS, name)) throw new Error(`there is no adjusting step "${name}"; known are ${Object.keys(STEPS).sort().join(", ")}`);
  }
  return names;
}
