/**
 * References in a scenario's data, and comparing a result with what is expected.
 *
 * The same rules stand in `python/matching.py` and `rust/matching.rs`; `scenarios/selftest.toml` holds the three to
 * each other. They are written down in `plan.py`.
 */

/** Whatever JSON can say. */
export type Data = null | boolean | number | string | Data[] | { [name: string]: Data };
export type Table = { [name: string]: Data };

const REFERENCE = /@\{([^}]+)\}/g;
const WHOLE = /^@\{([^}]+)\}$/;

/** `value` with every `@{name}` replaced by what is known under that name. */
export function resolve(value: Data, known: Table): Data {
  if (typeof value === "string") {
    const whole = WHOLE.exec(value);
    if (whole?.[1] !== undefined) return lookUp(whole[1], known);
    return value.replace(REFERENCE, (_, path: string) => text(lookUp(path, known)));
  }
  if (Array.isArray(value)) return value.map((item) => resolve(item, known));
  if (!isTable(value)) return value;
  if (Array.isArray(value.$repeat)) {
    const [piece, times] = value.$repeat;
    return text(resolve(piece ?? "", known)).repeat(Number(times));
  }
  if (isTable(value.$files)) {
    const { count, ...file } = value.$files;
    return Array.from({ length: Number(count) }, (_, n) => resolve(file, { ...known, n }));
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolve(item, known)]));
}

/** `box.labels.tier` or `files.0.name`. */
function lookUp(path: string, known: Table): Data {
  let value: Data = known;
  for (const step of path.split(".")) {
    const next: Data | undefined = Array.isArray(value)
      ? value[Number(step)]
      : isTable(value)
        ? value[step]
        : undefined;
    if (next === undefined) throw new Error(`nothing is known as @{${path}}`);
    value = next;
  }
  return value;
}

function text(value: Data): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function isTable(value: Data | undefined): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What differs, or undefined. */
export function mismatch(expected: Data, actual: Data | undefined, where = "result"): string | undefined {
  if (isTable(expected)) {
    const matcher = Object.keys(expected).find((name) => name.startsWith("$") && name !== "$base64");
    if (matcher !== undefined) return match(matcher, expected[matcher] ?? null, actual, where);
    if (!isTable(actual)) return `${where}: a table is expected, there is ${show(actual)}`;
    return first(
      Object.entries(expected).map(([name, item]) => mismatch(item, actual[name], `${where}.${name}`)),
    );
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      return `${where}: ${expected.length} items are expected, there is ${show(actual)}`;
    }
    return first(expected.map((item, n) => mismatch(item, actual[n], `${where}.${n}`)));
  }
  return expected === actual
    ? undefined
    : `${where}: ${show(expected)} is expected, there is ${show(actual)}`;
}

function match(name: string, expected: Data, actual: Data | undefined, where: string): string | undefined {
  const fits = (): boolean => {
    switch (name) {
      case "$regex":
        return typeof actual === "string" && new RegExp(String(expected)).test(actual);
      case "$absent":
        return actual === undefined || actual === null;
      case "$length":
        return lengthOf(actual) === expected;
      case "$min":
        return typeof actual === "number" && actual >= Number(expected);
      case "$not":
        return mismatch(expected, actual) !== undefined;
      case "$contains": {
        const wanted = expected as Data[];
        if (typeof actual === "string") return wanted.every((piece) => actual.includes(String(piece)));
        return (
          Array.isArray(actual) &&
          wanted.every((piece) => actual.some((item) => mismatch(piece, item) === undefined))
        );
      }
      case "$unordered": {
        const wanted = expected as Data[];
        return Array.isArray(actual) && actual.length === wanted.length && pairs(wanted, [...actual]);
      }
      default:
        throw new Error(`${where}: there is no matcher ${name}`);
    }
  };
  return fits() ? undefined : `${where}: ${name} ${show(expected)} is expected, there is ${show(actual)}`;
}

/** A text's length in characters, not in UTF-16 units. */
function lengthOf(value: Data | undefined): number {
  if (typeof value === "string") return [...value].length;
  if (Array.isArray(value)) return value.length;
  return isTable(value) ? Object.keys(value).length : -1;
}

/** Each expected item has an actual one of its own. The data keeps items distinct, so the first fit is the fit. */
function pairs(expected: Data[], actual: Data[]): boolean {
  return expected.every((wanted) => {
    const fit = actual.findIndex((item) => mismatch(wanted, item) === undefined);
    if (fit >= 0) actual.splice(fit, 1);
    return fit >= 0;
  });
}

function first(found: (string | undefined)[]): string | undefined {
  return found.find((difference) => difference !== undefined);
}

function show(value: Data | undefined): string {
  const shown = JSON.stringify(value) ?? "nothing";
  return shown.length <= 600 ? shown : `${shown.slice(0, 600)}... (${shown.length} characters)`;
}
