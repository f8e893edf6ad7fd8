// @ts-check
// How strong a weight is shown, by every face that shows weights as pictures: one scale, so that they look alike.
// The twin of lens/weights.py.

const STRONGEST = 99.5; // percent of the weights are told apart; a few far larger ones must not dim the rest

/**
 * The size from which on a weight is shown at full strength; above 0, whatever the weights.
 * @param {ArrayLike<number>} weights
 * @returns {number}
 */
export function fullStrength(weights) {
  const sizes = weights instanceof Int8Array ? counted(weights) : Float64Array.from(weights, Math.abs).sort();
  return quantile(sizes, STRONGEST / 100) || sizes[sizes.length - 1] || 1;
}

/**
 * The sizes of weights that came as whole numbers, smallest first: counted, which takes a fraction of sorting's time.
 * @param {Int8Array} weights
 * @returns {Float64Array}
 */
function counted(weights) {
  const counts = new Uint32Array(129);
  for (const weight of weights) counts[Math.abs(weight)]++;
  const sizes = new Float64Array(weights.length);
  let at = 0;
  counts.forEach((count, size) => sizes.fill(size, at, (at += count)));
  return sizes;
}

/**
 * The value below which this share of the values lies, interpolated linearly between the two nearest, as NumPy does.
 * @param {Float64Array} sorted   smallest first, at least one
 * @param {number} share   0 to 1
 * @returns {number}
 */
export function quantile(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  const part = place - below;
  const difference = sorted[above] - sorted[below];
  return part < 0.5 ? sorted[below] + difference * part : sorted[above] - difference * (1 - part);
}
