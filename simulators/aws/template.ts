// Reads what the simulators need out of a synthesized CloudFormation template; a missing piece is an error that names it.
import * as z from 'zod/mini';
import { readApi, readTable } from './api-and-table.ts';
import { createResolver, parse, TemplateError, templateSchema } from './intrinsics.ts';
import { readStatements, type Statement } from './permissions.ts';
import { nameOf, Resources } from './resources.ts';

export interface FunctionPiece {
  /** As in the folder of bundles, such as `step-up`. */
  readonly name: string;
  readonly logicalId: string;
  readonly functionName: string;
  readonly arn: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** What its role allows. */
  readonly statements: readonly Statement[];
}

export interface RoutePiece {
  readonly routeKey: string;
  /** Name of the function behind it. */
  readonly function: string;
  readonly timeoutMs: number;
}

export interface Cors {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAge: number | undefined;
  readonly allowCredentials: boolean;
}

/** Requests a second that the stage lets through, and how many at once. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

export interface ApiPiece {
  readonly apiId: string;
  readonly throttle?: Throttle | undefined;
  readonly routes: readonly RoutePiece[];
  readonly cors: Cors | undefined;
}

export interface TablePiece {
  readonly tableName: string;
  readonly arn: string;
  /** The input of `CreateTable`. */
  readonly definition: Readonly<Record<string, unknown>>;
}

export interface SecretPiece {
  readonly logicalId: string;
  readonly arn: string;
  /** `GenerateSecretString`: which key of which JSON object AWS fills at creation. */
  readonly generated: { readonly key: string | undefined; readonly template: string } | undefined;
}

export interface SchedulePiece {
  readonly arn: string;
  readonly function: string;
  readonly expression: string;
  readonly input: string | undefined;
  readonly enabled: boolean;
}

export interface Pieces {
  readonly api: ApiPiece;
  readonly functions: readonly FunctionPiece[];
  readonly table: TablePiece;
  readonly secrets: readonly SecretPiece[];
  readonly schedules: readonly SchedulePiece[];
}

export interface ReadOptions {
  readonly stackName: string;
  /** The functions that may be there: each is found by its name in the resource's path. */
  readonly functionNames: readonly string[];
  readonly apiUrl: string;
}

/** @throws TemplateError that names the piece that is missing or unreadable */
export function readTemplate(template: unknown, options: ReadOptions): Pieces {
  const parsed = parse(templateSchema, template, 'the template');
  const resolver = createResolver(parsed, options.stackName, options.apiUrl);
  const resources = new Resources(parsed.Resources, resolver);
  const found = resources.all('AWS::Lambda::Function', functionSchema);
  const statements = readStatements(resources, resolver);
  const functions = found.map(([id, piece, resource]) => ({
    name: nameOf(id, resource, options.functionNames),
    logicalId: id,
    functionName: resolver.physicalId(id),
    arn: resolver.arn(id),
    handler: piece.Handler,
    environment: piece.Environment?.Variables ?? {},
    timeoutSeconds: piece.Timeout ?? 3,
    memoryMb: piece.MemorySize ?? 128,
    statements: statements.get(piece.Role ?? '') ?? [],
  }));
  const names = new Map(functions.map((piece) => [piece.arn, piece.name]));
  const behind = (arn: string, at: string): string => {
    const found = [...names].find(([known]) => arn === known || arn.includes(`${known}/`));
    if (found === undefined)
      throw new TemplateError(at, `points to ${arn}, which is no function of the template`);
    return found[1];
  };
  return {
    api: readApi(resources, resolver, behind),
    functions,
    table: readTable(resources, resolver),
    secrets: resources.all('AWS::SecretsManager::Secret', secretSchema).map(([id, piece]) => ({
      logicalId: id,
      arn: resolver.arn(id),
      generated: piece.GenerateSecretString && {
        key: piece.GenerateSecretString.GenerateStringKey,
        template: piece.GenerateSecretString.SecretStringTemplate ?? '{}',
      },
    })),
    schedules: resources.all('AWS::Scheduler::Schedule', scheduleSchema).map(([id, piece]) => ({
      arn: resolver.arn(id),
      function: behind(piece.Target.Arn, `${id}.Target.Arn`),
      expression: piece.ScheduleExpression,
      input: piece.Target.Input,
      enabled: piece.State !== 'DISABLED',
    })),
  };
}

const functionSchema = z.object({
  Handler: z.string(),
  Role: z.optional(z.string()),
  Environment: z.optional(z.object({ Variables: z.record(z.string(), z.coerce.string()) })),
  Timeout: z.optional(z.coerce.number()),
  MemorySize: z.optional(z.coerce.number()),
});
const generateSchema = z.object({
  GenerateStringKey: z.optional(z.string()),
  SecretStringTemplate: z.optional(z.string()),
});
const secretSchema = z.object({ GenerateSecretString: z.optional(generateSchema) });
const scheduleSchema = z.object({
  ScheduleExpression: z.string(),
  State: z.optional(z.enum(['ENABLED', 'DISABLED'])),
  Target: z.object({ Arn: z.string(), Input: z.optional(z.string()) }),
});
