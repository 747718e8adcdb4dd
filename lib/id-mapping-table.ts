// The one table: who is who, and what is under way. Ids, statuses and times only.
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

export interface IdMappingTableProps {
  /** Whether AWS refuses to delete the table. */
  readonly deletionProtection: boolean;
}

/** The table and its sparse index of what the reconcile has to look at. Outlives the stack. */
export class IdMappingTable extends Construct {
  readonly name: string;
  readonly arn: string;
  readonly unsettledIndexArn: string;

  constructor(scope: Construct, id: string, props: IdMappingTableProps) {
    super(scope, id);
    const table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      deletionProtection: props.deletionProtection,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    table.addGlobalSecondaryIndex({
      indexName: 'unsettled',
      partitionKey: { name: 'unsettledPk', type: AttributeType.STRING },
      sortKey: { name: 'nextCheckAt', type: AttributeType.NUMBER },
      projectionType: ProjectionType.ALL,
    });
    this.name = table.tableName;
    this.arn = table.tableArn;
    this.unsettledIndexArn = `${table.tableArn}/index/unsettled`;
  }
}
