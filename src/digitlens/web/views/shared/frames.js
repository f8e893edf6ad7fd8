// @ts-check
// Drawing once a frame, however often something has changed; and less often while there is other work to do.

/**
 * What asks for the next drawing.
 * @param {import("./lifetime.js").Lifetime} life
 * @param {() => void} draw
 * @param {() => number} [between]   ms from one drawing to the next, at least
 * @returns {() => void}
 */
export function frames(life, draw, between = () => 0) {
  let [frame, timer, drawnAt] = [0, 0, 0];
  const later = () => {
    life.cancel(timer);
    const wait = between() ? drawnAt + between() - performance.now() : 0;
    if (wait > 0) timer = life.after(later, wait);
    else
      frame ||= life.frame(() => {
        [frame, drawnAt] = [0, performance.now()];
        draw();
      });
  };
  return later;
}
