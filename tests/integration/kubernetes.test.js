// The manifests of packaging/kubernetes: by Kubernetes' own schemas, without a field that Kubernetes does not know, by
// the Pod Security level "restricted", and in agreement with the profile that they carry. Of the packages lane.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { root, run, settings } = require('./support.js');

const modules = path.join(root, 'tests/kubernetes/node_modules');
const { parseAllDocuments } = require(path.join(modules, 'yaml'));
const folder = path.join(root, 'packaging/kubernetes');
const kGroups = { 'apps/v1': 'apps/v1', v1: 'v1' };

// Every object of the manifests, by kind.
const objects = Object.fromEntries(fs.readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => parseAllDocuments(fs.readFileSync(path.join(folder, name), 'utf8')).map((one) => one.toJS()))
  .map((object) => [object.kind, object]));
const { Kustomization, ...manifests } = objects;

function faultsOf(object) {
  const Model = require(path.join(modules, 'kubernetes-models', kGroups[object.apiVersion], `${object.kind}.js`))[object.kind];
  try {
    new Model(structuredClone(object)).validate();
    return '';
  } catch (error) {
    return error.message;
  }
}

// Paths of all keys in an object: [['spec', 'replicas'], …].
const keysOf = (value, at = []) => (value === null || typeof value !== 'object' ? []
  : Object.entries(value).flatMap(([key, inner]) => [[...at, key], ...keysOf(inner, [...at, key])]));

function changed(object, keys, value) {
  const copy = structuredClone(object);
  keys.slice(0, -1).reduce((inner, key) => inner[key], copy)[keys.at(-1)] = value;
  return copy;
}

const isUnknown = (object, keys) => [5, 'text', true, {}].every((value) => faultsOf(changed(object, keys, value)) === '');

const pod = objects.Deployment.spec.template.spec;
const container = pod.containers[0];
const profile = objects.ConfigMap.data['app.toml'];
const seconds = (key) => Number(profile.match(new RegExp(`^${key} += "(\\d+)s"$`, 'm'))[1]);

describe('the manifests', () => {
  it('are those that one expects', () => {
    assert.deepEqual(Object.keys(manifests).sort(), ['ConfigMap', 'Deployment', 'Secret', 'Service']);
    for (const name of Kustomization.resources) assert.ok(fs.existsSync(path.join(folder, name)), name);
  });

  for (const [kind, object] of Object.entries(manifests)) {
    it(`${kind}: valid`, () => assert.equal(faultsOf(object), ''));
    // A field that the schema knows has a type, and is refused with another; an unknown one may be anything.
    it(`${kind}: every field is one of Kubernetes'`, () => {
      const typed = keysOf(object).filter((keys) => !['apiVersion', 'kind'].includes(keys.at(-1)));
      assert.ok(typed.length > 3);
      assert.deepEqual(typed.filter((keys) => isUnknown(object, keys)), []);
    });
  }

  it('a field that is misspelt is found by that', () => {
    assert.ok(isUnknown(objects.Deployment, ['spec', 'template', 'spec', 'containers', '0', 'imge']));
  });
});

// kubernetes.io/docs/concepts/security/pod-security-standards: what "restricted" asks for, baseline among it.
it('the pod is a restricted one', () => {
  const allowed = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];
  for (const { name, ...volume } of pod.volumes) assert.ok(allowed.includes(Object.keys(volume)[0]), name);
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers']) assert.ok(!(key in pod), key);
  assert.deepEqual(pod.securityContext.seccompProfile, { type: 'RuntimeDefault' });
  assert.equal(pod.securityContext.runAsNonRoot, true);
  assert.ok(pod.securityContext.runAsUser > 0);
  assert.ok(!('sysctls' in pod.securityContext));
  for (const one of [...pod.containers, ...(pod.initContainers ?? [])]) {
    assert.deepEqual(one.securityContext, {
      allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] },
    });
    for (const port of one.ports) assert.ok(!('hostPort' in port));
  }
});

it('the pod gives the profile what it asks for', () => {
  assert.equal(container.resources.limits.memory, '512Mi');
  assert.match(profile, /^memory = "512M"$/m);
  assert.equal(container.resources.limits.cpu, '1500m');
  assert.match(profile, /^cpu {4}= 1\.5$/m);
  assert.ok(seconds('stop_delay') + seconds('stop_timeout') < pod.terminationGracePeriodSeconds);
  assert.match(profile, new RegExp(`127\\.0\\.0\\.1:${container.env.find(({ name }) => name === 'PORT').value}/`));
  const mounts = Object.fromEntries(container.volumeMounts.map(({ name, mountPath }) => [name, mountPath]));
  assert.deepEqual(mounts, { tmp: '/tmp', settings: '/etc/nodeward', vault: '/run/secrets' });
  const [, vault] = profile.match(/^vault += "\/run\/secrets\/(.*)"$/m);
  assert.ok(vault in objects.Secret.data);
  assert.ok('nodeward-identity' in objects.Secret.data);
});

it('the README names the files, keys and the Secret that are wanted', () => {
  const [, text] = fs.readFileSync(path.join(root, 'README.md'), 'utf8').match(/^```sh kubernetes\n([\s\S]*?)^```$/m);
  const [, secret, files] = text.match(/^kubectl create secret generic (\S+) (.*)$/m);
  assert.equal(secret, objects.Secret.metadata.name);
  assert.equal(secret, pod.volumes.find(({ name }) => name === 'vault').secret.secretName);
  assert.deepEqual(files.split(' ').map((word) => word.match(/^--from-file=([^=]+)/)[1]), Object.keys(objects.Secret.data));
  const [, base] = text.match(/^kubectl apply -k (\S+)$/m);
  assert.ok(fs.existsSync(path.join(root, base, 'kustomization.yaml')));
});

it('the profile is valid', async (t) => {
  const file = path.join(settings(t), 'app.toml');
  fs.writeFileSync(file, profile, { mode: 0o644 });
  const { code, stdout, stderr } = await run(['check', file]);
  assert.deepEqual([code, stdout, stderr], [0, `${file}: valid\n`, '']);
});
