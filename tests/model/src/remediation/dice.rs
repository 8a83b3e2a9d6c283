//! Chance that comes from a seed, the same on every machine (SplitMix64).

/// A source of chance.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `from`, below `to`.
    pub(super) fn range(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.next() % u64::try_from(to - from).unwrap_or(1).max(1)).unwrap_or(0)
    }

    /// A count from `from`, below `to`.
    pub(super) fn count(&mut self, from: u32, to: u32) -> u32 {
        u32::try_from(self.range(from.into(), to.into())).unwrap_or(from)
    }

    /// One of these; the first if it comes to that.
    pub(super) fn one<T: Clone, const N: usize>(&mut self, of: [T; N]) -> T {
        let which = usize::try_from(self.next() % N as u64).unwrap_or(0);
        let [ref first, ..] = of[..] else { unreachable!("there is at least one") };
        of.get(which).unwrap_or(first).clone()
    }

    /// Whether it happens, so many times in a hundred.
    pub(super) fn percent(&mut self, chance: u64) -> bool {
        self.next() % 100 < chance
    }
}
