// Compiles static/css/*.scss and static/js/*.js and copies static/img/* into static/dist/ under names that carry
// a hash of their content, and writes static/dist/manifest.json: {"site.css": "dist/site-1a2b3c4d5e.css", ...}.
// Files whose name begins with "_" are parts of others and get no output of their own.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";
import * as sass from "sass";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const staticDir = path.join(root, "static");
const distDir = path.join(staticDir, "dist");

// Office computers carry browsers that are years behind; WeChat's engine on Android is newer than these.
const target = ["chrome80", "safari13", "firefox78"];

// Written by others for newer engines. What Safari before 14.1 gets wrong in destructuring is a rare pattern, which
// esbuild refuses to rewrite; these do not use it.
const newer = { "reader.js": { destructuring: true } };

async function entries(folder, extension) {
  const names = await readdir(path.join(staticDir, folder)).catch(() => []);
  return names
    .filter((name) => name.endsWith(extension) && !name.startsWith("_"))
    .sort()
    .map((name) => path.join(staticDir, folder, name));
}

async function buildStyle(file) {
  const compiled = sass.compile(file, { loadPaths: [path.join(root, "node_modules")], quietDeps: true });
  const { code } = await esbuild.transform(compiled.css, { loader: "css", minify: true, target });
  return { name: `${path.basename(file, ".scss")}.css`, text: code };
}

async function buildScript(file) {
  const result = await esbuild.build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: "iife",
    target,
    supported: newer[path.basename(file)],
    legalComments: "none",
    write: false,
  });
  return { name: path.basename(file), text: result.outputFiles[0].text };
}

async function copyImage(file) {
  return { name: path.basename(file), text: await readFile(file) };
}

/** Writes one output under its hashed name and returns the manifest line for it. */
async function store({ name, text }) {
  const { name: stem, ext } = path.parse(name);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 10);
  const file = `${stem}-${hash}${ext}`;
  await writeFile(path.join(distDir, file), text);
  return [name, `dist/${file}`];
}

/** Removes what earlier builds left, so that a deployed folder holds only what the manifest names. */
async function sweep(manifest) {
  const keep = new Set([...Object.values(manifest).map((file) => path.basename(file)), "manifest.json"]);
  const stale = (await readdir(distDir)).filter((name) => !keep.has(name));
  await Promise.all(stale.map((name) => rm(path.join(distDir, name), { recursive: true })));
}

async function main() {
  const started = Date.now();
  const styles = (await entries("css", ".scss")).map(buildStyle);
  const scripts = (await entries("js", ".js")).map(buildScript);
  const images = (await entries("img", "")).map(copyImage);
  const outputs = await Promise.all([...styles, ...scripts, ...images]);
  await mkdir(distDir, { recursive: true });
  const manifest = Object.fromEntries(await Promise.all(outputs.map(store)));
  // Written beside and renamed: a server that starts during a build reads the old manifest or the new one, never half.
  const manifestFile = path.join(distDir, "manifest.json");
  await writeFile(`${manifestFile}.new`, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(`${manifestFile}.new`, manifestFile);
  await sweep(manifest);
  for (const { name, text } of outputs) console.log(`${name.padEnd(14)} ${(text.length / 1024).toFixed(1)} KB`);
  console.log(`built in ${Date.now() - started} ms`);
}

await main();
