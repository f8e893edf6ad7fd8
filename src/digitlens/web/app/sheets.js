// @ts-check
// The style sheets that the first reading needs. All others come with the journeys that they belong to.

export const FIRST_SHEETS = [
  "style.css",
  "app/frame.css",
  "app/grid.css",
  "views/read/pad.css",
  "views/network/diagram.css",
  "views/tools/tools.css",
  "app/print.css",
];
