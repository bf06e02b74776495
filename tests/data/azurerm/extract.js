// Writes schema.json: what the azurerm provider's schema says of the resources that deploy/azure uses. Read from the published bindings of the provider:
//   npm pack @cdktn/provider-azurerm@16.1.0 && tar xzf *.tgz && node extract.js package > schema.json
// The bindings' code names every attribute with its type, and which are blocks; the type declarations say which are required. What is only computed has a getter
// and no setter.
'use strict';
const fs = require('fs');
const path = require('path');

const root = process.argv[2];
const resources = [
  'resource-group', 'virtual-network', 'subnet', 'kubernetes-cluster', 'kubernetes-cluster-node-pool', 'storage-account', 'user-assigned-identity',
  'federated-identity-credential', 'role-definition', 'role-assignment',
];
const types = { string: 'string', number: 'number', boolean: 'bool', stringList: ['list', 'string'], stringMap: ['map', 'string'], numberList: ['list', 'number'], booleanMap: ['map', 'bool'], any: 'dynamic' };
const snake = name => name.replace(/[A-Z]/g, c => '_' + c.toLowerCase());

function typeOf(one) {
  const type = types[one.storage];
  if (type === undefined) throw new Error(`what is a ${one.storage}?`);
  return Array.isArray(type) && one.type === 'set' ? ['set', type[1]] : type;
}

// { name: { isBlock, type, storage } } of an attrs = { … } object that begins at this place.
function attributesAt(code, from) {
  const found = {};
  const text = code.slice(from, code.indexOf('\n    };', from) > 0 ? Math.min(...['\n    };', '\n        };'].map(e => code.indexOf(e, from)).filter(i => i > 0)) : undefined);
  for (const m of text.matchAll(/^\s+(\w+): \{\n\s+value: [^\n]+\n\s+isBlock: (true|false),\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)",/gm))
    found[m[1]] = { isBlock: m[2] === 'true', type: m[3], storage: m[4] };
  return found;
}

// { Interface: { attribute: isRequired } } of the declarations.
function declarations(text) {
  const found = {};
  for (const m of text.matchAll(/export interface (\w+)[^{]*\{([\s\S]*?)\n\}/g)) {
    found[m[1]] = {};
    for (const a of m[2].matchAll(/^    readonly (\w+)(\??):/gm)) found[m[1]][a[1]] = a[2] === '';
  }
  return found;
}

function schemaOf(folder, configName) {
  const code = fs.readFileSync(path.join(root, 'lib', folder, 'index.js'), 'utf8');
  const declared = declarations(fs.readFileSync(path.join(root, 'lib', folder, 'index.d.ts'), 'utf8'));
  const requiredIn = (name, attribute) => Object.entries(declared[name] ?? {}).some(([key, required]) => snake(key) === attribute && required);

  function block(attributes, name) {
    const result = { attributes: {}, blocks: {} };
    for (const [key, one] of Object.entries(attributes)) {
      if (!one.isBlock) {
        result.attributes[key] = { type: typeOf(one), [requiredIn(name, key) ? 'required' : 'optional']: true };
        continue;
      }
      const struct = one.storage.replace(/List$|Map$/, '');
      const at = code.indexOf(`function ${struct[0].toLowerCase()}${struct.slice(1)}ToHclTerraform(`);
      if (at < 0) throw new Error(`${folder}: no block ${struct}`);
      const inner = block(attributesAt(code, at), struct);
      const single = one.type === 'struct';
      const required = requiredIn(name, key);
      // A class of its own for one block means that there is at most one.
      const atMostOne = single || new RegExp(`new ${struct}OutputReference\\(this, "${key}"\\)`).test(code);
      result.blocks[key] = { nesting: single ? 'single' : one.type, min: required && !single ? 1 : 0, max: atMostOne && !single ? 1 : 0, ...inner };
    }
    return result;
  }

  const from = code.lastIndexOf('synthesizeHclAttributes() {');
  const result = block(attributesAt(code, from), configName);

  // What the resource class can only be asked for. Outputs that are structures are left open.
  const main = code.slice(code.lastIndexOf('extends cdktn.Terraform'), from);
  const setters = new Set([...main.matchAll(/^    set (\w+)\(/gm)].map(m => snake(m[1])));
  for (const m of main.matchAll(/^    get (\w+)\(\) \{\n([\s\S]*?)\n    \}/gm)) {
    const key = snake(m[1]);
    if (m[1].endsWith('Input') || result.blocks[key] || setters.has(key)) continue;
    const read = /get(String|Number|Boolean|List|StringMap)Attribute\(['"](\w+)['"]\)/.exec(m[2]);
    if (read) result.attributes[read[2]] = { type: { String: 'string', Number: 'number', Boolean: 'bool', List: ['list', 'string'], StringMap: ['map', 'string'] }[read[1]], computed: true };
    else if (/return this\._/.test(m[2])) result.attributes[key] = { type: 'dynamic', computed: true };
  }
  // An id that may be given is an id that is given back.
  if (result.attributes.id) result.attributes.id = { type: 'string', optional: true, computed: true };
  for (const [key, one] of Object.entries(result.attributes))
    if (one.optional && new RegExp(`get ${key.replace(/_(\w)/g, (_, c) => c.toUpperCase())}\\(\\) \\{\\n\\s+return this\\.get`).test(main)) one.computed = true;
  return result;
}

const pascal = folder => folder.split('-').map(p => p[0].toUpperCase() + p.slice(1)).join('');
const version = /providerVersion: '([\d.]+)'/.exec(fs.readFileSync(path.join(root, 'lib/resource-group/index.js'), 'utf8'))[1];
const provider = schemaOf('provider', 'AzurermProviderConfig');
const all = {};
for (const folder of resources) all[`azurerm_${folder.replace(/-/g, '_')}`] = schemaOf(folder, `${pascal(folder)}Config`);
process.stdout.write(JSON.stringify({ version, provider, resources: all }, null, 1).replace(/\n\s+"(type|required|optional|computed)"/g, ' "$1"') + '\n');
