/**
 * Charts: what a matplotlib figure shown by `codeRun` becomes. How it does is in `parse-chart.ts`.
 */

/**
 * What kind of chart it is.
 *
 * @example
 * ```ts
 * import { type Chart, ChartType } from "@daytonaio/sdk";
 *
 * const count = (charts: Chart[]) => charts.filter((chart) => chart.type === ChartType.PIE).length;
 * console.log(count([]));
 * ```
 */
export enum ChartType {
  LINE = "line",
  SCATTER = "scatter",
  BAR = "bar",
  PIE = "pie",
  BOX_AND_WHISKER = "box_and_whisker",
  COMPOSITE_CHART = "composite_chart",
  UNKNOWN = "unknown",
}

/** What all charts have. */
interface Figure {
  /** Its title. */
  readonly title: string;
  /** The picture, a PNG in base64. */
  readonly png?: string;
}

/**
 * What charts with two axes have. The names with underscores are those of earlier versions.
 *
 * @example
 * ```ts
 * import type { Chart2D } from "@daytonaio/sdk";
 *
 * const axes = ({ xLabel, yLabel }: Chart2D) => `${yLabel} by ${xLabel}`;
 * console.log(axes({ title: "Growth", xLabel: "day", yLabel: "price" }));
 * ```
 */
export interface Chart2D extends Figure {
  /** What the x-axis is called. */
  readonly xLabel?: string;
  /** What the y-axis is called. */
  readonly yLabel?: string;
  /** The same as `xLabel`. */
  readonly x_label?: string;
  /** The same as `yLabel`. */
  readonly y_label?: string;
}

/**
 * One series of points.
 *
 * @example
 * ```ts
 * import type { PointData } from "@daytonaio/sdk";
 *
 * const highest = ({ points }: PointData) => Math.max(...points.map(([, y]) => Number(y)));
 * console.log(highest({ label: "squares", points: [[1, 1], [2, 4]] }));
 * ```
 */
export interface PointData {
  /** What it is called. */
  readonly label: string;
  /** Its points, x and y; a text where the axis is categorical or shows dates. */
  readonly points: [number | string, number | string][];
}

/**
 * What line and scatter charts have. The names with underscores are those of earlier versions.
 *
 * @example
 * ```ts
 * import type { PointChart } from "@daytonaio/sdk";
 *
 * const isLogarithmic = (chart: PointChart) => chart.yScale === "log";
 * ```
 */
export interface PointChart extends Chart2D {
  /** Where the ticks of the x-axis are. */
  readonly xTicks: (number | string)[];
  /** What they say. */
  readonly xTickLabels: string[];
  /** The scale of the x-axis: `linear`, `log`, `categorical`, `datetime`. */
  readonly xScale: string;
  /** Where the ticks of the y-axis are. */
  readonly yTicks: (number | string)[];
  /** What they say. */
  readonly yTickLabels: string[];
  /** The scale of the y-axis. */
  readonly yScale: string;
  /** The same as `xTicks`. */
  readonly x_ticks: (number | string)[];
  /** The same as `xTickLabels`. */
  readonly x_tick_labels: string[];
  /** The same as `xScale`. */
  readonly x_scale: string;
  /** The same as `yTicks`. */
  readonly y_ticks: (number | string)[];
  /** The same as `yTickLabels`. */
  readonly y_tick_labels: string[];
  /** The same as `yScale`. */
  readonly y_scale: string;
  /** Its series. */
  readonly elements: PointData[];
}

/**
 * Points joined by lines.
 *
 * @example
 * ```ts
 * import { ChartType, Daytona, type LineChart } from "@daytonaio/sdk";
 *
 * const last = (chart: LineChart) => chart.elements[0]?.points.at(-1);
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * const code = "print('no figure')";
 * for (const chart of (await sandbox.process.codeRun(code)).artifacts.charts) {
 *   if (chart.type === ChartType.LINE) console.log(chart.xLabel, last(chart));
 * }
 * await daytona.remove(sandbox);
 * ```
 */
export interface LineChart extends PointChart {
  /** What kind it is. */
  readonly type: ChartType.LINE;
}

/**
 * Points alone.
 *
 * @example
 * ```ts
 * import type { ScatterChart } from "@daytonaio/sdk";
 *
 * const size = (chart: ScatterChart) => chart.elements.reduce((sum, group) => sum + group.points.length, 0);
 * ```
 */
export interface ScatterChart extends PointChart {
  /** What kind it is. */
  readonly type: ChartType.SCATTER;
}

/**
 * One bar.
 *
 * @example
 * ```ts
 * import type { BarData } from "@daytonaio/sdk";
 *
 * const total = (bars: BarData[]) => bars.reduce((sum, bar) => sum + Number(bar.value), 0);
 * console.log(total([{ label: "Mon", group: "hours", value: "8" }]));
 * ```
 */
export interface BarData {
  /** What it is called. */
  readonly label: string;
  /** Which bars it belongs with. */
  readonly group: string;
  /** How high it is. */
  readonly value: string;
}

/**
 * Bars.
 *
 * @example
 * ```ts
 * import { type BarChart, type Chart, ChartType } from "@daytonaio/sdk";
 *
 * const isBars = (chart: Chart): chart is BarChart => chart.type === ChartType.BAR;
 * ```
 */
export interface BarChart extends Chart2D {
  /** What kind it is. */
  readonly type: ChartType.BAR;
  /** Its bars. */
  readonly elements: BarData[];
}

/**
 * One slice.
 *
 * @example
 * ```ts
 * import type { PieData } from "@daytonaio/sdk";
 *
 * const share = (slice: PieData) => `${slice.label}: ${((slice.angle / 360) * 100).toFixed(1)} %`;
 * console.log(share({ label: "yes", angle: 90, radius: 1 }));
 * ```
 */
export interface PieData {
  /** What it is called. */
  readonly label: string;
  /** Its share of the circle in degrees. */
  readonly angle: number;
  /** The radius of the circle. */
  readonly radius: number;
}

/**
 * A circle in slices.
 *
 * @example
 * ```ts
 * import type { PieChart } from "@daytonaio/sdk";
 *
 * const largest = (chart: PieChart) => [...chart.elements].sort((a, b) => b.angle - a.angle)[0]?.label;
 * ```
 */
export interface PieChart extends Figure {
  /** What kind it is. */
  readonly type: ChartType.PIE;
  /** Its slices. */
  readonly elements: PieData[];
}

/**
 * One box. The names with underscores are those of earlier versions.
 *
 * @example
 * ```ts
 * import type { BoxAndWhiskerData } from "@daytonaio/sdk";
 *
 * const spread = (box: BoxAndWhiskerData) => box.thirdQuartile - box.firstQuartile;
 * ```
 */
export interface BoxAndWhiskerData {
  /** What it is called. */
  readonly label: string;
  /** Where the lower whisker ends. */
  readonly min: number;
  /** Where the box begins. */
  readonly firstQuartile: number;
  /** The line in the box. */
  readonly median: number;
  /** Where the box ends. */
  readonly thirdQuartile: number;
  /** Where the upper whisker ends. */
  readonly max: number;
  /** The points beyond the whiskers. */
  readonly outliers: number[];
  /** The same as `firstQuartile`. */
  readonly first_quartile: number;
  /** The same as `thirdQuartile`. */
  readonly third_quartile: number;
}

/**
 * Boxes with whiskers.
 *
 * @example
 * ```ts
 * import type { BoxAndWhiskerChart } from "@daytonaio/sdk";
 *
 * const medians = (chart: BoxAndWhiskerChart) => chart.elements.map((box) => [box.label, box.median]);
 * ```
 */
export interface BoxAndWhiskerChart extends Chart2D {
  /** What kind it is. */
  readonly type: ChartType.BOX_AND_WHISKER;
  /** Its boxes. */
  readonly elements: BoxAndWhiskerData[];
}

/**
 * A figure of several charts.
 *
 * @example
 * ```ts
 * import type { Chart, CompositeChart } from "@daytonaio/sdk";
 *
 * const all = (chart: CompositeChart): Chart[] => chart.elements.filter((subplot) => subplot.png);
 * ```
 */
export interface CompositeChart extends Figure {
  /** What kind it is. */
  readonly type: ChartType.COMPOSITE_CHART;
  /** Its charts. */
  readonly elements: Chart[];
}

/**
 * A chart of a kind this version does not know; the picture is all there is to see.
 *
 * @example
 * ```ts
 * import { type Chart, ChartType, type UnknownChart } from "@daytonaio/sdk";
 *
 * const isUnknown = (chart: Chart): chart is UnknownChart => chart.type === ChartType.UNKNOWN;
 * ```
 */
export interface UnknownChart extends Figure {
  /** What kind it is. */
  readonly type: ChartType.UNKNOWN;
  /** What came, as it came. */
  readonly elements: unknown[];
}

/**
 * Any chart; `type` tells which.
 *
 * @example
 * ```ts
 * import { type Chart, Daytona } from "@daytonaio/sdk";
 * import { writeFile } from "node:fs/promises";
 *
 * const save = (chart: Chart) => writeFile(`${chart.title}.png`, Buffer.from(chart.png ?? "", "base64"));
 * const daytona = new Daytona();
 * const sandbox = await daytona.create({ language: "python" });
 * const code = "import matplotlib.pyplot as plt; plt.plot([1, 4, 9]); plt.title('Squares'); plt.show()";
 * const { artifacts } = await sandbox.process.codeRun(code);
 * await Promise.all(artifacts.charts.map(save));
 * await daytona.remove(sandbox);
 * ```
 */
export type Chart =
  | LineChart
  | ScatterChart
  | BarChart
  | PieChart
  | BoxAndWhiskerChart
  | CompositeChart
  | UnknownChart;
