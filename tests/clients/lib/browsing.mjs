// Chromium for what a person without scripts cannot do; started when the first row wants it.
export function browsing(launch) {
  let browser;
  return {
    async open(url, text) {
      browser ??= await launch();
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      try {
        const page = await context.newPage();
        await page.goto(url);
        await signInWhereAsked(page);
        await page.getByText(text).first().waitFor({ state: 'attached' });
        return 'ok';
      } catch (error) {
        return `no: ${String(error.message).replaceAll('\n', ' ')}`;
      } finally {
        await context.close();
      }
    },
    close: () => browser?.close(),
  };
}

/** Signs in and agrees wherever this page, or a popup of it, comes to the authority's pages. */
export function signInWhereAsked(page, { username = 'ada@example.com', password = 'Correct-Horse-9' } = {}) {
  const attend = async () => {
    try {
      if (/\/u\/login\?/.test(page.url()) && await page.locator('input[name=password]').count()) {
        await page.fill('input[name=username]', username);
        await page.fill('input[name=password]', password);
        await page.click('button[name=action][value=default]');
      } else if (/\/u\/consent\?/.test(page.url())) await page.click('button[name=action][value=accept]');
    } catch { /* it has gone on by itself */ }
  };
  page.on('domcontentloaded', attend);
  return attend();
}
