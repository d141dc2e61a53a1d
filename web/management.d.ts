// `ostia-js/management`: the Management API's methods alone.
export { Management, type ManagementOptions } from './index.js';
