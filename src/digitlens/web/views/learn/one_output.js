// @ts-check
// The gradients behind one output: of its bias, of its weights, and of the neurons before it.

import { largestFew, steepestOutput } from "../../core/mini_batch.js";
import { inputName } from "../../core/neuron.js";
import { significant } from "../../core/numbers.js";
import { barPicture } from "../shared/bars.js";
import { clear, h, setText, woven } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */
/** @typedef {import("../../core/mini_batch.js").Weight} Weight */

/**
 * @param {App} app
 * @param {(output: number) => void} choose
 * @returns {{element: HTMLElement, update: (batch: MiniBatch, output: number, weight: Weight) => void}}
 */
export function oneOutputView(app, choose) {
  let [layer, output] = [1, 0];
  const outputs = h("select", { id: "one-output", onchange: () => choose(Number(outputs.value)) });
  const said = h("p");
  const bias = h("p");
  const take = (/** @type {number} */ k) => app.set({ layer, neuron: output, source: k });
  const activations = labelled({ signed: false });
  const ofWeights = labelled({ signed: true, choose: take });
  const weights = labelled({ signed: true });
  const ofNeurons = labelled({ signed: true, choose: take });
  const [whyWeights, whyNeurons] = [h("p"), h("p")];
  const element = h(
    "div",
    {},
    h("p", { class: "row" }, h("label", { for: outputs.id }, phrase("learn.oneOutput.output")), outputs),
    said,
    h("h4", {}, phrase("learn.oneOutput.itsBias")),
    bias,
    h(
      "div",
      { class: "pairs" },
      h(
        "section",
        {},
        h("h4", {}, phrase("learn.oneOutput.itsWeights")),
        whyWeights,
        ...activations.elements,
        ...ofWeights.elements,
      ),
      h(
        "section",
        {},
        h("h4", {}, phrase("learn.oneOutput.theNeuronsBeforeIt")),
        whyNeurons,
        ...weights.elements,
        ...ofNeurons.elements,
      ),
    ),
    h(
      "p",
      { class: "dim" },
      ...woven(phrase("learn.oneOutput.blueShouldRiseTheCost"), {
        blue: h("span", { class: "positive" }, phrase("learn.oneOutput.blueUpwards")),
        red: h("span", { class: "negative" }, phrase("learn.oneOutput.redDownwards")),
      }),
    ),
  );
  let listed = "";

  /** @param {string[]} classes @param {number} steepest */
  const list = (classes, steepest) => {
    const names = `${classes.join()} ${steepest}`;
    if (listed === names) return;
    listed = names;
    const name = (/** @type {number} */ j) =>
      classes[j] + (j === steepest ? phrase("learn.oneOutput.largestGradient") : "");
    clear(outputs, ...classes.map((_, j) => h("option", { value: j }, name(j))));
  };
  return {
    element,
    update(batch, chosenOutput, weight) {
      const { network, steps, a, gradient, dC_dz } = batch;
      [layer, output] = [network.layers.length, chosenOutput];
      const { before } = network.layers[layer - 1];
      const d = dC_dz[layer - 1][output];
      const own = network.layers[layer - 1].weights.subarray(output * before, (output + 1) * before);
      const slopes = gradient[layer - 1].weights.subarray(output * before, (output + 1) * before);
      const mean = steps.length > 1 ? phrase("learn.oneOutput.onAverage") : "";
      const class_ = network.classes[output];
      list(network.classes, steepestOutput(batch));
      if (outputs.value !== String(output)) outputs.value = String(output);
      setText(
        said,
        d
          ? d < 0
            ? phrase("learn.oneOutput.outputShouldRiseDcDz", { name: class_, d: significant(d), mean })
            : phrase("learn.oneOutput.outputShouldFallDcDz", { name: class_, d: significant(d), mean })
          : phrase("learn.oneOutput.outputNeedNotChangeIts", { name: class_ }),
      );
      const slope = significant(d);
      setText(
        bias,
        d < 0
          ? phrase("learn.oneOutput.dcDbDcDzIt", { slope })
          : d
            ? phrase("learn.oneOutput.dcDbDcDzIt2", { slope })
            : phrase("learn.oneOutput.dcDbDcDzIt3", { slope }),
      );
      setText(
        whyWeights,
        mean ? phrase("learn.oneOutput.theGradientOfEachWeight") : phrase("learn.oneOutput.dcDwADcDz"),
      );
      setText(
        whyNeurons,
        mean ? phrase("learn.oneOutput.theGradientOfEachActivation") : phrase("learn.oneOutput.dcDaWeightDcDz"),
      );
      const name = (/** @type {number} */ k) => inputName(network, layer, k);
      const chosen = weight.layer === layer && weight.neuron === output ? weight.source : null;
      const [forWeights, forNeurons] = [largestFew(slopes), largestFew(own)];
      activations.update(
        layer === 1
          ? phrase("learn.oneOutput.thePixels", { mean })
          : phrase("learn.oneOutput.activationsOfTheNeuronsBefore", { mean }),
        {
          values: a[layer - 1],
          shown: forWeights,
          chosen,
          says: (k) => phrase("learn.oneOutput.isAt", { name: name(k), a: significant(a[layer - 1][k]) }),
        },
      );
      ofWeights.update(phrase("learn.oneOutput.howTheWeightsShouldChange"), {
        values: slopes.map((one) => -one),
        shown: forWeights,
        chosen,
        says: (k) =>
          phrase("learn.oneOutput.weightFromDcDw", {
            name: name(k),
            should: should(slopes[k]),
            slope: significant(slopes[k]),
          }),
      });
      weights.update(phrase("learn.oneOutput.theWeights"), {
        values: own,
        shown: forNeurons,
        chosen,
        says: (k) => phrase("learn.oneOutput.weightFromIs", { name: name(k), own: significant(own[k]) }),
      });
      ofNeurons.update(
        layer === 1
          ? phrase("learn.oneOutput.howThePixelsShouldChange")
          : phrase("learn.oneOutput.howTheNeuronsShouldChange"),
        {
          values: own.map((one) => -one * d),
          shown: forNeurons,
          chosen,
          says: (k) =>
            phrase("learn.oneOutput.weightTimes", {
              name: name(k),
              should: should(own[k] * d),
              slope: significant(own[k] * d),
            }),
        },
      );
    },
  };
}

/** Bars under what they are. @param {Parameters<typeof barPicture>[0]} how */
function labelled(how) {
  const bars = barPicture(how);
  const caption = h("p", { class: "dim" });
  return {
    elements: [caption, bars.element],
    /** @param {string} label @param {Omit<import("../shared/bars.js").Shown, "label">} shown */
    update(label, shown) {
      setText(caption, label);
      bars.update({ label, ...shown });
    },
  };
}

/** What should happen to what has this slope, in words. @param {number} slope */
export function should(slope) {
  return slope
    ? slope < 0
      ? phrase("learn.oneOutput.shouldRise")
      : phrase("learn.oneOutput.shouldFall")
    : phrase("learn.oneOutput.doesNotMatter");
}
