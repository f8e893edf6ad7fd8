// @ts-check
// A series of unknown length in limited memory: when it is full, every second item is dropped. The twin of
// server/training/thinning.py. No DOM.

/** @template T */
export class Thinned {
  /** @param {number} most   at least 2, the first and the newest */
  constructor(most) {
    this.most = Math.max(2, most);
    this.items = /** @type {T[]} */ ([]);
    this.stride = 1;
    this.count = 0; // how many were added
    this.extra = false; // the last item is kept only because it is the newest
  }

  /** @param {T} item   the newest */
  add(item) {
    if (this.extra) this.items.pop();
    this.extra = this.count % this.stride !== 0;
    this.count++;
    this.items.push(item);
    while (this.items.length > this.most) {
      const last = this.extra ? this.items.pop() : undefined;
      this.items = this.items.filter((_, i) => i % 2 === 0);
      this.stride *= 2;
      if (last !== undefined) this.items.push(last);
      else if ((this.count - 1) % this.stride) {
        this.items.push(item);
        this.extra = true;
      }
    }
  }

  /** The newest item. @returns {T | undefined} */
  newest() {
    return this.items[this.items.length - 1];
  }
}
