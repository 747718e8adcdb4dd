// The secrets: created empty, and filled out of band, so that no value is ever in a template.
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { UnitOrgTokenJob } from '../functions/contract/settings.ts';
import type { Stage } from './stages.ts';

/** What the vendors gave us, one Unit org token per job, and what is our own. */
export class VendorSecrets extends Construct {
  readonly stytchSecretArn: string;
  readonly unitOrgTokenArns: Readonly<Record<UnitOrgTokenJob, string>>;
  readonly unitWebhookTokenArn: string;
  readonly hashKeyArn: string;
  /** What CloudFront proves itself by; undefined in a stage without one. */
  readonly originSecretArn: string | undefined;

  constructor(scope: Construct, id: string, { cloudFrontDomain }: Pick<Stage, 'cloudFrontDomain'>) {
    super(scope, id);
    this.stytchSecretArn = this.emptySecret('Stytch', 'Secret of the Stytch project');
    this.unitOrgTokenArns = {
      exchange: this.emptySecret('UnitExchange', 'Unit org token: customer-token-write'),
      onboarding: this.emptySecret(
        'UnitOnboarding',
        'Unit org token: applications applications-write customers',
      ),
      events: this.emptySecret('UnitEvents', 'Unit org token: applications customers events webhooks'),
      contact: this.emptySecret('UnitContact', 'Unit org token: customers'),
    };
    this.unitWebhookTokenArn = this.emptySecret('UnitWebhook', 'Token that signs the Unit webhook');
    this.hashKeyArn = this.generated(
      'HashKey',
      'Generated key of the hashes in the table. Never change or delete it',
    );
    this.originSecretArn =
      cloudFrontDomain === undefined
        ? undefined
        : this.generated('Origin', 'Generated: CloudFront sends it to the gateway as x-origin-secret');
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Stytch and Unit offer no rotation that Secrets Manager could drive: an operator rotates out of band, ' +
        'and the functions pick up the new value. The hash key is kept for life, as stored hashes depend on it.',
    });
  }

  private emptySecret(id: string, description: string): string {
    return new CfnSecret(this, id, { description }).ref;
  }

  private generated(id: string, description: string): string {
    const secret = new CfnSecret(this, id, {
      description,
      // CloudFormation makes a new value when any of these properties changes.
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'value',
        passwordLength: 64,
        excludePunctuation: true,
      },
    });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return secret.ref;
  }
}
