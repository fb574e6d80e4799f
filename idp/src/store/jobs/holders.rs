//! The workers that have mails in hand, and their heartbeats.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::store::Store;
use crate::store::error::{Error, one, won};
use crate::store::jobs::outbox::open;
use crate::store::schema::{outbox, outbox_holders as holders};

step!(
    /// Notes a heartbeat.
    NoteBeat: fn note_beat(c, holder: &str, beat: i64) {
        diesel::insert_into(holders::table)
            .values((holders::holder.eq(holder), holders::beat.eq(beat)))
            .on_conflict(holders::holder)
            .do_update()
            .set(holders::beat.eq(beat))
            .execute(c)
            .await?;
        Ok(())
    }
);

step!(
    /// Lets every mail of a holder wait again, except those it still has.
    LetGo: fn let_go(c, holder: &str, but: &[String]) {
        diesel::update(open().filter(outbox::holder.eq(holder)))
            .filter(outbox::id.ne_all(but))
            .set(outbox::holder.eq(None::<String>))
            .execute(c)
            .await?;
        Ok(())
    }
);

impl Store {
    /// Puts back what a worker claimed without learning of it, since the answer of the database was
    /// lost: everything but the mails in its hands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn return_unknown_messages(
        &self,
        holder: &str,
        in_hand: &[String],
    ) -> Result<(), Error> {
        let (holder, in_hand) = (holder.to_owned(), in_hand.to_vec());
        Ok(transaction!(self, |c| c.let_go(&holder, &in_hand).await)?)
    }

    /// Notes a heartbeat: `beat` is a number that this holder never gave before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn beat(&self, holder: &str, beat: i64) -> Result<(), Error> {
        let holder = holder.to_owned();
        Ok(transaction!(self, |c| c.note_beat(&holder, beat).await)?)
    }

    /// The workers that may have mails in hand, each with its last heartbeat.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holders(&self) -> Result<Vec<(String, i64)>, Error> {
        read!(self, |c| holders::table.select((holders::holder, holders::beat)).load(c).await)
    }

    /// Takes all claims from a holder whose heartbeat has stopped at `beat`; they are due at once.
    /// `false` when it has beaten since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_claims(&self, holder: &str, beat: i64) -> Result<bool, Error> {
        let holder = holder.to_owned();
        won(transaction!(self, |c| {
            let stopped = holders::table.find(&holder).filter(holders::beat.eq(beat));
            one(diesel::delete(stopped).execute(c).await?)?;
            c.let_go(&holder, &[]).await
        }))
    }

    /// Gives all claims of a holder back, which stops.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_holder(&self, holder: &str) -> Result<(), Error> {
        let holder = holder.to_owned();
        Ok(transaction!(self, |c| {
            c.let_go(&holder, &[]).await?;
            diesel::delete(holders::table.find(&holder)).execute(c).await?;
            Ok(())
        })?)
    }
}
