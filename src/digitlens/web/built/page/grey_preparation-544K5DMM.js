import{a}from"./chunk-W5Q3TMW4.js";import"./chunk-PALXHCCZ.js";export{a as prepareGrey};
