//! How queries and transactions are written once for both back ends.

/// One query, written once, on a connection of either back end:
/// `read!(self, |c| query.get_result(c).await)`. It awaits nothing but the connection. A
/// connection that has died in the pool, as when the server restarts, is replaced once.
///
/// A row is looked up by a unique key with `get_result`, not with `first`: that one binds a LIMIT,
/// and SQLite plans a statement again whenever its LIMIT is bound.
macro_rules! read {
    ($store:expr, |$c:ident| $query:expr) => {
        match $store.db() {
            $crate::store::Db::Sqlite(db) => {
                let mut reader = db.reader()?;
                let $c = reader.connection();
                $query
            }
            $crate::store::Db::Postgres(db) => {
                let mut again = true;
                loop {
                    let mut lease = db.connection().await?;
                    let $c: &mut $crate::store::pipelined::Pipelined = &mut lease;
                    match $query {
                        Err(error) if again && $crate::store::error::is_lost(&error) => {
                            again = false;
                        }
                        outcome => break outcome,
                    }
                }
            }
        }
        .map_err(|error| $crate::store::error::driver(&error))
    };
}

/// One transaction, written once: `commit!(self, |c| { … Ok(()) })`. The body owns what it names,
/// may be run again, awaits nothing but the connection, and ends in a `Result<_, Fault>`: every
/// fault rolls all of it back. A caller waits for [`PATIENCE`], unless it names another time.
/// Copies of logins that were read recently end with it.
macro_rules! commit {
    ($store:expr, |$c:ident| $body:expr) => {
        commit!($store, $crate::store::PATIENCE, |$c| $body)
    };
    ($store:expr, $patience:expr, |$c:ident| $body:expr) => {{
        let forgetting = $store.cache().forgetting();
        let outcome = transaction!($store, $patience, |$c| $body);
        drop(forgetting);
        outcome
    }};
}

/// The same for a transaction that ends or changes no session, account, grant or access token, so
/// that recent copies of them stay.
macro_rules! transaction {
    ($store:expr, |$c:ident| $body:expr) => {
        transaction!($store, $crate::store::PATIENCE, |$c| $body)
    };
    ($store:expr, $patience:expr, |$c:ident| $body:expr) => {
        match $store.db() {
            $crate::store::Db::Sqlite(db) => {
                db.writer.run($patience, move |$c| Box::pin(async move { $body })).await
            }
            $crate::store::Db::Postgres(db) => {
                $crate::store::postgres::within($patience, async {
                    let mut tries = 0;
                    loop {
                        let mut lease = db.connection().await?;
                        match lease.transaction(async |$c| $body).await {
                            Err(fault) if $crate::store::postgres::again(&fault, &mut tries) => {}
                            outcome => break outcome,
                        }
                    }
                })
                .await
            }
        }
    };
}

/// The transaction of an act, which records its events behind all else that it does, and writes
/// their log lines once it is committed: `act!(self, |c| { … Ok(()) })` on a [`Recording`], or
/// `act!(self, transaction, |c| …)` where it ends no login.
macro_rules! act {
    ($recording:expr, |$c:ident| $body:expr) => {
        act!($recording, commit, $crate::store::PATIENCE, |$c| $body)
    };
    ($recording:expr, $transaction:ident, |$c:ident| $body:expr) => {
        act!($recording, $transaction, $crate::store::PATIENCE, |$c| $body)
    };
    ($recording:expr, $transaction:ident, $patience:expr, |$c:ident| $body:expr) => {{
        use $crate::store::audit::events::Record as _;
        let events = $recording.events();
        let outcome = $transaction!($recording, $patience, |$c| {
            let done: Result<_, $crate::store::error::Fault> = $body;
            let done = done?;
            $c.record(&events).await?;
            Ok(done)
        });
        if outcome.is_ok() {
            $recording.log();
        }
        outcome
    }};
}

/// A part that several transactions share, written once for both connections:
/// `step!(VoidLinks: fn void_links(c, interaction: &str, now: i64) { … Ok(()) })`, called as
/// `c.void_links(id, now).await?`.
macro_rules! step {
    ($(#[$doc:meta])* $kind:ident: fn $name:ident($c:ident $(, $argument:ident: $type:ty)*) $body:block) => {
        $(#[$doc])*
        pub(in crate::store) trait $kind {
            async fn $name(
                &mut self $(, $argument: $type)*
            ) -> Result<(), $crate::store::error::Fault>;
        }

        impl $kind for $crate::store::inline::Connection {
            async fn $name(
                &mut self $(, $argument: $type)*
            ) -> Result<(), $crate::store::error::Fault> {
                let $c = self;
                $body
            }
        }

        impl $kind for $crate::store::pipelined::Pipelined {
            async fn $name(
                &mut self $(, $argument: $type)*
            ) -> Result<(), $crate::store::error::Fault> {
                let $c = self;
                $body
            }
        }
    };
}

/// Inserts rows: PostgreSQL, which is far away, takes many at a time; SQLite is as fast one by one.
/// A row that is there already stays as it is.
macro_rules! bulk {
    ($kind:ident: $name:ident, $table:ident, $row:ty) => {
        trait $kind {
            async fn $name(&mut self, rows: &[$row]) -> Result<(), Fault>;
        }

        impl $kind for $crate::store::inline::Connection {
            async fn $name(&mut self, rows: &[$row]) -> Result<(), Fault> {
                for row in rows {
                    diesel::insert_into($table::table)
                        .values(row)
                        .on_conflict_do_nothing()
                        .execute(self)
                        .await?;
                }
                Ok(())
            }
        }

        impl $kind for $crate::store::pipelined::Pipelined {
            async fn $name(&mut self, rows: &[$row]) -> Result<(), Fault> {
                for rows in rows.chunks($crate::store::CHUNK) {
                    diesel::insert_into($table::table)
                        .values(rows)
                        .on_conflict_do_nothing()
                        .execute(self)
                        .await?;
                }
                Ok(())
            }
        }
    };
}
