/** Letting go of files over the page, as a person does. */

import type { Page } from 'playwright-core'

export async function dropFiles(page: Page, files: Readonly<Record<string, string>>): Promise<void> {
  const transfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer()
    for (const [name, content] of Object.entries(${JSON.stringify(files)})) transfer.items.add(new File([content], name))
    return transfer
  })()`)
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer })
  await page.getByText('Drop a scenario').waitFor()
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
}
