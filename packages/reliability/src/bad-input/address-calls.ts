/**
 * The functions and methods of memory-addr as calls with right arguments.
 */

import * as addr from '@addrspace/memory-addr'
import { parametersOf, type PublicCall } from './calls.ts'
import { ADDRESS, ALIGN, BIGINT, INTEGER, OFFSET, RANGE, SIZE, WORD, type ParameterKind } from './wrong-values.ts'

type Kinds = Readonly<Record<string, ParameterKind>>
type AnyFunction = (...given: readonly never[]) => unknown

function pure(name: string, kinds: Kinds, args: readonly unknown[], call: AnyFunction, isAsking = false): PublicCall {
  return { name, parameters: parametersOf(kinds), isAsking, prepare: () => ({ args, call: call as (...given: readonly unknown[]) => unknown }) }
}

function all(functions: Readonly<Record<string, AnyFunction>>, kinds: Kinds, args: readonly unknown[], isAsking = false): PublicCall[] {
  return Object.entries(functions).map(([name, call]) => pure(name, kinds, args, call, isAsking))
}

const RANGE_GIVEN = { start: 0x1000n, end: 0x3000n }
const whole = (name: string): Kinds => ({ [`0 ${name}`]: RANGE, [`0.start ${name}`]: WORD, [`0.end ${name}`]: SIZE })

const { va } = addr
const range = addr.addrRange(va(0x1000), 0x3000n)

export const ADDRESS_CALLS: readonly PublicCall[] = [
  ...all({ virtAddr: addr.virtAddr, physAddr: addr.physAddr, from: addr.defineAddr('device', 'DA').from }, { '0 value': ADDRESS }, [0x1000n]),
  ...all({ tryVirtAddr: addr.tryVirtAddr, tryPhysAddr: addr.tryPhysAddr }, { '0 value': ADDRESS }, [0x1000n], true),
  ...all({ truncateToVirtAddr: addr.truncateToVirtAddr, truncateToPhysAddr: addr.truncateToPhysAddr }, { '0 value': INTEGER }, [0x1000n]),
  ...all({ formatHex: addr.formatHex }, { '0 value': BIGINT }, [0x1000n]),
  ...all({ formatVirtAddr: addr.formatVirtAddr, formatPhysAddr: addr.formatPhysAddr }, { '0 value': BIGINT }, [0x1000n]),
  ...all({ add: addr.add, wrappingAdd: addr.wrappingAdd, overflowingAdd: addr.overflowingAdd, sub: addr.sub, wrappingSub: addr.wrappingSub, overflowingSub: addr.overflowingSub }, { '0 addr': WORD, '1 size': SIZE }, [0x2000n, 0x1000n]),
  ...all({ checkedAdd: addr.checkedAdd, checkedSub: addr.checkedSub }, { '0 addr': WORD, '1 size': SIZE }, [0x2000n, 0x1000n], true),
  ...all({ subAddr: addr.subAddr, wrappingSubAddr: addr.wrappingSubAddr, overflowingSubAddr: addr.overflowingSubAddr, offsetFrom: addr.offsetFrom }, { '0 addr': WORD, '1 base': WORD }, [0x2000n, 0x1000n]),
  ...all({ checkedSubAddr: addr.checkedSubAddr }, { '0 addr': WORD, '1 base': WORD }, [0x2000n, 0x1000n], true),
  ...all({ offset: addr.offset, wrappingOffset: addr.wrappingOffset }, { '0 addr': WORD, '1 delta': OFFSET }, [0x2000n, -0x1000n]),
  ...all({ compareAddr: addr.compareAddr }, { '0 left': WORD, '1 right': WORD }, [0x2000n, 0x1000n]),
  ...all({ alignDown: addr.alignDown, alignUp: addr.alignUp, alignOffset: addr.alignOffset, isAligned: addr.isAligned }, { '0 addr': WORD, '1 align': ALIGN }, [0x1001n, 0x1000n]),
  ...all({ checkedAlignUp: addr.checkedAlignUp }, { '0 addr': WORD, '1 align': ALIGN }, [0x1001n, 0x1000n], true),
  ...all({ alignDown4K: addr.alignDown4K, alignUp4K: addr.alignUp4K, alignOffset4K: addr.alignOffset4K, isAligned4K: addr.isAligned4K }, { '0 addr': WORD }, [0x1001n]),
  ...all({ formatSize: addr.formatSize }, { '0 size': SIZE }, [0x1000n]),
  ...all({ addrRange: addr.addrRange }, { '0 start': WORD, '1 end': SIZE }, [0x1000n, 0x2000n]),
  ...all({ tryAddrRange: addr.tryAddrRange }, { '0 start': WORD, '1 end': SIZE }, [0x1000n, 0x2000n], true),
  ...all({ addrRangeFromSize: addr.addrRangeFromSize }, { '0 start': WORD, '1 size': SIZE }, [0x1000n, 0x2000n]),
  ...all({ tryAddrRangeFromSize: addr.tryAddrRangeFromSize }, { '0 start': WORD, '1 size': SIZE }, [0x1000n, 0x2000n], true),
  ...all({ pages: addr.pages }, { ...whole('range'), '1 pageSize': ALIGN }, [RANGE_GIVEN, 0x1000n]),
  ...all({ tryPages: addr.tryPages }, { ...whole('range'), '1 pageSize': ALIGN }, [RANGE_GIVEN, 0x1000n], true),
  ...all({ pages4K: addr.pages4K }, whole('range'), [RANGE_GIVEN]),
  ...all({ contains: (other: never) => range.contains(other) }, { '0 addr': WORD }, [0x1000n]),
  ...all(
    {
      containsRange: (other: never) => range.containsRange(other) || 'not',
      containedIn: (other: never) => range.containedIn(other) || 'not',
      overlaps: (other: never) => range.overlaps(other) || 'not',
      equals: (other: never) => range.equals(other) || 'not',
    },
    whole('other'),
    [RANGE_GIVEN],
  ),
]
