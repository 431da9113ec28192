/**
 * Charts: each kind from what a toolbox sends, nonsense without a failure, and a real figure from a real sandbox.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Chart, ChartType, parseChart } from "@daytonaio/sdk";
import { sandboxFor } from "./support";

const AXES = {
  x_ticks: [0, 1],
  x_tick_labels: ["0", "1"],
  x_scale: "linear",
  y_ticks: ["a", "b"],
  y_tick_labels: ["A", "B"],
  y_scale: "categorical",
};
const DRAWN_AXES = {
  xTicks: [0, 1],
  xTickLabels: ["0", "1"],
  xScale: "linear",
  yTicks: ["a", "b"],
  yTickLabels: ["A", "B"],
  yScale: "categorical",
};

for (const type of ["line", "scatter"] as const) {
  test(`a ${type} chart`, () => {
    const elements = [
      {
        label: "one",
        points: [
          [0, 1.5],
          ["2026-01-01", 2],
        ],
      },
    ];
    const chart = parseChart({ type, title: "T", png: "cG5n", x_label: "X", elements, ...AXES });
    assert.deepEqual<unknown>(chart, { type, title: "T", png: "cG5n", xLabel: "X", elements, ...DRAWN_AXES });
    assert.ok(chart.type === ChartType.LINE || chart.type === ChartType.SCATTER);
    // The names of earlier versions can be read, and are not printed a second time.
    assert.deepEqual([chart.x_label, chart.x_ticks, chart.y_scale], ["X", [0, 1], "categorical"]);
    assert.ok(!JSON.stringify(chart).includes("x_"));
  });
}

test("a bar chart", () => {
  const elements = [{ label: "apples", group: "fruit", value: "3" }];
  const chart = parseChart({ type: "bar", title: "T", x_label: "X", y_label: "Y", elements });
  assert.deepEqual(chart, { type: ChartType.BAR, title: "T", xLabel: "X", yLabel: "Y", elements });
});

test("a pie chart", () => {
  const elements = [{ label: "half", angle: 180, radius: 1, autopct: "50%" }];
  const chart = parseChart({ type: "pie", title: "T", elements });
  assert.deepEqual(chart, {
    type: ChartType.PIE,
    title: "T",
    elements: [{ label: "half", angle: 180, radius: 1 }],
  });
});

test("a box and whisker chart", () => {
  const box = { label: "B", min: 1, first_quartile: 2, median: 3, third_quartile: 4, max: 5, outliers: [9] };
  const chart = parseChart({ type: "box_and_whisker", title: "T", elements: [box] });
  assert.ok(chart.type === ChartType.BOX_AND_WHISKER);
  const [drawn] = chart.elements;
  const { first_quartile: firstQuartile, third_quartile: thirdQuartile, ...rest } = box;
  assert.deepEqual(drawn, { ...rest, firstQuartile, thirdQuartile });
  assert.deepEqual([drawn?.first_quartile, drawn?.third_quartile], [2, 4]);
});

test("a figure of several charts", () => {
  const elements = [
    { type: "pie", title: "P", elements: [] },
    { type: "bar", title: "B", elements: [] },
  ];
  const chart = parseChart({ type: "composite_chart", title: "T", png: "cG5n", elements });
  assert.ok(chart.type === ChartType.COMPOSITE_CHART);
  assert.deepEqual(
    chart.elements.map(({ type, title }) => [type, title]),
    [
      [ChartType.PIE, "P"],
      [ChartType.BAR, "B"],
    ],
  );
});

test("what is no chart, or a hostile one, is an empty chart and never a failure", () => {
  const empty = { type: ChartType.UNKNOWN, title: "", elements: [] };
  for (const nonsense of [undefined, null, 5, "line", [], {}, { type: 7 }, { type: "__proto__" }]) {
    assert.deepEqual(parseChart(nonsense), empty);
  }
  const wrong = {
    type: "line",
    title: {},
    png: 5,
    x_ticks: "no",
    y_ticks: [null, 1],
    elements: [null, 1, {}],
  };
  assert.deepEqual(parseChart(wrong), {
    type: ChartType.LINE,
    title: "",
    elements: [{ label: "", points: [] }],
    xTicks: [],
    xTickLabels: [],
    xScale: "",
    yTicks: [1],
    yTickLabels: [],
    yScale: "",
  });
  const cyclic: Record<string, unknown> = { type: "composite_chart" };
  cyclic.elements = [cyclic];
  assert.equal(parseChart(cyclic).type, ChartType.COMPOSITE_CHART);
  parseChart(JSON.parse('{"type": "bar", "__proto__": {"polluted": true}, "elements": [{"__proto__": 1}]}'));
  assert.ok(!("polluted" in {}));
});

/** Writes the line a toolbox takes for a figure, as matplotlib's hook does. */
function shows(chart: unknown): string {
  const artifact = JSON.stringify({ type: "chart", value: chart });
  return `import sys\nprint("before")\nprint("dtn_artifact_k39fd2:" + ${JSON.stringify(artifact)})\nprint("after")`;
}

test("codeRun gives the charts that code showed, apart from its text", async (t) => {
  const { process } = await sandboxFor(t, { language: "python" });
  const response = await process.codeRun(
    shows({ type: "bar", title: "größe", elements: [{ label: "a", group: "g", value: "1" }] }),
  );
  assert.equal(response.result, "before\nafter\n");
  const [chart, ...others] = response.artifacts.charts;
  assert.deepEqual(others, []);
  assert.deepEqual(chart, {
    type: ChartType.BAR,
    title: "größe",
    elements: [{ label: "a", group: "g", value: "1" }],
  } satisfies Chart);
});

test("a sandbox that shows numbers beyond 2^53 and __proto__ is read all the same", async (t) => {
  const { process } = await sandboxFor(t, { language: "python" });
  const code = `print('dtn_artifact_k39fd2:{"type":"chart","value":{"type":"pie","__proto__":{"title":"x"},' +
    '"elements":[{"label":"a","angle":18446744073709551615,"radius":1}]}}')`.replace(/\n\s+/g, "\\\n");
  const [chart] = (await process.codeRun(code)).artifacts.charts;
  assert.ok(chart?.type === ChartType.PIE);
  assert.equal(chart.title, "");
  assert.equal(chart.elements[0]?.angle, 2 ** 64);
});

test("a matplotlib figure is a chart with a picture", async (t) => {
  const { process } = await sandboxFor(t, { language: "python" });
  if ((await process.codeRun("import matplotlib")).exitCode !== 0) {
    t.skip("this machine's sandboxes have no matplotlib: `daytona setup` could not install it");
    return;
  }
  const code = `
import matplotlib.pyplot as plt
plt.plot([1, 2, 3], [4, 5, 6], label="rise")
plt.title("Growth")
plt.xlabel("time")
plt.show()`;
  const response = await process.codeRun(code);
  const [chart] = response.artifacts.charts;
  assert.ok(chart?.type === ChartType.LINE, response.result);
  assert.deepEqual([chart.title, chart.xLabel], ["Growth", "time"]);
  assert.deepEqual(chart.elements[0]?.points, [
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
  assert.equal(
    Buffer.from(chart.png ?? "", "base64")
      .subarray(1, 4)
      .toString(),
    "PNG",
  );
});
