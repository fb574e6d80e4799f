//! What the runs against the party parameters took of late, each address and tie once.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::contact::reconcile::brake::{Names, Taken, Window};
use crate::contact::reconcile::plan::Plan;
use crate::store::Store;
use crate::store::error::{Error, Fault};
use crate::store::schema::sync_losses;

const ADDRESS: &str = "address";
const TIE: &str = "tie";

#[derive(Clone, Insertable)]
#[diesel(table_name = sync_losses)]
pub(in crate::store) struct LossRow {
    source: String,
    kind: &'static str,
    party: String,
    name: String,
    lost_at: i64,
    total: i64,
}

impl LossRow {
    /// What a run takes, to be remembered.
    pub(in crate::store) fn all_of(source: &str, plan: &Plan, now: Timestamp) -> Vec<Self> {
        let rows = |kind: &'static str, lost: Names, of: usize| {
            lost.into_iter().map(move |(party, name)| Self {
                source: source.to_owned(),
                kind,
                party,
                name,
                lost_at: now.0,
                total: i64::try_from(of).unwrap_or(i64::MAX),
            })
        };
        let addresses = rows(ADDRESS, plan.addresses_lost.clone(), plan.takes.addresses.of);
        addresses.chain(rows(TIE, plan.ties_lost(), plan.takes.ties.of)).collect()
    }
}

bulk!(InsertLosses: insert_losses, sync_losses, LossRow);

step!(
    /// Forgets what was taken up to a moment, or all of it, and remembers what is taken now.
    NoteLosses: fn note_losses(c, source: &str, since: Option<i64>, losses: &[LossRow]) {
        let over = sync_losses::table.filter(sync_losses::source.eq(source));
        let Some(since) = since else {
            diesel::delete(over).execute(c).await?;
            return Ok(());
        };
        if losses.is_empty() {
            return Ok(());
        }
        diesel::delete(over.filter(sync_losses::lost_at.le(since))).execute(c).await?;
        c.insert_losses(losses).await
    }
);

impl Store {
    /// What the runs against a source took after a moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sync_losses(&self, source: &str, since: Timestamp) -> Result<Window, Error> {
        let rows: Vec<(String, String, String, i64)> = read!(self, |c| sync_losses::table
            .filter(sync_losses::source.eq(source))
            .filter(sync_losses::lost_at.gt(since.0))
            .order(sync_losses::lost_at)
            .select((sync_losses::kind, sync_losses::party, sync_losses::name, sync_losses::total))
            .load(c)
            .await)?;
        let mut window = Window::default();
        for (kind, party, name, total) in rows {
            let taken: &mut Taken = match kind.as_str() {
                ADDRESS => &mut window.addresses,
                TIE => &mut window.ties,
                _ => return Err(Error::inconsistent("sync_losses", &kind)),
            };
            taken.of.get_or_insert(usize::try_from(total).unwrap_or(0));
            taken.lost.insert((party, name));
        }
        Ok(window)
    }
}
