// A lint rule: a refusal that comes back as a value must be looked at. It knows results by their
// shape, `{ ok: true, … } | { ok: false, error: MappingError }`, so no import path has to match.
// What is to be ignored on purpose is written with `void` in front.

import { AST_NODE_TYPES, ESLintUtils, type TSESTree } from '@typescript-eslint/utils'
import ts from 'typescript'

const createRule = ESLintUtils.RuleCreator.withoutDocs

/** Reports expressions of type `MappingResult` that nobody takes: statements, and arrow functions used where nothing is to be returned. */
export const noDroppedResult = createRule({
  name: 'no-dropped-result',
  meta: {
    type: 'problem',
    docs: { description: 'Refuse to drop a MappingResult' },
    messages: {
      dropped: 'This is a MappingResult, and a refusal in it would go unseen: check `ok`, call `unwrap`, or write `void`.',
    },
    schema: [],
    defaultOptions: [],
  },
  create(context) {
    const services = ESLintUtils.getParserServices(context)
    const checker = services.program.getTypeChecker()

    const check = (node: TSESTree.Expression): void => {
      for (const value of valuesOf(node)) {
        if (isResult(services.getTypeAtLocation(value), checker)) context.report({ node: value, messageId: 'dropped' })
      }
    }

    return {
      ExpressionStatement(node) {
        check(node.expression)
      },
      // forEach((area) => set.unmap(…)): the callback's result is thrown away by its caller.
      ArrowFunctionExpression(node) {
        if (node.body.type === AST_NODE_TYPES.BlockStatement) return
        const tsNode = services.esTreeNodeToTSNodeMap.get(node)
        const expected = checker.getContextualType(tsNode)?.getCallSignatures() ?? []
        const returnsNothing = (signature: ts.Signature): boolean =>
          (checker.getReturnTypeOfSignature(signature).flags & ts.TypeFlags.Void) !== 0
        if (expected.length > 0 && expected.every(returnsNothing)) check(node.body)
      },
    }
  },
})

/** The expressions whose values a statement drops: both arms of `a ? b : c`, the right side of `a && b`, all of `a, b`. */
function valuesOf(node: TSESTree.Expression): TSESTree.Expression[] {
  switch (node.type) {
    case AST_NODE_TYPES.ConditionalExpression:
      return [...valuesOf(node.consequent), ...valuesOf(node.alternate)]
    case AST_NODE_TYPES.LogicalExpression:
      return valuesOf(node.right)
    case AST_NODE_TYPES.SequenceExpression:
      return node.expressions.flatMap(valuesOf)
    case AST_NODE_TYPES.AssignmentExpression: // kept by whatever it was assigned to
    case AST_NODE_TYPES.UnaryExpression: // void, above all
      return []
    default:
      return [node]
  }
}

/** A union is a result if one of its members is the refusal. */
function isResult(type: ts.Type, checker: ts.TypeChecker): boolean {
  return type.isUnion() ? type.types.some((member) => isResult(member, checker)) : isRefusal(type, checker)
}

function isRefusal(type: ts.Type, checker: ts.TypeChecker): boolean {
  const ok = type.getProperty('ok')
  const error = type.getProperty('error')
  if (ok === undefined || error === undefined) return false
  return (
    checker.typeToString(checker.getTypeOfSymbol(ok)) === 'false' &&
    checker.getTypeOfSymbol(error).getSymbol()?.getName() === 'MappingError'
  )
}
