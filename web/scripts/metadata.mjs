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

/** The prices of a plan, by where they stand in it, with what shapes each: its unit, what is free, how many units it is for. */
const prices = [];
const planSettings = {};
function readPrices(schema, place) {
  const properties = schemas[schema].properties;
  const names = Object.keys(properties);
  const used = new Set();
  const plain = (name) => name.toLowerCase().replace(/free|roundup/, '');
  const beside = (part, name, wanted = () => true) => {
    const found = names.find((other) => other.toLowerCase().includes(part) && wanted(other) && [name.toLowerCase(), `${name.toLowerCase()}s`].includes(plain(other)));
    if (found) used.add(found);
    return found && `${place}/${found}`;
  };
  const named = (name) => {
    if (!name || !properties[name]) return undefined;
    used.add(name);
    return `${place}/${name}`;
  };
  for (const name of names) {
    if (properties[name].$ref && !name.endsWith('Units') && !name.endsWith('Algorithm')) readPrices(nameOf(properties[name].$ref), `${place}/${name}`);
    if (!name.endsWith('Price')) continue;
    const base = name.slice(0, -'Price'.length);
    const free = beside('free', base, (other) => !other.endsWith('Units'));
    prices.push({
      path: `${place}/${name}`, about: properties[name].description, units: named(`${base}Units`), chunk: named(`${base}ChunkSize`), free, freeUnits: named(free && `${free.split('/').at(-1)}Units`),
      roundUp: beside('roundup', base),
    });
    used.add(name);
  }
  const others = names.filter((name) => !used.has(name) && (schemas[nameOf(properties[name].$ref ?? '')]?.enum || properties[name].type === 'boolean'));
  if (others.length) planSettings[place] = others.map((name) => ({ path: `${place}/${name}`, about: properties[name].description, ...(properties[name].$ref && { values: schemas[nameOf(properties[name].$ref)].enum }) }));
}
for (const [name, property] of Object.entries(schemas.SubscriptionPlan.properties)) {
  if (property.$ref?.includes('SubscriptionPlan') && schemas[nameOf(property.$ref)].properties) readPrices(nameOf(property.$ref), `/${name}`);
}

mkdirSync(target, { recursive: true });
writeFileSync(
  new URL('prices.ts', target),
  '// Generated from api/openapi.json; do not edit. Only the page of a plan needs it.\n' +
    'export interface PlanPrice { path: string; about: string; units?: string; chunk?: string; free?: string; freeUnits?: string; roundUp?: string }\n' +
    'export interface PlanSetting { path: string; about: string; values?: readonly string[] }\n' +
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
