// @ts-check
// A picture file onto the pad, prepared for the network that is loaded; or, where it shows several digits, beside it.

import { readsDigits } from "../../core/shape.js";
import { closeSheets } from "./sheets.js";
import { openedPicture } from "./picture_opener.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../model/state.js").Base} Base */

const lookers = /** @type {WeakMap<App, ReturnType<typeof import("./page.js").severalDigits>>} */ (new WeakMap());
const newest = /** @type {WeakMap<App, number>} */ (new WeakMap());

/** The modules that a picture needs and a drawing does not; throws where nobody answers. */
export const pictureParts = () =>
  Promise.all([import("../../picture/open.js"), import("./page.js")]).catch(() => {
    throw new Error(phrase("read.pictureFile.nobodyAnswersWhoCouldBring"));
  });

/**
 * A picture file onto the pad; one with several digits is shown as it is, and its digits are chosen one by one. Throws
 * an Error with a clear text for what is none.
 * @param {App} app
 * @param {Blob} file
 * @param {string} name
 * @param {Base} [base]
 */
export async function putPicture(app, file, name, base = { kind: "picture", name }) {
  const mine = (newest.get(app) ?? 0) + 1;
  newest.set(app, mine);
  const { prepared, smaller } = await openedPicture(app, file);
  const [, { severalDigits }] = await pictureParts();
  const onPad = { strokes: [], base, baseInk: prepared.image, baseStages: prepared.stages };
  if (mine !== newest.get(app)) return;
  closeSheets(app);
  if (base.kind !== "picture" || !readsDigits(app.network) || !app.services.pageReader) return app.set(onPad);
  const look = lookers.get(app) ?? severalDigits(app);
  lookers.set(app, look);
  const before = app.state;
  const several = await look(smaller ?? file, name);
  if (mine !== newest.get(app) || app.state.strokes !== before.strokes || app.state.baseInk !== before.baseInk) return;
  app.set(several ? { strokes: [], base: null, baseInk: null, baseStages: null } : onPad);
}
