// SPDX-License-Identifier: Apache-2.0
// TypeScript from an OpenRPC document, in the form that Client<Methods, Events> takes. Of a Longwave server it makes
// what `longwave dev docs` writes for the page, to the letter.

export interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  $ref?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  description?: string;
  default?: unknown;
  'x-unit'?: string;
}

interface Descriptor {
  name: string;
  summary?: string;
  required?: boolean;
  schema: Schema;
}

export interface OpenRpc {
  openrpc: string;
  methods: {
    name: string;
    summary?: string;
    paramStructure?: string;
    params: Descriptor[];
    result?: Descriptor;
    errors?: { code: number; message: string }[];
    'x-role'?: string;
    'x-item'?: Schema;
  }[];
  components?: { schemas?: Record<string, Schema> };
  'x-notifications'?: { name: string; summary?: string; channel?: string; data: Schema }[];
}

const plain = /^[A-Za-z_$][\w$]*$/;
const key = (name: string) => (plain.test(name) ? name : JSON.stringify(name));

/** A name of the document as a name of TypeScript. */
const typeName = (name: string) => name.replace(/[^\w$]/g, '_').replace(/^(\d)/, '_$1');

/** Comments can't be ended from inside. */
const quiet = (text: string) => text.replace(/\*\//g, '* /').replace(/\s*\n\s*/g, ' ');

function comment(schema: Schema, summary?: string): string {
  const words: string[] = [];
  const text = schema.description ?? summary;
  if (text) words.push(quiet(text));
  if (schema['x-unit']) words.push(quiet(schema['x-unit']));
  if (schema.default !== undefined) words.push(`default ${quiet(JSON.stringify(schema.default))}`);
  return words.length > 0 ? `  // ${words.join(', ')}` : '';
}

interface Member {
  name: string;
  required: boolean;
  schema: Schema;
  summary?: string | undefined;
}

function members(list: Member[], indent: number): string {
  if (list.length === 0) return 'Record<string, never>';
  const pad = ' '.repeat(indent + 2);
  const lines = list.map(
    ({ name, required, schema, summary }) =>
      `${pad}${key(name)}${required ? '' : '?'}: ${type(schema, indent + 2)};${comment(schema, summary)}\n`,
  );
  return `{\n${lines.join('')}${' '.repeat(indent)}}`;
}

function object(schema: Schema, indent: number): string {
  const { properties = {}, required = [], additionalProperties } = schema;
  const list = Object.entries(properties).map(([name, one]) => ({ name, required: required.includes(name), schema: one }));
  if (list.length > 0) return members(list, indent);
  if (typeof additionalProperties === 'object') return `Record<string, ${type(additionalProperties, indent)}>`;
  return schema.properties ? members([], indent) : 'Record<string, unknown>';
}

function array(item: string): string {
  return item.includes(' ') ? `Array<${item}>` : `${item}[]`;
}

/** The type of a schema; what can't be said is `unknown`. */
export function type(schema: Schema, indent = 0): string {
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return either.map((one) => type(one, indent)).join(' | ');
  if (schema.allOf) return schema.allOf.map((one) => type(one, indent)).join(' & ');
  if (schema.$ref) return typeName(schema.$ref.split('/').pop() ?? '');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((one) => type({ ...schema, type: one }, indent)).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return array(schema.items ? type(schema.items, indent) : 'unknown');
    case 'object':
      return object(schema, indent);
    default:
      return 'unknown';
  }
}

function parameters(method: OpenRpc['methods'][number]): string {
  if (method.paramStructure !== 'by-position') {
    return members(method.params.map(({ name, required = false, schema, summary }) => ({ name, required, schema, summary })), 4);
  }
  const items = method.params.map(({ name, required, schema }) => `${typeName(name)}${required ? '' : '?'}: ${type(schema, 4)}`);
  return `[${items.join(', ')}]`;
}

const standard: [string, number][] = [
  ['parse_error', -32700],
  ['invalid_request', -32600],
  ['method_not_found', -32601],
  ['invalid_params', -32602],
  ['internal_error', -32603],
  ['cancelled', -32000],
  ['unavailable', -32001],
  ['too_many_calls', -32002],
];

/** Codes by name: those of every server, then those that the methods declare. */
function codes(document: OpenRpc): string {
  const declared = document.methods.flatMap((method) => method.errors ?? []);
  const known = new Set(standard.map(([, number]) => number));
  const more = new Map(declared.filter((one) => !known.has(one.code)).map((one) => [one.code, typeName(one.message)]));
  const rows = [...standard, ...[...more].sort(([a], [b]) => b - a).map(([number, name]): [string, number] => [name, number])];
  return rows.map(([name, number]) => `  ${name}: ${number},\n`).join('');
}

export function typescript(document: OpenRpc): string {
  let out = '// SPDX-License-Identifier: Apache-2.0\n// Made from the method table; do not edit.\n';
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    out += '\n';
    if (schema.description) out += `/** ${quiet(schema.description)} */\n`;
    const body = type(schema);
    out += body.startsWith('{') && body.endsWith('}') && !schema.anyOf ? `export interface ${typeName(name)} ${body}\n` : `export type ${typeName(name)} = ${body};\n`;
  }
  out += '\n/** What can be called: parameters, result, and for calls with many answers what comes before it. */\n';
  out += 'export interface Methods {\n';
  for (const method of document.methods) {
    const role = method['x-role'] ? ` Role: ${method['x-role']}.` : '';
    if (method.summary) out += `  /** ${quiet(method.summary)}${role} */\n`;
    out += `  ${JSON.stringify(method.name)}: {\n    params: ${parameters(method)};\n`;
    out += `    result: ${method.result ? type(method.result.schema, 4) : 'unknown'};\n`;
    if (method['x-item']) out += `    more: ${type(method['x-item'], 4)};\n`;
    out += '  };\n';
  }
  out += '}\n\n/** What the server sends by itself: the `data` of a notification. */\nexport interface Events {\n';
  for (const event of document['x-notifications'] ?? []) {
    out += `  /** ${quiet(event.summary ?? '')}${event.channel ? ` On ${event.channel}.` : ''} */\n`;
    out += `  ${JSON.stringify(event.name)}: ${type(event.data, 2)};\n`;
  }
  return `${out}}\n\n/** Codes of errors. */\nexport const ErrorCode = {\n${codes(document)}} as const;\n`;
}
