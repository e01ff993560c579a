import Ajv from 'ajv';
import { DOMParser } from '@xmldom/xmldom';
import { select1 } from 'xpath';
import { S3Client, GetObjectCommand } from '@aws-sdk/client-s3';

const ajv = new Ajv();
const s3 = new S3Client({});

const validate = ajv.compile({
  type: 'object',
  required: ['station', 'sensor'],
  properties: {
    station: { type: 'string', pattern: '^[A-Z]{3}$' },
    sensor: { type: 'string', pattern: '^[a-z0-9-]+$' },
  },
  additionalProperties: false,
});

let readings;

async function loadReadings() {
  if (!readings) {
    const object = await s3.send(new GetObjectCommand({ Bucket: 'weather-feed', Key: 'latest.xml' }));
    readings = new DOMParser().parseFromString(await object.Body.transformToString(), 'text/xml');
  }
  return readings;
}

function expression({ station, sensor }) {
  return '/feed/station[@code="%a"]/sensor[@name="%b"]/@value'
    .replace('%a', () => station)
    .replace('%b', () => sensor);
}

export const handler = async (event) => {
  const query = event.queryStringParameters ?? {};
  if (!validate(query)) {
    return { statusCode: 400, body: 'unknown station or sensor' };
  }
  const hit = select1(expression(query), await loadReadings());
  return {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ value: hit ? Number(hit.value) : null }),
  };
};
