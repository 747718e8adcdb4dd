// All that one stage has in AWS, as a list.
import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type FunctionName, routes } from '../functions/contract/routes.ts';
import { BridgeFunction } from './bridge-function.ts';
import { checkStage } from './check-stage.ts';
import { functionProfiles } from './function-profiles.ts';
import { IdMappingTable } from './id-mapping-table.ts';
import { Observability } from './observability.ts';
import { PublicApi } from './public-api.ts';
import { ReconcileSchedule } from './reconcile-schedule.ts';
import type { Stage } from './stages.ts';
import { VendorSecrets } from './vendor-secrets.ts';

export interface BridgeStackProps extends StackProps {
  readonly stage: Stage;
  /** A folder with one folder per function, each with its `index.mjs`. */
  readonly bundles: string;
}

export class BridgeStack extends Stack {
  constructor(scope: Construct, id: string, { stage, bundles, ...props }: BridgeStackProps) {
    checkStage(stage);
    super(scope, id, {
      description: `Bridge between Stytch sessions and Unit customer tokens, ${stage.name}`,
      analyticsReporting: false,
      terminationProtection: stage.deletionProtection,
      ...(stage.account !== undefined &&
        stage.region !== undefined && { env: { account: stage.account, region: stage.region } }),
      ...props,
    });
    Tags.of(this).add('application', 'stytch-unit-bridge');
    Tags.of(this).add('stage', stage.name);

    const table = new IdMappingTable(this, 'IdMapping', { deletionProtection: stage.deletionProtection });
    const secrets = new VendorSecrets(this, 'Secrets', stage);
    const make = (name: FunctionName) =>
      new BridgeFunction(this, functionProfiles[name].id, { name, stage, bundles, table, secrets });
    const functions = {
      signup: make('signup'),
      'step-up': make('step-up'),
      application: make('application'),
      token: make('token'),
      'unit-webhook': make('unit-webhook'),
      reconcile: make('reconcile'),
    } satisfies Record<FunctionName, BridgeFunction>;
    const { api, accessLogs, url, domainTarget } = new PublicApi(this, 'PublicApi', { stage, functions });
    new ReconcileSchedule(this, 'ReconcileSchedule', { reconcile: functions.reconcile });
    new Observability(this, 'Observability', { stage, functions, api, accessLogs });

    this.output('ApiUrl', url, 'Where clients call');
    if (domainTarget !== undefined)
      this.output('DomainTarget', domainTarget, 'Where the DNS record of the custom domain points');
    this.output('UnitWebhookUrl', `${url}${routes.unitWebhook.path}`, 'The URL of the Unit webhook');
    this.output(
      'StytchJwksUrl',
      `${stage.stytchBaseUrl}/v1/sessions/jwks/${stage.stytchProjectId}`,
      "The JWKS path in Unit's JWT settings",
    );
    this.output('IdMappingTableName', table.name, 'The table');
    this.output('StytchUrl', stage.stytchBaseUrl, "For the operators' commands");
    this.output('StytchProjectId', stage.stytchProjectId, "For the operators' commands");
    this.output('UnitUrl', stage.unitBaseUrl, "For the operators' commands");
    this.output('StytchSecretArn', secrets.stytchSecretArn, 'Fill: secret of the Stytch project');
    this.output('UnitExchangeTokenSecretArn', secrets.unitOrgTokenArns.exchange, 'Fill: Unit org token');
    this.output('UnitOnboardingTokenSecretArn', secrets.unitOrgTokenArns.onboarding, 'Fill: Unit org token');
    this.output('UnitEventsTokenSecretArn', secrets.unitOrgTokenArns.events, 'Fill: Unit org token');
    this.output('UnitContactTokenSecretArn', secrets.unitOrgTokenArns.contact, 'Fill: Unit org token');
    this.output('UnitWebhookSecretArn', secrets.unitWebhookTokenArn, 'Fill: token of the Unit webhook');
    if (secrets.originSecretArn !== undefined)
      this.output(
        'OriginSecretArn',
        secrets.originSecretArn,
        'Generated: CloudFront sends it as x-origin-secret',
      );
    this.output('HashKeySecretArn', secrets.hashKeyArn, 'Generated: never change or delete it');
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
