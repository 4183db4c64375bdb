// What the linter holds the repository to. Types are checked by tsc; here is what tsc cannot see:
// dropped results and promises, globals of one platform in packages for all of them.

import { builtinModules } from 'node:module'
import tseslint from 'typescript-eslint'
import { noDroppedResult } from './scripts/eslint/no-dropped-result.ts'

// The library runs in Node and in browsers: what only one of them has is not there. (No types of either
// are loaded for packages/*/src; this tells why, and catches what a dependency's types would bring in.)
const platformGlobals = [
  ...['process', 'Buffer', 'global', 'require', 'module', 'exports', '__dirname', '__filename', 'setImmediate'],
  ...['window', 'document', 'navigator', 'self', 'localStorage', 'sessionStorage', 'location', 'alert', 'XMLHttpRequest'],
  ...['console', 'setTimeout', 'setInterval', 'requestAnimationFrame', 'fetch'],
]

export default tseslint.config(
  { ignores: ['**/dist/', '**/reports/', '**/node_modules/', '.cache/', '.tools/', '.turbo/', '{packages,apps}/*/{vite,vitest}.config.ts', 'bench/vitest.config.ts', 'bench/native/'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['vitest.config.ts'] }, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { addrspace: { rules: { 'no-dropped-result': noDroppedResult } } },
    rules: {
      'addrspace/no-dropped-result': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowNullish: false }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A contract is an interface with type parameters; one that occurs once still names what it stands for.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // With noUncheckedIndexedAccess every array access may be undefined; `!` says that an index is known to be good.
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'Barrels name what they export.' },
      ],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    // The bindings to test runners exist for one platform by design.
    ignores: ['packages/conformance/src/node-test.ts', 'packages/conformance/src/vitest.ts'],
    rules: {
      'no-restricted-globals': ['error', ...platformGlobals.map((name) => ({ name, message: 'Not in both Node and browsers.' }))],
      'no-restricted-imports': [
        'error',
        { paths: builtinModules, patterns: [{ group: ['node:*'], message: 'Packages run in browsers too.' }] },
      ],
    },
  },
  {
    files: ['packages/*/test/**/*.ts', 'apps/*/test/**/*.ts', 'bench/test/**/*.ts', 'scripts/test/**/*.ts'],
    rules: {
      // Tests hand wrong things to functions on purpose.
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
    },
  },
  {
    // Nobody waits for a test that was registered.
    files: ['examples/*/*.test.ts'],
    rules: { '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['describe', 'it'] }] }] },
  },
  {
    // Type tests consist of what must not compile.
    files: ['**/*.test-d.ts'],
    rules: { '@typescript-eslint/ban-ts-comment': 'off' },
  },
)
