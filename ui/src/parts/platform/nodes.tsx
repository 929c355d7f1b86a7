// SPDX-License-Identifier: Apache-2.0
import { nodes } from '../../state/platform';
import { count, roughly } from '../../strings';
import { p } from '../../strings/platform';
import { bytes } from './figures';

export function Nodes() {
  const list = nodes.value ?? [];
  return (
    <section class="part" aria-labelledby="nodes-title">
      <h2 class="panel-title" id="nodes-title">
        {p.nodes}
        <span class="tally">{count(list.length)}</span>
      </h2>
      <ul class="nodes">
        {list.map((node, i) => (
          <li key={node.node} class={`node ${node.broker_well ? '' : 'node-bad'}`}>
            <h3 class="node-name">
              {node.node} {i === 0 && <span class="quiet small">({p.nodeHere})</span>}
            </h3>
            <p class="quiet small">{node.address}</p>
            <dl class="facts">
              <Fact name={p.broker} value={`${p.brokers[node.broker] ?? node.broker}, ${node.broker_well ? p.brokerWell : p.brokerAway}`} bad={!node.broker_well} />
              <Fact name={p.connections} value={count(node.connections)} />
              <Fact name={p.channels} value={count(node.channels)} />
              <Fact name={p.memory} value={bytes(node.memory_bytes)} />
              <Fact name={p.up} value={roughly(node.uptime_ms)} />
              <Fact name={p.version} value={node.version} />
              <Fact name={p.kept} value={p.recovered(count(node.recovered), count(node.unrecovered))} />
            </dl>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Fact({ name, value, bad = false }: { name: string; value: string; bad?: boolean }) {
  return (
    <div>
      <dt class="quiet">{name}</dt>
      <dd class={bad ? 'trouble' : ''}>{value}</dd>
    </div>
  );
}
