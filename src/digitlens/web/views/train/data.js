// @ts-check
// Which images it learns from: those that are here, MNIST one click away, or files of one’s own.

import { many } from "../../train/curves.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { ownImages } from "./own_images.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/settings.js").Choices} Choices */
/** @typedef {import("../../train/trainer.js").Trainer} Trainer */

const NAMES = /** @type {Record<string, () => string>} */ ({
  mnist: () => phrase("train.data.mnistWrittenByHand"),
  pen: () => phrase("train.data.penDigitsWrittenByA"),
  "pen-small": () => phrase("train.data.20000PenDigitsWritten"),
  folder: () => phrase("train.data.yourOwnImages"),
});

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @param {App} app @param {Trainer} live @param {(name: string) => void} choose */
export function dataView(app, live, choose) {
  const select = h("select", { id: "train-data", onchange: () => choose(select.value) });
  const words = h("p", { class: "dim" });
  const get = h("button", { onclick: () => fetchIt() }, phrase("train.data.downloadMnist11Mb"));
  const bar = h("progress", { max: 1, value: 0, "aria-label": phrase("train.data.howMuchOfTheImages") });
  const progress = h("span", { class: "dim" });
  const how = h("p", { class: "dim", role: "status" });
  const own = ownImages(app, live, choose);
  const element = h(
    "section",
    { class: "data", "aria-label": phrase("train.data.data"), "data-field": "data" },
    h("label", { for: "train-data" }, phrase("train.data.learnsFrom")),
    select,
    words,
    how,
    h("div", { class: "row" }, get, bar, progress),
    own.element,
  );
  let listed = "";
  let coming = false;
  let trouble = "";

  const fetchIt = () => {
    trouble = "";
    coming = live.send({ type: "download" });
    app.set({});
  };
  live.on("download", (message) => {
    coming = !message.ended;
    trouble = message.error;
    if (message.total) bar.value = message.done / message.total;
    else bar.removeAttribute("value");
    setText(
      progress,
      message.file &&
        phrase("train.data.mb", { list: message.file.replace(/\.gz$/, ""), done: (message.done / 1e6).toFixed(1) }),
    );
    if (message.ended && !message.error)
      app.say(live.kind === "server" ? phrase("train.data.mnistIsHere") : phrase("train.data.theImagesAreHere"));
    app.set({});
  });
  live.on("state", () => (coming = false));
  return {
    element,
    /** @param {Choices} choices @param {string} name @param {any} header   of the run that is shown */
    update(choices, name, header) {
      const { data } = choices;
      const key = data.map((one) => one.name + one.here).join();
      if (key !== listed) {
        listed = key;
        clear(
          select,
          ...data.map((one) =>
            h(
              "option",
              { value: one.name },
              (NAMES[one.name]?.() ?? one.name) + (one.here ? "" : phrase("train.data.notHereYet")),
            ),
          ),
        );
      }
      select.value = name;
      const chosen = data.find((one) => one.name === name);
      const here = chosen?.here ?? false;
      const ran = header?.data === name && header.training ? header : null;
      const from = ran?.source || chosen?.source || "";
      setText(
        words,
        ran
          ? phrase("train.data.learnsFromImagesAndIs", {
              training: many(ran.training),
              test: many(ran.test),
              from: from && ` ${capital(from)}.`,
            })
          : chosen
            ? phrase("train.data.imagesToLearnFromOthers", { training: many(chosen.training), test: many(chosen.test) })
            : "",
      );
      const mnist = data.find((one) => one.name === "mnist" && !one.here);
      setText(
        how,
        !mnist
          ? here
            ? ""
            : (chosen?.how ?? "")
          : trouble
            ? phrase("train.data.itCouldNotBeDownloaded", { trouble })
            : here
              ? phrase("train.data.mnistIsNotOnThis")
              : mnist.how,
      );
      attributes(how, { hidden: !how.textContent });
      attributes(get, { hidden: !mnist, disabled: coming || live.state !== "here" });
      for (const one of [bar, progress]) attributes(one, { hidden: !coming });
      own.update();
    },
  };
}
