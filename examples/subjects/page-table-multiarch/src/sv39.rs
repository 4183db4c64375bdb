//! An entry of Sv39 that does what the crate's own `Rv64PTE` (`page_table_entry` 0.6.2) does, which is built on
//! RISC-V only. Bits as in the privileged specification: V R W X U G A D from bit 0 on, the frame's number from bit 10 on.

use memory_addr::PhysAddr;
use page_table_multiarch::{GenericPTE, MappingFlags};

const VALID: u64 = 1;
const ACCESSED_DIRTY: u64 = 0b11 << 6;
const FRAME: u64 = ((1 << 44) - 1) << 10;
const RIGHTS: [(MappingFlags, u64); 4] =
    [(MappingFlags::READ, 1 << 1), (MappingFlags::WRITE, 1 << 2), (MappingFlags::EXECUTE, 1 << 3), (MappingFlags::USER, 1 << 4)];
const LEAF: u64 = 1 << 1 | 1 << 3;

#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Sv39Entry(u64);

fn frame_bits(paddr: PhysAddr) -> u64 {
    (paddr.as_usize() as u64 >> 2) & FRAME
}

fn flag_bits(flags: MappingFlags) -> u64 {
    if flags.is_empty() {
        return 0;
    }
    RIGHTS.iter().filter(|(flag, _)| flags.contains(*flag)).fold(VALID | ACCESSED_DIRTY, |bits, (_, bit)| bits | bit)
}

impl GenericPTE for Sv39Entry {
    fn new_page(paddr: PhysAddr, flags: MappingFlags, _is_huge: bool) -> Self {
        Self(frame_bits(paddr) | flag_bits(flags))
    }

    fn new_table(paddr: PhysAddr) -> Self {
        Self(frame_bits(paddr) | VALID)
    }

    fn paddr(&self) -> PhysAddr {
        PhysAddr::from(((self.0 & FRAME) << 2) as usize)
    }

    fn flags(&self) -> MappingFlags {
        if !self.is_present() {
            return MappingFlags::empty();
        }
        RIGHTS.iter().filter(|(_, bit)| self.0 & bit != 0).fold(MappingFlags::empty(), |flags, (flag, _)| flags | *flag)
    }

    fn set_paddr(&mut self, paddr: PhysAddr) {
        self.0 = (self.0 & !FRAME) | frame_bits(paddr);
    }

    fn set_flags(&mut self, flags: MappingFlags, _is_huge: bool) {
        self.0 = (self.0 & FRAME) | flag_bits(flags);
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
        self.0 & LEAF != 0
    }

    fn clear(&mut self) {
        self.0 = 0;
    }
}
