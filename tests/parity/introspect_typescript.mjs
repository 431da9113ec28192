/**
 * Writes down what the installed npm package has, as JSON: `introspect_typescript.mjs FOLDER`, the folder it is
 * installed in.
 *
 * Two sources are read: the declarations, as the compiler sees them, and the module, as a program meets it. Defaults are
 * not in declarations; they come from the source of the built module.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const require = createRequire(import.meta.url);
const ts = createRequire(new URL("../runtimes/package.json", import.meta.url))("typescript");
const installed = join(folder, "node_modules", "@daytonaio", "sdk");
const dist = join(installed, "bindings-node", "dist");
const entry = join(dist, "index.d.ts");

const program = ts.createProgram([entry], {
  strict: true,
  module: ts.ModuleKind.NodeNext,
  types: ["node"],
  typeRoots: [join(folder, "node_modules", "@types")],
});
const checker = program.getTypeChecker();
const defaults = implementedDefaults();

const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)));
const declarations = Object.fromEntries(exported.map((symbol) => [symbol.name, describe(symbol)]));
const esm = await import(pathToFileURL(join(dist, "index.mjs")).href);
const cjs = require(installed);
const values = (module) =>
  Object.keys(module)
    .filter((name) => name !== "default" && name !== "module.exports")
    .sort();
const inESM = values(esm);
const codes = Object.fromEntries(
  inESM.filter((name) => esm[name]?.prototype instanceof Error).map((name) => [name, esm[name].code ?? null]),
);
console.log(JSON.stringify({ declarations, values: inESM, commonjs: values(cjs), codes }));

function describe(symbol) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const [declaration] = target.declarations;
  if (ts.isClassDeclaration(declaration)) {
    const bases =
      declaration.heritageClauses?.flatMap((clause) => clause.types.map((type) => text(type))) ?? [];
    const constructors = declaration.members.filter(ts.isConstructorDeclaration).map((node) => text(node));
    const own = declaration.members.filter(
      (member) => member.name && !ts.isPrivateIdentifier(member.name) && !isStatic(member),
    );
    return { kind: "class", bases, constructors, members: membersOf(target.name, own) };
  }
  if (ts.isInterfaceDeclaration(declaration)) {
    const properties = checker.getDeclaredTypeOfSymbol(target).getProperties();
    return {
      kind: "interface",
      members: membersOf(
        target.name,
        properties.map((property) => property.declarations[0]),
      ),
    };
  }
  if (ts.isEnumDeclaration(declaration)) {
    const entries = declaration.members.map((member) => [member.name.text, checker.getConstantValue(member)]);
    return { kind: "enum", members: Object.fromEntries(entries) };
  }
  if (ts.isTypeAliasDeclaration(declaration)) {
    return {
      kind: "type",
      text: text(declaration.type),
      members: aliasMembers(target.name, declaration.type),
    };
  }
  if (ts.isFunctionDeclaration(declaration)) {
    return {
      kind: "function",
      text: text(declaration)
        .replace(/^export declare function /, "")
        .replace(/;$/, ""),
    };
  }
  return { kind: "const", text: text(declaration) };
}

/** The members of the object types that a union is made of. */
function aliasMembers(owner, node) {
  const parts = ts.isUnionTypeNode(node) ? [...node.types] : [node];
  return membersOf(
    owner,
    parts.filter(ts.isTypeLiteralNode).flatMap((part) => [...part.members]),
  );
}

function membersOf(owner, nodes) {
  const members = {};
  for (const node of nodes) {
    const name = ts.isComputedPropertyName(node.name) ? node.name.getText() : node.name.text;
    if (name.startsWith("[")) continue;
    members[name] ??= [];
    members[name].push(text(node, defaults[`${owner}.${name}`]));
    if (isDeprecated(node)) members[name].deprecated = true;
  }
  return Object.fromEntries(
    Object.entries(members).map(([name, texts]) => [
      name,
      { texts: [...texts], deprecated: texts.deprecated ?? false },
    ]),
  );
}

function isStatic(node) {
  return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static) !== 0;
}

function isDeprecated(node) {
  return (
    (ts.getCombinedNodeFlags(node) & ts.NodeFlags.Deprecated) !== 0 ||
    ts.getJSDocDeprecatedTag(node) !== undefined
  );
}

/** A declaration as it is written, without comments; a parameter with a default as its source has it. */
function text(node, given = {}) {
  let written = node.getText().replace(/\/\*[\s\S]*?\*\//g, "");
  for (const [name, value] of Object.entries(given)) {
    written = written.replace(new RegExp(`\\b${name}\\?: ([^,)]+)`), `${name}: $1 = ${value}`);
  }
  return written.replace(/\s+/g, " ").replace(/;$/, "").trim();
}

/** `Class.method` -> parameter -> default, from the built module; a constant stands for its value. */
function implementedDefaults() {
  const found = {};
  for (const name of readdirSync(dist).filter((name) => name.endsWith(".js"))) {
    const source = ts.createSourceFile(
      name,
      readFileSync(join(dist, name), "utf8"),
      ts.ScriptTarget.Latest,
      true,
    );
    const constants = {};
    for (const statement of source.statements.filter(ts.isVariableStatement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (initializer && ts.isLiteralExpression(initializer))
          constants[name.getText()] = initializer.getText();
      }
    }
    for (const owner of source.statements.filter(ts.isClassDeclaration)) {
      for (const method of owner.members.filter(ts.isMethodDeclaration)) {
        const given = method.parameters.filter((parameter) => parameter.initializer);
        if (given.length === 0) continue;
        found[`${owner.name.text}.${method.name.getText()}`] = Object.fromEntries(
          given.map((parameter) => {
            const value = parameter.initializer.getText();
            return [parameter.name.getText(), constants[value] ?? value];
          }),
        );
      }
    }
  }
  return found;
}
