// The cost of an event against the number of rules, as an SVG.

import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { summary } from "../measure.mjs";

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** @param {readonly { rules: number, ways: import("../rows.mjs").Row["ways"] }[]} cost */
export function plot(cost) {
  const names = [...new Set(cost.flatMap(({ ways }) => Object.keys(ways)))];
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 760, height: 420 });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    title: { text: "cost of an event of the working session", textStyle: { fontSize: 14 } },
    legend: { top: 34, data: names },
    grid: { top: 80, left: 70, right: 30, bottom: 50 },
    xAxis: { type: "log", name: "rules", nameLocation: "middle", nameGap: 30, min: 10 },
    yAxis: { type: "log", name: "µs per event", min: 0.1 },
    series: names.map((name) => ({
      name,
      type: "line",
      symbolSize: 7,
      data: cost.flatMap(({ rules, ways }) => {
        const samples = ways[name];
        return samples === undefined ? [] : [[rules, Number((summary(samples).median * 1000).toPrecision(4))]];
      }),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg.trim()}\n`;
}
