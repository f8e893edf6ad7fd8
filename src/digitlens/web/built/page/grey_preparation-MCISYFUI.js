import{a}from"./chunk-GY47DYYE.js";import"./chunk-PALXHCCZ.js";export{a as prepareGrey};
