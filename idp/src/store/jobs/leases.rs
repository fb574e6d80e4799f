//! Leases: which node does a job that only one should do.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::store::Store;
use crate::store::error::{Error, Fault, one, won};
use crate::store::schema::leases;

step!(
    /// Waits for the end of every other transaction that locked this name.
    LockName: fn lock_name(c, name: &str) {
        diesel::insert_into(leases::table)
            .values((leases::name.eq(name), leases::holder.eq(""), leases::expires_at.eq(0)))
            .on_conflict(leases::name)
            .do_update()
            .set(leases::name.eq(name))
            .execute(c)
            .await?;
        Ok(())
    }
);

step!(
    /// Goes on only while a holder has the lease. Another one that takes it afterwards meets what
    /// this transaction has locked.
    KeepLease: fn keep_lease(c, name: &str, holder: &str) {
        let found: Option<String> = leases::table
            .find(name)
            .select(leases::holder)
            .get_result(c)
            .await
            .optional()?;
        if found.is_some_and(|found| found == holder) { Ok(()) } else { Err(Fault::Lost) }
    }
);

impl Store {
    /// Takes or renews a lease for some seconds. `false` while another holder has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        seconds: i64,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (name, holder, until) = (name.to_owned(), holder.to_owned(), now.plus(seconds).0);
        won(transaction!(self, |c| {
            diesel::insert_into(leases::table)
                .values((
                    leases::name.eq(&name),
                    leases::holder.eq(""),
                    leases::expires_at.eq(now.0),
                ))
                .on_conflict_do_nothing()
                .execute(c)
                .await?;
            let free = leases::holder.eq(&holder).or(leases::expires_at.le(now.0));
            let taken = diesel::update(leases::table.find(&name).filter(free))
                .set((leases::holder.eq(&holder), leases::expires_at.eq(until)))
                .execute(c)
                .await?;
            one(taken)
        }))
    }

    /// Lengthens the lease of a holder by some seconds from now. `false` when it is another's, or
    /// was given back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew_lease(
        &self,
        name: &str,
        holder: &str,
        seconds: i64,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (name, holder, until) = (name.to_owned(), holder.to_owned(), now.plus(seconds).0);
        won(transaction!(self, |c| {
            let renewed = diesel::update(leases::table.find(&name))
                .filter(leases::holder.eq(&holder))
                .set(leases::expires_at.eq(until))
                .execute(c)
                .await?;
            one(renewed)
        }))
    }

    /// When a lease ends, for a test that waits for its renewal.
    #[cfg(test)]
    pub(crate) async fn lease_ends(&self, name: &str) -> Timestamp {
        let ends: Result<i64, Error> = async {
            read!(self, |c| leases::table.find(name).select(leases::expires_at).get_result(c).await)
        }
        .await;
        Timestamp(ends.unwrap())
    }

    /// Gives a lease back, if this holder has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_lease(&self, name: &str, holder: &str) -> Result<(), Error> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        Ok(transaction!(self, |c| {
            diesel::delete(leases::table.find(&name).filter(leases::holder.eq(&holder)))
                .execute(c)
                .await?;
            Ok(())
        })?)
    }
}
