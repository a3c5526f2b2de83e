import { expect, test } from 'vitest';
import { TTL_ATTRIBUTE, tableShape } from '../../infra/table.ts';
import { only, synthesized } from '../infra/synthesized.ts';

test('the local table has the shape of the deployed one', () => {
  const { Properties } = only(synthesized('prod').data, 'AWS::DynamoDB::GlobalTable');
  const { StreamEnabled, ...StreamSpecification } = tableShape.StreamSpecification;
  expect(StreamEnabled).toBe(true);
  expect(Properties).toMatchObject({
    ...tableShape,
    StreamSpecification,
    TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
  });
});
