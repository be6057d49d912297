// The chart of verdicts over the stream.

import type { Chart } from "chart.js";
import type { Counts } from "../replay/protocol.js";
import { texts } from "../texts.js";

const SERIES = ["block", "escalate", "allow"] as const;

/** A chart in a canvas. Its library is loaded with the first one. */
export class Timeline {
  readonly #select: (part: number) => void;
  #canvas: HTMLCanvasElement | undefined;
  #chart: Chart<"bar"> | undefined;
  #parts: readonly Counts[] = [];
  #count = 0;

  /** `select` gets the part that was clicked. */
  constructor(select: (part: number) => void) {
    this.#select = select;
  }

  /** Puts the chart into a canvas, or ends it if the canvas is gone. */
  readonly attach = (element: Element | undefined): void => {
    if (element === this.#canvas) return;
    this.#chart?.destroy();
    this.#chart = undefined;
    this.#canvas = element instanceof HTMLCanvasElement ? element : undefined;
    if (this.#canvas !== undefined) void this.#create(this.#canvas);
  };

  /** Shows the counts by part; of `count` parts, those that are known. */
  show(parts: readonly Counts[], count: number): void {
    if (parts === this.#parts && count === this.#count) return;
    this.#parts = parts;
    this.#count = count;
    this.#draw();
  }

  /** Takes the colours of the theme again. */
  recolour(): void {
    this.#draw();
  }

  async #create(canvas: HTMLCanvasElement): Promise<void> {
    const { BarController, BarElement, CategoryScale, Chart: Charts, LinearScale, Tooltip } = await import("chart.js");
    if (canvas !== this.#canvas) return;
    Charts.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);
    this.#chart = new Charts(canvas, {
      type: "bar",
      data: { labels: [], datasets: [] },
      options: {
        animation: false,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        onClick: (_, [element]) => {
          if (element !== undefined) this.#select(element.index);
        },
        onHover: (_, elements) => {
          canvas.classList.toggle("clickable", elements.length > 0);
        },
        scales: {
          x: { stacked: true, grid: { display: false }, ticks: { maxTicksLimit: 6, maxRotation: 0 } },
          y: { stacked: true, beginAtZero: true, ticks: { precision: 0, maxTicksLimit: 5 } },
        },
        plugins: { tooltip: { callbacks: { title: ([item]) => texts.replay.part(Number(item?.dataIndex ?? 0) + 1) } } },
      },
    });
    this.#draw();
  }

  #draw(): void {
    const chart = this.#chart;
    if (chart === undefined || this.#canvas === undefined) return;
    const colour = colours(this.#canvas);
    chart.data.labels = Array.from({ length: this.#count }, (_, index) => texts.replay.percent(index / this.#count));
    chart.data.datasets = SERIES.map((verdict) => ({
      label: texts.event.verdicts[verdict],
      data: this.#parts.map((counts) => counts[verdict]),
      backgroundColor: colour(`--chart-${verdict}`),
      barPercentage: 1,
      categoryPercentage: 0.86,
    }));
    for (const scale of Object.values(chart.options.scales ?? {})) {
      if (scale?.ticks !== undefined) scale.ticks.color = colour("--muted");
      if (scale?.grid !== undefined) scale.grid.color = colour("--line");
    }
    chart.update("none");
  }
}

/** Reads custom properties as colours. */
function colours(near: Element): (property: string) => string {
  const probe = document.createElement("span");
  near.parentElement?.append(probe);
  const style = getComputedStyle(probe);
  const read = (property: string): string => {
    probe.style.color = `var(${property})`;
    return style.color;
  };
  queueMicrotask(() => probe.remove());
  return read;
}
