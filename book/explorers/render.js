// Draws the figures of one file in their start state: node render.js FILE, answers with JSON on stdout.
const fs = require("fs");
const path = require("path");
const vm = require("vm");
const read = (name) => fs.readFileSync(path.join(__dirname, name), "utf-8");
const code = `${read("kit.js")}\n${read(process.argv[2])}\nJSON.stringify(Object.fromEntries(Object.keys(Explore.figures).map((name) => [name, Explore.still(name)])))`;
process.stdout.write(vm.runInNewContext(code, { console }));
