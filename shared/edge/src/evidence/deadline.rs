//! The one deadline of a gathering, and the share of it that the first wave has.

use std::future::Future;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use paramedic_domain::evidence::Reading;
use tokio::time::{Instant, timeout_at};

use super::Read;

/// What is kept of the deadline for putting the answers together.
const MARGIN: Duration = Duration::from_millis(200);

/// When a gathering began and when it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    began: Instant,
    /// When a reading that others wait for has to be there, so that they have time left.
    first: Instant,
    /// When every reading has to be there.
    whole: Instant,
}

impl Deadline {
    /// A gathering that begins now and may last so long.
    pub(super) fn starting(lasts: Duration) -> Self {
        let (began, usable) = (Instant::now(), lasts.saturating_sub(MARGIN));
        Self { began, first: began + usable / 5 * 3, whole: began + usable }
    }

    /// A reading that others wait for: it has three fifths of the time.
    pub(super) fn first<'a, T: 'a>(
        self,
        reading: impl Future<Output = Read<T>> + Send + 'a,
    ) -> BoxFuture<'a, Reading<T>> {
        self.until(self.first, reading.boxed()).boxed()
    }

    /// A reading that nobody waits for.
    pub(super) fn whole<'a, T: 'a>(
        self,
        reading: impl Future<Output = Read<T>> + Send + 'a,
    ) -> BoxFuture<'a, Reading<T>> {
        self.until(self.whole, reading.boxed()).boxed()
    }

    /// Sixteen calls of an SDK are too large for a stack, so each lies on the heap.
    async fn until<T>(self, end: Instant, reading: BoxFuture<'_, Read<T>>) -> Reading<T> {
        match timeout_at(end, reading).await {
            Ok(Ok(reading)) => reading,
            Ok(Err(why)) => Reading::Unread { why },
            Err(_) => {
                let lasted = end.duration_since(self.began).as_secs_f32();
                Reading::Unread { why: format!("timed out after {lasted:.1} s") }
            }
        }
    }
}
