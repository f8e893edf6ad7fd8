import{a}from"./chunk-BQOXVTGJ.js";import"./chunk-HX4SPDZM.js";export{a as prepareGrey};
