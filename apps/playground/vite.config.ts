import { defaultClientConditions, defineConfig } from 'vite'

// The packages' sources are built directly, as everywhere in this repository. No address in the result begins with a
// slash, so that the files can be served from any folder.
export default defineConfig({
  base: './',
  resolve: { conditions: ['@addrspace/source', ...defaultClientConditions] },
  build: { outDir: 'dist/web', emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
})
