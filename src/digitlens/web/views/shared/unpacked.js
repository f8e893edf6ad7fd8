// @ts-check
// What hidden neurons look for comes with its pictures in base64.

/** @typedef {import("./services.js").LookedFor} LookedFor */

/**
 * Pictures that came as base64.
 * @param {import("./services.js").PackedLookedFor} told
 * @returns {LookedFor}
 */
export function unpacked({ on, images, strongest, exciting, part, tells }) {
  return {
    here: false,
    why: "",
    on,
    images: images ?? null,
    strongest: strongest.map(({ ink, ...rest }) => ({ ...rest, ink: bytes(ink) })),
    exciting: { ...exciting, ink: bytes(exciting.ink) },
    part: part ? { ...part, weights: Int8Array.from(bytes(part.weights)) } : null,
    tells: tells ?? null,
  };
}

/** @param {string} text @returns {Uint8Array} */
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
