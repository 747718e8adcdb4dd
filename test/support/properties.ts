// fast-check with a seed of this landing: it draws the same values however often a landing is checked.
import { configureGlobal } from 'fast-check';

configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 7) });

export * from 'fast-check';
