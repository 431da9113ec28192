"""Figures that a program shows arrive as data, and as pictures."""

import base64
from pathlib import Path

from daytona_sdk import CreateSandboxParams, Daytona
from daytona_sdk.charts import BarChart, LineChart

CODE = """
import matplotlib.pyplot as plt

plt.plot([1, 2, 3], [1, 4, 9], label="squares")
plt.title("Growth")
plt.xlabel("n")
plt.show()

plt.bar(["apples", "pears"], [3, 4])
plt.title("Fruit")
plt.show()
"""

daytona = Daytona()
sandbox = daytona.create(CreateSandboxParams(language="python"))
try:
    response = sandbox.process.code_run(CODE).check()
    for number, chart in enumerate(response.artifacts.charts or []):
        if isinstance(chart, LineChart):
            print(f"{chart.title}: {[(line.label, line.points) for line in chart.elements]} over {chart.x_label}")
        elif isinstance(chart, BarChart):
            print(f"{chart.title}: {[(bar.label, bar.value) for bar in chart.elements]}")
        if chart.png:
            picture = Path(f"chart-{number}.png")
            picture.write_bytes(base64.b64decode(chart.png))
            print(picture, "is a picture:", picture.read_bytes().startswith(b"\x89PNG"))
finally:
    daytona.remove(sandbox)
