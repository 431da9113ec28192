/**
 * From what a sandbox sent to a chart.
 *
 * Code in a sandbox made it, so nothing about it is believed: the fields that are known are taken when they are of
 * the type they should be, and the rest is left out. It never throws.
 */
import {
  type BarData,
  type BoxAndWhiskerData,
  type Chart,
  ChartType,
  type PieData,
  type PointData,
} from "./charts";
import { withOlderNames } from "./older-names";

type Raw = Record<string, unknown>;

/** Charts within charts: matplotlib has one level, and what has many is no figure of it. */
const MAX_DEPTH = 8;

/**
 * Makes a chart of what a sandbox sent for one. What is missing or of a wrong type is empty.
 *
 * @param data - one element of `artifacts.charts` of a toolbox's answer
 * @example
 * ```ts
 * import { ChartType, parseChart } from "@daytonaio/sdk";
 *
 * const elements = [{ label: "apples", group: "fruit", value: "3" }];
 * const chart = parseChart({ type: "bar", title: "Basket", y_label: "pieces", elements });
 * if (chart.type === ChartType.BAR) console.log(chart.title, chart.yLabel, chart.elements[0]?.value);
 * ```
 */
export function parseChart(data: unknown): Chart {
  return parse(data, MAX_DEPTH);
}

function parse(data: unknown, depth: number): Chart {
  const raw = isRecord(data) ? data : {};
  const elements = Array.isArray(raw.elements) ? raw.elements : [];
  const records = elements.filter(isRecord);
  const png = typeof raw.png === "string" ? { png: raw.png } : {};
  const figure = { title: text(raw.title), ...png };
  switch (raw.type) {
    case "line":
      return onScales({ type: ChartType.LINE, ...figure, elements: records.map(pointData) } as const, raw);
    case "scatter":
      return onScales({ type: ChartType.SCATTER, ...figure, elements: records.map(pointData) } as const, raw);
    case "bar":
      return onAxes({ type: ChartType.BAR, ...figure, elements: records.map(barData) } as const, raw);
    case "pie":
      return { type: ChartType.PIE, ...figure, elements: records.map(pieData) };
    case "box_and_whisker":
      return onAxes(
        { type: ChartType.BOX_AND_WHISKER, ...figure, elements: records.map(boxData) } as const,
        raw,
      );
    case "composite_chart": {
      const charts = depth > 0 ? records.map((record) => parse(record, depth - 1)) : [];
      return { type: ChartType.COMPOSITE_CHART, ...figure, elements: charts };
    }
    default:
      return { type: ChartType.UNKNOWN, ...figure, elements };
  }
}

function onAxes<T extends object>(chart: T, raw: Raw) {
  const x = typeof raw.x_label === "string" ? { xLabel: raw.x_label } : {};
  const y = typeof raw.y_label === "string" ? { yLabel: raw.y_label } : {};
  const drawn: T & { xLabel?: string; yLabel?: string } = { ...chart, ...x, ...y };
  return withOlderNames(drawn, { x_label: "xLabel", y_label: "yLabel" });
}

function onScales<T extends object>(chart: T, raw: Raw) {
  const scales = {
    xTicks: list(raw.x_ticks, isPlace),
    xTickLabels: list(raw.x_tick_labels, isText),
    xScale: text(raw.x_scale),
    yTicks: list(raw.y_ticks, isPlace),
    yTickLabels: list(raw.y_tick_labels, isText),
    yScale: text(raw.y_scale),
  };
  return withOlderNames(Object.assign(onAxes(chart, raw), scales), {
    x_ticks: "xTicks",
    x_tick_labels: "xTickLabels",
    x_scale: "xScale",
    y_ticks: "yTicks",
    y_tick_labels: "yTickLabels",
    y_scale: "yScale",
  });
}

function pointData(raw: Raw): PointData {
  return { label: text(raw.label), points: list(raw.points, isPoint) };
}

function barData(raw: Raw): BarData {
  return { label: text(raw.label), group: text(raw.group), value: text(raw.value) };
}

function pieData(raw: Raw): PieData {
  return { label: text(raw.label), angle: number(raw.angle), radius: number(raw.radius) };
}

function boxData(raw: Raw): BoxAndWhiskerData {
  const box = {
    label: text(raw.label),
    min: number(raw.min),
    firstQuartile: number(raw.first_quartile),
    median: number(raw.median),
    thirdQuartile: number(raw.third_quartile),
    max: number(raw.max),
    outliers: list(raw.outliers, isNumber),
  };
  return withOlderNames(box, { first_quartile: "firstQuartile", third_quartile: "thirdQuartile" });
}

function isRecord(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isPlace(value: unknown): value is number | string {
  return isText(value) || isNumber(value);
}

function isPoint(value: unknown): value is [number | string, number | string] {
  return Array.isArray(value) && value.length === 2 && value.every(isPlace);
}

/** A number given for a text is a text too: a bar's value has been both. */
function text(value: unknown): string {
  return isPlace(value) ? String(value) : "";
}

function number(value: unknown): number {
  return isNumber(value) ? value : 0;
}

function list<T>(value: unknown, is: (element: unknown) => element is T): T[] {
  return Array.isArray(value) ? value.filter(is) : [];
}
