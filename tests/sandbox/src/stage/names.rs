//! Names that vary with the seed, so that nothing can be written for one of them.

/// A small deterministic generator (SplitMix64, `prng.di.unimi.it/splitmix64.c`).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9_7f4a_7c15)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let index = usize::try_from(self.below(words.len() as u64)).unwrap_or_default();
        words.get(index).copied().unwrap_or_default()
    }

    fn hex(&mut self, digits: usize) -> String {
        let mut text = String::new();
        while text.len() < digits {
            text.push_str(&format!("{:016x}", self.next()));
        }
        text.truncate(digits);
        text
    }
}

/// What a user's account has before Paramedic comes, and how Paramedic is set up in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The ECS service.
    pub service: String,
    /// The ECS cluster.
    pub cluster: String,
    /// The account, twelve digits.
    pub account: String,
    /// The region.
    pub region: String,
    /// The VPC.
    pub vpc: String,
    /// Two public subnets.
    pub public_subnets: [String; 2],
    /// Two private subnets.
    pub private_subnets: [String; 2],
    /// The service's image, by digest.
    pub image: String,
    /// The load balancer's certificate.
    pub certificate: String,
    /// The secret whose value the tasks hold.
    pub service_secret: String,
    /// Slack's bot token.
    pub slack_token: String,
    /// What Slack signs its requests with.
    pub signing_secret: String,
    /// PagerDuty's routing key, 32 characters.
    pub routing_key: String,
    /// What PagerDuty signs its webhooks with.
    pub webhook_secret: String,
    /// How long after everything is well the fault comes, in milliseconds.
    pub fault_after_ms: u64,
}

impl Names {
    /// The names of a seed; always the same ones.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let first =
            dice.one_of(&["angular", "bright", "copper", "drifting", "eager", "frosty", "gentle", "humble", "ivory"]);
        let second =
            dice.one_of(&["piza", "atlas", "basket", "compass", "ferry", "harbor", "lantern", "meadow", "orchard"]);
        let service = format!("{first}-{second}");
        let region = dice
            .one_of(&["eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2", "us-west-2", "sa-east-1"])
            .to_owned();
        let account = format!("{:012}", 100_000_000_000 + dice.below(899_999_999_999));
        let mut subnet = || format!("subnet-{}", dice.hex(17));
        let public_subnets = [subnet(), subnet()];
        let private_subnets = [subnet(), subnet()];
        Self {
            cluster: format!("{service}-cluster"),
            vpc: format!("vpc-{}", dice.hex(17)),
            public_subnets,
            private_subnets,
            image: format!("{account}.dkr.ecr.{region}.amazonaws.com/{service}@sha256:{}", dice.hex(64)),
            certificate: format!("arn:aws:acm:{region}:{account}:certificate/{}", dice.hex(32)),
            service_secret: format!("{second}/database"),
            slack_token: format!("xoxb-sandbox-{}", dice.hex(24)),
            routing_key: dice.hex(32),
            fault_after_ms: 300 + dice.below(2_700),
            signing_secret: dice.hex(32),
            webhook_secret: dice.hex(64),
            service,
            account,
            region,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_names() {
        assert_eq!(Names::of(7), Names::of(7));
    }

    #[test]
    fn seeds_give_different_names_accounts_and_moments() {
        let all: Vec<Names> = (0..20).map(Names::of).collect();
        let distinct = |of: fn(&Names) -> String| all.iter().map(of).collect::<BTreeSet<_>>().len();
        assert!(distinct(|names| names.service.clone()) > 10);
        assert!(distinct(|names| names.region.clone()) > 3);
        assert_eq!(distinct(|names| names.account.clone()), 20);
        assert!(distinct(|names| names.fault_after_ms.to_string()) > 15);
        assert!(all.iter().all(|names| names.account.len() == 12 && names.routing_key.len() == 32));
    }
}
