// Derives, from the contract, what the portal must know at run time: types and enum words of list schemas, and which roles
// may call which operation. The TypeScript types themselves come from openapi-typescript.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../api/openapi.json', import.meta.url);
const portal = new URL('../src/', import.meta.url);
const target = new URL('../src/api/generated/', import.meta.url);
const api = JSON.parse(readFileSync(source, 'utf8'));
const schemas = api.components.schemas;

const nameOf = (ref) => ref.split('/').at(-1);

/** Envelopes that operations refer to but the contract does not spell out yet. */
const envelopes = {
  ErrorResponse: {
    type: 'object',
    properties: { errors: { type: 'array', items: { type: 'object', properties: { message: { type: 'string' } } } } },
  },
  ResponseMetadata: {
    type: 'object',
    properties: {
      pagingInfo: {
        type: 'object',
        required: ['total', 'count', 'offset'],
        properties: { total: { type: 'integer' }, count: { type: 'integer' }, offset: { type: 'integer' } },
      },
    },
  },
};
for (const [name, schema] of Object.entries(envelopes)) schemas[name] ??= schema;

function describe(property) {
  const resolved = property.$ref ? schemas[nameOf(property.$ref)] : property;
  const types = [resolved?.type ?? 'object'].flat().filter((type) => type !== 'null');
  const nullable = [resolved?.type].flat().includes('null');
  const meta = types[0] === 'string' ? {} : { type: types[0] };
  if (resolved?.enum) meta.enum = resolved.enum;
  if (resolved?.format) meta.format = resolved.format;
  if (nullable) meta.nullable = true;
  return meta;
}

/** Every text in quotes in the portal's own files: of lists and operations only those named there are described, as each costs bytes of the first page. */
const named = new Set();
for (const file of readdirSync(portal, { recursive: true })) {
  if (!/\.tsx?$/.test(file) || file.includes('generated')) continue;
  // What is called through the typed client needs no description: its types are enough.
  for (const [, text] of readFileSync(new URL(file, portal), 'utf8').matchAll(/(?<!\bapi\.[A-Z]+\()['"`]([\w/.{}]+)['"`]/g)) named.add(text);
}

const operations = {};
const roleSets = [];
const lists = {};
const listOperations = {};
for (const [path, item] of Object.entries(api.paths)) {
  for (const operation of Object.values(item)) {
    if (!operation.operationId) continue;
    const row = operation.responses?.['200']?.content?.['application/json']?.schema?.properties?.data?.items?.$ref;
    const isList = row && named.has(path);
    if (!isList && !named.has(operation.operationId)) continue;
    const roles = JSON.stringify(operation['x-admitted-roles'] ?? []);
    if (!roleSets.includes(roles)) roleSets.push(roles);
    operations[operation.operationId] = roleSets.indexOf(roles);
    if (isList) {
      lists[path] = nameOf(row);
      listOperations[path] = operation.operationId;
    }
  }
}

const wanted = new Set(Object.values(lists));
const described = {};
const descriptions = {};
for (const name of [...wanted].sort()) {
  const properties = Object.entries(schemas[name]?.properties ?? {});
  described[name] = Object.fromEntries(properties.map(([key, value]) => [key, describe(value)]));
  descriptions[name] = Object.fromEntries(properties.filter(([, value]) => value.description).map(([key, value]) => [key, value.description]));
}

/** The prices of a plan as the contract's x-charges have them, and what else a section lets choose. */
const at = (place) => place.split('/').slice(1).reduce((found, name) => schemas[nameOf(found.properties[name].$ref ?? '')] ?? found.properties[name], schemas.SubscriptionPlan);
const inSection = (place) => place.slice(0, place.lastIndexOf('/'));
// What shapes several prices is a choice of the section.
const alone = (place) => (api['x-charges'].filter((charge) => charge.round_up === place).length === 1 ? place : undefined);
const besides = (charge) => ({ units: charge.units, chunk: charge.chunk, free: charge.free, freeUnits: charge.free_units, roundUp: alone(charge.round_up) });
const prices = api['x-charges'].map((charge) => ({ path: charge.pointer, about: at(charge.pointer).description, ...besides(charge) }));
const shaping = new Set(prices.flatMap(({ path, units, chunk, free, freeUnits, roundUp }) => [path, units, chunk, free, freeUnits, roundUp]));
const planSettings = {};
for (const section of new Set(prices.map(({ path }) => inSection(path)))) {
  const others = Object.entries(at(section).properties).map(([name, property]) => ({ path: `${section}/${name}`, about: property.description, property, values: schemas[nameOf(property.$ref ?? '')]?.enum }))
    .filter(({ path, property, values }) => !shaping.has(path) && (values || property.type === 'boolean'));
  if (others.length) planSettings[section] = others.map(({ path, about, values }) => ({ path, about, ...(values && { values }) }));
}

mkdirSync(target, { recursive: true });
writeFileSync(
  new URL('prices.ts', target),
  '// Generated from api/openapi.json; do not edit. Only the pages of plans and invoices need it.\n' +
    'export interface PlanPrice { path: string; about: string; units?: string; chunk?: string; free?: string; freeUnits?: string; roundUp?: string }\n' +
    'export interface PlanSetting { path: string; about: string; values?: readonly string[] }\n' +
    `export const chargeWords: Readonly<Record<string, string>> = ${JSON.stringify(schemas.InvoiceChargeCategory['x-words'])};\n` +
    `export const planPrices: readonly PlanPrice[] = ${JSON.stringify(prices)};\n` +
    `export const planSettings: Readonly<Record<string, readonly PlanSetting[]>> = ${JSON.stringify(planSettings)};\n`,
);
writeFileSync(new URL('schema.d.ts', target), astToString(await openapiTS(api, { defaultNonNullable: false })));
writeFileSync(
  new URL('permissions.ts', target),
  `// Generated from api/openapi.json; do not edit.\nexport const roleSets: readonly (readonly string[])[] = ${JSON.stringify(roleSets.map((text) => JSON.parse(text)))};\n` +
    `export const operations = ${JSON.stringify(operations)} as const;\n` +
    `export const listOperations = ${JSON.stringify(listOperations)} as const;\n`,
);
writeFileSync(
  new URL('metadata.ts', target),
  '// Generated from api/openapi.json; do not edit.\n' +
    'export interface PropertyMeta { /** Of text when missing. */ type?: string; format?: string; enum?: readonly string[]; nullable?: boolean }\n' +
    `export type ListPath = ${Object.keys(lists).map((path) => JSON.stringify(path)).join(' | ')};\n` +
    `export interface ListRows { ${Object.entries(lists).map(([path, name]) => `${JSON.stringify(path)}: ${JSON.stringify(name)}`).join('; ')} }\n` +
    `export const listSchemas: Record<ListPath, string> = ${JSON.stringify(lists)};\n` +
    `export const schemaProperties: Record<string, Record<string, PropertyMeta>> = ${JSON.stringify(described)};\n`,
);
writeFileSync(
  new URL('descriptions.ts', target),
  '// Generated from api/openapi.json; do not edit. Apart from the other facts, as only details of a row need it.\n' +
    `export const descriptions: Record<string, Record<string, string>> = ${JSON.stringify(descriptions)};\n`,
);
console.log(`${Object.keys(lists).length} lists, ${Object.keys(operations).length} operations, ${roleSets.length} sets of roles`);
