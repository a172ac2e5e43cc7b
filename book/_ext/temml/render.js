// Reads one JSON request a line, {tex, display}, and answers with one line, {mathml} or {error}.
// It ends by itself when its input does, so a build that dies leaves no process behind.
const fs = require("node:fs");
const path = require("node:path");
const source = fs.readFileSync(path.join(__dirname, "temml.min.js"), "utf-8");
const temml = new Function(`${source}; return temml;`)();
const answer = ({ tex, display }) => {
  try {
    return { mathml: temml.renderToString(tex, { displayMode: display, throwOnError: true }) };
  } catch (error) {
    return { error: error.message };
  }
};
require("node:readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n"));
