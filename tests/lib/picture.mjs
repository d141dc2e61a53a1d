// Pictures of pages, compared with those that are kept. A difference of a few pixels is the fonts'; of many, a change
// that somebody should look at: then `UPDATE_PICTURES=1` keeps the new ones.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { root } from '../../tools/lib.mjs';

const most = 0.02; // of all pixels

/** How many of its pixels two pictures of the same size have that differ visibly; a browser reads them. */
async function difference(page, one, other) {
  return page.evaluate(async ([a, b]) => {
    const pixels = async (base64) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      canvas.drawImage(bitmap, 0, 0);
      return canvas.getImageData(0, 0, bitmap.width, bitmap.height);
    };
    const [x, y] = [await pixels(a), await pixels(b)];
    if (x.width !== y.width || x.height !== y.height) return 1;
    let differing = 0;
    for (let i = 0; i < x.data.length; i += 4) if (Math.max(...[0, 1, 2].map((c) => Math.abs(x.data[i + c] - y.data[i + c]))) > 48) differing++;
    return differing / (x.data.length / 4);
  }, [one, other].map((buffer) => buffer.toString('base64')));
}

/** Checks what `page` shows against the picture of that name; `reader` is a blank page that may read data: URLs. */
export async function looksLike(page, reader, name) {
  const file = `${root}/tests/browser/pictures/${name}.png`;
  const now = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  if (process.env.UPDATE_PICTURES || !existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, now);
    assert.ok(process.env.UPDATE_PICTURES, `${name}: there was no picture`);
    return;
  }
  const share = await difference(reader, readFileSync(file), now);
  if (share > most) writeFileSync(`${root}/build/${name}.png`, now);
  assert.ok(share <= most, `${name}: ${(100 * share).toFixed(1)} % of the pixels differ; build/${name}.png is how it looks now`);
}
