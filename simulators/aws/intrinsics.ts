// Resolves CloudFormation's intrinsic functions as a deployment would, with made-up ids in place of real ones.
import * as z from 'zod/mini';

export const region = 'us-east-1';
export const accountId = '000000000000';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.optional(z.record(z.string(), z.unknown())),
  Metadata: z.optional(z.record(z.string(), z.unknown())),
});
export type Resource = z.infer<typeof resourceSchema>;

export const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Parameters: z.optional(z.record(z.string(), z.looseObject({ Default: z.optional(z.string()) }))),
});
export type Template = z.infer<typeof templateSchema>;

export interface Resolver {
  /** Any template value with its intrinsics replaced; `at` names the place in an error. */
  resolve(value: unknown, at: string): unknown;
  text(value: unknown, at: string): string;
  /** What `Ref` gives. */
  physicalId(logicalId: string): string;
  arn(logicalId: string): string;
}

/** A value that no one has given, told by its place. */
export class TemplateError extends Error {
  constructor(at: string, problem: string) {
    super(`template: ${at} ${problem}`);
    this.name = 'TemplateError';
  }
}

const getAtt = z.union([
  z.tuple([z.string(), z.string()]),
  z.pipe(
    z.string().check(z.regex(/^[^.]+\..+$/)),
    z.transform((text): [string, string] => {
      const dot = text.indexOf('.');
      return [text.slice(0, dot), text.slice(dot + 1)];
    }),
  ),
]);
const join = z.tuple([z.string(), z.array(z.unknown())]);
const select = z.tuple([z.coerce.number(), z.unknown()]);
const split = z.tuple([z.string(), z.unknown()]);
const sub = z.union([
  z.tuple([z.string(), z.record(z.string(), z.unknown())]),
  z.pipe(
    z.string(),
    z.transform((text): [string, Record<string, unknown>] => [text, {}]),
  ),
]);

/** `apiUrl` answers `Fn::GetAtt` of the API's endpoint. */
export function createResolver(template: Template, stackName: string, apiUrl: string): Resolver {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': region,
    'AWS::AccountId': accountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
  };

  function resource(logicalId: string, at: string): Resource {
    const found = template.Resources[logicalId];
    if (found === undefined) throw new TemplateError(at, `points to ${logicalId}, which does not exist`);
    return found;
  }

  const name = (logicalId: string): string => `${stackName}-${logicalId}`;

  function arn(logicalId: string): string {
    const { Type } = resource(logicalId, logicalId);
    const service = Type.split('::')[1]?.toLowerCase() ?? 'local';
    const prefix = `arn:aws:${service}:${region}:${accountId}`;
    switch (Type) {
      case 'AWS::Lambda::Function':
        return `${prefix}:function:${name(logicalId)}`;
      case 'AWS::DynamoDB::Table':
      case 'AWS::DynamoDB::GlobalTable':
        return `${prefix}:table/${name(logicalId)}`;
      case 'AWS::SecretsManager::Secret':
        // Secrets Manager adds six random characters of its own.
        return `${prefix}:secret:${name(logicalId)}-${logicalId.slice(-6).padStart(6, 'x')}`;
      case 'AWS::IAM::Role':
        return `arn:aws:iam::${accountId}:role/${name(logicalId)}`;
      default:
        return `${prefix}:${name(logicalId)}`;
    }
  }

  const physicalId = (logicalId: string): string =>
    resource(logicalId, logicalId).Type === 'AWS::SecretsManager::Secret' ? arn(logicalId) : name(logicalId);

  function ref(target: string, at: string): string {
    const known = pseudo[target] ?? template.Parameters?.[target]?.Default;
    if (known !== undefined) return known;
    resource(target, at);
    return physicalId(target);
  }

  function attribute([logicalId, attributeName]: readonly [string, string], at: string): string {
    const { Type } = resource(logicalId, at);
    if (Type === 'AWS::ApiGatewayV2::Api' && attributeName === 'ApiEndpoint') return apiUrl;
    if (attributeName === 'Arn') return arn(logicalId);
    if (attributeName === 'Id' || attributeName === 'Name') return physicalId(logicalId);
    throw new TemplateError(at, `asks for ${logicalId}.${attributeName}, which the simulator does not know`);
  }

  function text(value: unknown, at: string): string {
    const resolved = resolve(value, at);
    if (typeof resolved === 'string') return resolved;
    if (typeof resolved === 'number' || typeof resolved === 'boolean') return String(resolved);
    throw new TemplateError(at, 'is not a text');
  }

  function list(value: unknown, at: string): string[] {
    const resolved = resolve(value, at);
    if (!Array.isArray(resolved)) throw new TemplateError(at, 'is not a list');
    return resolved.map((item) => text(item, at));
  }

  function intrinsic(kind: string, value: unknown, at: string): unknown {
    const place = `${at} (${kind})`;
    switch (kind) {
      case 'Ref':
        return ref(parse(z.string(), value, place), place);
      case 'Fn::GetAtt':
        return attribute(parse(getAtt, value, place), place);
      case 'Fn::Join': {
        const [separator, parts] = parse(join, value, place);
        return parts.map((part) => text(part, place)).join(separator);
      }
      case 'Fn::Sub': {
        const [pattern, own] = parse(sub, value, place);
        return pattern.replaceAll(/\$\{(!?)([^}]+)\}/g, (whole, literal: string, variable: string) => {
          if (literal === '!') return whole.replace('!', '');
          if (own[variable] !== undefined) return text(own[variable], place);
          const dot = variable.indexOf('.');
          return dot === -1
            ? ref(variable, place)
            : attribute([variable.slice(0, dot), variable.slice(dot + 1)], place);
        });
      }
      case 'Fn::Select': {
        const [index, values] = parse(select, value, place);
        return list(values, place)[index];
      }
      case 'Fn::Split': {
        const [separator, whole] = parse(split, value, place);
        return text(whole, place).split(separator);
      }
      default:
        throw new TemplateError(at, `uses ${kind}, which the simulator does not know`);
    }
  }

  function resolve(value: unknown, at: string): unknown {
    if (Array.isArray(value)) return value.map((item) => resolve(item, at));
    if (typeof value !== 'object' || value === null) return value;
    const entries: [string, unknown][] = Object.entries(value);
    const [first] = entries;
    if (first !== undefined && entries.length === 1 && (first[0] === 'Ref' || first[0].startsWith('Fn::')))
      return intrinsic(first[0], first[1], at);
    return Object.fromEntries(entries.map(([key, item]) => [key, resolve(item, `${at}.${key}`)]));
  }

  return { resolve, text, physicalId, arn };
}

/** Reads a template value by its schema; the error names the place and the fields at fault. */
export function parse<T extends z.ZodMiniType>(schema: T, value: unknown, at: string): z.infer<T> {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => issue.path.map(String).join('.') || 'value');
  throw new TemplateError(at, `is missing or unreadable at ${[...new Set(fields)].join(', ')}`);
}
