// Bundles the page's modules: `node tools/build_page.mjs [FOLDER]`, or `make bundles`. Without FOLDER into web/built/,
// which is committed, so that nobody needs Node to use Digitlens; a test builds them again and compares bytes.
//
//     page/      the served page and the static site: what the first reading needs, and each journey by itself
//     page/worker.js   the worker in which a tab trains
//     page/pictures.js   the worker that opens large pictures
//     file.js    the page in one file: Read, Neuron and Learn; file_trains.js: with all journeys
//     file_opener.js   the script in that file which unpacks the others
//     widget.js  the notebook's widget, for anywidget
//     manifest.json   what they were made from, and with which esbuild: SHA-256 of every source and every bundle

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const WEB = join(ROOT, "src/digitlens/web");
const BUILT = process.argv[2] ?? join(WEB, "built");
const TARGET = ["chrome111", "firefox115", "safari16.4"]; // those that have container queries and adopted style sheets
const NODE = process.env.DIGITLENS_NODE_MODULES ?? join(ROOT, ".venv/node/node_modules");
const esbuild = createRequire(join(NODE, "x.js"))("esbuild");

const posix = (path) => relative(WEB, path).split(sep).join("/");
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
const text = (path) => readFileSync(path, "utf8").replaceAll("\r\n", "\n");

/** Every file under a folder, sorted. */
function files(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort((one, other) => (one < other ? -1 : 1));
}

const SOURCE = /^(?!built\/)(.*\.(js|css|html)|texts\/[^/]+\.json)$/;
const sources = files(WEB).filter((path) => SOURCE.test(posix(path)));

const { FIRST_SHEETS } = await import(pathToFileURL(join(WEB, "app/sheets.js")));

/** The style sheets of the component, as two modules: those of the first reading, and all others. */
async function styles() {
  const sheets = sources.filter((path) => path.endsWith(".css") && !posix(path).startsWith("hosts/"));
  const texts = {};
  for (const path of sheets) {
    const { code } = await esbuild.transform(text(path), { loader: "css", minify: true, target: TARGET });
    texts[posix(path)] = code.trim();
  }
  const some = (wanted) => JSON.stringify(Object.fromEntries(Object.entries(texts).filter(([name]) => wanted(name))));
  return {
    first: `import { ownStyles } from "./browser.js";
      const first = ${some((name) => FIRST_SHEETS.includes(name))};
      export const hostStyles = () => ownStyles(first, () => import("late-styles"));`,
    late: `export const texts = ${some((name) => !FIRST_SHEETS.includes(name))};`,
  };
}

/** In a bundle, style sheets come along with it: hosts/styles.js is another module. */
const bundledStyles = {
  name: "styles",
  async setup(build) {
    const { first, late } = await styles();
    const module = (contents) => () => ({ contents, loader: "js", resolveDir: join(WEB, "hosts") });
    build.onLoad({ filter: /hosts[\\/]styles\.js$/ }, module(first));
    build.onResolve({ filter: /^late-styles$/ }, ({ path }) => ({ path, namespace: "styles" }));
    build.onLoad({ filter: /./, namespace: "styles" }, module(late));
  },
};

/**
 * Texts are named in the modules, and numbered in a bundle: by their places in en.json, which are the same in all
 * languages. Of the English ones, texts/first.js brings its part along, texts/later.js its own, and so on.
 */
const english = JSON.parse(text(join(WEB, "texts/en.json")));
const places = Object.fromEntries(
  Object.entries(english).map(([part, texts]) => [part, new Map(Object.keys(texts).map((key, i) => [key, i]))]),
);
const BY_NAME = /^(views|choices|fields)\./; // keys that are put together as the page runs
const bundledTexts = (/** @type {(key: string) => boolean} */ wanted = () => true) => ({
  name: "texts",
  setup(build) {
    build.onLoad({ filter: /texts[\\/](first|later|worker)\.js$/ }, ({ path }) => {
      const part = basename(path, ".js");
      const named = Object.entries(english[part]).filter(([key]) => BY_NAME.test(key));
      const kept = Object.entries(english[part]).map(([key, one]) => (wanted(key) ? one : 0));
      const [all, some] = [kept, Object.fromEntries(named)].map((one) => JSON.stringify(one));
      const made = `phrases("${part}", ${all}, ${some})`;
      const contents = `import { phrases } from "./language.js";\nexport const phrase = ${made};`;
      return { contents, loader: "js", resolveDir: join(WEB, "texts") };
    });
    build.onLoad({ filter: /\.js$/ }, ({ path }) => {
      const source = text(path);
      const part = /import { phrase } from "[./]*texts\/(\w+)\.js"/.exec(source)?.[1];
      if (!part) return undefined;
      const contents = source.replace(/(?<!\/\/.*)\bphrase\(\s*("[^"]*"|`[^`]*`)/g, (call, key) => {
        const place = places[part].get(key.slice(1, -1));
        if (place === undefined && !BY_NAME.test(key.slice(1)))
          throw new Error(`${posix(path)}: no text is called ${key}`);
        return place === undefined ? call : `phrase(${place}`;
      });
      return { contents, loader: "js", resolveDir: dirname(path) };
    });
  },
});
/** The opener of the one file is not compressed, so of all texts it brings those alone that it can say. */
const openersTexts = bundledTexts((key) => key.startsWith("training.data.inflate."));

const common = {
  absWorkingDir: WEB,
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "esm",
  legalComments: "none",
  logLevel: "warning",
  target: TARGET,
  write: false,
  plugins: [bundledStyles, bundledTexts()],
};
const host = (name) => join(WEB, "hosts", `${name}.js`);
const exists = (name) => sources.includes(host(name));
const results = [];
results.push(
  await esbuild.build({
    ...common,
    entryPoints: ["page", "site"].filter(exists).map(host),
    splitting: true,
    outdir: join(BUILT, "page"),
    chunkNames: "[name]-[hash]",
  }),
);
const worker = { ...common, format: "iife", plugins: [bundledTexts()] };
results.push(
  await esbuild.build({
    ...worker,
    entryPoints: [join(WEB, "train/worker.js")],
    outfile: join(BUILT, "page/worker.js"),
  }),
);
results.push(
  await esbuild.build({
    ...worker,
    entryPoints: [join(WEB, "picture/worker.js")],
    outfile: join(BUILT, "page/pictures.js"),
  }),
);
for (const name of ["file", "file_trains", "file_opener", "widget"].filter(exists)) {
  const plugins = name === "file_opener" ? [openersTexts] : common.plugins;
  results.push(
    await esbuild.build({ ...common, plugins, entryPoints: [host(name)], outfile: join(BUILT, `${name}.js`) }),
  );
}

rmSync(BUILT, { recursive: true, force: true });
const bundles = {};
for (const { path, contents } of results.flatMap(({ outputFiles }) => outputFiles)) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  bundles[relative(BUILT, path).split(sep).join("/")] = hash(contents);
}
const sorted = (entries) => Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
const manifest = {
  esbuild: esbuild.version,
  sources: sorted(sources.map((path) => [posix(path), hash(text(path))])),
  bundles: sorted(Object.entries(bundles)),
};
writeFileSync(join(BUILT, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
for (const [name, { length }] of Object.entries(
  Object.fromEntries(
    results.flatMap(({ outputFiles }) => outputFiles.map((f) => [relative(BUILT, f.path), f.contents])),
  ),
))
  console.log(`${name}: ${length.toLocaleString("en")} bytes`);
