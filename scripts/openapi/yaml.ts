// The document as YAML: long lines stay whole, and nothing is shared by anchors, which OpenAPI readers may not know.
import { stringify } from 'yaml';

export const toYaml = (document: object): string =>
  `# Made by \`npm run openapi\` from functions/contract; edits are lost.\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`;
