// Runs the page's modules under Node, for the tests beside this file: tasks as JSON on stdin, their answers as JSON
// on stdout. Rows of numbers go both ways as base64 of float64, so that no digit is lost; greys as base64 of bytes.

import { readFileSync } from "node:fs";

const WEB = new URL("../../../src/digitlens/web/", import.meta.url);
const names = [
  "core/network",
  "core/costs",
  "core/backward",
  "core/mini_batch",
  "core/neuron",
  "core/numbers",
  "core/weights",
  "core/attribution",
  "core/excitement",
  "core/edges_and_bars",
  "core/sha256",
  "model/fingerprint",
  "model/changed_link",
  "model/model_file",
  "picture/strokes",
  "picture/framing",
  "picture/adjusting",
  "picture/ink",
  "picture/grey",
  "picture/preparation",
  "picture/grey_preparation",
  "model/reading",
  "picture/familiarity",
  "model/calibration",
  "views/worksheet/exercise",
];
const web = Object.fromEntries(
  await Promise.all(names.map(async (name) => [name.split("/").at(-1), await import(new URL(`${name}.js`, WEB).href)])),
);

const DIGIT_SHAPE = { rows: 28, columns: 28 };
const bytesOf = (text) => new Uint8Array(Buffer.from(text, "base64"));
const floats = (text) => new Float64Array(bytesOf(text).buffer);
const out = (values) => {
  const row = Float64Array.from(values);
  return { float64: Buffer.from(row.buffer).toString("base64") };
};
const trace = ({ z, a }) => ({ z: z.map(out), a: a.slice(1).map(out) });
const gradient = (layers) => layers.map(({ weights, biases }) => ({ weights: out(weights), biases: out(biases) }));

/** A network as the tests describe it: a model file, or layers with everything else that matters. */
function networkOf(given) {
  if (given.file) return web.model_file.readModelFile(bytesOf(given.file));
  const layers = given.layers.map(({ weights, biases }) => ({
    weights: Float64Array.from(weights.flat()),
    biases: Float64Array.from(biases),
    n: biases.length,
    before: weights[0].length,
  }));
  const sizes = [layers[0].before, ...layers.map(({ n }) => n)];
  const activations = layers.map((_, l) => (l < layers.length - 1 ? given.activation : given.output));
  return {
    layers,
    sizes,
    activations,
    cost: given.cost,
    name: "of a test",
    classes: [],
    shape: sizes[0] === 784 ? { rows: 28, columns: 28 } : { rows: 1, columns: sizes[0] },
    adjusting: [],
    framing: 1,
    darkOnLight: false,
    recipe: {},
    provenance: {},
    history: [],
    notes: [],
    familiarity: null,
    calibration: null,
  };
}

const stages = (list) => list.map(({ image, ...stage }) => ({ ...stage, image: out(image), size: image.length }));
const preparedOut = ({ stages: list, image, inkFound }, all) => ({
  stages: stages(all ? list : []),
  names: list.map(({ name }) => name),
  image: out(image),
  inkFound,
});

const TASKS = {
  /** The activation functions that the page can compute, each with its range. */
  activations: () =>
    Object.entries(web.network.ACTIVATIONS).map(([name, { range, wholeLayer }]) => ({
      name,
      range: out(range),
      wholeLayer,
    })),

  /** Forward and back: the mean gradient of a batch. */
  batch({ network, images, targets }) {
    const own = networkOf(network);
    const traces = images.map((image) => web.network.forward(own, Float64Array.from(image)));
    const wanted = targets.map((row) => Float64Array.from(row));
    const gradients = traces.map((one, i) => web.backward.backward(own, one, wanted[i]));
    const costs = traces.map((one, i) => web.costs.costOf(own, one, wanted[i]));
    return {
      traces: traces.map(trace),
      costs: out(costs),
      gradient: gradient(web.backward.mean(gradients)),
      parameters: web.network.parameters(own),
    };
  },

  forward({ network, images }) {
    const own = networkOf(network);
    const all = floats(images);
    return Array.from({ length: all.length / 784 }, (_, i) =>
      trace(web.network.forward(own, all.slice(784 * i, 784 * (i + 1)))),
    );
  },

  /** The lead of the answer over the runner-up, and of any other pair, for each image. */
  leads({ network, images, pairs }) {
    const own = networkOf(network);
    const all = floats(images);
    return pairs.map(([one, other], i) => {
      const image = all.slice(784 * i, 784 * (i + 1));
      const { lead, empty, shares, exact } = web.attribution.leadOf(own, image, one, other);
      return { lead, empty, exact, shares: out(shares) };
    });
  },

  /** Exercises of a worksheet, each as it is drawn from a seed. */
  worksheets({ network, images, wanted, counts }) {
    const own = networkOf(network);
    const all = floats(images);
    const { drawn, sumExercise, stepExercise, matrixExercise } = web.exercise;
    return wanted.map(({ seed, target }, i) => {
      const image = all.slice(784 * i, 784 * (i + 1));
      const trace = web.network.forward(own, image);
      const which = drawn(own, trace, seed);
      const weight = { layer: own.layers.length, neuron: target, source: which.source };
      return [
        sumExercise(own, trace, which),
        stepExercise(web.backward.backPropagate(own, image, target), weight),
        matrixExercise(own.classes, counts.flat(), which.asked),
      ];
    });
  },

  fingerprint: ({ network }) => web.fingerprint.fingerprint(networkOf(network)),

  sha256: ({ texts }) => texts.map((text) => web.sha256.sha256(bytesOf(text))),

  /** Changed neurons as the bytes of a link, and back onto a network; bytes that are cut short or strange. */
  changes({ original, changed, onto }) {
    const [before, after, target] = [original, changed, onto].map(networkOf);
    const bytes = web.changed_link.packChanges(before, after);
    const back = bytes && web.changed_link.withChanges(target, bytes);
    const cut = bytes ? [1, 2, 5, 7, 11, 40].map((n) => bytes.slice(0, -n)) : [];
    const strange = bytes
      ? [
          [9, ...bytes.slice(1)],
          [...bytes.slice(0, 5), 200, 1, ...bytes.slice(6)],
        ]
      : [];
    return {
      bytes: bytes && bytes.length,
      layers: back && back.layers.map(({ weights, biases }) => [out(weights), out(biases)]),
      damaged: [...cut, ...strange].map((some) => web.changed_link.withChanges(before, some)),
    };
  },

  /** The pictures that excite neurons most. */
  exciting({ network, neurons, ink, start }) {
    const own = networkOf(network);
    return neurons.map(([layer, neuron]) => {
      const { picture, z } = web.excitement.mostExciting(own, layer, neuron, ink, floats(start));
      return { picture: out(picture), z };
    });
  },

  /** The edge or bar that is most like each neuron's weights. */
  parts({ network, pixels }) {
    const work = web.edges_and_bars.bestParts(networkOf(network).layers[0], pixels);
    for (let step = work.next(); ; step = work.next())
      if (step.done)
        return step.value.map((one) => one && { kind: one.kind, explained: one.explained, picture: out(one.picture) });
  },

  /** Drawings, read as the page reads them. */
  drawings({ network, drawings, radii, adjusting }) {
    const own = networkOf(network);
    own.adjusting = adjusting;
    return drawings.map((strokes, i) => {
      const framed = web.strokes.frameStrokes(strokes, radii[i]);
      const reading = web.reading.read({ strokes, baseInk: null, baseStages: null }, own, true, radii[i]);
      const raw = web.reading.read({ strokes, baseInk: null, baseStages: null }, own, false, radii[i]);
      return {
        scale: framed.scale,
        shift: framed.shift,
        framed: out(framed.strokes.flat(2)),
        digit: reading.digit,
        names: reading.stages.map(({ name }) => name),
        centred: out(reading.stages.find(({ name }) => name === "centred").image),
        image: out(reading.image),
        raw: out(raw.image),
        inkFound: reading.inkFound,
        ...trace(reading.trace),
      };
    });
  },

  /** One picture on the pad, with all that the page shows of it. */
  read({ network, strokes, base, prepare, adjusting }) {
    const own = { ...networkOf(network), adjusting };
    const reading = web.reading.read({ strokes, baseInk: base && floats(base), baseStages: null }, own, prepare);
    return { ...preparedOut(reading, true), digit: reading.digit, pen: web.reading.PEN };
  },

  greys({ network, pictures, adjusting, all = true }) {
    const own = networkOf(network);
    return pictures.map(({ rows, columns, grey }) => {
      const prepared = web.grey_preparation.prepareGrey({ rows, columns, grey: bytesOf(grey) }, adjusting, own);
      return { ...preparedOut(prepared, all), ...trace(web.network.forward(own, prepared.image)) };
    });
  },

  /** What is found in a grey picture, in float64 to the end. */
  ink({ pictures }) {
    return pictures.map(({ rows, columns, grey }) => {
      const { ink, region, others, ...rest } = web.ink.findInk({ rows, columns, grey: bytesOf(grey) });
      const framed = web.framing.frame(ink);
      const levels = [rest.paper, rest.contrast, rest.grain];
      const straight = web.adjusting.straighten(framed, DIGIT_SHAPE);
      return {
        region: [region.top, region.left, region.rows, region.columns],
        ...rest,
        others: others.map(({ reversed, blur }) => [reversed, blur]),
        levels,
        framed: out(framed),
        straightened: out(straight),
        resized: out(web.adjusting.resize(straight, DIGIT_SHAPE)),
      };
    });
  },

  colours({ pictures }) {
    return pictures.map(({ rows, columns, data }) => {
      const { grey, backdrop } = web.grey.fromRGBA(bytesOf(data), rows, columns);
      return { grey: Buffer.from(grey).toString("base64"), backdrop };
    });
  },

  sums({ network, images, count, decimals }) {
    const own = networkOf(network);
    const all = floats(images);
    return Array.from({ length: all.length / own.sizes[0] }, (_, i) => {
      const thought = web.network.forward(own, all.slice(own.sizes[0] * i, own.sizes[0] * (i + 1)));
      return own.sizes.slice(1).flatMap((n, l) =>
        Array.from({ length: n }, (_, neuron) => {
          const sum = web.neuron.neuronSum(own, thought, l + 1, neuron, count);
          return { ...sum, printed: web.neuron.printed(sum, decimals) };
        }),
      );
    });
  },

  addUp: ({ rows, total, decimals }) => web.neuron.addUp(rows, total, decimals),
  exactSums: ({ rows }) => rows.map((row) => web.neuron.exactSum(row)),

  steps({ network, image, target, chains, rate }) {
    const own = networkOf(network);
    const steps = web.backward.backPropagate(own, Float64Array.from(image), target);
    const layers = own.sizes.slice(1).map((_, l) => l + 1);
    const batch = { network: own, steps: [{ image: steps.image, target }], cost: steps.cost, gradient: steps.gradient };
    const { network: moved, promised, fell } = web.mini_batch.stepFrom(batch, rate);
    return {
      cost: steps.cost,
      outputs: steps.outputGradients,
      dC_dz: steps.dC_dz.map(out),
      dC_da: steps.dC_da.map((one) => one && out(one)),
      gradient: gradient(steps.gradient),
      ...trace(steps.trace),
      chains: chains.map(([layer, neuron, source]) => web.backward.weightChain(steps, layer, neuron, source)),
      steepest: layers.map((layer) => web.backward.steepest(steps, layer)),
      promised,
      fell,
      moved: gradient(moved.layers),
    };
  },

  /** Which files are refused (with what words), and what is written of those that are not. */
  files({ files }) {
    return files.map((text) => {
      try {
        const network = web.model_file.readModelFile(bytesOf(text));
        const again = web.model_file.writeModelFile(network);
        const { layers, familiarity, calibration, ...about } = network;
        const judging = {
          familiarity: familiarity && {
            threshold: familiarity.threshold,
            scores: out(familiarity.scores),
            layers: gradient(familiarity.layers),
          },
          calibration,
        };
        return { about, judging, layers: gradient(layers), file: Buffer.from(again).toString("base64") };
      } catch (error) {
        return { refused: error.message };
      }
    });
  },

  numbers({ values, decimals, many }) {
    const { fixed, plain, significant } = web.numbers;
    return values.map((x) => ({
      fixed: fixed(x, decimals),
      plain: plain(x, decimals),
      significant: significant(x, many),
    }));
  },

  /** What a file's reader judges of framed pictures, and how sure it is of sums z. */
  judgements({ network, images, sums }) {
    const { familiarity, calibration } = networkOf(network);
    const all = floats(images);
    const pictures = Array.from({ length: all.length / 784 }, (_, i) => all.slice(784 * i, 784 * (i + 1)));
    return {
      said: pictures.map((image) => web.familiarity.judge(familiarity, image)),
      scores: out(pictures.map((image) => web.familiarity.scoreOf(familiarity.layers, image))),
      two: pictures.map(web.familiarity.twoThings),
      probabilities: sums.map((z) => out(web.calibration.probabilities(calibration, Float64Array.from(z)))),
      confidence: out(sums.map((z) => web.calibration.confidence(calibration, Float64Array.from(z)))),
    };
  },

  counts: ({ values }) => values.map(web.numbers.count),
  strengths: ({ rows, whole }) => rows.map((row) => web.weights.fullStrength(whole ? Int8Array.from(row) : row)),

  /** What is asked wrongly is refused with words. */
  refusals({ network, image }) {
    const own = networkOf(network);
    const [{ forward, activate, ACTIVATIONS }, { neuronSum, addUp }, { backPropagate, weightChain, costOf }] = [
      web.network,
      web.neuron,
      web.backward,
    ];
    const ink = Float64Array.from(image);
    const thought = forward(own, ink);
    const steps = backPropagate(own, ink, 0);
    const asked = [
      () => forward(own, new Float64Array(3)),
      () => activate("softmax", 1),
      () => ACTIVATIONS.softmax.slope(ink),
      () => neuronSum(own, thought, 0, 0),
      () => neuronSum(own, thought, 1, 99),
      () => neuronSum(own, thought, 1, 0, -1),
      () => addUp([1], 1, 16),
      () => backPropagate(own, ink, 10),
      () =>
        backPropagate(
          own,
          ink.map(() => NaN),
          1,
        ),
      () => weightChain(steps, 1, 0, -1),
      () => costOf(own, thought, new Float64Array(3)),
      () => web.strokes.inkStrokes([[[NaN, 1]]], 28, 28, 1),
      () => web.strokes.inkStrokes([[]], 28, 28, 1),
      () => web.strokes.inkStrokes([], 0, 28, 1),
      () => web.strokes.frameStrokes([[[1, 1]]], 10),
      () => web.preparation.prepareStrokes([], 1, ["iron"]),
      () => web.grey.fromRGBA([0, 0, 0, 255], 2, 2),
    ];
    return asked.map((ask) => {
      try {
        return { answered: String(ask()) };
      } catch (error) {
        return { refused: error.message };
      }
    });
  },
};

const tasks = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(tasks.map((one) => TASKS[one.task](one))));
