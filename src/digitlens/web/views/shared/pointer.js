// @ts-check
// Pen, mouse and finger on a surface: one stroke at a time, from the first pointer that comes down.
//
// A second finger does no harm, other buttons than the first draw nothing, and a stroke that the system takes away
// (pointercancel) ends, and is kept. A pen goes before a hand that came down first: what the hand drew is taken back.

/**
 * @typedef {Object} Strokes
 * @property {(point: number[]) => void} start
 * @property {(points: number[][]) => void} move   all that came since the last frame, in order
 * @property {() => void} end
 * @property {() => void} takeBack   the stroke that was begun was none
 */

/**
 * @param {HTMLElement} surface
 * @param {() => number} width   of the surface, in its own units
 * @param {Strokes} strokes  in these units, y down
 */
export function followPointer(surface, width, strokes) {
  /** @type {number | null} */
  let drawing = null;
  let touches = false; // it is a finger, or a palm
  let [left, top, scale] = [0, 0, 1];

  const where = (/** @type {PointerEvent} */ event) => [(event.clientX - left) * scale, (event.clientY - top) * scale];
  surface.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (drawing !== null) {
      if (!touches || event.pointerType !== "pen") return;
      drawing = null;
      strokes.takeBack();
    }
    touches = event.pointerType === "touch";
    const box = surface.getBoundingClientRect();
    [left, top, scale] = [box.left, box.top, width() / box.width];
    drawing = event.pointerId;
    try {
      surface.setPointerCapture(event.pointerId); // the stroke goes on outside, and comes back
    } catch {
      // a pointer that is gone already, or one that a program made
    }
    strokes.start(where(event));
  });
  surface.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drawing) return;
    const all = event.getCoalescedEvents?.() ?? [];
    strokes.move((all.length ? all : [event]).map(where));
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
    surface.addEventListener(name, (event) => {
      if (event.pointerId !== drawing) return;
      drawing = null;
      strokes.end();
    });
  }
}
