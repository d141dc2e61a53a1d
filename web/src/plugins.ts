import { version } from './version.js';

/** The application's plugins, `baseOptions.plugins`. */
export class PluginHandler {
  constructor(webAuth: unknown, readonly plugins: any) {
    for (let i = 0; i < plugins.length; i++) {
      const plugin = plugins[i];
      if (plugin.version !== version.raw)
        throw new Error(`Plugin ${plugin.constructor?.name ?? ''} version (${plugin.version}) is not compatible with the SDK version (${version.raw})`);
      plugin.setWebAuth(webAuth);
    }
  }

  /** The handler of the first plugin for `point`, if any. */
  get(point: string): any {
    for (let i = 0; i < this.plugins.length; i++) if (this.plugins[i].supports(point)) return this.plugins[i].init();
    return null;
  }
}
