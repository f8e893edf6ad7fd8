import{a}from"./chunk-CK7J6QN6.js";import"./chunk-Z3RDS6M6.js";export{a as prepareGrey};
