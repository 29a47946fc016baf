#!/usr/bin/env node
// Prints the bill of materials of a static build, SPDX 2.3 in JSON: nodeward, and each Debian package that the build
// recorded to hold code of (linked.sh), with its version and what its copyright file says of licences.
//
//   SOURCE_DATE_EPOCH=… packaging/sbom.js build/release
'use strict';

const { execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const [build] = process.argv.slice(2);
const root = path.resolve(__dirname, '..');
const lines = (command, words) => execFileSync(command, words, { encoding: 'utf8' }).split('\n').filter(Boolean);
const [, version] = fs.readFileSync(path.join(root, 'CMakeLists.txt'), 'utf8').match(/^project\(nodeward VERSION (\S+)/m);
const binary = crypto.createHash('sha256').update(fs.readFileSync(path.join(build, 'nodeward'))).digest('hex');

// Debian's short names of licences that SPDX calls otherwise; a name that is in neither list stays out of
// licenseDeclared, and is told as a comment.
const kSpdx = new Map([
  ...['Apache-2.0', 'BSL-1.0', 'ISC', 'MIT', 'CC0-1.0', 'Unlicense', 'Zlib'].map((name) => [name, name]),
  ['Expat', 'MIT'], ['BSL-1', 'BSL-1.0'], ['Boost-1.0', 'BSL-1.0'], ['CC0', 'CC0-1.0'],
  ['BSD-2-clause', 'BSD-2-Clause'], ['BSD-3-clause', 'BSD-3-Clause'], ['BSD-3-Clause', 'BSD-3-Clause'],
  ...['LGPL-2', 'LGPL-2.1', 'LGPL-3', 'GPL-2', 'GPL-3'].flatMap((name) => {
    const spdx = /\.\d$/.test(name) ? name : `${name}.0`;
    return [[name, `${spdx}-only`], [`${name}+`, `${spdx}-or-later`]];
  }),
]);

// Names of licences in a copyright file of the machine-readable kind; of another kind: none.
function licences(name, below) {
  const text = fs.readFileSync(path.join(below, `usr/share/doc/${name}/copyright`), 'utf8');
  if (!/^Format: /m.test(text)) return [];
  return [...new Set([...text.matchAll(/^License: *(\S.*)$/gm)].map(([, licence]) => licence.trim()))].sort();
}

function declared(names) {
  const known = names.map((name) => kSpdx.get(name));
  return names.length > 0 && known.every(Boolean) ? [...new Set(known)].join(' AND ') : 'NOASSERTION';
}

const id = (name) => `SPDXRef-${name.replace(/[^A-Za-z0-9.-]/g, '-')}`;

function packageOf(line) {
  const [name, below] = line.split(' ');
  const [row] = lines('dpkg-query', [`--root=${below}`, '-W', '-f', '${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n', name]);
  const [packaged, architecture, source, sourceVersion] = row.split('\t');
  const names = licences(name, below);
  return {
    SPDXID: id(name), name, versionInfo: packaged, downloadLocation: 'NOASSERTION', filesAnalyzed: false,
    supplier: 'Organization: Debian', sourceInfo: `built from the Debian source package ${source} ${sourceVersion}`,
    licenseConcluded: 'NOASSERTION', licenseDeclared: declared(names), copyrightText: 'NOASSERTION',
    licenseComments: names.length > 0 ? `the copyright file of the package names: ${names.join('; ')}`
      : 'the copyright file of the package is not machine-readable; NOTICE holds it',
    externalRefs: [{
      referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl',
      referenceLocator: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(packaged)}?arch=${architecture}`,
    }],
  };
}

const own = {
  SPDXID: id('nodeward'), name: 'nodeward', versionInfo: version, downloadLocation: 'NOASSERTION', filesAnalyzed: false,
  licenseConcluded: 'Apache-2.0', licenseDeclared: 'Apache-2.0', copyrightText: 'NOASSERTION',
  primaryPackagePurpose: 'APPLICATION', checksums: [{ algorithm: 'SHA256', checksumValue: binary }],
};
const linked = lines(path.join(__dirname, 'linked.sh'), [build]).map(packageOf);
const created = new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000).toISOString().replace('.000', '');

process.stdout.write(`${JSON.stringify({
  spdxVersion: 'SPDX-2.3', dataLicense: 'CC0-1.0', SPDXID: 'SPDXRef-DOCUMENT', name: `nodeward-${version}`,
  documentNamespace: `https://spdx.org/spdxdocs/nodeward-${version}-${binary}`,
  creationInfo: { created, creators: [`Tool: nodeward-sbom-${version}`] },
  packages: [own, ...linked],
  relationships: [
    { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: own.SPDXID },
    ...linked.map(({ SPDXID }) => ({ spdxElementId: own.SPDXID, relationshipType: 'STATIC_LINK', relatedSpdxElement: SPDXID })),
  ],
}, null, 2)}\n`);
