import { mkdtempSync, readFileSync } from 'node:fs';
import { deploy, dump } from 'auth0-deploy-cli';
import { CLIENT_ID, CLIENT_SECRET, DOMAIN, done, expect } from './kit.mjs';

const folder = mkdtempSync(`${process.cwd()}/deploy-`);
// recipe
const config = { AUTH0_DOMAIN: DOMAIN, AUTH0_CLIENT_ID: CLIENT_ID, AUTH0_CLIENT_SECRET: CLIENT_SECRET, AUTH0_ALLOW_DELETE: false };
await dump({ output_folder: folder, format: 'yaml', config });
await deploy({ input_file: `${folder}/tenant.yaml`, config });
// end
expect(readFileSync(`${folder}/tenant.yaml`, 'utf8').includes('https://api.example.com/'), 'the API is in what was written');
done();
