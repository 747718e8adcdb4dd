// @ts-check
// Preloaded into every process whose load is measured: connections are made and never come up, so that what bundles
// begin by themselves (settings, clients, the first calls) counts and the network does not.
import { Socket } from 'node:net';
import tls from 'node:tls';

Object.assign(tls, { connect: () => Object.assign(new Socket(), { connecting: true }) });
