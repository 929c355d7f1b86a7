// SPDX-License-Identifier: Apache-2.0
// Two minutes of each figure, one line per node: the newest at the end, each second moves it.
import { type Sample, samples } from '../../state/platform';
import { count } from '../../strings';
import { p } from '../../strings/platform';
import { ceiling, cores, rate } from './figures';

interface Figure {
  title: string;
  of: (sample: Sample) => number;
  say: (value: number) => string;
  least: number; // of the scale's top
}

const figures: Figure[] = [
  { title: p.connections, of: (one) => one.connections, say: count, least: 5 },
  { title: p.published, of: (one) => one.published_per_s, say: rate, least: 5 },
  { title: p.delivered, of: (one) => one.deliveries_per_s, say: rate, least: 5 },
  { title: p.cpu, of: (one) => one.cpu, say: cores, least: 1 },
];

export function Charts() {
  const lines = [...samples.value.values()];
  return (
    <section class="part" aria-labelledby="charts-title">
      <h2 class="panel-title" id="charts-title">
        {p.charts}
      </h2>
      {lines.length === 0 && <p class="quiet">{p.waiting}</p>}
      <ul class="charts" hidden={lines.length === 0}>
        {figures.map((figure) => (
          <li key={figure.title} class="chart">
            <Chart figure={figure} lines={lines} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const points = 120;
const wide = 240;
const high = 64;

function Chart({ figure: { title, of, say, least }, lines }: { figure: Figure; lines: Sample[][] }) {
  const values = lines.map((line) => line.map(of));
  const now = values.reduce((sum, line) => sum + (line.at(-1) ?? 0), 0);
  const all = values.flat();
  const top = ceiling(Math.max(least, ...all));
  const x = (i: number, n: number) => wide - ((n - 1 - i) * wide) / (points - 1);
  const y = (value: number) => high - (value / top) * (high - 2) - 1;
  return (
    <>
      <h3 class="chart-title quiet small">{title}</h3>
      <p class="chart-now">{say(now)}</p>
      <svg
        class="chart-lines"
        viewBox={`0 0 ${wide} ${high}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={p.range(title, say(now), say(Math.min(...all)), say(Math.max(...all)))}
      >
        <path class="chart-grid" d={`M0 .5H${wide}M0 ${high / 2}H${wide}M0 ${high - 0.5}H${wide}`} />
        {values.map((line, i) => {
          const path = line.map((value, at) => `${x(at, line.length).toFixed(1)} ${y(value).toFixed(1)}`).join('L');
          return (
            <g key={i} class={`chart-line chart-line-${i % 4}`}>
              {values.length === 1 && line.length > 1 && <path class="chart-area" d={`M${path}L${wide} ${high}L${x(0, line.length).toFixed(1)} ${high}Z`} />}
              <path class="chart-path" d={`M${path}`} />
            </g>
          );
        })}
      </svg>
      <p class="chart-top quiet small" aria-hidden="true">
        {say(top)}
      </p>
    </>
  );
}
