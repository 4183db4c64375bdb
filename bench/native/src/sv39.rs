//! An entry of Sv39, since the crate's own is only built for RISC-V. Bits as in the privileged
//! specification: V R W X U G A D from bit 0 on, the frame's number from bit 10 on.

use memory_addr::PhysAddr;
use page_table_multiarch::{GenericPTE, MappingFlags};

const VALID: u64 = 1;
const READ: u64 = 1 << 1;
const WRITE: u64 = 1 << 2;
const EXECUTE: u64 = 1 << 3;
const USER: u64 = 1 << 4;
const ACCESSED_DIRTY: u64 = 0b11 << 6;
const FRAME: u64 = ((1 << 44) - 1) << 10;

#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Sv39Entry(u64);

fn frame_bits(paddr: PhysAddr) -> u64 {
    (paddr.as_usize() as u64 >> 2) & FRAME
}

fn permission_bits(flags: MappingFlags) -> u64 {
    if flags.is_empty() {
        return 0;
    }
    let bit = |flag, bit| if flags.contains(flag) { bit } else { 0 };
    VALID
        | ACCESSED_DIRTY
        | bit(MappingFlags::READ, READ)
        | bit(MappingFlags::WRITE, WRITE)
        | bit(MappingFlags::EXECUTE, EXECUTE)
        | bit(MappingFlags::USER, USER)
}

impl GenericPTE for Sv39Entry {
    fn new_page(paddr: PhysAddr, flags: MappingFlags, _is_huge: bool) -> Self {
        Self(frame_bits(paddr) | permission_bits(flags))
    }

    fn new_table(paddr: PhysAddr) -> Self {
        Self(frame_bits(paddr) | VALID)
    }

    fn paddr(&self) -> PhysAddr {
        PhysAddr::from(((self.0 & FRAME) << 2) as usize)
    }

    fn flags(&self) -> MappingFlags {
        let flag = |bit, flag| if self.0 & bit != 0 { flag } else { MappingFlags::empty() };
        if self.0 & VALID == 0 {
            return MappingFlags::empty();
        }
        flag(READ, MappingFlags::READ)
            | flag(WRITE, MappingFlags::WRITE)
            | flag(EXECUTE, MappingFlags::EXECUTE)
            | flag(USER, MappingFlags::USER)
    }

    fn set_paddr(&mut self, paddr: PhysAddr) {
        self.0 = (self.0 & !FRAME) | frame_bits(paddr);
    }

    fn set_flags(&mut self, flags: MappingFlags, _is_huge: bool) {
        self.0 = (self.0 & FRAME) | permission_bits(flags);
    }

    fn bits(self) -> usize {
        self.0 as usize
    }

    fn is_unused(&self) -> bool {
        self.0 == 0
    }

    fn is_present(&self) -> bool {
        self.0 & VALID != 0
    }

    fn is_huge(&self) -> bool {
        self.0 & (READ | EXECUTE) != 0
    }

    fn clear(&mut self) {
        self.0 = 0;
    }
}
