/**
 * Figures that a Python program shows arrive as data, and as pictures.
 *
 *     DAYTONA_TARGET=local npx tsx charts.ts
 */
import { ChartType, Daytona } from "@daytonaio/sdk";

const CODE = `
import matplotlib.pyplot as plt

plt.plot([1, 2, 3], [1, 4, 9], label="squares")
plt.title("Growth")
plt.show()

plt.bar(["apples", "pears"], [3, 4])
plt.title("Fruit")
plt.show()
`;

async function main() {
  const daytona = new Daytona();
  const sandbox = await daytona.create({ language: "python" });
  try {
    const response = (await sandbox.process.codeRun(CODE)).check();
    for (const chart of response.artifacts?.charts ?? []) {
      if (chart.type === ChartType.LINE) {
        console.log(
          `${chart.title}: ${chart.elements.map(({ label, points }) => `${label} ${points.join(" ")}`)}`,
        );
      } else if (chart.type === ChartType.BAR) {
        console.log(
          `${chart.title}: ${chart.elements.map(({ label, value }) => `${label} ${value}`).join(", ")}`,
        );
      }
      const picture = Buffer.from(chart.png ?? "", "base64");
      console.log("a picture:", picture.subarray(1, 4).toString() === "PNG");
    }
  } finally {
    await daytona.remove(sandbox);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
