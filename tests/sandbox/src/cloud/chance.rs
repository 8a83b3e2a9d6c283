//! Randomness that a seed decides.

/// A SplitMix64 generator: small, fast, and the same everywhere for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed ^ 0x5eed_c10d_5eed_c10d)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number of at least 0 and below 1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number between two bounds.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// An index below `length`; 0 for an empty range.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        match length {
            0 => 0,
            _ => (self.bits() % length as u64) as usize,
        }
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let index = self.index(items.len());
        items.get(index)
    }

    /// `count` hexadecimal digits.
    pub(crate) fn hex(&mut self, count: usize) -> String {
        let mut text = String::with_capacity(count + 16);
        while text.len() < count {
            text.push_str(&format!("{:016x}", self.bits()));
        }
        text.truncate(count);
        text
    }

    /// `count` decimal digits, the first of which is not zero.
    pub(crate) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|at| if at == 0 { 1 + self.index(9) } else { self.index(10) }.to_string()).collect()
    }

    /// A UUID of version 4.
    pub(crate) fn uuid(&mut self) -> String {
        format!("{}-{}-4{}-a{}-{}", self.hex(8), self.hex(4), self.hex(3), self.hex(3), self.hex(12))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_another_seed_does_not() {
        let ids = |seed| (0..3).map(|_| Chance::new(seed).hex(32)).collect::<Vec<_>>();
        assert_eq!(ids(1), ids(1));
        assert_ne!(ids(1), ids(2));
    }

    #[test]
    fn ids_have_the_length_asked_for() {
        let mut chance = Chance::new(7);
        assert_eq!(chance.hex(32).len(), 32);
        assert_eq!(chance.digits(19).len(), 19);
        assert_eq!(chance.uuid().len(), 36);
    }
}
