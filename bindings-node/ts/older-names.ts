/**
 * Second names of values' fields: they can be read like any other, and printing or serializing a value says
 * everything once, under the first names.
 */

/** Adds `names` (second name to first name) to `value`. */
export function withOlderNames<T extends object, const N extends Record<string, keyof T>>(
  value: T,
  names: N,
): T & { readonly [Name in keyof N]: T[N[Name]] } {
  for (const [older, name] of Object.entries(names)) {
    Object.defineProperty(value, older, { value: value[name], configurable: true });
  }
  return value as T & { readonly [Name in keyof N]: T[N[Name]] };
}
